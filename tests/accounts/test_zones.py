"""Instants are shown in the reader's zone; dates and a cadence's wall-clock are the practice's (decision 9)."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from core import dates
from core.clock import today
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.caseload.factories import AssignmentFactory, SessionFactory
from tests.endings.factories import EndingFactory

NEW_YORK, WARSAW = ZoneInfo("America/New_York"), ZoneInfo("Europe/Warsaw")


@pytest.fixture
def at_the_desk() -> Any:
    """A practice in Warsaw and a reader in New York."""
    with timezone.override(WARSAW), dates.shown_in(NEW_YORK):
        yield


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ((2026, 3, 6), "Fri 6 Mar 2026, 08:00 (14:00 in Warsaw)"),  # both in winter: six hours
        ((2026, 3, 20), "Fri 20 Mar 2026, 09:00 (14:00 in Warsaw)"),  # New York in summer already
        ((2026, 4, 3), "Fri 3 Apr 2026, 08:00 (14:00 in Warsaw)"),  # both in summer
        ((2026, 10, 26), "Mon 26 Oct 2026, 09:00 (14:00 in Warsaw)"),  # Warsaw in winter already
    ],
)
@pytest.mark.usefixtures("at_the_desk")
def test_one_wall_clock_at_the_practice_through_four_changes(on: Any, said: str) -> None:
    moment = datetime(*on, 14, tzinfo=WARSAW)
    assert dates.with_the_practices(dates.at(moment), moment) == said


@pytest.mark.usefixtures("at_the_desk")
def test_another_day_is_told() -> None:
    """Half past midnight at the practice is the evening before for the reader; it stays the practice's day."""
    moment = datetime(2026, 3, 3, 0, 30, tzinfo=WARSAW)
    assert dates.at(moment) == "Mon 2 Mar 2026, 18:30"
    assert dates.at_the_practice(moment) == "Tue 00:30 in Warsaw"
    assert dates.on_day(moment).isoformat() == "2026-03-03"


def test_nothing_is_added_where_the_clocks_agree() -> None:
    """Berlin is another zone and the same time."""
    moment = datetime(2026, 3, 3, 13, tzinfo=UTC)
    for zone in (None, WARSAW, ZoneInfo("Europe/Berlin")):
        with timezone.override(WARSAW), dates.shown_in(zone):
            assert dates.with_the_practices(dates.clock(moment), moment) == "14:00"


@pytest.mark.usefixtures("at_the_desk")
def test_who_is_named_nobody_reads_by_the_practices_clock() -> None:
    """Mails and papers: nobody in particular reads."""
    moment = datetime(2026, 3, 3, 13, tzinfo=UTC)
    with dates.shown_in(None):
        assert dates.clock(moment) == "14:00"
    assert dates.clock(moment) == "08:00"


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Warsaw"), ("pl", "Warszawa"), ("nl", "Warschau"), ("it", "Varsavia")],
)
def test_a_city_is_named_in_the_language(language: str, said: str) -> None:
    with translation.override(language):
        assert dates.city(WARSAW) == said
        assert dates.city(ZoneInfo("UTC")) == "UTC"


@pytest.mark.usefixtures("at_the_desk")
def test_a_time_of_day_and_a_date_are_nobodys_instant() -> None:
    assert dates.clock(datetime(2026, 3, 3, 14, tzinfo=WARSAW).time()) == "14:00"
    assert dates.day(datetime(2026, 3, 3, 14, tzinfo=WARSAW).date()) == "Tue 3 Mar 2026"


# --- on pages ---------------------------------------------------------------------------------------
@pytest.fixture
def abroad(db: None) -> User:
    PracticeFactory.create()
    user: User = UserFactory.create(zone="America/New_York")
    return user


@pytest.fixture
def page(client: Browser, abroad: User) -> Any:
    client.force_login(abroad)
    return lambda url: client.get(url).content.decode()


@pytest.mark.time_machine("2026-03-20T12:00:00Z")
def test_the_list_of_sessions_says_both(page: Any, abroad: User) -> None:
    session = SessionFactory.create(assignment=AssignmentFactory.create(therapist=abroad), days=1)
    practices = dates.local(session.starts_at).astimezone(WARSAW)
    here = session.starts_at.astimezone(NEW_YORK)
    for url in (reverse("caseload:sessions"), session.get_absolute_url()):
        shown = page(url)
        assert f"{here:%H:%M}" in shown
        assert f"{practices:%H:%M} in Warsaw" in shown


@pytest.mark.time_machine("2026-03-20T20:00:00Z")
def test_the_telling_page_says_both(page: Any, abroad: User) -> None:
    ending = EndingFactory.create(therapist=abroad)
    session = SessionFactory.create(assignment=ending.assignment, days=0)
    here = session.starts_at.astimezone(NEW_YORK)
    there = session.starts_at.astimezone(WARSAW)
    shown = page(reverse("endings:record_told_in_person", args=[ending.pk]))
    assert f"Today’s session, {here:%H:%M} ({there:%H:%M} in Warsaw)" in shown


@pytest.mark.time_machine("2026-03-22T23:30:00Z")
def test_today_is_the_practices(page: Any) -> None:
    """Sunday evening for the reader; at the practice the new week has begun."""
    with timezone.override(WARSAW):
        assert today().isoformat() == "2026-03-23"
    assert 'datetime="2026-03-23"' in page(reverse("caseload:week"))


def test_a_form_of_times_says_whose_they_are(page: Any, abroad: User) -> None:
    assignment = AssignmentFactory.create(therapist=abroad)
    said = "Times in this form are the practice’s: Warsaw."
    assert said in page(reverse("caseload:set_cadence", args=[assignment.pk]))
    assert said not in page(reverse("accounts:own_settings"))
    User.objects.update(zone="")
    assert said not in page(reverse("caseload:set_cadence", args=[assignment.pk]))


def test_the_zone_is_chosen_in_ones_own_settings(client: Browser, abroad: User, page: Any) -> None:
    assert "As the practice: Warsaw" in page(reverse("accounts:own_settings"))
    sent = {"language": "en", "working_days": [0], "digest_at": "07:00", "reminded_by": "both"}
    assert (
        client.post(reverse("accounts:own_settings"), sent | {"zone": "Asia/Tokyo"}).status_code
        == 302
    )
    abroad.refresh_from_db()
    assert abroad.zone == "Asia/Tokyo"
    assert (
        client.post(reverse("accounts:own_settings"), sent | {"zone": "Mars/Base"}).status_code
        == 422
    )


def test_a_zone_that_means_nothing_is_the_practices(page: Any, abroad: User) -> None:
    User.objects.update(zone="../etc/passwd")
    assert "Settings" in page(reverse("accounts:own_settings"))
