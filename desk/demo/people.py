"""The people of the demonstration practice, all invented."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta

from accounts.models import (
    Absence,
    Practice,
    RoleHeld,
    Site,
    Supervision,
    Team,
    TeamMembership,
    User,
)
from caseload.models import ClosedDay, Place, Room

MAIL = "linden.example"
BEGAN_BEFORE = timedelta(days=700)  # supervision began so long before the day of the story


@dataclass
class Staff:
    """Everybody who works at Linden Practice, by what they do in the story."""

    marta: User
    ilse: User
    anneke: User
    second: User
    directory: User
    admin: User
    stranger: User
    keeper: User
    front: User
    rooms: list[Room] = field(default_factory=list)

    def sign_ins(self) -> list[tuple[str, str]]:
        """Return who signs in with what, in the order of the story."""
        return [
            ("Therapist who leaves, 34 clients", self.marta.email or ""),
            ("Receiver", self.ilse.email or ""),
            ("Supervisor", self.anneke.email or ""),
            ("Directory admin", self.directory.email or ""),
            ("Practice admin", self.admin.email or ""),
            ("Therapist of another team", self.stranger.email or ""),
            ("Records keeper", self.keeper.email or ""),
            ("Front desk", self.front.email or ""),
        ]


PEOPLE = {
    "marta": ("Marta Zielińska", ["therapist"], "en", ["pl", "en"]),
    "ilse": ("Ilse Bakker", ["therapist"], "nl", ["nl", "en"]),
    "anneke": ("Anneke de Vries", ["supervisor"], "en", ["nl", "en"]),
    "second": ("Giulia Conti", ["supervisor", "therapist"], "it", ["it", "en"]),
    "directory": ("Owen Hughes", ["directory_admin"], "en", ["en"]),
    "admin": ("Pieter van Dijk", ["practice_admin"], "nl", ["nl", "en"]),
    "stranger": ("Tomasz Król", ["therapist"], "pl", ["pl"]),
    "keeper": ("Łucja Żak", ["records_keeper"], "pl", ["pl", "en"]),
    "front": ("Chiara Rossi", ["front_desk"], "it", ["it", "en"]),
}


def make_practice() -> None:
    Practice.objects.update_or_create(
        pk=1,
        defaults={
            "name": "Linden Practice",
            "zone": "Europe/Warsaw",
            "follow_up_days": [14, 42],
            "second_factor_required": False,  # whoever looks around has no app to hand
            "emergency_text": "112",
            "contact_name": "Chiara",
            "contact_phone": "+48 22 555 01 00",
            "contact_hours": "9:00–17:00",
            "stays_with_leaver_text": "Who wishes may stay with the therapist who leaves; we say so openly.",
        },
    )


def make_staff(password: str, on: date) -> Staff:
    """Make everybody with one password; the therapist of the story has room for 34."""
    people = {key: make_person(key, *facts, password) for key, facts in PEOPLE.items()}
    people["marta"].capacity = 32
    people["ilse"].capacity = 24
    for key in ("marta", "ilse"):
        people[key].save()
    staff = Staff(**people)  # type: ignore[arg-type]  # rooms follow below
    began = on - BEGAN_BEFORE
    for supervisor, is_second in ((staff.anneke, False), (staff.second, True)):
        for supervisee in (staff.marta, staff.ilse):
            Supervision.objects.create(
                supervisor=supervisor, supervisee=supervisee, is_second=is_second, starts_on=began
            )
    make_teams(staff, began)
    staff.rooms = make_rooms()
    make_days_off(staff, on)
    make_places(staff, on)
    return staff


def make_person(
    key: str, name: str, roles: list[str], language: str, spoken: list[str], password: str
) -> User:
    person = User.objects.create_user(
        email=f"{key}@{MAIL}",
        password=password,
        name=name,
        language=language,
        languages_spoken=spoken,
        zone="Europe/Warsaw",
    )
    RoleHeld.objects.bulk_create([RoleHeld(user=person, role=role) for role in roles])
    return person


def make_teams(staff: Staff, began: date) -> None:
    river, hill = Team.objects.create(name="River"), Team.objects.create(name="Hill")
    for person, team in ((staff.marta, river), (staff.ilse, river), (staff.stranger, hill)):
        TeamMembership.objects.create(team=team, user=person, starts_on=began)


def make_rooms() -> list[Room]:
    linden = Site.objects.create(name="Linden Street", address="Linden Street 12")
    harbour = Site.objects.create(name="Harbour", address="Harbour Quay 3")
    names = [(linden, "Room 1"), (linden, "Room 2"), (linden, "Room 3"), (harbour, "Blue room")]
    return [Room.objects.create(site=site, name=name) for site, name in names]


def make_days_off(staff: Staff, on: date) -> None:
    """A week of leave ahead, and two days on which the practice is closed."""
    monday = on - timedelta(days=on.weekday()) + timedelta(weeks=3)
    Absence.objects.create(
        user=staff.marta, starts_on=monday, ends_on=monday + timedelta(days=1), deputy=staff.ilse
    )
    for offset, name in ((17, "Staff day"), (24, "Closed")):
        ClosedDay.objects.create(on=on + timedelta(days=offset), name=name)


def make_places(staff: Staff, on: date) -> None:
    """What colleagues can offer; no client is in it."""
    offered = [(staff.ilse, 0, 9), (staff.ilse, 1, 15), (staff.ilse, 3, 11), (staff.second, 2, 10)]
    for person, weekday, hour in offered:
        Place.objects.create(
            therapist=person,
            weekday=weekday,
            starts_at=time(hour),
            site=staff.rooms[0].site,
            languages=person.languages_spoken,
            starts_on=on,
        )
