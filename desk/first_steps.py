"""What a practice sets up, in the order in which it helps: read from the facts, never from a flag.

Values in, steps out. Three states: *done* is a fact that stands, *usual* a policy that already has an
answer and may be changed, *open* asks for somebody to do it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Practice
from core.dates import listed
from core.parts import Chip

State = Literal["done", "usual", "open"]


@dataclass(frozen=True)
class Facts:
    """What stands in the database, in numbers."""

    practice: Practice
    sites: int
    rooms: int
    sites_without_room: int
    closed_days_ahead: int
    teams: int
    people: int
    therapists: int
    invited: int
    without_leader: int
    without_limit: int
    own_days: int
    mail_went_out: bool
    languages: Sequence[str] = ()


@dataclass(frozen=True)
class SetUp:
    """One line of the page: what, how it stands in one sentence, where it is done."""

    title: str
    state: State
    text: str
    url: str
    icon: str

    @property
    def chip(self) -> Chip:
        chips = {
            "done": Chip("done", _("Done")),
            "usual": Chip("info", _("As usual"), "info"),
            "open": Chip("wait", _("To do")),
        }
        return chips[self.state]


def steps_of(facts: Facts) -> list[SetUp]:
    """Return every step; a practice of one person needs no team, and none is asked of it."""
    return [
        the_practice(facts),
        sites(facts),
        rooms(facts),
        closed_days(facts),
        people(facts),
        teams(facts),
        supervision(facts),
        working_days(facts),
        notice_policy(facts),
        reminders(),
        load_scale(facts),
        mail(facts),
    ]


def step(title: str | Promise, state: State, text: str | Promise, name: str, icon: str) -> SetUp:
    return SetUp(str(title), state, str(text), reverse(name), icon)


def the_practice(facts: Facts) -> SetUp:
    row = facts.practice
    title = _("Name, zone, languages, emergency text")
    is_done = bool(row.emergency_text)
    text = _("Whom to call at once is missing.")
    if is_done:
        text = f"{row.name} · {row.zone} · {listed(facts.languages)}"
    return step(title, "done" if is_done else "open", text, "accounts:practice", "house")


def sites(facts: Facts) -> SetUp:
    text = ngettext("%(count)s site.", "%(count)s sites.", facts.sites) % {"count": facts.sites}
    state: State = "done" if facts.sites else "open"
    said = text if facts.sites else _("Where does the practice see people?")
    return step(_("Sites"), state, said, "caseload:sites", "map-pin")


def rooms(facts: Facts) -> SetUp:
    text = ngettext("%(count)s room.", "%(count)s rooms.", facts.rooms) % {"count": facts.rooms}
    if facts.rooms and facts.sites_without_room:
        missing = ngettext(
            "%(count)s site has none yet.",
            "%(count)s sites have none yet.",
            facts.sites_without_room,
        )
        text = f"{text} {missing % {'count': facts.sites_without_room}}"
    is_done = bool(facts.rooms) and not facts.sites_without_room
    said = text if facts.rooms else _("No room is ever planned twice, once it is written down.")
    return step(_("Rooms"), "done" if is_done else "open", said, "caseload:rooms", "door-closed")


def closed_days(facts: Facts) -> SetUp:
    count = facts.closed_days_ahead
    text = ngettext(
        "%(count)s day in the coming year.", "%(count)s days in the coming year.", count
    )
    said = text % {"count": count} if count else _("Take the public holidays of your country.")
    state: State = "done" if count else "open"
    return step(_("Closed days"), state, said, "caseload:closed_days", "calendar")


def people(facts: Facts) -> SetUp:
    parts = [
        ngettext("%(count)s person", "%(count)s people", facts.people) % {"count": facts.people},
        ngettext("%(count)s therapist", "%(count)s therapists", facts.therapists)
        % {"count": facts.therapists},
    ]
    if facts.invited:
        waiting = ngettext(
            "%(count)s invitation is open", "%(count)s invitations are open", facts.invited
        )
        parts.append(waiting % {"count": facts.invited})
    said = " · ".join(parts) if facts.therapists else _("No therapist yet. Invite one or many.")
    state: State = "done" if facts.therapists else "open"
    return step(_("People and roles"), state, said, "accounts:people", "users")


def teams(facts: Facts) -> SetUp:
    text = ngettext("%(count)s team.", "%(count)s teams.", facts.teams) % {"count": facts.teams}
    said = text if facts.teams else _("A small practice can do without.")
    return step(_("Teams"), "done" if facts.teams else "usual", said, "accounts:teams", "users")


def supervision(facts: Facts) -> SetUp:
    title, name = _("Supervision"), "accounts:supervision"
    if not facts.therapists:
        return step(title, "open", _("Once there are therapists."), name, "messages-square")
    if facts.without_leader:
        text = ngettext(
            "Nobody leads %(count)s therapist yet.",
            "Nobody leads %(count)s therapists yet.",
            facts.without_leader,
        ) % {"count": facts.without_leader}
        return step(title, "open", text, name, "messages-square")
    return step(title, "done", _("Somebody leads each therapist."), name, "messages-square")


def working_days(facts: Facts) -> SetUp:
    text = ngettext(
        "%(count)s person has days of their own.",
        "%(count)s people have days of their own.",
        facts.own_days,
    ) % {"count": facts.own_days}
    said = text if facts.own_days else _("Everybody works on the practice’s days.")
    return step(_("Working days"), "usual", said, "accounts:working_days", "calendar-check")


def notice_policy(facts: Facts) -> SetUp:
    row = facts.practice
    said = _("%(shortest)s to %(longest)s days, %(meetings)s meetings.") % {
        "shortest": row.notice_shortest,
        "longest": row.notice_longest,
        "meetings": row.notice_meetings,
    }
    return step(_("Notice policy"), "usual", said, "endings:notice_policy", "hourglass")


def reminders() -> SetUp:
    said = _("Within bounds; nobody can switch them off.")
    return step(_("When people are reminded"), "usual", said, "reminders:policy", "bell")


def load_scale(facts: Facts) -> SetUp:
    title, name = _("Load and limits"), "caseload:load_scale"
    if not facts.therapists:
        return step(title, "open", _("Once there are therapists."), name, "scale")
    if facts.without_limit:
        text = ngettext(
            "%(count)s therapist has no limit yet.",
            "%(count)s therapists have no limit yet.",
            facts.without_limit,
        ) % {"count": facts.without_limit}
        return step(title, "open", text, name, "scale")
    return step(title, "done", _("Each therapist has a limit."), name, "scale")


def mail(facts: Facts) -> SetUp:
    if facts.mail_went_out:
        return step(_("Mail"), "done", _("Mail goes out."), "accounts:mail", "mail")
    said = _("No mail has gone out yet. Send yourself a test.")
    return step(_("Mail"), "open", said, "accounts:mail", "mail")
