"""When the practice reminds: within bounds, looked at before it is saved, and never switched off."""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from core.clock import now, today
from reminders.due import due
from reminders.models import Reminder, ReminderPolicy
from reminders.occasions import Occasion
from reminders.offsets import BOUNDS, Offsets
from reminders.operations.policy import Count, preview, set_policy
from reminders.operations.raising import raise_and_close
from reminders.operations.reading import read_facts
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.endings.factories import EndingFactory
from tests.roles import as_app_for

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-11-23 08:00", tick=False)]

DAY = timedelta(days=1)
URL = "/reminders/policy/"


def admin() -> Any:
    return UserFactory.create(roles=["practice_admin"])


def sent(offsets: Offsets, **more: Any) -> dict[str, Any]:
    return asdict(offsets) | more


def a_practice() -> None:
    """Make one client to be told in 10 days from now, and one told whose last session is in 5."""
    PracticeFactory.create()
    EndingFactory.create(
        window_opens_on=today() + 10 * DAY, window_closes_on=today() + 17 * DAY, tell_plan_on=None
    )
    EndingFactory.create(chosen=True, handed_over_on=today(), last_on=today() + 5 * DAY)


def test_the_page_shows_what_changes_before_anything_is_saved(client: Client) -> None:
    a_practice()
    client.force_login(admin())
    earlier = Offsets(before_window=14, before_last=6)

    looked = client.post(URL, sent(earlier, revision=0))
    assert looked.status_code == 200
    changes = {change.occasion: change.counts for change in looked.context["changes"]}
    assert changes[Occasion.CHOOSE_MEETING][0] == Count(today(), 0, 1)
    assert changes[Occasion.LAST_SESSION][0] == Count(today(), 0, 1)
    assert set(changes) == {Occasion.CHOOSE_MEETING, Occasion.LAST_SESSION}
    assert not ReminderPolicy.objects.exists()

    seen = looked.context["form"]["previewed"].value()
    other = client.post(URL, sent(replace(earlier, before_last=7), revision=0, previewed=seen))
    assert other.status_code == 200  # other numbers are looked at anew
    assert not ReminderPolicy.objects.exists()

    saved = client.post(URL, sent(earlier, revision=0, previewed=seen), follow=True)
    assert b"Undo" in saved.content
    assert ReminderPolicy.objects.get().offsets == earlier
    raise_and_close(at=now())
    assert {row.occasion for row in Reminder.objects.all()} >= {"choose_meeting", "last_session"}

    stale = client.post(URL, sent(Offsets(), revision=0, previewed=in_one_line(Offsets())))
    assert stale.status_code == 409


def in_one_line(offsets: Offsets) -> str:
    return ",".join(str(days) for days in asdict(offsets).values())


@pytest.mark.parametrize("name", sorted(BOUNDS))
def test_no_offset_leaves_its_bounds_on_the_page_or_in_the_database(name: str) -> None:
    from reminders.forms import PolicyForm

    for days in (BOUNDS[name].fewest - 1, BOUNDS[name].most + 1, ""):
        assert name in PolicyForm(sent(Offsets()) | {name: days}).errors
    with pytest.raises(IntegrityError), transaction.atomic():
        ReminderPolicy.objects.create(pk=1, **{name: BOUNDS[name].most + 1})


def test_closing_is_asked_for_in_order() -> None:
    from reminders.forms import PolicyForm

    assert "close_second" in PolicyForm(sent(Offsets(close_first=7, close_second=3))).errors
    with pytest.raises(IntegrityError, match="closing_is_asked_for_in_order"):
        ReminderPolicy.objects.create(pk=1, close_first=7, close_second=3)


def test_both_forms_read_what_the_practice_has_set() -> None:
    a_practice()
    moved = Offsets(before_window=14, close_first=2, leads_after=3)
    set_policy(offsets=moved, by=admin())
    facts = read_facts(on=today())
    assert facts.offsets == moved
    raise_and_close(at=now())
    assert {(row.occasion, row.about) for row in Reminder.objects.all()} == {
        (one.occasion.value, one.about_id) for one in due(facts, today())
    }


def test_a_preview_says_what_the_pure_form_says_and_only_to_a_practice_admin() -> None:
    a_practice()
    facts, wider = read_facts(on=today()), Offsets(before_window=20, before_last=10)
    expected = [
        [
            sum(one.occasion is occasion for one in due(replace(facts, offsets=offsets), today()))
            for offsets in (Offsets(), wider)
        ]
        for occasion in Occasion
    ]
    found = preview(offsets=wider, by=admin(), on=today())
    said = {change.occasion: [change.counts[0].before, change.counts[0].after] for change in found}
    assert len(said) == 2
    assert list(said.values()) == [
        pair for occasion, pair in zip(Occasion, expected, strict=True) if occasion in said
    ]
    with as_app_for(UserFactory.create()), connection.cursor() as cursor:
        cursor.execute("select * from sight.reminders_on(%s, to_jsonb(row(7)))", [today()])
        assert cursor.fetchall() == []


def test_nothing_changes_is_said_too(client: Client) -> None:
    client.force_login(admin())
    looked = client.post(URL, sent(Offsets(check_again=60), revision=0))
    assert looked.context["changes"] == []
    assert "nobody is reminded of anything else" in looked.content.decode()
