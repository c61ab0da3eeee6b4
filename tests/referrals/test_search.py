"""Search: by words in four languages, by letters, by nearness; best for a referral first."""

import pytest

from core.clock import today
from referrals.geo import Point
from referrals.models import Language, Location, SearchEntry, Service
from referrals.operations.entries import set_own_view
from referrals.operations.search import Near, find_place, languages_there, search_services
from referrals.operations.search_entries import refresh_search
from tests.accounts.factories import UserFactory
from tests.referrals.factories import OrganizationFactory, ServiceFactory, checked

pytestmark = pytest.mark.django_db


def names(*args: object, **options: object) -> list[str]:
    return [entry.service.name for entry in search_services(*args, **options)]  # type: ignore[arg-type]


def test_words_are_found_in_any_form_in_english_dutch_and_italian() -> None:
    ServiceFactory.create(name="Grieving together", lang="en")
    ServiceFactory.create(name="Gesprekken over verlies", lang="nl")
    ServiceFactory.create(name="Incontri per famiglie", lang="it")
    assert names("grieved") == ["Grieving together"]
    assert names("gesprek") == ["Gesprekken over verlies"]
    assert names("incontro") == ["Incontri per famiglie"]


def test_polish_words_are_found_without_accents_and_nearly_in_any_form() -> None:
    ServiceFactory.create(name="Poradnia psychologiczna Żuraw", lang="pl")
    ServiceFactory.create(name="Ośrodek leczenia uzależnień", lang="pl")
    assert names("zuraw") == ["Poradnia psychologiczna Żuraw"]
    assert names("ŻURAW") == ["Poradnia psychologiczna Żuraw"]
    assert names("poradni psychologicznej") == ["Poradnia psychologiczna Żuraw"]
    assert names("uzaleznien") == ["Ośrodek leczenia uzależnień"]


def test_accents_are_no_matter_on_either_side() -> None:
    ServiceFactory.create(name="Clínica de Tratamiento", lang="es")
    assert names("clinica") == names("clínica") == ["Clínica de Tratamiento"]


def test_a_typo_finds_what_was_meant() -> None:
    ServiceFactory.create(name="Perspectives Center for Care")
    ServiceFactory.create(name="Harbour Talks")
    assert names("Perspectivs Center for Car") == ["Perspectives Center for Care"]
    assert names("harbuor") == ["Harbour Talks"]


def test_another_language_finds_the_same_idea() -> None:
    ServiceFactory.create(name="Grief Companions", description="For those who lost somebody.")
    ServiceFactory.create(name="Legal Advice", description="Housing and work.")
    assert names("żałoba") == names("rouw") == names("lutto") == ["Grief Companions"]


def test_the_beginning_of_a_word_is_enough_while_typing() -> None:
    ServiceFactory.create(name="Aletheia House")
    assert names("alet") == ["Aletheia House"]


def test_every_word_counts_and_empty_ones_do_not() -> None:
    ServiceFactory.create(name="Center for Care")
    for number in range(4):
        ServiceFactory.create(name=f"Care Home {number}")
    assert names("the center for care") == ["Center for Care"]


def test_the_name_weighs_more_than_the_description() -> None:
    ServiceFactory.create(name="Companions", description="A word on grief.")
    ServiceFactory.create(name="Grief", description="Companions.")
    ServiceFactory.create(name="Something", description="Grief among other things.")
    assert names("grief")[0] == "Grief"


def test_the_organisation_and_the_town_are_found() -> None:
    house = OrganizationFactory.create(name="Linden Foundation")
    ServiceFactory.create(name="Evening Talks", organization=house, city="Waterbury")
    ServiceFactory.create(name="Morning Talks", city="Bristol")
    assert names("linden foundation") == ["Evening Talks"]
    assert names("talks waterbury") == ["Evening Talks"]


def test_where_no_entry_holds_every_word_any_of_them_is_better_than_nothing() -> None:
    ServiceFactory.create(name="Grief Companions")
    ServiceFactory.create(name="Legal Advice")
    ServiceFactory.create(name="Evening Talks")
    wide = "grief legal shelter violence"
    assert sorted(names(wide)) == ["Grief Companions", "Legal Advice"]


def test_nothing_is_found_for_what_is_not_there() -> None:
    ServiceFactory.create(name="Evening Talks")
    assert names("xqzzy") == []


def test_strange_signs_break_nothing() -> None:
    ServiceFactory.create(name="Evening Talks")
    for query in ["'; drop table", "a & b | !c", "(((", ":*", "%_\\", "\x00x", "   ", "-"]:
        list(search_services(query))


def test_without_words_what_suits_a_referral_comes_first() -> None:
    admin = UserFactory.create(roles=["directory_admin"])
    full = checked(ServiceFactory.create(name="A full one"), accepting="no")
    open_one = checked(ServiceFactory.create(name="B open one"), accepting="yes")
    liked = ServiceFactory.create(name="C preferred one")
    set_own_view(service=liked, by=admin, on=today(), preferred=True)
    avoided = checked(ServiceFactory.create(name="D avoided one"), accepting="yes")
    set_own_view(service=avoided, by=admin, on=today(), do_not_refer="Too far for everybody.")
    unknown = ServiceFactory.create(name="E unknown one")
    order = [liked.name, open_one.name, unknown.name, full.name, avoided.name]
    assert names() == order


