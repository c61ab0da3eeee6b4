"""The whole journey on a real imported caseload: nobody is forgotten (issue 2, section 7).

Once at desktop size in English, once on a phone in Polish, with the same words pressed by their place on
the page. The caseload is the one of ../shared/data; without it the set is skipped aloud.
"""

from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.models import Count, Q
from django.urls import reverse

from accounts.models import Practice, RoleHeld, Supervision, User
from caseload.models import Assignment
from caseload.operations.rhythms import Wish, set_cadences
from core.clock import today
from endings.models import Departure, Ending, Review
from endings.workflow import Stage
from referrals.models import FollowUp, Service
from tests.accounts.factories import PracticeFactory
from tests.browser.conftest import PASSWORD, Person, evening
from tests.browser.handing_over import (
    Handover,
    a_place,
    goes_on_with_the_receiver,
    hands_over,
)
from tests.referrals.factories import ServiceFactory, checked

CASELOAD = Path(settings.SHARED_DATA) / "caseload"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(600),
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CASELOAD.exists(), reason="SHARED_DATA holds no caseload: set it"),
]
WORDS = "I am moving to the coast. It has nothing to do with you or with our work."
MOST, LEAST = 9, 5  # a caseload of this size is lived through to its end


def imported_therapist(language: str) -> User:
    """Import the practice and give one of its therapists a sign-in, a supervisor and rhythms."""
    PracticeFactory.create()
    call_command("import_caseload", str(CASELOAD), shift_to=today(), verbosity=0)
    leads = Q(assignments__ends_on=None, assignments__role="primary")
    therapist = (
        User.objects.annotate(work=Count("assignments", filter=leads))
        .filter(work__range=(LEAST, MOST))
        .order_by("work", "name")
        .first()
    )
    assert therapist is not None
    enrol(therapist, "therapist@example.org", ["therapist"], language)
    supervisor = User.objects.create_user(name="Anneke de Vries")
    enrol(supervisor, "supervisor@example.org", ["supervisor"], language)
    stays = User.objects.create_user(name="Ilse Bakker")
    enrol(stays, "stays@example.org", ["therapist"], language)
    receiver = User.objects.create_user(name="Ines Prado")
    enrol(receiver, "receiver@example.org", ["therapist"], language)
    Supervision.objects.create(
        supervisor=supervisor, supervisee=therapist, starts_on=today() - timedelta(days=90)
    )
    give_rhythms(therapist)
    return therapist


def enrol(person: User, email: str, roles: list[str], language: str) -> None:
    person.email, person.language = email, language
    person.set_password(PASSWORD)
    person.save()
    for role in roles:
        RoleHeld.objects.get_or_create(user=person, role=role)


