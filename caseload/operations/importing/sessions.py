"""Sessions with their bookings."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.models import User
from caseload.models import Assignment, Booking, ImportedFrom, Session
from caseload.operations.diary import taken_during
from caseload.operations.importing.known import BATCH, Facts, Known
from caseload.operations.importing.settled import Settled
from caseload.operations.importing.work import Work
from caseload.operations.importing.writing import Writer
from caseload.readers.records import SessionRecord, Status
from caseload.readers.shift import moved_moment
from caseload.readers.work import APPOINTMENT_KEY

Taken = tuple[UUID, datetime, datetime]


class SessionsWriter(Writer[SessionRecord, Session]):
    """Sessions as they were; only planned ones take the therapist's time, and must find it free."""

    model: ClassVar[type[models.Model]] = Session
    columns: ClassVar[tuple[str, ...]] = (
        "assignment_id",
        "episode_id",
        "starts_at",
        "ends_at",
        "mode",
        "state",
    )

    def __init__(self, known: Known, settled: Settled, work: Work) -> None:
        super().__init__(known, settled.gathered.tally)
        self.settled, self.work = settled, work
        self.therapists = {row.pk: row.therapist_id for row in work.assignments.values()}

    def facts(self, record: SessionRecord) -> Facts:
        row = self.work.assignments[record.clients[0], record.therapists[0]]
        zone, weeks = self.settled.gathered.zone, self.settled.weeks
        starts_at = moved_moment(record.starts_at, weeks, zone)
        return {
            "assignment_id": row.pk,
            "episode_id": row.episode_id,
            "starts_at": starts_at,
            "ends_at": starts_at + (record.ends_at - record.starts_at),
            "mode": record.mode.value,
            "state": record.status.value,
        }

    def write_batch(self, records: Sequence[SessionRecord]) -> None:
        """Write those whose client and therapist were taken."""
        there = []
        for each in records:
            if (each.clients[0], each.therapists[0]) in self.work.assignments:
                there.append(each)
            else:
                self.tally.reject(each.place, "client_unknown")
        super().write_batch(there)

    def known_rows(self, records: Sequence[SessionRecord]) -> dict[str, ImportedFrom]:
        """Return known rows; a visit that an imported appointment became is known by that appointment."""
        known = super().known_rows(records)
        became = {
            f"{APPOINTMENT_KEY}{each.appointment}": each.source_id
            for each in records
            if each.appointment and each.source_id not in known
        }
        planned = self.known.rows(SessionRecord.source_type, list(became))
        return known | {became[key]: row for key, row in planned.items()}

    def add(self, records: Sequence[SessionRecord]) -> None:
        super().add(self.free([(each, None) for each in records]))

    def apply(
        self, pairs: Sequence[tuple[SessionRecord, ImportedFrom]], rows: dict[UUID, Session]
    ) -> None:
        known = {record.source_id: row for record, row in pairs}
        free = self.free([(record, row.object_id) for record, row in pairs])
        super().apply([(each, known[each.source_id]) for each in free], rows)

    def free(self, pairs: Sequence[tuple[SessionRecord, UUID | None]]) -> list[SessionRecord]:
        """Return the records that may stand; a plan for a time that is taken is refused."""
        busy = self.taken(pairs)
        free = []
        for record, _row in pairs:
            slot = self.slot(record) if record.status is Status.PLANNED else None
            if slot and any(overlap(slot, other) for other in busy[slot[0]]):
                self.tally.reject(record.place, "busy")
                continue
            if slot:
                busy[slot[0]].append(slot)
            free.append(record)
        return free

    def slot(self, record: SessionRecord) -> Taken:
        facts = self.facts(record)
        return self.therapists[facts["assignment_id"]], facts["starts_at"], facts["ends_at"]

    def taken(self, pairs: Sequence[tuple[SessionRecord, UUID | None]]) -> dict[UUID, list[Taken]]:
        """Return when the therapists of planned sessions are taken by something else than these sessions."""
        slots = [self.slot(record) for record, _row in pairs if record.status is Status.PLANNED]
        found: dict[UUID, list[Taken]] = defaultdict(list)
        if not slots:
            return found
        own = Booking.objects.filter(session__in=[row for _record, row in pairs if row])
        theirs = {(each.user_id, each.during.lower, each.during.upper) for each in own}
        begins, ends = min(each[1] for each in slots), max(each[2] for each in slots)
        people = [User(pk=key) for key in {each[0] for each in slots}]
        for each in taken_during(begins, ends, people=people):
            if (each.who, each.begin, each.end) not in theirs:
                found[each.who].append((each.who, each.begin, each.end))
        return found

    def insert(self, rows: Sequence[Session], facts: Sequence[Facts]) -> None:
        super().insert(rows, facts)
        book(rows)

    @classmethod
    def put(cls, rows: Sequence[Session], facts: Sequence[Facts]) -> None:
        super().put(rows, facts)
        for row in rows:
            row.revision += 1
        Session.objects.bulk_update(rows, ["revision"], batch_size=BATCH)
        Booking.objects.filter(session__in=rows).delete()
        book(rows)


def book(rows: Sequence[Session]) -> None:
    """Take the therapist's time for planned sessions."""
    planned = [row for row in rows if row.state == Session.State.PLANNED]
    works = Assignment.objects.in_bulk({row.assignment_id for row in planned})
    Booking.objects.bulk_create(
        [
            Booking(
                session=row,
                user_id=works[row.assignment_id].therapist_id,
                during=DateTimeTZRange(row.starts_at, row.ends_at),
            )
            for row in planned
        ],
        batch_size=BATCH,
    )


def overlap(one: Taken, other: Taken) -> bool:
    return one[1] < other[2] and other[1] < one[2]
