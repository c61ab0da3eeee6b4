"""Which mails there are to be: each is one row under its unique key, made before anything is sent.

A digest is made for every person once a working day, even where nothing waits: what is raised later that
day waits for the next morning. Whether there is anything to say is asked when it is sent.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from accounts.models import Practice, User
from accounts.models.people import UserQuerySet
from core.dates import on_day
from endings.models import HandoverInvitation
from endings.operations.reviews import answer_by
from reminders.models import Message, Reminder
from reminders.occasions import Occasion
from reminders.operations.reading import calendar_of
from reminders.rules import WITHIN_A_MINUTE

DAY = timedelta(days=1)
ESCALATION_IS_USEFUL_FOR = 3 * DAY
INVITATION_IS_USEFUL_FOR = 7 * DAY
LATEST_MORNING = time(10)  # also for who reads the digest in the evening
SHORT, REBOOK, REVIEW, CLOSING = "short", "rebook", "review", "closing"
LAST, UNANSWERED, GLASS = "last", "unanswered", "glass"
WORDS_OF = {
    Occasion.LAST_CHANCE: LAST,
    Occasion.UNANSWERED: UNANSWERED,
    Occasion.NOTICE_SHORT: SHORT,
    Occasion.REBOOK_TELLING: REBOOK,
    Occasion.REVIEW: REVIEW,
    Occasion.CLOSE_FILE: CLOSING,
    Occasion.FILE_OPENED: GLASS,
    Occasion.LOOK_AT_GLASS: GLASS,
}
"""Which mail an escalation becomes; its name begins the key of the message."""
RISES = Q(occasion__in=[one.value for one in WORDS_OF], is_escalation=True)


def make_messages(*, at: datetime) -> int:
    """Make the rows of all mails that are due at `at`; return how many are new."""
    practice = Practice.objects.current()
    made = [*digests(practice, at), *invitations(at), *calls_to_check(practice, at)]
    Message.objects.bulk_create(made, ignore_conflicts=True)
    keys = [row.pk for row in made]
    return Message.objects.filter(pk__in=keys).count() + escalate(at=at, practice=practice)


# --- one digest a morning -----------------------------------------------------------------------------
def digests(practice: Practice, at: datetime) -> list[Message]:
    """Return the digests whose hour has come in their readers' own zones, on their working days.

    Also for who wants none: what concerns a client being told goes out all the same (`mails.digest`).
    """
    readers = list(readers_of_mail())
    there = set(
        Message.objects.filter(
            kind=Message.Kind.DIGEST, day__gte=at.date() - DAY, person__in=readers
        ).values_list("person", "day")
    )
    waiting = [
        (person, here)
        for person in readers
        if (here := at.astimezone(zone_of(person, practice))).time() >= person.digest_at
        and (person.pk, here.date()) not in there
    ]
    if not waiting:
        return []
    working = calendar_of([person for person, _here in waiting], around=on_day(at))
    return [
        digest(person, here, at) for person, here in waiting if here.date() in working[person.pk]
    ]


def readers_of_mail() -> UserQuerySet:
    """Return whose account is open and has an address."""
    readers: UserQuerySet = User.objects.who_work_here().exclude(email=None)
    return readers


def zone_of(person: User, practice: Practice) -> ZoneInfo:
    """Return the reader's own zone (decision 9), or the practice's."""
    return person.tzinfo or practice.tzinfo


def digest(person: User, here: datetime, at: datetime) -> Message:
    midnight = datetime.combine(here.date() + DAY, time(), tzinfo=here.tzinfo)
    return Message(
        person=person,
        kind=Message.Kind.DIGEST,
        day=here.date(),
        send_after=at,
        useful_until=midnight,
    )


# --- at once ------------------------------------------------------------------------------------------
@transaction.atomic
def escalate(*, at: datetime, practice: Practice | None = None) -> int:
    """Put every escalation that no mail speaks of yet into one, by person and kind; return how many mails."""
    fresh = Reminder.objects.filter(RISES, closed_at=None, escalated_at=None)
    rows = list(fresh.select_related("person").select_for_update(skip_locked=True, of=("self",)))
    by_mail: dict[tuple[object, str], list[Reminder]] = {}
    for row in rows:
        by_mail.setdefault((row.person_id, WORDS_OF[Occasion(row.occasion)]), []).append(row)
    practice = practice or Practice.objects.current()
    made = [escalation(words, some, at, practice) for (_person, words), some in by_mail.items()]
    Message.objects.bulk_create(made, ignore_conflicts=True)
    Reminder.objects.filter(pk__in=[row.pk for row in rows]).update(escalated_at=at)
    return len(made)


def escalation(words: str, rows: list[Reminder], at: datetime, practice: Practice) -> Message:
    """Return the mail to the person reminded, about everything of one kind.

    What happened just now goes out at once; what a new day has brought waits for the morning.
    """
    first = min(rows, key=lambda row: row.pk)
    at_once = Occasion(first.occasion) in WITHIN_A_MINUTE
    send_after = at if at_once else morning_of(first.person, at, practice)
    return Message(
        person_id=first.person_id,
        kind=Message.Kind.REVIEW if words == REVIEW else Message.Kind.ESCALATION,
        key=f"{words}:{first.pk.hex}",
        day=on_day(at),
        send_after=send_after,
        useful_until=send_after + ESCALATION_IS_USEFUL_FOR,
    )


def morning_of(person: User, at: datetime, practice: Practice) -> datetime:
    """Return `at`, or where the person's morning is still to come, the hour of their digest."""
    here = at.astimezone(zone_of(person, practice))
    hour = min(person.digest_at, LATEST_MORNING)
    return max(at, datetime.combine(here.date(), hour, tzinfo=here.tzinfo))


