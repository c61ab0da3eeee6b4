"""Nobody gives themselves sight: whoever writes the tables that roads go by writes the rights (R5, decision 4)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import Error, connection, transaction

from accounts.models import Absence, Role, RoleHeld, Supervision, TeamMembership, User
from caseload.models import (
    Assignment,
    ClientLink,
    ContactChannel,
    LegalHold,
    Participation,
    ReadLog,
    Session,
    WaitingEntry,
)
from core.clock import now, today
from endings.models import Consent, Departure, Ending, HandoverInvitation, Telling
from endings.operations.handovers import one_off_code
from referrals.models import FollowUp
from tests.accounts.factories import UserFactory
from tests.caseload.factories import AssignmentFactory, SessionFactory
from tests.endings.factories import EndingFactory
from tests.roles import as_app_for
from tests.sight.test_drift import every_table
from tests.world import World, a_world

pytestmark = pytest.mark.django_db


class Two:
    """Marta's world, and Tomasz, who has work of his own and nothing to do with hers."""

    def __init__(self) -> None:
        self.world: World = a_world()
        self.theirs: dict[str, Any] = self.world.keys
        stranger = self.world.people["stranger"]
        assert isinstance(stranger, User)
        self.me: User = stranger
        self.work: Assignment = AssignmentFactory.create(therapist=self.me)
        self.session: Session = SessionFactory.create(assignment=self.work)
        self.ending: Ending = EndingFactory.create(assignment=self.work)
        self.marta = self.theirs["person"]

    def may_see(self) -> set[Any]:
        with connection.cursor() as cursor:
            cursor.execute("select sight.clients_of(%s, %s)", [self.me.pk, today()])
            return set(cursor.fetchone()[0])


@pytest.fixture
def two() -> Two:
    return Two()


def follow_up(two: Two, **facts: Any) -> FollowUp:
    said = {
        "client_id": two.theirs["client"],
        "episode_id": two.theirs["episode"],
        "assignment_id": two.theirs["assignment"],
        "owner": two.me,
        "due_on": today(),
    }
    return FollowUp.objects.create(**{**said, **facts})


def begin(two: Two, **facts: Any) -> Assignment:
    said = {"episode_id": two.theirs["episode"], "therapist": two.me, "starts_on": today()}
    return Assignment.objects.create(**{**said, **facts})


def of_mine(two: Two) -> dict[str, Any]:
    return {"assignment_id": two.work.pk, "episode_id": two.work.episode_id}


def consent_to_me(two: Two, ending: Any) -> None:
    """Everything that a handover needs, with me as the one who receives."""
    HandoverInvitation.objects.create(
        ending_id=ending,
        receiver=two.me,
        code=one_off_code(),
        state="accepted",
        invited_by=two.me,
        invited_at=now(),
        answered_at=now(),
        no_conflict_on=today(),
    )
    Consent.objects.create(
        ending_id=ending,
        receiver=two.me,
        sections=["identity"],
        given_on=today(),
        opens_on=today(),
        by=two.me,
        recorded_at=now(),
    )


def an_ending_of_mine_with_their_client(two: Two) -> None:
    Ending.objects.filter(pk=two.ending.pk).update(client_id=two.theirs["client"])


