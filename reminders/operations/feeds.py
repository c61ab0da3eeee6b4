"""The private calendar feed: a secret address is made, asked for, counted and ended."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Practice, User
from caseload.models import Booking
from reminders.feed import Taken, as_calendar, fingerprint_of
from reminders.models import CalendarFeed, FeedRead

BACK, AHEAD = timedelta(days=7), timedelta(weeks=17)
AN_HOUR = timedelta(hours=1)
READS_AN_HOUR = 60
READS_KEPT = timedelta(days=90)


def digest_of(secret: str) -> str:
    """Return what is kept of a secret: it has 256 bits of its own, so no key is needed."""
    return sha256(secret.encode()).hexdigest()


@transaction.atomic
def make_feed(*, by: User, at: datetime) -> str:
    """End the address there was, and return the secret of a new one; it is not kept and shown once."""
    end_feed(by=by, at=at)
    secret = secrets.token_urlsafe(32)
    CalendarFeed.objects.create(person=by, digest=digest_of(secret), made_at=at)
    return secret


@transaction.atomic
def end_feed(*, by: User, at: datetime) -> bool:
    """Let the address of one's own feed open nothing any more; say whether there was one."""
    return bool(CalendarFeed.objects.editable_by(by).standing().update(ended_at=at))


def end_feeds_of_who_left(*, at: datetime) -> int:
    """End the feeds of everybody whose access was ended, for good: given back, they make a new one."""
    gone = User.objects.filter(Q(is_active=False) | Q(suspended_at__isnull=False))
    return CalendarFeed.objects.standing().filter(person__in=gone).update(ended_at=at)


def forget_old_reads(*, at: datetime) -> None:
    FeedRead.objects.filter(at__lt=at - READS_KEPT).delete()


def feed_behind(secret: str) -> CalendarFeed | None:
    """Return the feed with this address while its person may come in; asked before anybody acts."""
    found = CalendarFeed.objects.standing().filter(digest=digest_of(secret))
    feed = found.select_related("person").first()
    return feed if feed is not None and feed.person.may_come_in else None


def is_asked_too_often(feed: CalendarFeed, *, at: datetime) -> bool:
    """Say whether a calendar asks more than once a minute; its person is acting."""
    return FeedRead.objects.filter(feed=feed, at__gt=at - AN_HOUR).count() >= READS_AN_HOUR


@dataclass(frozen=True)
class Content:
    """What a feed holds, and since when; the calendar is written only where it is asked for."""

    feed: CalendarFeed
    taken: Sequence[Taken]
    zone: str
    word: str

    @property
    def changed_at(self) -> datetime:
        return self.feed.changed_at or self.feed.made_at

    def as_bytes(self) -> bytes:
        return as_calendar(
            self.taken,
            feed=self.feed.pk,
            zone=self.zone,
            word=self.word,
            changed_at=self.changed_at,
        )


@transaction.atomic
def read_feed(feed: CalendarFeed, *, at: datetime, address: str) -> Content:
    """Return what a feed holds now and note that it was asked for; its person is acting."""
    practice, reader = Practice.objects.current(), feed.person
    FeedRead.objects.create(feed=feed, person=reader, at=at, address=as_address(address))
    with override(reader.language):
        word = _("Reserved")
    taken = taken_by(reader, at)
    content = Content(feed, taken, practice.zone, word)
    now_is = fingerprint_of(taken, feed=feed.pk, zone=practice.zone, word=word)
    if feed.fingerprint != now_is:
        feed.fingerprint, feed.changed_at = now_is, at.replace(microsecond=0)
        feed.save(update_fields=["fingerprint", "changed_at"])
    return content


def as_address(said: str) -> str | None:
    """Return a network address, or nothing where a proxy said something else."""
    try:
        return str(ip_address(said))
    except ValueError:
        return None


def taken_by(person: User, at: datetime) -> list[Taken]:
    """Return when `person` is booked, from a week ago to what is rolled out ahead. One query."""
    rows = Booking.objects.filter(user=person, during__overlap=(at - BACK, at + AHEAD))
    return sorted(Taken(row.during.lower, row.during.upper, row.session_id) for row in rows)