# --- entries of the directory ---------------------------------------------------------------------------
def calls_to_check(practice: Practice, at: datetime) -> list[Message]:
    """Return the week's mail to each directory admin with entries to check (R16).

    One a week, however many entries: on the first working day on which any stand open, at the hour of
    the digest. Its key is the Monday of that week.
    """
    asked = Reminder.objects.filter(occasion=Occasion.CHECK_ENTRY.value, closed_at=None)
    readers = readers_of_mail().filter(wants_mail=True, pk__in=asked.values("person"))
    waiting = [
        (person, here)
        for person in readers
        if (here := at.astimezone(zone_of(person, practice))).time() >= person.digest_at
        and not Message.objects.filter(
            person=person, kind=Message.Kind.DIRECTORY, day=monday_of(here.date())
        ).exists()
    ]
    working = calendar_of([person for person, _here in waiting], around=on_day(at))
    return [
        Message(
            person=person,
            kind=Message.Kind.DIRECTORY,
            day=monday_of(here.date()),
            send_after=at,
            useful_until=at + ESCALATION_IS_USEFUL_FOR,
        )
        for person, here in waiting
        if here.date() in working[person.pk]
    ]


def monday_of(day: date) -> date:
    return day - day.weekday() * DAY


# --- somebody is asked for room -------------------------------------------------------------------------
def invitations(at: datetime) -> Iterable[Message]:
    """Return the mails to colleagues who are asked and have not heard of it (R5: no name, no code)."""
    asked = HandoverInvitation.objects.filter(state=HandoverInvitation.State.SENT)
    named = list(asked.select_related("receiver").only("pk", "invited_at", "receiver"))
    told = Message.objects.filter(
        kind=Message.Kind.INVITATION, key__in=[row.pk.hex for row in named]
    )
    known = set(told.values_list("key", flat=True))
    for row in named:
        if row.pk.hex not in known and row.receiver.email:
            yield Message(
                person=row.receiver,
                kind=Message.Kind.INVITATION,
                key=row.pk.hex,
                day=on_day(row.invited_at),
                send_after=at,
                useful_until=at + INVITATION_IS_USEFUL_FOR,
            )


def answer_wanted_by(invitation: HandoverInvitation) -> date:
    """Return the day by which the colleague is asked to answer."""
    return answer_by(invitation.receiver, on_day(invitation.invited_at))
