"""Records that are no rows of their own: they are remembered, sealed, beside the row they speak of."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Generic, TypeVar

from django.db import models

from accounts.models import User
from caseload.operations.importing.known import Facts, Known, batches, kept
from caseload.operations.importing.people import only
from caseload.operations.importing.settled import Settled
from caseload.operations.importing.tally import Outcome
from caseload.operations.importing.work import Work
from caseload.readers.records import EndingRecord, EpisodeRecord, Record
from caseload.readers.shift import moved_if_known
from core.names import folded

R = TypeVar("R", bound=Record)


class Attached(ABC, Generic[R]):
    """Remembers records of one kind beside the work with a client."""

    def __init__(self, known: Known, settled: Settled, work: Work) -> None:
        self.known, self.settled, self.work = known, settled, work

    @abstractmethod
    def owner(self, record: R) -> models.Model | None:
        """Return the row that a record speaks of; None where it is unknown."""

    def facts(self, record: R) -> Facts:
        """Return what is kept."""
        return {}

    def write(self, records: Iterable[R]) -> None:
        for batch in batches(records):
            source_type, tally = batch[0].source_type, self.settled.gathered.tally
            rows = self.known.rows(source_type, [each.source_id for each in batch])
            made = []
            for each in batch:
                owner, row, content = (
                    self.owner(each),
                    rows.get(each.source_id),
                    each.content_hash(),
                )
                if owner is None:
                    tally.reject(each.place, "client_unknown")
                    continue
                outcome = Outcome.SAME
                if row is None:
                    made.append((each.source_id, content, owner, {"wrote": self.facts(each)}))
                    outcome = Outcome.NEW
                elif row.content_hash != content:
                    self.known.update(row, content, kept(row)["wrote"], self.facts(each))
                    outcome = Outcome.CHANGED
                tally.count(each.place, outcome, source_type)
            self.known.remember(source_type, made)


class Plans(Attached[EpisodeRecord]):
    """Plans that gave an episode and its goals their days."""

    def owner(self, record: EpisodeRecord) -> models.Model | None:
        return self.work.opened.get(self.settled.find("patient", record.client))


class Endings(Attached[EndingRecord]):
    """How far departures have come in a spreadsheet, until the app that makes endings takes them over."""

    def __init__(self, known: Known, settled: Settled, work: Work) -> None:
        super().__init__(known, settled, work)
        self.people: dict[str, list[User]] = {}
        for user in User.objects.who_work_here():
            self.people.setdefault(folded(user.name), []).append(user)

    def owner(self, record: EndingRecord) -> models.Model | None:
        client = self.settled.find("patient", record.client)
        therapist = self.settled.find("practitioner", record.therapist)
        return self.work.assignments.get((client, therapist))

    def facts(self, record: EndingRecord) -> Facts:
        weeks = self.settled.weeks
        receiver = only(self.people.get(folded(record.receiver), []))
        client = self.settled.find("patient", record.client)
        return {
            "client_id": self.work.clients.get(client) if client else None,
            "last_session_on": moved_if_known(record.last_session_on, weeks),
            "told_on": moved_if_known(record.told_on, weeks),
            "told_mode": record.told_mode and record.told_mode.value,
            "options": record.options,
            "receiver": record.receiver,
            "receiver_id": receiver and receiver.pk,
        }
