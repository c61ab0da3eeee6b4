"""Who led whom, read off the contacts."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from caseload.readers.relationships import Contacts, Course, Span, main_therapist, spans

DAY = date(2026, 3, 2)


def contacts(**days: list[int]) -> dict[str, Contacts]:
    """Return contacts by therapist, given as days before `DAY`."""
    found = {}
    for therapist, ago in days.items():
        of = Contacts.on(DAY - timedelta(days=ago[0]))
        for each in ago:
            of.add(DAY - timedelta(days=each), "in_person")
        found[therapist] = of
    return found


def test_one_therapist_leads_without_an_end() -> None:
    assert spans(contacts(marta=[30, 10]), Course(goes_on=True, closed_on=None)) == [
        Span("marta", leads=True, begins=DAY - timedelta(days=30), ends=None)
    ]


def test_a_long_past_does_not_outweigh_the_one_who_sees_the_client_now() -> None:
    assert main_therapist(contacts(old=list(range(400, 900, 7)), new=[60, 30, 2])) == "new"


def test_a_single_stand_in_does_not_outweigh_the_usual_one() -> None:
    assert main_therapist(contacts(usual=[40, 30, 20], stand_in=[1])) == "usual"


def test_the_most_recent_leads_where_both_met_the_client_as_often() -> None:
    assert main_therapist(contacts(first=[40, 30], second=[20, 10])) == "second"


def test_a_predecessor_has_led_and_a_colleague_in_between_worked_along() -> None:
    found = spans(
        contacts(now=[100, 50, 0], before=[900, 500], beside=[60]),
        Course(goes_on=True, closed_on=None),
    )

    assert [(each.therapist, each.leads, each.ends is None) for each in found] == [
        ("now", True, True),
        ("before", True, False),
        ("beside", False, False),
    ]


def test_work_that_does_not_go_on_is_closed_on_the_later_of_both_days() -> None:
    later = DAY + timedelta(days=9)

    assert spans(contacts(marta=[30, 0]), Course(goes_on=False, closed_on=None))[0].ends == DAY
    assert spans(contacts(marta=[30, 0]), Course(goes_on=False, closed_on=later))[0].ends == later


def test_who_leads_may_be_said_and_work_may_have_begun_before_the_first_session() -> None:
    met = contacts(often=[40, 30, 20], said=[-7])
    today = DAY

    found = spans(met, Course(main="said", begins_by=today))

    assert found[0] == Span("said", leads=True, begins=today, ends=None)
    assert found[1] == Span(
        "often", leads=True, begins=DAY - timedelta(days=40), ends=DAY - timedelta(days=20)
    )


def test_nobody_met_nobody() -> None:
    assert spans({}, Course(goes_on=True, closed_on=None)) == []


@given(
    st.dictionaries(
        st.sampled_from(["ann", "ben", "cas", "dan", "eva"]),
        st.lists(st.integers(0, 2000), min_size=1, max_size=8),
        min_size=1,
    ),
    st.booleans(),
    st.none() | st.integers(-100, 100),
    st.none() | st.integers(-100, 2100),
)
def test_on_no_day_do_two_lead(
    days: dict[str, list[int]], goes_on: bool, closed: int | None, begun: int | None
) -> None:
    met = contacts(**days)
    closed_on = None if closed is None else DAY + timedelta(days=closed)

    begins_by = None if begun is None else DAY - timedelta(days=begun)

    found = spans(met, Course(goes_on=goes_on, closed_on=closed_on, begins_by=begins_by))

    leading = [each for each in found if each.leads]
    assert not any(a.touches(b) for a in leading for b in leading if a is not b)
    assert {each.therapist for each in found} == set(days)
    assert (found[0].ends is None) is goes_on
    assert all(each.begins <= met[each.therapist].first for each in found)
    assert all(each.ends is None or each.ends >= met[each.therapist].last for each in found)
    assert all(each.ends is not None for each in found[1:])
