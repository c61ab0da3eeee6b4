"""The rail and the bar at the thumb: links by role, with counts of what waits (face.md 5)."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Role, User
from caseload.models import BreakGlass
from core.clock import now
from core.dates import listed
from reminders.operations import sink


@dataclass(frozen=True)
class Link:
    """One place in the navigation; `under` are the address beginnings at which it is current, except `but`."""

    label: str | Promise
    icon: str
    name: str
    under: tuple[str, ...] = ()
    but: tuple[str, ...] = ()


TODAY = Link(_("Today"), "calendar-check", "desk:today")
FROM_ELSEWHERE = ("/caseload/appointments/", "/caseload/readings/")
CASELOAD = Link(
    _("Caseload"),
    "users",
    "desk:caseload",
    ("/caseload/",),
    ("/caseload/emergency/", *FROM_ELSEWHERE),
)
ENDINGS = Link(
    pgettext_lazy("tab", "Endings"),
    "door-open",
    "endings:endings",
    ("/endings/",),
    ("/endings/notice-policy/",),
)
DIRECTORY = Link(_("Directory"), "book-open", "referrals:directory", ("/directory/",))
CALENDAR = Link(
    pgettext_lazy("tab", "Calendar"),
    "calendar-days",
    "desk:calendar",
    ("/calendar/", *FROM_ELSEWHERE),
)
SUPERVISION = Link(_("Supervision"), "messages-square", "desk:supervision", ("/supervision/",))
DESK = Link(_("Desk"), "calendar-check", "desk:supervisors_desk", ("/desk/",))
PRACTICE = Link(
    _("The practice"),
    "house",
    "desk:first_steps",
    (
        "/first-steps/",
        "/people/practice/",
        "/people/working-days/",
        "/people/mail/",
        "/people/teams/",
        "/people/supervision/",
        "/caseload/load/",
        "/endings/notice-policy/",
    ),
)
PEOPLE = Link(
    _("People"), "users", "accounts:people", ("/people/",), (*PRACTICE.under, "/people/settings/")
)
ROOMS = Link(
    _("Sites and rooms"), "door-closed", "caseload:sites", ("/caseload/sites/", "/caseload/rooms/")
)
CLOSED_DAYS = Link(
    _("Closed days"), "calendar", "caseload:closed_days", ("/caseload/closed-days/",)
)
FRONT_DESK = Link(_("Front desk"), "calendar-check", "desk:front_desk", ("/front-desk/",))
WAITING = Link(_("Waiting list"), "hourglass", "caseload:waiting", ("/caseload/waiting/",))
IMPORTS = Link(_("Imports"), "upload", "caseload:imports", ("/caseload/imports/",))
FILES = Link(
    pgettext_lazy("tab", "Files"),
    "archive",
    "caseload:files",
    ("/caseload/files/", "/caseload/file-requests/"),
)
EMERGENCY = Link(
    _("Emergency access"), "lock-open", "caseload:broken_glasses", ("/caseload/emergency/",)
)
HISTORY = Link(pgettext_lazy("tab", "History"), "history", "desk:history")
OPERATIONS = Link(
    _("Operations"), "list-checks", "reminders:operations", ("/reminders/operations/",)
)
INBOX = Link(_("Inbox"), "bell", "reminders:inbox", ("/reminders/go/",))
MAILS = Link(_("Mails"), "mail", "reminders:mails", ("/reminders/mails/",))

SECTIONS: dict[str, list[Link]] = {
    Role.THERAPIST: [TODAY, CASELOAD, ENDINGS, DIRECTORY, CALENDAR, SUPERVISION, EMERGENCY],
    Role.SUPERVISOR: [DESK, ENDINGS, DIRECTORY, CALENDAR, FILES, EMERGENCY],
    Role.DIRECTORY_ADMIN: [DIRECTORY],
    Role.PRACTICE_ADMIN: [
        *(PRACTICE, PEOPLE, ROOMS, CALENDAR, CLOSED_DAYS, HISTORY, OPERATIONS, EMERGENCY)
    ],
    Role.FRONT_DESK: [FRONT_DESK, WAITING, CALENDAR],
    Role.RECORDS_KEEPER: [IMPORTS, FILES],
}


def home_of(roles: list[str]) -> str:
    """Return the URL name of the home of the first role."""
    for role in roles:
        if SECTIONS[role]:
            return SECTIONS[role][0].name
    return "reminders:inbox"


def sections_for(request: HttpRequest, roles: list[str]) -> list[dict[str, Any]]:
    """Return the rail's sections; a link that two roles share stands under the first."""
    seen: set[str] = set()
    sections = []
    for role in roles:
        fresh = [link for link in SECTIONS[role] if link.name not in seen]
        seen.update(link.name for link in fresh)
        if fresh:
            heading = Role(role).label if len(roles) > 1 else ""
            links = [shown(request, link) for link in fresh]
            sections.append({"heading": heading, "links": links})
    own = [INBOX, MAILS] if sink.is_open() else [INBOX]
    sections.append({"heading": "", "links": [shown(request, link) for link in own]})
    return sections


def shown(request: HttpRequest, link: Link) -> dict[str, Any]:
    url = reverse(link.name)
    beginnings = link.under or (url,)
    here = request.path == url or (
        any(request.path.startswith(begin) for begin in beginnings if begin != "/")
        and not request.path.startswith(link.but or ("//",))
    )
    waiting = getattr(request, "waiting", {}).get(link.name, 0)
    return {"url": url, "label": link.label, "icon": link.icon, "count": waiting, "current": here}


def glasses_of(user: User) -> list[BreakGlass]:
    """Return the files that `user` reads in an emergency just now: asked only while there is one."""
    until = getattr(user, "glass_until", None)
    if until is None or until <= now():
        return []
    return list(BreakGlass.objects.editable_by(user).running(now()).select_related("client"))


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: what `layouts/page.html` asks for."""
    practice = getattr(request, "practice", None)
    context: dict[str, Any] = {"practice_name": practice.name if practice else "", "nav": []}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return context
    nav = sections_for(request, user.roles)
    return context | {
        "glasses": glasses_of(user),
        "nav": nav,
        "tabs": [link for section in nav for link in section["links"]][:4],
        "home_url": reverse("desk:home"),
        "more_url": reverse("desk:more"),
        "more_current": request.path == reverse("desk:more"),
        "search_url": reverse("desk:search"),
        "search_keys": user.wants_keys,
        "settings_url": reverse("accounts:own_settings"),
        "sign_out_url": reverse("account_logout"),
        "inbox_url": reverse("reminders:inbox"),
        "inbox_count": getattr(request, "waiting", {}).get("reminders:inbox", 0),
        "role_names": listed([str(Role(role).label) for role in user.roles]),
    }
