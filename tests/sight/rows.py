"""The facts of `tests/sight/roads.py` as rows of the database."""

from datetime import timedelta
from uuid import UUID

from accounts.models import Absence, Practice, Supervision, Team, TeamMembership, User
from caseload.models import (
    Assignment,
    BreakGlass,
    Client,
    Episode,
    Participation,
    Session,
    WaitingEntry,
)
from core.clock import now
from endings.models import Consent, Departure, Ending, HandoverInvitation, NotToday
from referrals.models import FollowUp
from tests.sight.roads import DAY, Ends, Facts, on

EVER = on(-30)


def write(facts: Facts) -> None:
    """Write a practice; one session for each assignment, one fact for each ending."""
    Practice.objects.create(id=1, name="Practice")
    User.objects.bulk_create(User(pk=key, name=str(key)[:8]) for key in everybody(facts))
    clients = {one.client for one in facts.works} | {one.client for one in facts.waits}
    Client.objects.bulk_create(Client(pk=key, name="x", registered_on=EVER) for key in clients)
    episodes = {one.episode: one.client for one in facts.works}
    Episode.objects.bulk_create(Episode(pk=key, opened_on=EVER) for key in episodes)
    Participation.objects.bulk_create(
        Participation(episode_id=episode, client_id=client, joined_on=EVER)
        for episode, client in episodes.items()
    )
    partner = Client.objects.create(name="y", registered_on=EVER)
    Participation.objects.bulk_create(
        Participation(episode_id=one.episode, client=partner, joined_on=EVER)
        for one in facts.works
        if one.shared
    )
    write_work(facts)
    write_roads(facts)
    write_endings(facts)
    write_glass(facts)


def everybody(facts: Facts) -> set[UUID]:
    return {
        *facts.lookers.values(),
        *(one.therapist for one in facts.works),
        *(who for one in facts.leads for who in (one.supervisor, one.supervisee)),
        *(one.user for one in facts.teams),
        *(one.carried_by for one in facts.ends if one.carried_by),
        *(one.receiver for one in facts.ends if one.receiver),
        *(one.person for one in facts.waits),
        *(one.owner for one in facts.asks),
        *(who for one in facts.away for who in (one.user, one.deputy)),
    }


def write_work(facts: Facts) -> None:
    Assignment.objects.bulk_create(
        Assignment(
            pk=one.key,
            episode_id=one.episode,
            therapist_id=one.therapist,
            role=one.role,
            starts_on=one.span.starts,
            ends_on=one.span.ends,
        )
        for one in facts.works
    )
    Session.objects.bulk_create(
        Session(
            pk=one.key,  # so that what is seen of one is compared with the other
            assignment_id=one.key,
            episode_id=one.episode,
            starts_at=now(),
            ends_at=now().replace(hour=23),
        )
        for one in facts.works
    )


def write_roads(facts: Facts) -> None:
    Team.objects.bulk_create(
        Team(pk=key, name=str(key)) for key in {one.team for one in facts.teams}
    )
    TeamMembership.objects.bulk_create(
        TeamMembership(
            user_id=one.user,
            team_id=one.team,
            starts_on=one.span.starts,
            ends_on=one.span.ends,
        )
        for one in facts.teams
    )
    Supervision.objects.bulk_create(
        Supervision(
            supervisor_id=one.supervisor,
            supervisee_id=one.supervisee,
            kind=one.kind,
            starts_on=one.span.starts,
            ends_on=one.span.ends,
        )
        for one in facts.leads
    )
    Absence.objects.bulk_create(
        Absence(
            user_id=one.user,
            deputy_id=one.deputy,
            starts_on=one.span.starts,
            ends_on=one.span.ends,
        )
        for one in facts.away
    )
    WaitingEntry.objects.bulk_create(
        WaitingEntry(
            client_id=one.client,
            since=EVER,
            named_person_id=one.person,
            next_contact_on=DAY,
            ended_on=DAY if one.ended else None,
        )
        for one in facts.waits
    )
    FollowUp.objects.bulk_create(
        FollowUp(
            client_id=one.work.client,
            episode_id=one.work.episode,
            assignment_id=one.work.key,
            owner_id=one.owner,
            due_on=DAY,
            done_on=one.done,
            done_by_id=one.owner if one.done else None,
            outcome="yes" if one.done else "",
            dropped_on=DAY if one.dropped else None,
        )
        for one in facts.asks
    )


def write_glass(facts: Facts) -> None:
    hour, at = timedelta(hours=1), now()
    BreakGlass.objects.bulk_create(
        BreakGlass(
            client_id=one.client,
            by_id=one.by,
            at=at + timedelta(minutes=one.minutes) - hour,
            until=at + timedelta(minutes=one.minutes),
            ended_at=at if one.ended else None,
        )
        for one in facts.breaks
    )


def write_endings(facts: Facts) -> None:
    Departure.objects.bulk_create(
        Departure(
            pk=one.departs.key,
            therapist_id=one.departs.therapist,
            state=one.departs.state,
            last_day=on(20),
            created_at=now(),
            submitted_at=now() if one.departs.was_sent else None,
        )
        for one in facts.ends
        if one.departs
    )
    Ending.objects.bulk_create(ending(one) for one in facts.ends)
    NotToday.objects.bulk_create(
        NotToday(
            pk=one.key,
            ending_id=one.key,
            on=DAY,
            because="other",
            by_id=one.work.therapist,
            recorded_at=now(),
        )
        for one in facts.ends
    )
    received = [one for one in facts.ends if one.receiver]
    HandoverInvitation.objects.bulk_create(
        HandoverInvitation(
            ending_id=one.key,
            receiver_id=one.receiver,
            code=f"H-{number:06}",
            state=one.state,
            invited_by_id=one.work.therapist,
            invited_at=now(),
            answered_at=now(),
            no_conflict_on=one.no_conflict,
        )
        for number, one in enumerate(received)
    )
    for one in received:
        write_consent(one)


def ending(one: Ends) -> Ending:
    return Ending(
        pk=one.key,
        departure_id=one.departs.key if one.departs else None,
        assignment_id=one.work.key,
        episode_id=one.work.episode,
        client_id=one.work.client,
        stage="to_tell" if one.told is None else one.stage,
        told_on=one.told,
        told_by_id=one.work.therapist if one.told else None,
        carried_by_id=one.carried_by,
        opened_on=EVER,
        withdrawn_on=DAY if one.withdrawn else None,
    )


def write_consent(one: Ends) -> None:
    if one.opens is None:
        return
    said = {
        "ending_id": one.key,
        "receiver_id": one.receiver,
        "given_on": EVER,
        "opens_on": one.opens,
        "by_id": one.work.therapist,
        "recorded_at": now(),
    }
    given = Consent.objects.create(sections=list(one.sections), **said)
    if one.taken_back:
        Consent.objects.create(sections=[], corrects=given, **said)
