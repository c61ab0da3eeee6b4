"""The practice as its admin keeps it: facts of the practice, teams, supervision, working days, mail."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import Job, Practice, Role, Supervision, Team, User
from accounts.operations import practice as operations
from accounts.operations import supervision as supervisions
from accounts.operations.supervision import Pair
from core.clock import now, today
from core.errors import ChangedMeanwhile, RuleBroken
from tests.accounts.factories import (
    PracticeFactory,
    SupervisionFactory,
    SupervisorFactory,
    TeamFactory,
    TeamMembershipFactory,
    UserFactory,
)
from tests.desk.test_caseload import questions

pytestmark = pytest.mark.django_db

PRACTICE = {
    "name": "Harbour Practice",
    "zone": "Europe/Amsterdam",
    "languages": ["nl", "en"],
    "language": "nl",
    "emergency_text": "112",
    "retention_years": "15",
    "majority_age": "21",
    "retention_after_majority": "5",
}


@pytest.fixture
def admin(db):
    PracticeFactory()
    return UserFactory(name="Pieter", roles=[Role.PRACTICE_ADMIN])


@pytest.fixture
def signed_in(client, admin):
    client.force_login(admin)
    return client


def text_of(response) -> str:
    return response.content.decode()


def undo(client, response):
    """Press *Undo* on the page that an act led to."""
    form = response.context["undo"]
    fields: dict[str, list[str]] = {}
    for name, value in form["fields"]:
        fields.setdefault(name, []).append(value)
    return client.post(form["url"], fields, follow=True)


def test_the_practice_is_named_and_the_change_can_be_undone(signed_in) -> None:
    url = reverse("accounts:practice")
    page = signed_in.post(url, {**PRACTICE, "revision": 0}, follow=True)

    saved = Practice.objects.current()
    assert (saved.name, saved.zone, saved.retention_years) == (
        "Harbour Practice",
        "Europe/Amsterdam",
        15,
    )
    assert (saved.majority_age, saved.retention_after_majority) == (21, 5)
    undo(signed_in, page)
    assert Practice.objects.current().name == "Linden Practice"


def test_undo_is_offered_once(signed_in) -> None:
    url = reverse("accounts:practice")
    assert ">Undo<" in text_of(signed_in.post(url, PRACTICE, follow=True))
    assert ">Undo<" not in text_of(signed_in.get(url))


def test_two_who_save_at_once_see_both_texts(signed_in) -> None:
    url = reverse("accounts:practice")
    signed_in.post(url, {**PRACTICE, "revision": 0})
    second = signed_in.post(url, {**PRACTICE, "name": "Hill Practice", "revision": 0})

    assert second.status_code == 409
    assert "Harbour Practice" in text_of(second)
    with pytest.raises(ChangedMeanwhile):
        operations.change_practice(
            facts={"name": "X"}, by=User.objects.get(name="Pieter"), revision=0
        )


def test_the_own_language_is_among_those_at_the_door(signed_in) -> None:
    response = signed_in.post(reverse("accounts:practice"), {**PRACTICE, "language": "it"})
    assert response.status_code == 422
    assert "missing among those at the door" in text_of(response)


def test_only_a_practice_admin_changes_the_practice() -> None:
    with pytest.raises(RuleBroken, match="role"):
        operations.change_practice(facts={"name": "X"}, by=UserFactory())


# --- working days, mail ------------------------------------------------------------------------------
def test_new_working_days_leave_everybodys_own_alone(signed_in, admin) -> None:
    url = reverse("accounts:working_days")
    page = signed_in.post(url, {"working_days": [0, 1, 2]}, follow=True)

    assert Practice.objects.current().working_days == [0, 1, 2]
    admin.refresh_from_db()
    assert admin.working_days == [0, 1, 2, 3, 4]
    undo(signed_in, page)
    assert Practice.objects.current().working_days == [0, 1, 2, 3, 4]
    assert signed_in.post(url, {}).status_code == 422


def test_a_test_mail_is_proven_by_a_row(signed_in, admin) -> None:
    page = text_of(signed_in.post(reverse("accounts:send_test_mail"), follow=True))

    assert "Look whether it has come." in page
    assert [sent.to for sent in mail.outbox] == [[admin.email]]
    assert Job.objects.get(kind="test_mail").state == Job.State.DONE


def test_what_the_mail_server_said_is_kept_and_shown(signed_in, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    page = text_of(signed_in.post(reverse("accounts:send_test_mail"), follow=True))

    assert "did not take it" in page
    assert "refused" in Job.objects.get(kind="test_mail").said
    assert "127.0.0.1" in page


def test_the_sink_says_that_mail_does_not_go_out(signed_in, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    assert "Mail does not go out yet." in text_of(signed_in.get(reverse("accounts:mail")))


# --- teams -------------------------------------------------------------------------------------------
def test_a_team_is_made_filled_renamed_ended_and_brought_back(signed_in) -> None:
    marta = UserFactory(name="Marta")
    signed_in.post(reverse("accounts:add_team"), {"name": "North"})
    team = Team.objects.get(name="North")
    here = reverse("accounts:team", args=[team.pk])

    signed_in.post(reverse("accounts:join_team", args=[team.pk]), {"user": marta.pk})
    again = signed_in.post(
        reverse("accounts:join_team", args=[team.pk]), {"user": marta.pk}, follow=True
    )
    assert "belongs to this team already" in text_of(again)
    assert "1 person" in text_of(signed_in.get(reverse("accounts:teams")))

    undo(signed_in, signed_in.post(here, {"name": "South"}, follow=True))
    assert Team.objects.get().name == "North"

    page = signed_in.post(reverse("accounts:end_team", args=[team.pk]), follow=True)
    assert "No teams yet." in text_of(page)
    assert "North" in text_of(signed_in.get(reverse("accounts:teams") + "?show=ended"))
    undo(signed_in, page)
    assert Team.objects.get().ended_on is None


def test_a_team_has_a_name_of_its_own(signed_in) -> None:
    TeamFactory(name="North")
    response = signed_in.post(reverse("accounts:add_team"), {"name": "north"})
    assert "already one with this name" in text_of(response)


def test_who_leaves_a_team_can_stay_after_all(signed_in) -> None:
    membership = TeamMembershipFactory()
    page = signed_in.post(reverse("accounts:leave_team", args=[membership.pk]), follow=True)
    membership.refresh_from_db()
    assert membership.ends_on == today() - timedelta(days=1)

    undo(signed_in, page)
    membership.refresh_from_db()
    assert membership.ends_on is None


def test_who_has_joined_again_is_not_doubled_by_an_undo(signed_in) -> None:
    membership = TeamMembershipFactory()
    page = signed_in.post(reverse("accounts:leave_team", args=[membership.pk]), follow=True)
    signed_in.post(
        reverse("accounts:join_team", args=[membership.team_id]), {"user": membership.user_id}
    )
    assert "again already" in text_of(undo(signed_in, page))


def test_teams_are_found_without_accents(signed_in) -> None:
    TeamFactory(name="Łódź")
    TeamFactory(name="Utrecht")
    page = text_of(signed_in.get(reverse("accounts:teams") + "?q=lodz"))
    assert "Łódź" in page
    assert "Utrecht" not in page
    assert "Nothing found" in text_of(signed_in.get(reverse("accounts:teams") + "?q=zzz"))


# --- supervision --------------------------------------------------------------------------------------
def test_whom_nobody_leads_stands_on_top(signed_in) -> None:
    marta = UserFactory(name="Marta")
    anneke = SupervisorFactory(name="Anneke")
    page = text_of(signed_in.get(reverse("accounts:supervision")))
    assert "Nobody leads them yet" in page

    said = {"supervisor": anneke.pk, "supervisee": marta.pk, "kind": "leading"}
    assert signed_in.post(reverse("accounts:add_supervision"), said).status_code == 302
    assert "Nobody leads them yet" not in text_of(signed_in.get(reverse("accounts:supervision")))
    again = signed_in.post(reverse("accounts:add_supervision"), said)
    assert "stands already" in text_of(again)


def test_reflecting_is_not_leading(admin) -> None:
    marta = UserFactory(name="Marta")
    SupervisionFactory(supervisee=marta, kind=Supervision.Kind.REFLECTIVE)
    assert list(supervisions.without_a_leader(today())) == [marta]


def test_a_changed_kind_leaves_the_days_before_as_they_were(signed_in) -> None:
    row = SupervisionFactory()
    url = reverse("accounts:change_supervision", args=[row.pk])
    signed_in.post(url, {"kind": "reflective"})

    before, after = Supervision.objects.order_by("starts_on")
    assert (before.kind, before.ends_on) == ("leading", today() - timedelta(days=1))
    assert (after.kind, after.starts_on) == ("reflective", today())
    signed_in.post(reverse("accounts:change_supervision", args=[after.pk]), {"kind": "both"})
    assert sorted(Supervision.objects.values_list("kind", flat=True)) == ["both", "leading"]


def test_ending_says_whom_nobody_leads_and_can_be_undone(signed_in) -> None:
    row = SupervisionFactory(supervisee=UserFactory(name="Marta"))
    page = signed_in.post(reverse("accounts:end_supervision", args=[row.pk]), follow=True)
    assert "Nobody leads Marta now." in text_of(page)

    undo(signed_in, page)
    row.refresh_from_db()
    assert row.ends_on is None


def test_an_end_is_not_undone_where_it_stands_again(signed_in, admin) -> None:
    row = SupervisionFactory()
    page = signed_in.post(reverse("accounts:end_supervision", args=[row.pk]), follow=True)
    pair = Pair(row.supervisor, row.supervisee)
    again = supervisions.add_supervision(pair=pair, on=today(), by=admin)
    assert "stands already" in text_of(undo(signed_in, page))

    signed_in.post(reverse("accounts:end_supervision", args=[again.pk]))
    assert not Supervision.objects.filter(pk=again.pk).exists()  # it had not begun yet


def test_nobody_supervises_themselves(admin) -> None:
    with pytest.raises(RuleBroken, match="somebody else"):
        supervisions.add_supervision(pair=Pair(admin, admin), on=today(), by=admin)


@pytest.mark.parametrize("name", ["teams", "supervision", "working_days", "mail", "practice"])
def test_lists_ask_few_questions(signed_in, name) -> None:
    for _ in range(3):
        TeamMembershipFactory()
        SupervisionFactory()
    operations.send_test_mail(by=User.objects.get(name="Pieter"), at=now())
    assert questions(signed_in, reverse(f"accounts:{name}")) <= 12


def test_roles_and_ones_own_settings_are_undone_and_single_keys_can_be_turned_off(
    signed_in,
) -> None:
    person = UserFactory(roles=["therapist"])
    url = reverse("accounts:person", args=[person.pk])
    undo(signed_in, signed_in.post(url, {"roles": ["front_desk", "therapist"]}, follow=True))
    assert [row.role for row in person.roles_held.all()] == ["therapist"]

    here = reverse("accounts:own_settings")
    assert "data-keys" in text_of(signed_in.get(here))
    sent = dict(signed_in.get(here).context["form"].initial)
    page = signed_in.post(here, {**sent, "wants_keys": "", "wants_mail": "on"}, follow=True)
    assert page.status_code == 200
    assert "data-keys" not in text_of(page)
    assert "data-keys" in text_of(undo(signed_in, page))
