"""Three people and one client on the way from a question to a meeting of three, by the operations."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.test import Client as Browser
from django.urls import reverse

from accounts.models import User
from caseload.models import Client, Session
from caseload.operations.sessions import When
from core.clock import now, today
from endings.models import (
    Consent,
    Ending,
    HandoverInvitation,
    HandoverSession,
    HandoverSummary,
)
from endings.models.handovers import Section
from endings.operations import handovers, meetings_of_three, summaries
from endings.operations.handovers import Agreed, Question
from endings.operations.meetings_of_three import Meeting
from endings.operations.summaries import Read
from tests.accounts.factories import UserFactory
from tests.caseload.factories import SessionFactory, at_clock
from tests.endings.factories import EndingFactory

NEEDS = "Grief, and a slow pace. Somebody who can sit in silence."
TIMES = "Mondays after four"
PARTS = [Section.IDENTITY, Section.GOALS]


@dataclass
class HandingOver:
    """An ending whose client has chosen, the therapist who leaves, and a colleague who may receive."""

    ending: Ending
    outgoing: User
    receiver: User
    invitation: HandoverInvitation | None = None

    def fresh(self) -> Ending:
        return Ending.objects.get(pk=self.ending.pk)


def a_choice(**facts: Any) -> HandingOver:
    ending: Ending = EndingFactory.create(chosen=True, **facts)
    return HandingOver(ending, ending.assignment.therapist, UserFactory.create())


def asked(story: HandingOver | None = None) -> HandingOver:
    story = story or a_choice()
    story.invitation = handovers.invite_receiver(
        ending=story.ending,
        receiver=story.receiver,
        question=Question(NEEDS, TIMES),
        by=story.outgoing,
        at=now(),
    )
    return story


def accepted(story: HandingOver | None = None) -> HandingOver:
    story = asked(story)
    assert story.invitation is not None
    handovers.accept_invitation(invitation=story.invitation, by=story.receiver, at=now())
    return story


def agreed(story: HandingOver, parts: Any = None, opens_on: date | None = None) -> Consent:
    """Record the consent of the client as of today."""
    stands = story.ending.consents.current().filter(receiver=story.receiver).first()
    return handovers.record_consent(
        ending=story.ending,
        agreed=Agreed(
            sections=PARTS if parts is None else parts,
            given_on=today(),
            opens_on=opens_on or today(),
            corrects=stands,
        ),
        by=story.outgoing,
        at=now(),
    )


def consented(story: HandingOver | None = None) -> HandingOver:
    """Told, accepted, no conflict, agreed to: the door is open."""
    story = accepted(story)
    assert story.invitation is not None
    handovers.confirm_no_conflict(invitation=story.invitation, by=story.receiver, at=now())
    agreed(story)
    return story


def final_summary(story: HandingOver, texts: dict[str, str]) -> HandoverSummary:
    draft = summaries.write_summary(ending=story.ending, texts=texts, by=story.outgoing)
    read = Read(on=today())
    summaries.record_summary_read(summary=draft, read=read, by=story.outgoing, at=now())
    return summaries.finish_summary(summary=draft, by=story.outgoing, at=now())


def a_session(story: HandingOver, days: int, hour: int = 10) -> Session:
    """Return a planned and booked session of the one who leaves."""
    starts_at: datetime = at_clock(days, time(hour))
    session: Session = SessionFactory.create(
        assignment=story.ending.assignment,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=50),
        booked=True,
    )
    return session


def planned(story: HandingOver, when: Session | When) -> HandoverSession:
    return meetings_of_three.plan_meeting_of_three(
        ending=story.ending, when=when, by=story.outgoing, at=now(), agenda="How it goes on"
    )


def held(
    story: HandingOver, handover: HandoverSession, at: datetime | None = None
) -> HandoverSession:
    meeting = Meeting("Go on with the walks.")
    return meetings_of_three.hold_handover_session(
        handover=handover, meeting=meeting, by=story.outgoing, at=at or now()
    )


def untold(ending: Ending) -> None:
    """The client was not told: an exception stands, and the choice came from elsewhere."""
    ending.told_on = ending.told_by = None
    ending.has_not_told_exception = True
    ending.save()


def shut(client: Browser, story: HandingOver) -> bool:
    """Say whether nothing of the client is open: no file, no page, no list, no search."""
    client.force_login(story.receiver)
    person = story.ending.client
    pages = [
        reverse("desk:client", args=[person.pk]),
        story.ending.get_absolute_url(),
        reverse("endings:received_file", args=[story.invitation.pk]),
    ]
    searched = client.get(reverse("desk:caseload"), {"q": person.known_as}).content.decode()
    return (
        {client.get(page).status_code for page in pages} == {404}
        and person.code not in searched
        and str(person.pk) not in searched
        and not Client.objects.visible_to(story.receiver).filter(pk=person.pk).exists()
        and not HandoverInvitation.objects.open_to(story.receiver, today()).exists()
    )
