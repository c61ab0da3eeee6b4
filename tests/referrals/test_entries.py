"""What people of the practice know of an entry (R16)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from core.clock import now, today
from core.errors import RuleBroken
from referrals.models import (
    Accepting,
    LocalOverlay,
    NewClients,
    SearchEntry,
    Shortlist,
    Verification,
)
from referrals.operations.demo_directory import load_demo_directory
from referrals.operations.entries import (
    Look,
    add_to_shortlist,
    check_entry,
    remove_from_shortlist,
    set_own_view,
)
from tests.accounts.factories import UserFactory
from tests.referrals.factories import ServiceFactory, ShortlistFactory
from tests.roles import standing_as

pytestmark = pytest.mark.django_db
PHONE = Verification.Means.PHONE


def test_a_check_says_who_when_how_and_whether_there_is_room() -> None:
    service, by = ServiceFactory.create(), UserFactory.create()
    look = Look(today(), PHONE, accepting=Accepting.WAITLIST, wait="about 6 weeks")
    check = check_entry(service=service, look=look, by=by, at=now())
    assert (check.by, check.on, check.outcome) == (by, today(), "confirmed")
    entry = SearchEntry.objects.get()
    assert (entry.checked_on, entry.accepting, entry.accepting_on) == (today(), "waitlist", today())
    assert (entry.offer["wait"], entry.offer["checked_on"]) == ("about 6 weeks", str(today()))


def test_room_that_was_not_asked_about_is_not_assumed() -> None:
    service = ServiceFactory.create()
    check_entry(service=service, look=Look(today(), PHONE), by=UserFactory.create(), at=now())
    assert not NewClients.objects.exists()
    assert SearchEntry.objects.get().accepting == "unknown"


def test_nobody_answering_is_no_check_that_makes_an_entry_fresh() -> None:
    service = ServiceFactory.create()
    look = Look(today(), PHONE, Verification.Outcome.UNREACHABLE)
    check_entry(service=service, look=look, by=UserFactory.create(), at=now())
    assert Verification.objects.count() == 1
    assert SearchEntry.objects.get().checked_on is None


def test_the_newest_answer_about_room_speaks_whenever_it_is_recorded() -> None:
    service, by = ServiceFactory.create(), UserFactory.create()
    yesterday = today() - timedelta(days=1)
    for on, accepting in ((today(), Accepting.NO), (yesterday, Accepting.YES)):
        look = Look(on, PHONE, accepting=accepting)
        check_entry(service=service, look=look, by=by, at=now())
    assert SearchEntry.objects.get().accepting == "no"


def test_a_check_has_happened_and_is_made_by_somebody_who_may() -> None:
    service = ServiceFactory.create()
    later = Look(today() + timedelta(days=1), PHONE)
    with pytest.raises(RuleBroken):
        check_entry(service=service, look=later, by=UserFactory.create(), at=now())
    front_desk = UserFactory.create(roles=["front_desk"])
    with pytest.raises(RuleBroken):
        check_entry(service=service, look=Look(today(), PHONE), by=front_desk, at=now())


def test_verification_is_never_rewritten() -> None:
    service = ServiceFactory.create()
    check_entry(service=service, look=Look(today(), PHONE), by=UserFactory.create(), at=now())
    for act in (
        lambda: Verification.objects.update(on=today() + timedelta(days=1)),
        lambda: Verification.objects.all().delete(),
    ):
        with (
            standing_as("app"),
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
        ):
            act()


def test_the_practice_prefers_avoids_or_neither() -> None:
    service = ServiceFactory.create()
    admin = UserFactory.create(roles=["directory_admin"])
    set_own_view(service=service, by=admin, on=today(), preferred=True)
    set_own_view(service=service, by=admin, on=today(), do_not_refer="Nobody answers.")
    view = LocalOverlay.objects.get()
    assert (view.is_preferred, view.do_not_refer, view.why) == (False, True, "Nobody answers.")
    set_own_view(service=service, by=admin, on=today())
    view.refresh_from_db()
    assert (view.is_preferred, view.do_not_refer) == (False, False)
    with pytest.raises(RuleBroken):
        set_own_view(service=service, by=admin, on=today(), preferred=True, do_not_refer="No.")
    with pytest.raises(RuleBroken):
        set_own_view(service=service, by=UserFactory.create(), on=today(), preferred=True)
    with pytest.raises(IntegrityError, match="do_not_refer_has_a_reason"), transaction.atomic():
        LocalOverlay.objects.update(do_not_refer=True, why="")


def test_a_shortlist_is_ones_own_and_holds_each_place_once() -> None:
    service, me = ServiceFactory.create(), UserFactory.create()
    first = add_to_shortlist(service=service, by=me, on=today(), why="Kind.")
    assert add_to_shortlist(service=service, by=me, on=today()) == first
    other = ShortlistFactory.create(service=service)
    assert list(Shortlist.objects.visible_to(me)) == [first]
    remove_from_shortlist(kept=other, by=me)
    assert Shortlist.objects.count() == 2
    remove_from_shortlist(kept=first, by=me)
    assert list(Shortlist.objects.all()) == [other]


def test_the_demonstration_directory_is_there_twice_as_once() -> None:
    admin = UserFactory.create(roles=["directory_admin"])
    runs = load_demo_directory(by=admin, on=today(), at=now())
    assert [(run.source.key, run.new + run.skipped, run.rejected) for run in runs] == [
        ("ohana", 195, 0),
        ("samhsa", 2356, 0),
    ]
    checks, entries = Verification.objects.count(), SearchEntry.objects.count()
    again = load_demo_directory(by=admin, on=today(), at=now())
    assert [(run.new, run.changed) for run in again] == [(0, 0), (0, 0)]
    assert (Verification.objects.count(), SearchEntry.objects.count()) == (checks, entries)
    looked = SearchEntry.objects.exclude(checked_on=None)
    assert {entry.accepting for entry in looked} == {
        "yes",
        "waitlist",
        "assessment",
        "no",
        "unknown",
    }
    assert LocalOverlay.objects.filter(do_not_refer=True).count() == 1
    assert LocalOverlay.objects.filter(is_preferred=True).count() == 2
