"""One of everything, all of it Marta's: what the access table opens with somebody else's eyes."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from accounts.models import Role, User
from caseload.models import (
    Appointment,
    AppointmentRun,
    AppointmentSource,
    ClosedDay,
    ImportRun,
    KnownSeries,
)
from core.clock import now, today
from endings.models import HandoverInvitation, HandoverSummary, HeldPlace
from endings.operations.handovers import one_off_code
from referrals.models import Referral
from reminders.models import HandedOn, Reminder
from tests.accounts.factories import (
    AbsenceFactory,
    InvitationFactory,
    PracticeFactory,
    SiteFactory,
    SupervisionFactory,
    SupervisorFactory,
    TeamMembershipFactory,
    UserFactory,
)
from tests.caseload.factories import (
    BreakGlassFactory,
    ClientLinkFactory,
    ClosedDayFactory,
    ContactChannelFactory,
    FileRequestFactory,
    GoalFactory,
    InvolvedPersonFactory,
    PlaceFactory,
    RoomFactory,
    SessionFactory,
    WaitingEntryFactory,
)
from tests.endings.factories import (
    DebriefFactory,
    EndingFactory,
    LastSessionFactory,
    OutreachAttemptFactory,
    ReviewFactory,
    StepRecordFactory,
)
from tests.referrals.factories import FollowUpFactory, ServiceFactory


@dataclass
class World:
    """The people by what they do, and the keys of what is Marta's by the name a route gives it."""

    people: dict[str, User | None]
    keys: dict[str, Any]


def a_world() -> World:
    """Make the people and one of each object; every one leads to a client of Marta's."""
    PracticeFactory.create()
    marta = UserFactory.create(name="Marta")
    supervisor = SupervisorFactory.create(name="Anneke")
    SupervisionFactory.create(supervisor=supervisor, supervisee=marta)
    people: dict[str, User | None] = {
        "therapist": marta,
        "supervisor": supervisor,
        "stranger": UserFactory.create(name="Tomasz"),
        "directory_admin": UserFactory.create(roles=[Role.DIRECTORY_ADMIN]),
        "practice_admin": UserFactory.create(roles=[Role.PRACTICE_ADMIN]),
        "records_keeper": UserFactory.create(roles=[Role.RECORDS_KEEPER]),
        "anonymous": None,
    }
    return World(people, keys_of(marta, supervisor))


def a_reading(calendar: AppointmentSource, whose: User) -> AppointmentRun:
    run = AppointmentRun.objects.create(source=calendar, user=whose, started_at=now())
    times = {"starts_at": now(), "ends_at": now() + timedelta(minutes=50)}
    Appointment.objects.create(
        run=run, user=whose, series="s", key="k", words="A.", verdict="unmatched", **times
    )
    KnownSeries.objects.create(source=calendar, user=whose, series="t")
    return run


def keys_of(marta: User, supervisor: User) -> dict[str, Any]:
    ending = EndingFactory.create(therapist=marta, chosen=True)
    client, work = ending.client, ending.assignment
    option = ending.option_set.options.first()
    membership = TeamMembershipFactory.create(user=marta)
    same = {"client": client, "episode": ending.episode, "assignment": work}
    calendar = AppointmentSource.objects.create(
        user=marta, name="Outlook", address="https://calendar.example/", made_at=now()
    )
    rows = {
        "client": client,
        "assignment": work,
        "episode": ending.episode,
        "part": ending.episode.participations.get(),
        "channel": ContactChannelFactory.create(client=client),
        "involved": InvolvedPersonFactory.create(client=client),
        "link": ClientLinkFactory.create(client=client),
        "goal": GoalFactory.create(assignment=work, episode=ending.episode),
        "session": SessionFactory.create(assignment=work),
        "waiting": WaitingEntryFactory.create(named_person=marta),
        "absence": AbsenceFactory.create(user=marta),
        "room": RoomFactory.create(),
        "site": SiteFactory.create(),
        "team": membership.team,
        "membership": membership,
        "supervision": SupervisionFactory.create(supervisor=SupervisorFactory.create()),
        "closed_day": ClosedDay.objects.first() or ClosedDayFactory.create(),
        "file_request": FileRequestFactory.create(client=client),
        "calendar_elsewhere": calendar,
        "reading": a_reading(calendar, marta),
        "import_run": ImportRun.objects.create(kind="csv", source="test", started_at=now()),
        "service": ServiceFactory.create(),
        "option_set": ending.option_set,
        "option": option,
        "referral": Referral.objects.create(
            option=option,
            choice=ending.option_set.choices.get(),
            began_on=today(),
            began_by=marta,
            **same,
        ),
        "follow_up": FollowUpFactory.create(owner=marta, **same),
        "ending": ending,
        "telling": ending.tellings.get(),
        "choice": ending.option_set.choices.get(),
        "record": StepRecordFactory.create(ending=ending),
        "attempted": OutreachAttemptFactory.create(ending=ending),
        "debrief": DebriefFactory.create(ending=ending),
        "last_session": LastSessionFactory.create(ending=ending),
        "departure": ending.departure,
        "review": ReviewFactory.create(ending=ending, author=marta, reviewer=supervisor),
        "invitation": HandoverInvitation.objects.create(
            ending=ending,
            receiver=UserFactory.create(name="Ilse"),
            code=one_off_code(),
            invited_by=marta,
            invited_at=now(),
        ),
        "held": HeldPlace.objects.create(
            ending=ending, place=PlaceFactory.create(), held_on=today()
        ),
        "place": PlaceFactory.create(therapist=marta),
        "summary": HandoverSummary.objects.create(ending=ending, written_by=marta),
        "person": marta,
        "account_invitation": InvitationFactory.create(user=marta),
        # somebody opened Marta's client's file; what they may is tried in tests/caseload/test_glass
        "broken_glass": BreakGlassFactory.create(client=client),
        "reminder": Reminder.objects.create(
            person=marta, occasion="tell", about=ending.pk, due_on=today(), raised_at=now()
        ),
        "handed_on": HandedOn.objects.create(
            by=marta,
            to=UserFactory.create(name="Imre"),
            occasion="hear_choice",
            about=ending.pk,
            due_on=today(),
            at=now(),
        ),
    }
    return {name: row.pk for name, row in rows.items()}
