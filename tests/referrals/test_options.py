"""Options: put together, offered with their date, or offered and not wanted (R3)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from caseload.models import Place
from core.clock import now, today
from core.errors import ChangedMeanwhile, RuleBroken
from referrals.models import OptionSet, Organization, ReferralOption, Service
from referrals.offers import Offer
from referrals.operations import options
from referrals.operations.offers import offers_of, weigh
from referrals.operations.options import Suggestion
from referrals.operations.search_entries import refresh_search
from tests.accounts.factories import PracticeFactory, SupervisionFactory, UserFactory
from tests.caseload.factories import AssignmentFactory, ClientFactory, PlaceFactory
from tests.referrals.factories import (
    OptionFactory,
    OptionSetFactory,
    OrganizationFactory,
    ServiceFactory,
    checked,
)

pytestmark = pytest.mark.django_db


def add(option_set: OptionSet, **what: object) -> ReferralOption:
    return options.add_option(
        option_set=option_set,
        suggestion=Suggestion(**what),  # type: ignore[arg-type]
        by=option_set.assignment.therapist,
        at=now(),
    )


def codes(option_set: OptionSet, **options_: object) -> list[str]:
    by = option_set.assignment.therapist
    cautions = options.offer_options(
        option_set=option_set,
        by=by,
        on=today(),
        at=now(),
        **options_,  # type: ignore[arg-type]
    )
    return [caution.code for caution in cautions]


def test_options_are_opened_once_for_a_client_in_a_piece_of_work() -> None:
    work = AssignmentFactory.create()
    facts = {"client": work.client, "assignment": work, "by": work.therapist, "on": today()}
    first = options.open_option_set(**facts)
    assert options.open_option_set(**facts) == first
    options.close_option_set(option_set=first, by=work.therapist, on=today())
    assert options.open_option_set(**facts) != first


def test_nobody_gets_options_in_work_they_take_no_part_in() -> None:
    work = AssignmentFactory.create()
    with pytest.raises(RuleBroken):
        options.open_option_set(
            client=ClientFactory.create(), assignment=work, by=work.therapist, on=today()
        )


def test_a_service_and_a_colleagues_place_stand_in_the_order_of_adding() -> None:
    option_set = OptionSetFactory.create()
    service = ServiceFactory.create()
    one = add(option_set, service=service, at_location=service.at_locations.get(), why="Near.")
    two = add(option_set, place=PlaceFactory.create())
    assert list(option_set.options.standing().in_order()) == [one, two]
    assert (one.why, two.why) == ("Near.", "")
    assert one.episode_id == option_set.episode_id
    assert one.client_id == option_set.client_id


def test_what_is_on_the_list_is_not_added_twice() -> None:
    option_set = OptionSetFactory.create()
    service = ServiceFactory.create()
    first = add(option_set, service=service, why="Near.")
    assert add(option_set, service=service) == first
    assert option_set.options.get().why == "Near."


def test_the_database_keeps_each_option_once_and_of_one_kind() -> None:
    option = OptionFactory.create()
    with pytest.raises(IntegrityError, match="each_option_is_offered_once"), transaction.atomic():
        OptionFactory.create(option_set=option.option_set, service=option.service)
    with (
        pytest.raises(IntegrityError, match="an_option_is_a_service_or_a_place"),
        transaction.atomic(),
    ):
        OptionFactory.create(option_set=option.option_set, service=None, at_location=None)


def test_removing_can_be_undone() -> None:
    option = OptionFactory.create()
    by = option.assignment.therapist
    options.remove_option(option=option, by=by, at=now())
    assert not option.option_set.options.standing().exists()
    options.put_back_option(option=option, by=by)
    back = option.option_set.options.standing().get()
    assert (back.why, back.removed_by) == (option.why, None)


def test_adding_again_what_was_removed_puts_it_back_with_the_new_reason() -> None:
    option = OptionFactory.create()
    by = option.assignment.therapist
    options.remove_option(option=option, by=by, at=now())
    back = add(
        option.option_set, service=option.service, at_location=option.at_location, why="New."
    )
    assert (back.pk, back.why, back.removed_at) == (option.pk, "New.", None)


def test_options_change_places() -> None:
    option_set = OptionSetFactory.create()
    one, two, three = (OptionFactory.create(option_set=option_set) for _number in range(3))
    by = option_set.assignment.therapist
    options.move_option(option=three, up=True, by=by)
    assert list(option_set.options.in_order()) == [one, three, two]
    options.move_option(option=one, up=True, by=by)
    options.move_option(option=one, up=False, by=by)
    assert list(option_set.options.in_order()) == [three, one, two]


def test_there_is_an_end_to_options() -> None:
    option_set = OptionSetFactory.create()
    for _number in range(8):
        OptionFactory.create(option_set=option_set)
    with pytest.raises(RuleBroken):
        add(option_set, service=ServiceFactory.create())


def test_a_place_belongs_to_its_service() -> None:
    other = ServiceFactory.create().at_locations.get()
    with pytest.raises(RuleBroken):
        add(OptionSetFactory.create(), service=ServiceFactory.create(), at_location=other)


def test_reasons_are_saved_together_and_a_second_tab_is_told() -> None:
    option = OptionFactory.create(why="")
    held, by = option.option_set, option.assignment.therapist
    reasons = {option.pk: "They have a ramp."}
    options.give_reasons(option_set=held, reasons=reasons, revision=held.revision, by=by)
    option.refresh_from_db()
    assert option.why == "They have a ramp."
    with pytest.raises(ChangedMeanwhile):
        options.give_reasons(
            option_set=held, reasons={option.pk: "Older."}, revision=held.revision, by=by
        )
    option.refresh_from_db()
    assert option.why == "They have a ramp."


def test_the_reason_is_sealed_in_the_row() -> None:
    option = OptionFactory.create(why="They have a ramp.")
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select why from referrals_referraloption where id = %s", [option.pk])
        assert b"ramp" not in bytes(cursor.fetchone()[0])


# --- offering ---------------------------------------------------------------------------------------
def test_two_checked_options_with_reasons_are_offered_without_a_caution() -> None:
    PracticeFactory.create(options_asked=2)
    option_set = OptionSetFactory.create()
    for _number in range(2):
        OptionFactory.create(option_set=option_set, service=checked(ServiceFactory.create()))
    assert codes(option_set) == []
    option_set.refresh_from_db()
    assert (option_set.offered_on, option_set.offered_by) == (
        today(),
        option_set.assignment.therapist,
    )


def test_what_was_offered_is_kept_when_the_directory_moves_on() -> None:
    service = checked(ServiceFactory.create(name="Talks", phone="71 555 01 02"), days_ago=30)
    option = OptionFactory.create(service=service)
    codes(option.option_set)
    Service.objects.filter(pk=service.pk).update(name="Other Talks")
    refresh_search([service.pk])
    option.refresh_from_db()
    offered = offers_of([option], on=today())[option.pk]
    assert (offered.name, offered.phones) == ("Talks", ("71 555 01 02",))
    assert offered.checked_on == today() - timedelta(days=30)
    assert offers_of([option], on=today(), live=True)[option.pk].name == "Other Talks"


def test_offered_again_the_first_day_and_text_stay_and_new_ones_join() -> None:
    option = OptionFactory.create()
    option_set, by = option.option_set, option.assignment.therapist
    before = today() - timedelta(days=7)
    options.offer_options(option_set=option_set, by=by, on=before, at=now())
    late = OptionFactory.create(option_set=option_set)
    options.offer_options(option_set=option_set, by=by, on=today(), at=now())
    for each in (option, late, option_set):
        each.refresh_from_db()
    assert (option.offered_on, late.offered_on) == (before, today())
    assert option_set.offered_on == before


def test_every_caution_is_said_and_none_refuses() -> None:
    PracticeFactory.create(options_asked=3)
    option_set = OptionSetFactory.create()
    admin = UserFactory.create(roles=["directory_admin"])
    from referrals.operations.entries import set_own_view

    stale = checked(ServiceFactory.create(), days_ago=500, accepting="waitlist")
    hidden = checked(ServiceFactory.create(hidden=True, organization=stale.organization))
    set_own_view(service=hidden, by=admin, on=today(), do_not_refer="Nobody answers.")
    OptionFactory.create(option_set=option_set, service=stale, why="")
    OptionFactory.create(option_set=option_set, service=hidden)
    OptionFactory.create(option_set=option_set, service=ServiceFactory.create())
    assert codes(option_set) == [
        "options_missing",
        "no_reason_given",
        "stale",
        "no_new_clients",
        "do_not_refer",
        "confidential_place",
        "never_checked",
        "same_organisation",
    ]


def test_two_of_one_organisation_count_as_one_and_two_colleagues_as_two() -> None:
    PracticeFactory.create(options_asked=2)
    house: Organization = OrganizationFactory.create()
    one_house, colleagues = OptionSetFactory.create(), OptionSetFactory.create()
    for _number in range(2):
        service = checked(ServiceFactory.create(organization=house))
        OptionFactory.create(option_set=one_house, service=service)
        OptionFactory.create(option_set=colleagues, place=PlaceFactory.create())
    assert codes(one_house) == ["options_missing", "same_organisation"]
    assert codes(colleagues) == []


def test_cautions_are_sentences_that_name_their_day() -> None:
    option = OptionFactory.create(service=checked(ServiceFactory.create(), days_ago=400))
    said = {caution.code: caution.text for caution in weigh([option], on=today())}
    on = today() - timedelta(days=400)
    assert str(on.year) in said["stale"]
    assert "1 option still missing" in said["options_missing"]


def test_a_place_that_was_taken_meanwhile_is_said() -> None:
    place: Place = PlaceFactory.create()
    option = OptionFactory.create(place=place)
    Place.objects.filter(pk=place.pk).update(taken_since=today())
    assert "gone" in [caution.code for caution in weigh([option], on=today())]


def test_fewer_than_agreed_are_recorded_with_their_reason() -> None:
    option_set = OptionSetFactory.create()
    assert codes(option_set, fewer_because="There is nobody else within two hours.") == [
        "options_missing"
    ]
    option_set.refresh_from_db()
    assert option_set.fewer_because == "There is nobody else within two hours."
    assert option_set.offered_on == today()


def test_nothing_at_all_is_offered_only_with_a_reason() -> None:
    with pytest.raises(RuleBroken):
        codes(OptionSetFactory.create())


def test_offering_and_declining_happen_before_they_are_recorded() -> None:
    option_set = OptionFactory.create().option_set
    by, tomorrow = option_set.assignment.therapist, today() + timedelta(days=1)
    with pytest.raises(RuleBroken):
        options.offer_options(option_set=option_set, by=by, on=tomorrow, at=now())
    with pytest.raises(RuleBroken):
        options.options_not_wanted(option_set=option_set, by=by, on=tomorrow, at=now())


def test_offered_and_not_wanted_is_complete_and_can_be_taken_back() -> None:
    option_set = OptionSetFactory.create()
    by = option_set.assignment.therapist
    options.options_not_wanted(option_set=option_set, by=by, on=today(), at=now())
    option_set.refresh_from_db()
    assert (option_set.declined_on, option_set.declined_by) == (today(), by)
    options.options_wanted_after_all(option_set=option_set, by=by)
    option_set.refresh_from_db()
    assert (option_set.declined_on, option_set.declined_by) == (None, None)


def test_closed_options_stay_as_they_were() -> None:
    option = OptionFactory.create()
    held, by = option.option_set, option.assignment.therapist
    options.close_option_set(option_set=held, by=by, on=today())
    for act in (
        lambda: add(held, service=ServiceFactory.create()),
        lambda: options.remove_option(option=option, by=by, at=now()),
        lambda: options.offer_options(option_set=held, by=by, on=today(), at=now()),
    ):
        with pytest.raises(RuleBroken):
            act()


# --- whose ------------------------------------------------------------------------------------------
def test_a_supervisor_reads_and_does_not_write() -> None:
    option = OptionFactory.create()
    boss = SupervisionFactory.create(supervisee=option.assignment.therapist).supervisor
    assert ReferralOption.objects.visible_to(boss).get() == option
    with pytest.raises(ReferralOption.DoesNotExist):
        ReferralOption.objects.editable_by(boss).get()
    with pytest.raises(OptionSet.DoesNotExist):
        options.remove_option(option=option, by=boss, at=now())


@pytest.mark.parametrize("role", ["therapist", "directory_admin", "practice_admin", "supervisor"])
def test_others_see_no_options(role: str) -> None:
    OptionFactory.create()
    stranger = UserFactory.create(roles=[role])
    assert not OptionSet.objects.visible_to(stranger).exists()
    assert not ReferralOption.objects.visible_to(stranger).exists()


def test_a_successor_on_the_same_work_does_not_see_the_options_of_the_one_before() -> None:
    yesterday = today() - timedelta(days=1)
    work = AssignmentFactory.create(ends_on=yesterday)
    OptionSetFactory.create(assignment=work)
    after = AssignmentFactory.create(episode=work.episode, starts_on=today(), client=False)
    assert not OptionSet.objects.visible_to(after.therapist).exists()


def test_a_snapshot_of_today_is_read_by_a_later_release() -> None:
    kept = Offer("service", "Talks").to_snapshot() | {"something_new": 1}
    del kept["website"]
    assert Offer.from_snapshot(kept) == Offer("service", "Talks")
