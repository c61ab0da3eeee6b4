"""Day one without the demonstration: from the one-time link on the terminal to a departure that is agreed.

A practice admin follows First steps, page by page, as it leads; invites people out of a spreadsheet; a therapist
takes clients in and plans a departure; the supervisor agrees. Everybody sets up a second step on the way.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import Practice, Role, Site, Supervision, Team, User
from caseload.models import Assignment, ClosedDay, Room, Session
from core.clock import today
from endings.models import Departure
from tests.accounts.door import shown_by_app
from tests.browser.conftest import PASSWORD, Person
from tests.browser.test_journey import plan
from tests.browser.test_sign_in import key_on

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(400),
    pytest.mark.django_db(transaction=True),
]
SHEET = """name;email;role
Tess Okafor;therapist@example.org;therapist
Ilse Bakker;stays@example.org;therapist
Anneke de Vries;supervisor@example.org;supervisor
Somebody Wrong;no address;wizard
"""
CLIENTS = ("Ada Lang", "Jo Mazur", "Kim Rossi")


class Newcomer(Person):
    """Somebody who comes in by a link for the first time."""

    shots = 0

    def sees(self) -> None:
        """Keep a picture where SHOTS names a folder: for whoever wants to look at day one."""
        folder = os.environ.get("SHOTS")
        if folder:
            Newcomer.shots += 1
            self.page.screenshot(path=f"{folder}/{Newcomer.shots:02}.png", full_page=True)

    def is_fine(self, *, look: bool) -> None:
        super().is_fine(look=look)
        self.sees()

    def comes_in(self, link: str) -> None:
        """Choose a password, set an app up, put the recovery codes away."""
        self.goes_to(link, look=True)
        self.page.fill("[name=password]", PASSWORD)
        self.presses("main form button[type=submit]", look=True)
        self.presses("a[href$='/2fa/app/']", look=True)
        self.page.fill("[name=code]", shown_by_app(key_on(self.page)))
        self.presses("main form button[type=submit]", look=True)
        assert self.page.locator(".codes li").count() == 10
        self.presses("main a.btn-primary")

    def fills(self, **said: str) -> None:
        for name, value in said.items():
            self.page.fill(f"[name={name}]", value)

    def next_step(self) -> str:
        """Follow First steps to what comes next; return its address."""
        self.goes_to(reverse("desk:first_steps"), look=True)
        self.presses("main .acts a.btn-primary", look=True)
        return self.page.url.removeprefix(self.url)


@pytest.fixture
def newcomer(somebody: Callable[..., Person]) -> Callable[[], Newcomer]:
    def sit_down() -> Newcomer:
        seated = somebody()
        return Newcomer(seated.page, seated.url)

    return sit_down


def link_on_the_terminal() -> str:
    said = StringIO()
    call_command("invite_practice_admin", "admin@example.org", "--name", "Ada Admin", stdout=said)
    address = said.getvalue().split()[0]
    return address[address.index("/people/") :]


def test_from_first_steps_to_the_first_departure(
    newcomer: Callable[[], Newcomer], time_machine: Any
) -> None:
    time_machine.move_to("2026-11-23 06:00:00+00:00")
    admin = newcomer()
    admin.comes_in(link_on_the_terminal())
    assert admin.page.url.endswith(reverse("desk:first_steps")), "an admin begins at First steps"

    says_who_the_practice_is(admin)
    has_a_site_with_a_room_and_closed_days(admin)
    links = invites_people(admin)
    people = {email: newcomer() for email in links}
    for email, link in links.items():
        people[email].comes_in(link)
    says_who_works_with_whom(admin)
    what_is_left_is_load_and_mail(admin)

    therapist = people["therapist@example.org"]
    for number, name in enumerate(CLIENTS):
        takes_in(therapist, name, number)
    departure = plan(therapist, last_day=today() + timedelta(weeks=8))
    assert departure.endings.count() == len(CLIENTS)
    agrees(people["supervisor@example.org"], departure)


def says_who_the_practice_is(admin: Newcomer) -> None:
    assert admin.next_step() == reverse("accounts:practice")
    admin.fills(name="Linden Practice", emergency_text="112")
    admin.page.select_option("[name=zone]", "Europe/Amsterdam")
    admin.saves(look=True)
    practice = Practice.objects.current()
    assert (practice.name, practice.zone) == ("Linden Practice", "Europe/Amsterdam")


def has_a_site_with_a_room_and_closed_days(admin: Newcomer) -> None:
    assert admin.next_step() == reverse("caseload:sites")
    admin.presses("main .acts a.btn-primary", look=True)
    admin.fills(name="Canal street")
    admin.saves(look=True)
    assert admin.next_step() == reverse("caseload:rooms")
    admin.presses("main .acts a.btn-primary", look=True)
    admin.fills(name="Blue room")
    assert admin.page.input_value("[name=site]") == str(Site.objects.get().pk), "there is one"
    admin.saves(look=True)
    assert Room.objects.get().site.name == "Canal street"
    assert admin.next_step() == reverse("caseload:closed_days")
    admin.presses("main .acts a.btn-primary", look=True)
    assert admin.page.input_value("[name=country]") == "NL", "as the zone says"
    admin.presses("main form button[type=submit]", look=True)
    admin.saves(look=True)
    assert set(ClosedDay.objects.values_list("on__day", flat=True)) == {25, 26}, "of this year"


def invites_people(admin: Newcomer) -> dict[str, str]:
    """Return the one-time link of each person of the spreadsheet that could be invited."""
    assert admin.next_step() == reverse("accounts:people")
    admin.presses(f"main a[href='{reverse('accounts:invite_many')}']", look=True)
    sheet = {"name": "people.csv", "mimeType": "text/csv", "buffer": SHEET.encode()}
    admin.page.set_input_files("[name=file]", files=[sheet])
    admin.presses("button[value=look]", look=True)
    assert "3 lines are ready" in admin.text
    admin.presses("button[value=invite]", look=True)
    assert "1 line was left out" in admin.page.locator("body").inner_text()
    links = {}
    for user in User.objects.exclude(email="admin@example.org"):
        shown = admin.page.locator(f"li:has-text('{user.name}') input[readonly]")
        address = shown.input_value()
        links[str(user.email)] = address[address.index("/people/") :]
    assert len(links) == 3
    return links


def says_who_works_with_whom(admin: Newcomer) -> None:
    admin.goes_to(reverse("accounts:add_team"), look=True)
    admin.fills(name="Adults")
    admin.saves(look=True)
    for name in ("Tess Okafor", "Ilse Bakker"):
        admin.page.select_option("[name=user]", label=name)
        admin.presses("form:has([name=user]) button[type=submit]", look=True)
    assert Team.objects.get().memberships.count() == 2
    assert admin.next_step() == reverse("accounts:supervision")
    for name in ("Tess Okafor", "Ilse Bakker"):
        admin.goes_to(reverse("accounts:add_supervision"))
        admin.page.select_option("[name=supervisor]", label="Anneke de Vries")
        admin.page.select_option("[name=supervisee]", label=name)
        admin.page.locator("[name=kind][value=both]").check(force=True)
        admin.saves(look=True)
    assert Supervision.objects.filter(kind="both").count() == 2


def what_is_left_is_load_and_mail(admin: Newcomer) -> None:
    assert admin.next_step() == reverse("caseload:load_scale")
    for user in User.objects.in_role(Role.THERAPIST):
        admin.goes_to(reverse("accounts:change_working", args=[user.pk]), look=True)
        admin.fills(capacity="20")
        admin.saves()
    assert admin.next_step() == reverse("accounts:mail")
    admin.presses("main form button[type=submit]", look=True)
    admin.goes_to(reverse("desk:first_steps"), look=True)


def takes_in(therapist: Newcomer, name: str, number: int) -> None:
    """A name is enough; the rhythm follows at once."""
    therapist.goes_to(reverse("desk:caseload"), look=number == 0)
    therapist.presses(f"main a[href='{reverse('caseload:open_client')}']", look=number == 0)
    therapist.fills(name=name)
    therapist.saves(look=number == 0)
    therapist.page.select_option("[name=weekday]", str(number))
    therapist.fills(starts_at="10:00")
    therapist.saves(look=number == 0)
    assignment = Assignment.objects.get(episode__participations__client__name=name)
    assert Session.objects.filter(assignment=assignment).count() > 8


def agrees(supervisor: Newcomer, departure: Departure) -> None:
    supervisor.goes_to(reverse("desk:supervisors_desk"), look=True)
    supervisor.presses("main .todo button", look=True)
    supervisor.presses("button[value=agreed]", look=True)
    departure.refresh_from_db()
    assert departure.agreed_at is not None