WAYS: dict[str, Callable[[Two], Any]] = {
    "work on their episode": begin,
    "cover on their episode": lambda two: begin(two, role="covering"),
    "hold their episode": lambda two: begin(two, role="holding"),
    "take over their assignment": lambda two: Assignment.objects.filter(
        pk=two.theirs["assignment"]
    ).update(therapist=two.me),
    "turn my assignment to their episode": lambda two: Assignment.objects.filter(
        pk=two.work.pk
    ).update(episode=two.theirs["episode"]),
    "their client into my episode": lambda two: Participation.objects.create(
        episode=two.work.episode, client_id=two.theirs["client"], joined_on=today()
    ),
    "turn my client’s taking part into theirs": lambda two: Participation.objects.filter(
        episode=two.work.episode
    ).update(client=two.theirs["client"]),
    "their client waits for me": lambda two: WaitingEntry.objects.create(
        client_id=two.theirs["client"],
        since=today(),
        named_person=two.me,
        next_contact_on=today(),
    ),
    "who waits with them waits for me": lambda two: WaitingEntry.objects.filter(
        pk=two.theirs["waiting"]
    ).update(named_person=two.me),
    "ask after their client": follow_up,
    "ask after their client, by my own work": lambda two: follow_up(two, **of_mine(two)),
    "turn what I ask after to them": lambda two: FollowUp.objects.filter(
        pk=follow_up(two, client_id=two.work.client.pk, **of_mine(two)).pk
    ).update(client=two.theirs["client"]),
    "lead them": lambda two: Supervision.objects.create(
        supervisor=two.me, supervisee_id=two.marta, starts_on=today()
    ),
    "stand in for them": lambda two: Absence.objects.create(
        user_id=two.marta, deputy=two.me, starts_on=today(), ends_on=today()
    ),
    "stand in during their absence": lambda two: Absence.objects.filter(
        pk=two.theirs["absence"]
    ).update(deputy=two.me),
    "turn my absence into theirs": lambda two: Absence.objects.filter(
        pk=Absence.objects.create(user=two.me, deputy=None, starts_on=today(), ends_on=today()).pk
    ).update(user=two.marta, deputy=two.me),
    "become an admin": lambda two: RoleHeld.objects.create(user=two.me, role=Role.PRACTICE_ADMIN),
    "sit at the front desk": lambda two: RoleHeld.objects.create(user=two.me, role=Role.FRONT_DESK),
    "keep records": lambda two: RoleHeld.objects.create(user=two.me, role=Role.RECORDS_KEEPER),
    "join their team": lambda two: TeamMembership.objects.create(
        team_id=two.theirs["team"], user=two.me, starts_on=today()
    ),
    "receive their client": lambda two: consent_to_me(two, two.theirs["ending"]),
    "receive from myself a client of theirs": lambda two: (
        an_ending_of_mine_with_their_client(two),
        consent_to_me(two, two.ending.pk),
    ),
    "end my own work, with their client": lambda two: Ending.objects.create(
        client_id=two.theirs["client"], opened_on=today(), **of_mine(two)
    ),
    "end the work with their client": lambda two: Ending.objects.create(
        client_id=two.theirs["client"],
        opened_on=today(),
        carried_by=two.me,
        assignment_id=two.theirs["assignment"],
        episode_id=two.theirs["episode"],
    ),
    "carry their client on": lambda two: Ending.objects.filter(pk=two.theirs["ending"]).update(
        carried_by=two.me
    ),
    "leave in their name": lambda two: Departure.objects.create(
        therapist_id=two.marta, last_day=today() + timedelta(days=60), created_at=now()
    ),
    "agree to their plan": lambda two: Departure.objects.filter(pk=two.theirs["departure"]).update(
        state="agreed"
    ),
    "say that they were told": lambda two: Telling.objects.filter(
        ending=two.theirs["ending"]
    ).update(is_usual_way=False),
    "my session is of their work": lambda two: Session.objects.filter(pk=two.session.pk).update(
        assignment=two.theirs["assignment"]
    ),
    "their client is a sister of mine": lambda two: ClientLink.objects.create(
        client=two.work.client, other_id=two.theirs["client"], how="sisters"
    ),
    "a channel of theirs": lambda two: ContactChannel.objects.create(
        client_id=two.theirs["client"], kind="phone", value="1"
    ),
    "hold their file": lambda two: LegalHold.objects.create(
        client_id=two.theirs["client"], set_by=two.me, set_at=now()
    ),
    "they opened a file": lambda two: ReadLog.objects.create(
        client_id=two.work.client.pk, by_id=two.marta
    ),
}


def is_refused(fault: Error | None) -> bool:
    """By a policy, a missing right or one of our triggers: not by chance, as a broken constraint would be."""
    return getattr(fault and fault.__cause__, "sqlstate", "") == "42501"


@pytest.mark.parametrize("way", WAYS)
def test_nobody_gives_themselves_sight(two: Two, way: str) -> None:
    before, changed, refused = two.may_see(), None, None
    try:
        with as_app_for(two.me), transaction.atomic():
            changed = WAYS[way](two)
            with connection.cursor() as cursor:
                cursor.execute("set constraints all immediate")
    except Error as fault:
        refused = fault
    assert changed == 0 or is_refused(refused), refused
    assert two.may_see() == before
    assert two.theirs["client"] not in before


def test_columns_that_a_road_goes_by_are_kept_by_a_trigger() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select tgrelid::regclass::text from pg_trigger where tgname = 'keeps_road'"
            " and tgenabled = 'O'"
        )
        kept = {name for (name,) in cursor.fetchall()}
    wanted = {
        table.name
        for table in every_table()
        if table.guard and table.guard.fixed and "update" in table.verbs_of_app()
    }
    assert wanted == kept
    assert len(wanted) > 15


def test_the_stranger_does_what_is_theirs(two: Two) -> None:
    """Else everything above would be refused for another reason."""
    somebody = UserFactory.create()
    with as_app_for(two.me):
        assert follow_up(two, client_id=two.work.client.pk, **of_mine(two)).pk
        assert Session.objects.filter(pk=two.session.pk).update(is_extra=True) == 1
        assert Ending.objects.filter(pk=two.ending.pk).update(carried_by=somebody) == 1
