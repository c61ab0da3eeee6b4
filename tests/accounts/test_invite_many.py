"""Inviting many: a sheet is read line by line, looked at, and only then are people invited."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.invitation_sheet import Problem, read_sheet
from accounts.models import Invitation, Role, User
from accounts.operations import invitations as operations
from accounts.operations.people import accept_invitation
from core.clock import now
from core.errors import RuleBroken
from tests.accounts.factories import InvitationFactory, PracticeFactory, UserFactory
from tests.accounts.test_practice import text_of, undo
from tests.desk.test_caseload import questions

ROLES = {"therapist": "therapist", "supervisor": "supervisor", "recepcja": "front_desk"}
MANY = reverse("accounts:invite_many")


# --- the sheet ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("between", ["\t", ";", ","])
def test_a_sheet_is_read_with_any_delimiter(between) -> None:
    text = f"Ilse Bakker{between}ilse@example.org{between}therapist+supervisor"
    (line,) = read_sheet(text, ROLES)
    assert (line.number, line.name, line.roles) == (1, "Ilse Bakker", ("therapist", "supervisor"))
    assert line.problems == ()


def test_headings_say_where_a_column_stands_in_any_language() -> None:
    text = "E-mail;Rola;Imię i nazwisko\nzofia@example.org;Recepcja;Zofia Mazur"
    (line,) = read_sheet(text, ROLES)
    assert (line.number, line.name, line.email, line.roles) == (
        2,
        "Zofia Mazur",
        "zofia@example.org",
        ("front_desk",),
    )


def test_each_line_says_everything_that_is_wrong_with_it() -> None:
    text = "\n".join(
        [
            "Ilse;ilse@example.org;therapist",
            ";not an address;",
            "",
            "Ilse again;ILSE@example.org;therapist",
            "Known;known@example.org;wizard",
            "A" * 121 + ";long@example.org;therapist",
        ]
    )
    lines = read_sheet(text, ROLES, frozenset({"known@example.org"}))
    assert {line.number: line.problems for line in lines} == {
        1: (),
        2: (Problem.NO_NAME, Problem.NO_EMAIL, Problem.NO_ROLE),
        4: (Problem.TWICE,),
        5: (Problem.UNKNOWN_ROLE, Problem.SIGNS_IN),
        6: (Problem.LONG_NAME,),
    }


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text) -> None:
    for line in read_sheet(text.replace("\x00", ""), ROLES):
        assert line.number >= 1


def test_an_empty_sheet_has_no_lines() -> None:
    assert read_sheet("", ROLES) == []


# --- the pages ---------------------------------------------------------------------------------------
@pytest.fixture
def admin(db):
    PracticeFactory(working_days=[0, 1, 2, 3], usual_limit=20)
    return UserFactory(name="Pieter", roles=[Role.PRACTICE_ADMIN])


@pytest.fixture
def signed_in(client, admin):
    client.force_login(admin)
    return client


SHEET = "Ilse;ilse@example.org;therapist\nWrong;nowhere;therapist"


def test_nobody_is_invited_by_looking(signed_in) -> None:
    page = text_of(signed_in.post(MANY, {"sheet": SHEET, "act": "look"}))
    assert "1 line is ready" in page
    assert "This is no e-mail address." in page
    assert not Invitation.objects.exists()


def test_lines_that_are_right_are_invited_and_links_are_shown_once(signed_in) -> None:
    page = text_of(signed_in.post(MANY, {"sheet": SHEET, "act": "invite"}, follow=True))
    ilse = User.objects.get(email="ilse@example.org")
    assert (ilse.roles, ilse.working_days, ilse.capacity) == (["therapist"], [0, 1, 2, 3], 20)
    assert "1 line was left out." in page
    link = page.split('value="http')[1].split('"')[0]
    code = link.rstrip("/").rsplit("/", 1)[1]
    assert "/people/invitation/" not in text_of(signed_in.get(reverse("accounts:invitations")))
    assert (
        accept_invitation(code=code, password="seven quiet lindens", language="nl", at=now())
        == ilse
    )


def test_a_file_does_as_well_in_the_encoding_of_old_excel(signed_in) -> None:
    file = SimpleUploadedFile(
        "people.csv", "Łucja Żak;lucja@example.org;therapist".encode("cp1250")
    )
    page = text_of(signed_in.post(MANY, {"file": file, "act": "look"}))
    assert "Łucja Żak" in page


def test_nothing_sent_is_said(signed_in) -> None:
    response = signed_in.post(MANY, {"sheet": "  "})
    assert response.status_code == 422
    assert "Paste some lines" in text_of(response)


def test_links_go_by_mail_once_the_invitations_stand(
    signed_in, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        signed_in.post(MANY, {"sheet": SHEET, "act": "invite", "by_mail": "on"})
    (sent,) = mail.outbox
    assert sent.to == ["ilse@example.org"]
    assert "/people/invitation/" in sent.body


def test_only_a_practice_admin_invites_many(db) -> None:
    with pytest.raises(RuleBroken):
        operations.invite_many(lines=[], by=UserFactory(), at=now())


# --- open invitations ---------------------------------------------------------------------------------
def test_an_invitation_is_withdrawn_and_made_again(signed_in) -> None:
    invitation = InvitationFactory(user=UserFactory(name="Ilse", password=None))
    here = reverse("accounts:invitations")
    assert "Ilse" in text_of(signed_in.get(here))

    url = reverse("accounts:withdraw_invitation", args=[invitation.pk])
    assert "Withdrawn." in text_of(signed_in.post(url, follow=True))
    assert "No invitation is open." in text_of(signed_in.get(here))
    signed_in.post(reverse("accounts:renew_invitation", args=[invitation.user_id]))
    assert Invitation.objects.open_at(now()).get().user == invitation.user


def test_who_has_come_in_is_not_sent_away(signed_in) -> None:
    invitation = InvitationFactory(accepted_at=now())
    url = reverse("accounts:withdraw_invitation", args=[invitation.pk])
    assert "has come in already" in text_of(signed_in.post(url, follow=True))


def test_a_link_that_has_run_out_says_so(signed_in) -> None:
    InvitationFactory(expires_at=now() - timedelta(days=1))
    assert "Run out" in text_of(signed_in.get(reverse("accounts:invitations")))


# --- people -----------------------------------------------------------------------------------------
def test_people_are_found_by_name_address_and_role(signed_in) -> None:
    UserFactory(name="Łucja Żak", email="lucja@example.org")
    UserFactory(name="Gone", suspended_at=now())
    UserFactory(name="Invited", password=None)
    here = reverse("accounts:people")

    def found(query: str) -> set[str]:
        return {person.name for person in signed_in.get(here + query).context["page"]}

    assert found("?q=lucja") == {"Łucja Żak"}
    assert found("?q=practice+admin") == {"Pieter"}
    assert found("?show=gone") == {"Gone"}
    assert found("?show=invited") == {"Invited"}
    assert "Nobody found." in text_of(signed_in.get(here + "?q=zzz"))


def test_how_somebody_works_is_changed_and_changed_back(signed_in) -> None:
    marta = UserFactory(name="Marta", capacity=30)
    url = reverse("accounts:change_working", args=[marta.pk])
    said = {"name": "Marta Z", "working_days": [1, 2], "languages_spoken": ["pl"], "capacity": "24"}
    page = signed_in.post(url, said, follow=True)

    marta.refresh_from_db()
    assert (marta.name, marta.working_days, marta.capacity) == ("Marta Z", [1, 2], 24)
    undo(signed_in, page)
    marta.refresh_from_db()
    assert (marta.name, marta.languages_spoken, marta.capacity) == ("Marta", [], 30)


def test_somebody_who_calls_in_sick_gets_a_deputy(signed_in) -> None:
    marta, ilse = UserFactory(name="Marta"), UserFactory(name="Ilse")
    url = reverse("caseload:record_absence_of", args=[marta.pk])
    days = {"kind": "sickness", "starts_on": "2026-12-01", "ends_on": "2026-12-04"}
    page = text_of(signed_in.post(url, {**days, "deputy": ilse.pk}, follow=True))
    assert "Ilse stands in." in page
    assert signed_in.post(url, days).status_code == 422
    absence = marta.absences.get()
    signed_in.post(reverse("caseload:end_absence_of", args=[absence.pk]))
    over = marta.absences.create(starts_on="2026-01-01", ends_on="2026-01-02")
    page = signed_in.post(reverse("caseload:end_absence_of", args=[over.pk]), follow=True)
    assert "over already" in text_of(page)


def test_ones_own_zone_is_a_setting(signed_in, admin) -> None:
    said = {"language": "en", "zone": "Europe/Rome", "working_days": [0], "digest_at": "08:00"}
    said["reminded_by"] = "both"
    signed_in.post(reverse("accounts:own_settings"), said)
    admin.refresh_from_db()
    assert admin.zone == "Europe/Rome"


@pytest.mark.parametrize("name", ["people", "invitations"])
def test_lists_ask_few_questions(signed_in, name) -> None:
    for _ in range(3):
        InvitationFactory()
    assert questions(signed_in, reverse(f"accounts:{name}")) <= 12


def test_a_persons_page_asks_few_questions(signed_in) -> None:
    marta = UserFactory()
    InvitationFactory(user=marta)
    assert questions(signed_in, reverse("accounts:person", args=[marta.pk])) <= 12
