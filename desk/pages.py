"""The pages one can go to by name: what each is called, by what else it is looked for, and who may open it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Role
from core.names import folded

Words = str | Promise
THERAPIST, SUPERVISOR, ADMIN = Role.THERAPIST, Role.SUPERVISOR, Role.PRACTICE_ADMIN
DIRECTORY, DESK, KEEPER = Role.DIRECTORY_ADMIN, Role.FRONT_DESK, Role.RECORDS_KEEPER


@dataclass(frozen=True)
class Page:
    """A page without a key in its address; `roles` empty is everybody's, `also` what else one may call it."""

    name: str
    label: Words
    roles: tuple[Role, ...] = ()
    also: Words = ""

    def is_open_to(self, roles: Collection[str]) -> bool:
        return not self.roles or any(role in roles for role in self.roles)

    def is_called(self, words: Sequence[str]) -> bool:
        """Say whether each of `words`, folded, begins a word of what it is called."""
        said = folded(f"{self.label} {self.also}").replace(",", " ").split()
        return all(any(each.startswith(word) for each in said) for word in words)


WORK = (THERAPIST, SUPERVISOR)
PAGES = (
    Page("desk:today", _("Today")),
    Page("desk:caseload", _("Caseload"), WORK, _("my clients, load, how full")),
    Page(
        "caseload:open_client", _("New client"), WORK, _("intake, take somebody in, couple, group")
    ),
    Page("caseload:week", _("Sessions"), WORK, _("week, calendar, appointments")),
    Page(
        "caseload:set_cadences", _("Set many rhythms at once"), (THERAPIST,), _("weekly, cadence")
    ),
    Page("caseload:absences", _("Your absences"), WORK, _("leave, holiday, ill, sickness, deputy")),
    Page(
        "caseload:record_absence", _("Record an absence"), WORK, _("leave, holiday, ill, sickness")
    ),
    Page("caseload:places", _("Your places"), (THERAPIST,), _("free times, offer")),
    Page("caseload:waiting", _("Waiting list"), (*WORK, DESK), _("who waits, next contact")),
    Page("endings:endings", pgettext_lazy("tab", "Endings"), (), _("departure, leaving, goodbye")),
    Page("endings:received", _("Coming to you"), (), _("handover, take over, invitation")),
    Page("referrals:directory", _("Directory"), (), _("services, referral, places to turn to")),
    Page("referrals:shortlist", _("My shortlist"), WORK, _("trusted places")),
    Page("desk:supervision", _("Supervision")),
    Page("desk:supervisors_desk", _("Desk"), (SUPERVISOR,), _("team, reviews, who is late")),
    Page("desk:front_desk", _("Front desk"), (DESK,), _("sign in, arrivals, bookings")),
    Page("caseload:imports", _("Imports"), (KEEPER,), _("CSV, FHIR, spreadsheet")),
    Page(
        "caseload:files",
        pgettext_lazy("tab", "Files"),
        (SUPERVISOR, KEEPER),
        _("copy, retention, legal hold"),
    ),
    Page("desk:first_steps", _("First steps"), (ADMIN,), _("set up the practice")),
    Page(
        "accounts:practice", _("The practice"), (ADMIN,), _("name, zone, languages, emergency text")
    ),
    Page("caseload:sites", _("Sites"), (ADMIN,), _("address, place")),
    Page("caseload:rooms", _("Rooms"), (ADMIN,)),
    Page("caseload:closed_days", _("Closed days"), (ADMIN,), _("public holidays")),
    Page("accounts:people", _("People"), (ADMIN,), _("colleagues, roles, suspend")),
    Page("accounts:invite_person", _("Invite somebody"), (ADMIN,), _("new colleague")),
    Page("accounts:invitations", _("Invitations"), (ADMIN,), _("pending")),
    Page("accounts:teams", _("Teams"), (ADMIN,)),
    Page("accounts:supervision", _("Who leads whom"), (ADMIN,), _("supervision, supervisor")),
    Page("accounts:working_days", _("Working days"), (ADMIN,)),
    Page("endings:notice_policy", _("Notice policy"), (ADMIN,), _("days, meetings, window")),
    Page(
        "reminders:policy",
        _("When people are reminded"),
        (ADMIN,),
        _("reminders, escalation, days"),
    ),
    Page("caseload:load_scale", _("Load and limits"), (ADMIN,), _("capacity, weight")),
    Page("accounts:mail", _("Mail"), (ADMIN,), _("test mail, server")),
    Page(
        "sign_in:policy", _("Sign-in of the practice"), (ADMIN,), _("second step, password, idle")
    ),
    Page("desk:history", pgettext_lazy("tab", "History"), (ADMIN,), _("who did what, audit")),
    Page("reminders:operations", _("Operations"), (ADMIN,), _("backup, late work, failed mail")),
    Page("reminders:inbox", _("Inbox"), (), _("reminders, messages")),
    Page("accounts:own_settings", _("Settings"), (), _("language, theme, time zone, morning mail")),
    Page("sign_in:devices", _("Where you are signed in"), (), _("devices, sign out elsewhere")),
    Page(
        "mfa_index", _("Your sign-in"), (), _("second step, passkey, authenticator, recovery codes")
    ),
    Page("account_change_password", _("New password"), (), _("change password")),
)


def pages_called(words: Sequence[str], roles: Collection[str]) -> list[Page]:
    """Return the pages open to `roles` that are called so; those whose own name begins so first."""
    found = [page for page in PAGES if page.is_open_to(roles) and page.is_called(words)]
    return sorted(found, key=lambda page: not folded(str(page.label)).startswith(words[0]))