def test_who_was_checked_more_recently_comes_first() -> None:
    checked(ServiceFactory.create(name="A long ago"), days_ago=300)
    checked(ServiceFactory.create(name="B last week"), days_ago=7)
    assert names() == ["B last week", "A long ago"]


def test_what_is_closed_is_not_offered() -> None:
    ServiceFactory.create(name="Gone", status=Service.Status.DEFUNCT)
    ServiceFactory.create(name="Resting", status=Service.Status.INACTIVE)
    ServiceFactory.create(name="Unsaid", status="")
    assert names() == ["Unsaid"]


def test_only_services_with_room_or_in_a_language() -> None:
    checked(ServiceFactory.create(name="Open"), accepting="yes")
    spanish = checked(ServiceFactory.create(name="Full"), accepting="waitlist")
    Language.objects.create(service=spanish, name="Spanish", code="es")
    refresh_search([spanish.pk])
    assert names(new_clients=("yes", "assessment")) == ["Open"]
    assert names(languages=("es", "pl")) == ["Full"]
    assert languages_there() == ["es"]


def test_near_is_as_far_as_was_said_and_the_nearest_comes_first() -> None:
    ServiceFactory.create(name="Far", city="Kraków", point=(50.06, 19.94))
    ServiceFactory.create(name="Across the river", city="Wrocław", point=(51.12, 17.05))
    ServiceFactory.create(name="Next door", city="Wrocław", point=(51.110, 17.030))
    here = Near("Wrocław", "", Point(51.11, 17.03))
    assert names(near=here, within_km=10) == ["Next door", "Across the river"]
    far = search_services(near=here, within_km=500)
    assert [round(entry.distance_km) for entry in far] == [0, 2, 236]


def test_what_has_no_point_is_near_in_its_own_town_only() -> None:
    ServiceFactory.create(name="With a point", city="Waterbury", point=(41.55, -73.04))
    ServiceFactory.create(name="Without", city="Waterbury")
    ServiceFactory.create(name="Elsewhere", city="Bristol")
    waterbury = find_place("waterbury")
    assert waterbury is not None
    assert names(near=waterbury, within_km=5) == ["Without", "With a point"]
    bristol = find_place("Bristol")
    assert bristol is not None
    assert names(near=bristol) == ["Elsewhere"]


def test_a_place_is_a_town_a_town_with_its_region_or_a_postal_code() -> None:
    ServiceFactory.create(city="Waterbury", postal_code="06708", point=(41.5, -73.0))
    ServiceFactory.create(city="Waterbury", postal_code="06702", point=(41.6, -73.2))
    town, code = find_place("WATERBURY"), find_place("06708")
    assert town is not None
    assert code is not None
    assert town.point == Point(pytest.approx(41.55), pytest.approx(-73.1))  # type: ignore[arg-type]
    assert code.point == Point(41.5, -73.0)
    assert find_place("Nowhere") is None
    assert find_place("Waterbury, ZZ") is None
    assert find_place("") is None


def test_a_confidential_place_cannot_be_found_by_where_it_is() -> None:
    hidden = ServiceFactory.create(
        name="Safe House",
        hidden=True,
        city="Waterbury",
        postal_code="06708",
        street="7 Secret Lane",
        point=(41.5, -73.0),
    )
    Location.objects.update(name="Secret Lane")
    refresh_search([hidden.pk])
    assert names("safe house") == ["Safe House"]
    for query in ["Waterbury", "06708", "Secret Lane"]:
        assert names(query) == []
    assert find_place("Waterbury") is None
    entry = SearchEntry.objects.get()
    told = f"{entry.plain} {entry.words} {entry.offer} {entry.city} {entry.postal_code}"
    assert "secret" not in told.lower()
    assert "waterbury" not in told.lower()
    assert (entry.latitude, entry.longitude) == (None, None)
    assert entry.offer["is_confidential"] is True


def test_a_service_at_two_places_is_found_at_both() -> None:
    service = ServiceFactory.create(name="Talks", city="Waterbury")
    from tests.referrals.factories import put_somewhere

    where = {"point": None, "hidden": False, "online": False, "street": "1 Hill", "city": "Bristol"}
    put_somewhere(service, {**where, "postal_code": "06010", "phone": ""})
    refresh_search([service.pk])
    assert sorted(entry.city for entry in search_services("talks")) == ["Bristol", "Waterbury"]


def test_a_service_without_a_place_is_listed_too() -> None:
    ServiceFactory.create(name="By phone only", place=False)
    entry = search_services("by phone only").get()
    assert entry.at_location is None
    assert entry.offer["where"] == ""


def test_the_search_asks_the_same_number_of_questions_for_few_and_many(
    django_assert_num_queries,
) -> None:
    for many in (3, 30):
        for number in range(many):
            ServiceFactory.create(name=f"Talks {many} {number}")
        with django_assert_num_queries(3):
            found = list(search_services("talks").for_list()[:25])
            assert [
                entry.service.overlay for entry in found if hasattr(entry.service, "overlay")
            ] == []
