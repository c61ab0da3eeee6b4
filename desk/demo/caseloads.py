"""Caseloads with a past and a rhythm: 34 people of Marta's, a few of her colleagues'."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from accounts.models import User
from caseload.models import (
    Assignment,
    Booking,
    ClientLink,
    ContactChannel,
    Goal,
    InvolvedPerson,
    RiskLook,
    Room,
    Session,
)
from caseload.models.episodes import Mode
from caseload.operations.clients import Details, Work, open_client
from caseload.operations.rhythms import Wish, extend_rhythms, set_cadence
from desk.demo.people import Staff

KNOWN_AS = [
    "Juniper",
    "Heron",
    "Maple",
    "Otter",
    "Wren",
    "Lark",
    "Bramble",
    "Finch",
    "Hazel",
    "Clover",
    "Aspen",
    "Teal",
    "Sorrel",
    "Plover",
    "Rowan",
    "Ivy",
    "Robin",
    "Fern",
    "Sage",
    "Alder",
    "Linnet",
    "Briar",
    "Swift",
    "Willow",
    "Olive",
    "Thistle",
    "Sparrow",
    "Elm",
    "Heather",
    "Jay",
    "Cedar",
    "Martin",
    "Laurel",
    "Poppy",
]
FAMILY = ["Nowak", "de", "Boer", "Ferri", "Young", "Kowalska", "Jansen", "Greco", "Evans"]
LANGUAGES = [["en"], ["pl", "en"], ["nl"], ["it", "en"]]
BEGAN = timedelta(weeks=30)
FORTNIGHTLY = {5, 12, 19, 26, 33}
BY_VIDEO = {13, 27}
HOURS = [9, 10, 11, 13, 14, 15, 16, 17]


@dataclass(frozen=True)
class Person:
    """One client's place in the week."""

    number: int
    weekday: int
    hour: int


def marta_s_week() -> list[Person]:
    """Thirty-six people, an hour each; two of them have said goodbye before the departure."""
    slots = [(weekday, hour) for hour in HOURS for weekday in range(5)]
    return [Person(number, *slots[number]) for number in range(len(KNOWN_AS))]


def make_caseload(staff: Staff, on: date, at: datetime) -> list[Assignment]:
    """Make Marta's caseload with thirty weeks behind it and sixteen ahead; the last two end before she leaves."""
    work = [make_client(person, staff.marta, staff, on) for person in marta_s_week()]
    earlier = [
        make_client(Person(number, number, 17), staff.marta, staff, on, family="Moss")
        for number in range(2)
    ]
    for number in range(3):
        make_client(Person(number, number, 10), staff.ilse, staff, on, family="Visser")
        make_client(Person(number, number, 11), staff.stranger, staff, on, family="Lis")
    for weeks in (14, 0):  # rolled out as the nights went by: sixteen weeks ahead each time
        extend_rhythms(on=on - timedelta(weeks=weeks))
    add_what_matters(work, staff, on, at)
    return work + earlier


def make_client(
    person: Person, therapist: User, staff: Staff, on: date, family: str = ""
) -> Assignment:
    monday = on - timedelta(days=on.weekday()) - BEGAN
    known_as = KNOWN_AS[person.number] if not family else f"{family[:3]}{person.number}"
    details = Details(
        name=f"{known_as} {family or FAMILY[person.number % len(FAMILY)]}",
        known_as=known_as,
        languages=LANGUAGES[person.number % len(LANGUAGES)],
        safe_to_contact="Mobile, after 17:00. No voice messages." if person.number % 4 == 0 else "",
    )
    mode = Mode.VIDEO if person.number in BY_VIDEO and not family else Mode.ROOM
    weight = Decimal("1.5") if person.number % 9 == 0 else Decimal(1)
    work = open_client(
        details=details, work=Work(usual_mode=mode, weight=weight), by=therapist, on=monday
    )
    wish = Wish(
        weekday=person.weekday,
        starts_at=time(person.hour),
        starts_on=monday + timedelta(days=person.weekday),
        every_weeks=2 if person.number in FORTNIGHTLY and not family else 1,
        mode=mode,
        room=room_of(therapist, staff) if mode == Mode.ROOM else None,
    )
    set_cadence(assignment=work, wish=wish, by=therapist, on=monday, lenient=True)
    return work


def room_of(therapist: User, staff: Staff) -> Room:
    """Each therapist works in one room of their own."""
    order = [staff.marta, staff.ilse, staff.stranger]
    return staff.rooms[order.index(therapist)]


def live_through(begin: datetime, end: datetime) -> None:
    """Let what was planned in `[begin, end)` have been held; its rooms are free again."""
    past = Session.objects.planned().between(begin, end)
    Booking.objects.filter(session__in=past).delete()
    past.update(state=Session.State.ATTENDED, state_at=end)


def add_what_matters(work: list[Assignment], staff: Staff, on: date, at: datetime) -> None:
    """Goals, a look at risk, a guardian, sisters, channels: what the plan has to heed."""
    clients = [one.episode.participations.get().client for one in work]
    for number, (one, client) in enumerate(zip(work, clients, strict=True)):
        ContactChannel.objects.create(
            client=client,
            kind="phone",
            value=f"+48 600 100 {number:03d}",
            consented_on=on - BEGAN if number % 5 else None,
        )
        Goal.objects.create(
            assignment=one,
            episode=one.episode,
            words="Sleep through the night again." if number % 2 else "Say no without fear.",
            set_on=on - BEGAN,
            met=Goal.Met.PARTLY if number % 3 else Goal.Met.OPEN,
        )
    ClientLink.objects.create(client=clients[20], other=clients[21], how="sisters")
    InvolvedPerson.objects.create(
        client=clients[8], name="Joanna Nowak", kind="guardian", told="must", authority="mother"
    )
    InvolvedPerson.objects.create(
        client=clients[14], name="Erik Boer", kind="partner", told="never"
    )
    RiskLook.objects.create(
        client=clients[16],
        on=on - timedelta(days=6),
        by=staff.marta,
        level=RiskLook.Level.SOME,
        note="Low since the anniversary. Tell her only after Thursday’s visit.",
        tell_not_before=on + timedelta(days=4),
        recorded_at=at,
    )