def give_rhythms(therapist: User) -> None:
    """Imports never invent a rhythm: it is set for many at once."""
    work = list(Assignment.objects.led_by(therapist, today()).order_by("pk"))
    wishes = {
        one: Wish(weekday=number % 5, starts_at=time(9 + number // 5), starts_on=today())
        for number, one in enumerate(work)
    }
    assert not set_cadences(wishes=wishes, by=therapist, on=today()).refused


@pytest.fixture(params=[("en", 1280, "light"), ("pl", 360, "dark")], ids=["desktop", "phone"])
def scene(request: pytest.FixtureRequest) -> tuple[str, int, str]:
    return request.param


def test_nobody_is_forgotten(scene: tuple[str, int, str], somebody: Any, time_machine: Any) -> None:
    language, width, theme = scene
    time_machine.move_to("2026-11-23 06:00:00+00:00")
    therapist = imported_therapist(language)
    person: Person = somebody(width=width, theme=theme, language=language)
    person.signs_in("therapist@example.org")

    departure = plan(person, last_day=today() + timedelta(weeks=8))
    agree(somebody(width=width, theme=theme, language=language), departure)
    everybody_has_a_person_and_a_date(departure)
    tell_everybody(person, departure, time_machine)
    everybody_has_a_person_and_a_date(departure)
    to_hand_over = point_everybody_somewhere(person, departure, time_machine)
    receiver = User.objects.get(email="receiver@example.org")
    incoming: Person = somebody(width=width, theme=theme, language=language)
    story = Handover(to_hand_over, person, incoming, receiver, time_machine)
    hands_over(story)
    end_with_everybody(person, departure, time_machine)
    goes_on_with_the_receiver(story)
    carries_on(somebody(width=width, theme=theme, language=language), departure, time_machine)

    departure.refresh_from_db()
    assert set(departure.endings.values_list("stage", flat=True)) == {Stage.FOLLOWED_UP}
    assert departure.state == Departure.State.COMPLETED
    assert departure.endings.filter(told_by=therapist).count() == departure.endings.count()


def tell_everybody(person: Person, departure: Departure, time_machine: Any) -> None:
    for number, ending in enumerate(departure.endings.order_by("tell_plan_on", "pk")):
        time_machine.move_to(evening(ending.tell_plan_on))
        tell(person, ending, look=number == 0)
    assert not departure.endings.filter(stage=Stage.TO_TELL).exists()


def point_everybody_somewhere(person: Person, departure: Departure, time_machine: Any) -> Ending:
    """One client takes one of two services, the one who is left last a colleague's place; return that one.

    The others want none, which is an answer too.
    """
    services = [checked(ServiceFactory.create(), days_ago=3) for _number in range(2)]
    place = a_place(User.objects.get(email="receiver@example.org"))
    endings = list(departure.endings.order_by("tell_plan_on", "pk"))
    to_hand_over = max(endings[1:], key=lambda ending: ending.last_on)
    for number, ending in enumerate(endings):
        options = (
            services if number == 0 else [services[0], place] if ending == to_hand_over else []
        )
        offer(person, ending, options, time_machine, look=number < 2)
        if options:
            choose(person, ending, time_machine, options[-1])
    to_hand_over.refresh_from_db()
    return to_hand_over


def end_with_everybody(person: Person, departure: Departure, time_machine: Any) -> None:
    for number, ending in enumerate(departure.endings.order_by("last_on", "pk")):
        time_machine.move_to(evening(ending.last_on))
        say_goodbye(person, ending, look=number == 0)
        close(person, ending, look=number == 0)
    assert set(departure.endings.values_list("stage", flat=True)) == {Stage.CLOSED}


def plan(person: Person, last_day: date) -> Departure:
    """The wizard, page by page; what does not fit is taken as proposed."""
    person.goes_to(reverse("endings:start_departure"), look=True)
    person.page.fill("[name=last_day]", last_day.isoformat())
    person.saves(look=True)
    person.page.fill("[name=words]", WORDS)
    person.saves(look=True)
    for _round in range(5):
        if not person.page.locator("fieldset.way").count():
            break
        person.presses("button[value=work_out]")
    person.saves(look=True)
    stays = User.objects.get(email="stays@example.org")
    person.page.select_option("[name=carried_by]", str(stays.pk))
    person.saves(look=True)
    person.saves(look=True)
    departure = Departure.objects.get()
    assert departure.state == Departure.State.SUBMITTED
    return departure


def agree(supervisor: Person, departure: Departure) -> None:
    """Three clicks clear the queue."""
    supervisor.signs_in("supervisor@example.org")
    supervisor.goes_to(reverse("desk:supervisors_desk"), look=True)
    supervisor.presses("main .todo button", look=True)
    supervisor.presses("button[value=agreed]", look=True)
    assert not Review.objects.waiting().filter(departure=departure).exists()
    departure.refresh_from_db()
    assert departure.agreed_at is not None


def everybody_has_a_person_and_a_date(departure: Departure) -> None:
    for ending in departure.endings.standing().select_related("assignment__therapist"):
        assert ending.named_person(today()) is not None
        assert ending.last_on is not None


def tell(person: Person, ending: Ending, *, look: bool) -> None:
    """Three acts: open, look, save."""
    person.goes_to(reverse("endings:record_told_in_person", args=[ending.pk]), look=look)
    person.saves(look=look)
    ending.refresh_from_db()
    assert ending.told_on == ending.tell_plan_on


def offer(
    person: Person, ending: Ending, options: list[Any], time_machine: Any, *, look: bool
) -> None:
    """Two options with why, or offered and not wanted: both are complete."""
    day = ending.options_plan_on or ending.told_on + timedelta(days=7)
    time_machine.move_to(evening(max(day, today())))
    if not options:
        person.goes_to(reverse("endings:record_not_wanted", args=[ending.pk, "options"]), look=look)
        person.saves()
        return
    person.goes_to(ending.get_absolute_url(), look=look)
    person.presses(f"form[action$='{reverse('endings:open_options', args=[ending.pk])}'] button")
    ending.refresh_from_db()
    for option in options:
        asked = f"?q={option.name.split()[0]}" if isinstance(option, Service) else ""
        person.goes_to(reverse("referrals:choose_option", args=[ending.option_set_id]) + asked)
        add_option(person, option)
    person.goes_to(reverse("endings:record_options_offered", args=[ending.pk]), look=look)
    person.saves()
    ending.refresh_from_db()
    assert ending.options_on is not None


def add_option(person: Person, option: Any) -> None:
    box = person.page.locator(f"form:has([value='{option.pk}'])").first
    why = box.locator("[name=why]")
    if why.count():
        why.fill("Close to home.")
    with person.page.expect_navigation():
        box.locator("button").first.click()


def choose(person: Person, ending: Ending, time_machine: Any, wish: Any) -> None:
    """Asked next time, not now."""
    ending.refresh_from_db()
    time_machine.move_to(evening(max(ending.choice_plan_on, today())))
    person.goes_to(reverse("endings:record_choice", args=[ending.pk]), look=True)
    wished = ending.option_set.options.get(**{type(wish)._meta.model_name: wish})
    person.page.locator(f"[name=options][value='{wished.pk}']").check(force=True)
    person.saves(look=True)
    ending.refresh_from_db()
    assert ending.chosen_on == today()


def say_goodbye(person: Person, ending: Ending, *, look: bool) -> None:
    person.goes_to(reverse("endings:record_last_session", args=[ending.pk]), look=look)
    person.saves()
    ending.refresh_from_db()
    assert ending.last_held_on == today()


def close(person: Person, ending: Ending, *, look: bool) -> None:
    person.goes_to(reverse("endings:close_ending", args=[ending.pk]), look=look)
    person.page.locator("[name=outcome][value=good_end]").check(force=True)
    person.page.fill("[name=client_view]", "I can say no now.")
    person.page.fill("[name=summary]", "The work came to its end.")
    person.saves(look=look)
    ending.refresh_from_db()
    assert ending.stage == Stage.CLOSED


def carries_on(stays: Person, departure: Departure, time_machine: Any) -> None:
    """After the last working day somebody else asks whether each client arrived, twice."""
    after = departure.last_day + timedelta(days=60)
    time_machine.move_to(evening(after))
    stays.signs_in("stays@example.org")
    waiting = FollowUp.objects.still_open().order_by("due_on", "pk")
    assert waiting.count() == 2 * departure.endings.count()
    for number, follow_up in enumerate(waiting):
        stays.goes_to(reverse("endings:record_follow_up", args=[follow_up.pk]), look=number == 0)
        stays.page.locator("[name=outcome][value=yes]").check(force=True)
        stays.saves()
    assert Practice.objects.current().follow_up_days == [14, 42]
