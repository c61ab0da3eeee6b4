"""First steps: what stands is read from the facts, and each line leads to where it is done."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Job, Role
from tests.accounts.factories import (
    InvitationFactory,
    JobFactory,
    PracticeFactory,
    SiteFactory,
    SupervisionFactory,
    TeamFactory,
    UserFactory,
)
from tests.caseload.factories import ClosedDayFactory, RoomFactory
from tests.desk.test_caseload import questions

URL = reverse("desk:first_steps")


@pytest.fixture
def signed_in(client, db):
    PracticeFactory()
    client.force_login(UserFactory(roles=[Role.PRACTICE_ADMIN]))
    return client


def states(client) -> dict[str, str]:
    return {step.title: step.state for step in client.get(URL).context["steps"]}


def test_a_new_practice_begins_with_its_name(signed_in) -> None:
    page = signed_in.get(URL)
    assert "First steps" in page.content.decode()
    assert page.context["next"].title == "Name, zone, languages, emergency text"
    assert set(states(signed_in).values()) == {"open", "usual"}


def test_it_is_the_home_of_who_keeps_the_practice(signed_in) -> None:
    assert signed_in.get("/").headers["Location"] == URL


def test_each_fact_closes_its_step(signed_in) -> None:
    PracticeFactory(emergency_text="112")
    RoomFactory()
    assert states(signed_in)["Rooms"] == "done"
    SiteFactory()
    assert "1 site has none yet." in signed_in.get(URL).content.decode()
    assert states(signed_in)["Rooms"] == "open"
    ClosedDayFactory()
    TeamFactory()
    marta = UserFactory(name="Marta", working_days=[0, 1])
    InvitationFactory(user=marta)
    assert states(signed_in)["Supervision"] == "open"
    assert states(signed_in)["Load and limits"] == "open"
    SupervisionFactory(supervisee=marta)
    marta.capacity = Decimal(20)
    marta.save()
    said = signed_in.get(URL).content.decode()
    assert "1 person has days of their own." in said
    assert "1 invitation is open" in said
    assert states(signed_in) == {
        "Name, zone, languages, emergency text": "done",
        "Sites": "done",
        "Rooms": "open",
        "Closed days": "done",
        "People and roles": "done",
        "Teams": "done",
        "Supervision": "done",
        "Working days": "usual",
        "Notice policy": "usual",
        "When people are reminded": "usual",
        "Load and limits": "done",
        "Mail": "open",
    }


def test_once_everything_stands_it_is_the_practices_page(signed_in, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    PracticeFactory(emergency_text="112")
    RoomFactory()
    ClosedDayFactory()
    marta = UserFactory(capacity=Decimal(20))
    SupervisionFactory(supervisee=marta)
    facts = {"kind": "test_mail", "started_by": marta, "ended_at": "2026-11-22T09:00Z"}
    JobFactory(state=Job.State.DONE, **facts)
    page = signed_in.get(URL)
    assert page.context["next"] is None
    assert "Everything stands." in page.content.decode()


def test_a_test_into_the_folder_is_no_mail(signed_in, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    JobFactory(kind="test_mail", state=Job.State.DONE, ended_at="2026-11-22T09:00Z")
    assert states(signed_in)["Mail"] == "open"


def test_it_asks_few_questions(signed_in) -> None:
    assert questions(signed_in, URL) <= 12
