"""A practice that grows around Marta: everything that any list shows, once, thirty or three hundred times.

The one thing of each kind is that of `tests.world`; `grow` puts more of everything beside it. Endings stand
at every step of their way, so that a page that asks more for some of them is found out.
"""

from datetime import time, timedelta
from itertools import cycle, islice

from accounts.models import User
from caseload.models import ImportRun
from core.clock import now, today
from endings.models import Ending, HandoverInvitation
from referrals.operations.entries import add_to_shortlist
from reminders.models import Reminder
from tests.accounts.factories import AbsenceFactory, UserFactory
from tests.caseload.factories import (
    AttendedFactory,
    CadenceFactory,
    ClientLinkFactory,
    ClosedDayFactory,
    CommitmentFactory,
    ContactChannelFactory,
    GoalFactory,
    InvolvedPersonFactory,
    PlaceFactory,
    ReadLogFactory,
    RiskLookFactory,
    RoomFactory,
    SessionFactory,
    at_clock,
)
from tests.endings.factories import EndingExceptionFactory, EndingFactory, ReviewFactory
from tests.referrals.factories import FollowUpFactory, ServiceFactory, checked
from tests.world import World, a_world

STATES: list[dict[str, bool]] = [
    {},
    {"told": True},
    {"options_offered": True},
    {"chosen": True},
    {"last_held": True},
    {"closed": True},
]
ENOUGH = 60  # of what is not about clients: more than any page shows at once
HOURS = [time(hour, 0) for hour in range(8, 18)]


class Crowd:
    """Marta's practice; `clients` says how many of everything there are."""

    def __init__(self) -> None:
        self.world: World = a_world()
        self.clients = 1
        self.departure = Ending.objects.get(pk=self.world.keys["ending"]).departure
        invitation = HandoverInvitation.objects.get(pk=self.world.keys["invitation"])
        self.world.people["receiver"] = invitation.receiver
        self.live(Ending.objects.get(pk=self.world.keys["ending"]), 0)

    def person(self, name: str) -> User:
        somebody = self.world.people[name]
        assert somebody is not None
        return somebody

    def grow(self, clients: int) -> None:
        """Put clients beside those there are, until there are `clients`."""
        states = islice(cycle(STATES), self.clients, clients)
        for number, state in enumerate(states, start=self.clients):
            ending = EndingFactory.create(departure=self.departure, **state)
            self.live(ending, number)
            if number % 3 == 0:
                exception = EndingExceptionFactory.create(ending=ending)
                supervisor = self.person("supervisor")
                ReviewFactory.create(exception=exception, reviewer=supervisor)
        self.clients = max(self.clients, clients)

    def live(self, ending: Ending, number: int) -> None:
        """Give one client all that a file, a week and a caseload have."""
        work, client, marta = ending.assignment, ending.client, ending.assignment.therapist
        CadenceFactory.create(assignment=work, starts_at=HOURS[number % 10])
        for days, factory in ((0, SessionFactory), (3, SessionFactory), (-3, AttendedFactory)):
            factory.create(
                assignment=work,
                starts_at=at_clock(days, HOURS[number % 10]),
                room=RoomFactory.create(),
            )
        SessionFactory.create(assignment=work, days=-10)
        CommitmentFactory.create(user=marta, assignment=work)
        GoalFactory.create(assignment=work)
        RiskLookFactory.create(client=client, by=marta)
        ContactChannelFactory.create(client=client)
        InvolvedPersonFactory.create(client=client)
        if number:
            ClientLinkFactory.create(client_id=self.world.keys["client"], other=client)
        ReadLogFactory.create(client_id=self.world.keys["client"], by=marta)
        FollowUpFactory.create(owner=marta, assignment=work, days_after=42)
        self.remind(marta, ending)
        if number < ENOUGH:
            self.beside(marta, ending, number)

    def remind(self, marta: User, ending: Ending) -> None:
        for person in (marta, self.person("supervisor")):
            Reminder.objects.get_or_create(
                person=person,
                occasion="last_session" if ending.told_on else "tell",
                about=ending.pk,
                due_on=today(),
                defaults={"raised_at": now()},
            )

    def beside(self, marta: User, ending: Ending, number: int) -> None:
        """Give the practice one more of what lists show that are not about clients."""
        colleague = UserFactory.create()
        ClosedDayFactory.create(on=today() + timedelta(days=30 + number))
        PlaceFactory.create(therapist=marta)
        AbsenceFactory.create(
            user=marta, starts_on=today() + timedelta(days=60 + 8 * number), deputy=colleague
        )
        ImportRun.objects.create(
            kind="csv", source=f"sheet {number}", started_at=now(), started_by=marta
        )
        service = checked(ServiceFactory.create(), by=self.person("directory_admin"))
        add_to_shortlist(
            service=service, at_location=service.at_locations.first(), by=marta, on=today()
        )
        theirs = EndingFactory.create(therapist=colleague)
        HandoverInvitation.objects.create(
            ending=theirs,
            receiver=marta,
            code=f"H-{number:06}",
            invited_by=colleague,
            invited_at=now(),
        )
