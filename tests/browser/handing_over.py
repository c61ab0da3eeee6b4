"""One client of the journey goes to a colleague: from a chosen place to one room with three people in it.

Two people sit at two browsers, the one who leaves and the one who receives; after each act the receiver
looks at what is open to them, because R5 is about what is *not* seen.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse

from accounts.models import User
from caseload.models import Booking, Place
from core.clock import today
from core.dates import on_day
from endings.models import Consent, Ending, HandoverInvitation, HandoverSession, SignOff
from endings.models.handovers import Section
from endings.workflow import Stage
from tests.browser.conftest import Person, evening

DAY = timedelta(days=1)
AGREED = [Section.IDENTITY, Section.GOALS, Section.HELPS]
WORDS = {
    Section.IDENTITY: "Mornings, by phone.",
    Section.GOALS: "To sleep through the night again.",
    Section.HELPS: "Walking while we talk.",
    Section.COURSE: "A word that the client keeps for themselves.",
}


@dataclass
class Handover:
    """The ending, and the two who hand over and receive."""

    ending: Ending
    outgoing: Person
    incoming: Person
    receiver: User
    time_machine: Any

    @property
    def invitation(self) -> HandoverInvitation:
        return self.ending.invitations.get()

    def url(self, name: str) -> str:
        return reverse(f"endings:{name}", args=[self.ending.pk])

    def theirs(self, name: str) -> str:
        return reverse(f"endings:{name}", args=[self.invitation.pk])

    def goes_on(self, day: date) -> None:
        self.time_machine.move_to(evening(day))


def a_place(receiver: User) -> Place:
    return Place.objects.create(
        therapist=receiver,
        weekday=2,
        starts_at="15:00",
        starts_on=today(),
        needs="Somebody who likes to take time.",
    )


def hands_over(story: Handover) -> None:
    """The whole way, step by step; at each one the receiver sees exactly what is theirs to see."""
    sees_nothing(story)
    asks(story)
    says_yes(story)
    agrees(story, opens_on=today() + DAY)
    writes_the_summary(story)
    reads_exactly_what_was_agreed(story)
    plans_the_meeting(story)
    meets(story)


def picks(person: Person, box: str) -> None:
    """Tap the label, as a thumb does: the box itself is hidden, and a bar must not lie over it."""
    person.page.locator(f"label:has({box}) > span").click()
    assert person.page.locator(box).is_checked()


def is_not_there(person: Person, path: str) -> None:
    """The page is not there for this person: not forbidden, not there."""
    answer = person.page.request.get(person.url + path)
    assert answer.status == 404, path


def stands_nowhere(story: Handover, *words: str) -> None:
    """The receiver opens each page that could say it: it does not."""
    for path in (
        reverse("endings:received"),
        reverse("desk:today"),
        reverse("desk:caseload"),
        reverse("endings:endings"),
        reverse("caseload:week"),
    ):
        story.incoming.goes_to(path)
        for word in words:
            assert word not in story.incoming.text, (path, word)


def sees_nothing(story: Handover) -> None:
    """Before anybody is asked there is nothing: no client, no ending, no question."""
    client = story.ending.client
    story.incoming.signs_in(story.receiver.email or "")
    stands_nowhere(story, client.name, client.called, client.code)
    is_not_there(story.incoming, client.get_absolute_url())
    is_not_there(story.incoming, story.ending.get_absolute_url())


def asks(story: Handover) -> None:
    """A code, the needs, the times; whose place was chosen is picked already."""
    page = story.outgoing.page
    story.outgoing.goes_to(story.url("invite_receiver"), look=True)
    assert page.locator(f"[name=receiver][value='{story.receiver.pk}']").is_checked()
    page.fill("[name=needs]", "Grief, and a slow pace.")
    story.outgoing.saves(look=True)
    assert story.invitation.state == HandoverInvitation.State.SENT


def says_yes(story: Handover) -> None:
    """First a code; the name after the yes; nothing stands in the way; the file is still shut."""
    client, person = story.ending.client, story.incoming
    person.goes_to(reverse("endings:received"), look=True)
    assert story.invitation.code in person.text
    stands_nowhere(story, client.name, client.called, client.code)
    person.goes_to(story.theirs("invitation"), look=True)
    assert client.called not in person.text
    accept = "form:has([formaction]) button:not([formaction])"
    person.presses(accept, look=True)
    assert client.name in person.text
    is_not_there(person, client.get_absolute_url())
    person.presses(accept, look=True)
    is_not_there(person, story.theirs("received_file"))


def agrees(story: Handover, opens_on: date) -> None:
    """Part by part, with the client; nothing is ticked for them, and nothing opens before its day."""
    page = story.outgoing.page
    story.outgoing.goes_to(story.url("record_consent"), look=True)
    assert page.locator("[name=sections]:checked").count() == 0
    for section in AGREED:
        picks(story.outgoing, f"[name=sections][value={section}]")
    page.fill("[name=opens_on]", opens_on.isoformat())
    story.outgoing.saves(look=True)
    assert Consent.objects.get().sections == AGREED
    is_not_there(story.incoming, story.theirs("received_file"))


def writes_the_summary(story: Handover) -> None:
    """Only the parts agreed to are asked for; the client reads them first."""
    page = story.outgoing.page
    story.outgoing.goes_to(story.url("write_summary"), look=True)
    for section, words in WORDS.items():
        there = page.locator(f"[name={section}]")
        assert there.count() == (section in AGREED)
        if section in AGREED:
            there.fill(words)
    story.outgoing.saves(look=True)
    for section in AGREED:
        assert WORDS[section] in story.outgoing.text
    story.outgoing.saves(look=True)


def reads_exactly_what_was_agreed(story: Handover) -> None:
    """On the evening before its day the door is shut; on the day three parts stand there and no other."""
    is_not_there(story.incoming, story.theirs("received_file"))
    story.goes_on(today() + DAY)
    person = story.incoming
    person.goes_to(story.theirs("received_file"), look=True)
    assert person.page.locator("main section").count() == len(AGREED)
    for section, words in WORDS.items():
        assert (words in person.text) == (section in AGREED)
    is_not_there(person, story.ending.get_absolute_url())


def plans_the_meeting(story: Handover) -> None:
    """One of the planned sessions becomes one for three; both people are taken then."""
    story.outgoing.goes_to(story.url("plan_meeting_of_three"), look=True)
    story.outgoing.saves(look=True)
    planned = HandoverSession.objects.select_related("session").get()
    taken = set(Booking.objects.filter(session=planned.session, room=None).values_list("user"))
    assert taken == {(planned.session.assignment.therapist_id,), (story.receiver.pk,)}
    assert on_day(planned.session.starts_at) < story.ending.last_on
    story.incoming.goes_to(story.theirs("invitation"), look=True)


def meets(story: Handover) -> None:
    """Held, with what was agreed; each of the three confirms; the receiver begins the day after the last."""
    planned = HandoverSession.objects.get()
    story.goes_on(on_day(planned.session.starts_at))
    page = story.outgoing.page
    story.outgoing.goes_to(story.url("hold_meeting_of_three"), look=True)
    page.fill("[name=agreed_points]", "We go on with the walks.")
    for who in (SignOff.Who.OUTGOING, SignOff.Who.CLIENT):
        picks(story.outgoing, f"[name=signed][value={who}]")
    story.outgoing.saves(look=True)
    story.incoming.goes_to(story.theirs("invitation"), look=True)
    assert "We go on with the walks." in story.incoming.text
    story.incoming.presses(f"form[action='{story.theirs('receiver_signs_off')}'] button", look=True)
    planned.refresh_from_db()
    story.ending.refresh_from_db()
    assert set(planned.sign_offs.values_list("who", flat=True)) == set(SignOff.Who.values)
    assert story.ending.stage == Stage.HANDED_OVER
    assert story.ending.handed_over_on == planned.held_on == today()


def goes_on_with_the_receiver(story: Handover) -> None:
    """From the day after the leaver's last one the client is the receiver's, name and file."""
    work = story.receiver.assignments.get(episode__participations__client=story.ending.client_id)
    assert work.starts_on == story.ending.assignment.ends_on + DAY
    story.goes_on(work.starts_on)
    story.incoming.goes_to(story.ending.client.get_absolute_url(), look=True)
    assert story.ending.client.name in story.incoming.text
