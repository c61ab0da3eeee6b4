"""The synthetic caseload of the shared data, whole, by the command; skipped aloud where it is not there."""

from collections import Counter
from datetime import date, timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.models import F, Q

from accounts.models import Site, User
from caseload.models import (
    Assignment,
    Booking,
    Cadence,
    Client,
    Commitment,
    Episode,
    Goal,
    ImportRun,
    Session,
)
from caseload.operations.imports import undo_import
from core.clock import now, today
from tests.accounts.factories import PracticeFactory

CASELOAD = settings.SHARED_DATA / "caseload"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not CASELOAD.is_dir(), reason=f"no caseload under {CASELOAD}"),
]
FIRST = "3464 new, 0 changed, 0 same, 166 skipped, 0 rejected"
SECOND = "0 new, 0 changed, 3464 same, 166 skipped, 0 rejected"


def command(*options: str) -> list[str]:
    said = StringIO()
    call_command("import_caseload", str(CASELOAD), *options, stdout=said)
    return said.getvalue().splitlines()


def counts() -> list[int]:
    models = (Client, Episode, Assignment, Session, Goal, Site, Commitment)
    return [model._default_manager.count() for model in models]


def test_the_whole_caseload_comes_in_and_a_second_run_changes_nothing() -> None:
    PracticeFactory()

    first = command()
    after_first = counts()
    second = command()

    assert first[-1] == FIRST
    assert after_first == [263, 263, 328, 2493, 372, 66, 253]
    assert "Skipped: 132 × Emergency visit." in first
    assert "Skipped: 28 × Stay in a hospital." in first
    assert "Skipped: 6 × No practitioner is named." in first
    assert "Taken, and worth a look: 9 × Longer than a day." in first
    assert second[-1] == SECOND
    assert counts() == after_first
    everybody_has_one_lead_at_a_time()
    caseloads = Counter(
        Assignment.objects.filter(ends_on=None).values_list("therapist", flat=True)
    ).most_common(3)
    assert [count for _therapist, count in caseloads] == [20, 18, 16]


def everybody_has_one_lead_at_a_time() -> None:
    leading = Assignment.objects.filter(role="primary").order_by("episode", "starts_on")
    before: Assignment | None = None
    for row in leading:
        if before and before.episode_id == row.episode_id:
            assert before.ends_on is not None
            assert before.ends_on < row.starts_on
        before = row
    assert leading.values("episode").distinct().count() == Episode.objects.count()


def test_nothing_is_invented_and_nobody_can_sign_in() -> None:
    PracticeFactory()

    command()

    assert Cadence.objects.count() == 0
    assert Booking.objects.count() == 0  # the past takes nobody's time
    assert Client.objects.filter(name__regex=r"\d").count() == 0
    therapists = User.objects.filter(roles_held__role="therapist")
    assert therapists.count() == 66
    assert not any(user.email or user.has_usable_password() for user in therapists)


def test_those_who_have_died_are_recorded_and_no_longer_seen() -> None:
    PracticeFactory()

    command()

    died = Client.objects.exclude(died_on=None)
    assert died.count() == 10
    work = Assignment.objects.filter(episode__participations__client__in=died)
    assert work.count() >= 10
    assert not work.filter(ends_on=None).exists()
    assert not Episode.objects.filter(participations__client__in=died, closed_on=None).exists()


def test_a_shift_moves_sessions_by_whole_weeks_and_births_not_at_all() -> None:
    PracticeFactory(zone="America/New_York")
    before = today()

    said = command("--shift-to", before.isoformat())
    weeks = ImportRun.objects.get().weeks_shifted
    latest = Session.objects.latest("starts_at").starts_at.date()
    births = Client.objects.filter(born_on__gt=date(2021, 4, 1)).count()

    assert said[-1] == FIRST
    assert f"Sessions and goals are moved by {weeks} weeks." in said
    assert before - timedelta(days=8) <= latest <= before
    assert births == 0
    assert not Assignment.objects.filter(ends_on__lt=F("starts_on")).exists()
    outside = Q(starts_at__date__lt=F("assignment__starts_on"))
    assert Session.objects.filter(outside).count() == 0
    assert command("--shift-to", "2030-01-01")[-1] == SECOND
    assert command()[-1] == SECOND


def test_a_dry_run_says_the_same_and_changes_nothing() -> None:
    PracticeFactory()

    said = command("--dry-run")

    assert said[-2:] == ["Nothing has been changed.", FIRST]
    assert counts() == [0] * 7
    assert ImportRun.objects.count() == 0


def test_the_whole_import_can_be_taken_back_and_comes_in_again() -> None:
    PracticeFactory()
    command()

    undo_import(run=ImportRun.objects.get(), at=now())

    assert counts() == [0] * 7
    assert User.objects.count() == 0
    assert command()[-1] == FIRST
