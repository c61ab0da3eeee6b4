"""Sessions with one client and one therapist each, and what they say about who works with whom."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from caseload.operations.importing.gathered import Gathered
from caseload.operations.importing.known import Known, batches
from caseload.readers.problems import Place
from caseload.readers.records import SessionRecord, Status
from caseload.readers.relationships import Contacts
from caseload.readers.shift import moved_day, moved_if_known
from caseload.readers.spool import Spool

Meeting = tuple[datetime, datetime, Place]


@dataclass
class Settled:
    """What was gathered, with every key turned into one that is known. Days are moved, records are not."""

    gathered: Gathered
    known: Known
    weeks: int
    sessions: Spool[SessionRecord] = field(default_factory=lambda: Spool(SessionRecord))
    contacts: dict[str, dict[str, Contacts]] = field(default_factory=dict)
    diaries: dict[str, list[Meeting]] = field(default_factory=lambda: defaultdict(list))
    elsewhere: dict[tuple[str, str], bool] = field(default_factory=dict)

    def settle(self) -> "Settled":
        """Go through the sessions once."""
        for batch in batches(self.gathered.sessions):
            self.look_up("patient", (key for each in batch for key in each.clients))
            self.look_up("practitioner", (key for each in batch for key in each.therapists))
            for record in batch:
                self.settle_one(record)
        gathered = self.gathered
        self.look_up("patient", (each.client for each in gathered.plans.values()))
        self.look_up("practitioner", (each.therapist for each in gathered.clients.values()))
        self.tell_overlaps()
        return self

    def find(self, source_type: str, key: str) -> str:
        """Return the id behind a key, if a row of this kind is in the files or known from before."""
        found = self.gathered.names.find(KINDS[source_type], key)
        records = self.gathered.clients if source_type == "patient" else self.gathered.people
        if found in records or self.elsewhere.get((source_type, found)):
            return found
        return ""

    def look_up(self, source_type: str, keys: Iterable[str]) -> None:
        """Ask once for keys that the files do not hold: an earlier import may have brought them."""
        found = {self.gathered.names.find(KINDS[source_type], key) for key in keys}
        records = self.gathered.clients if source_type == "patient" else self.gathered.people
        asked = [
            key for key in found if key not in records and (source_type, key) not in self.elsewhere
        ]
        there = self.known.keys(source_type, asked)
        self.elsewhere |= {(source_type, key): key in there for key in asked}

    def from_before(self, source_type: str) -> list[str]:
        """Return the keys that only an earlier import knows."""
        return [
            key for (kind, key), there in self.elsewhere.items() if kind == source_type and there
        ]

    def settle_one(self, record: SessionRecord) -> None:
        tally = self.gathered.tally
        clients = [key for each in record.clients if (key := self.find("patient", each))]
        therapists = [key for each in record.therapists if (key := self.find("practitioner", each))]
        if record.source_id in self.gathered.held:
            tally.skip(record.place, "held_as_session")
        elif len(clients) > 1:
            tally.reject(record.place, "several_clients")
        elif not clients:
            tally.reject(record.place, "client_unknown")
        elif not therapists:
            tally.reject(record.place, "therapist_unknown")
        else:
            self.keep(replace(record, clients=(clients[0],), therapists=(therapists[0],)))

    def keep(self, record: SessionRecord) -> None:
        client, therapist = record.clients[0], record.therapists[0]
        self.sessions.add(record)
        if record.status is not Status.CANCELLED:
            self.diaries[therapist].append((record.starts_at, record.ends_at, record.place))
        day = moved_day(record.starts_at.astimezone(self.gathered.zone).date(), self.weeks)
        with_whom = self.contacts.setdefault(client, {})
        if therapist not in with_whom:
            with_whom[therapist] = Contacts.on(day)
        with_whom[therapist].add(day, record.mode.value)

    def tell_overlaps(self) -> None:
        """Note each session that begins before an earlier one of the same therapist has ended."""
        for diary in self.diaries.values():
            until: datetime | None = None
            for begins, ends, place in sorted(diary, key=lambda each: each[:2]):
                if until is not None and begins < until:
                    self.gathered.tally.note(place, "overlap")
                until = ends if until is None else max(until, ends)
        self.diaries.clear()

    def registered(self, on: date) -> dict[str, date]:
        """Return since when each client comes, as far as the files know; never after `on`."""
        first = {client: self.first_day(client, on) for client in self.gathered.clients}
        return {client: min(day, on) for client, day in first.items()}

    def first_day(self, client: str, on: date) -> date:
        began_on = moved_if_known(self.gathered.clients[client].began_on, self.weeks)
        met = [each.first for each in self.contacts.get(client, {}).values()]
        return min([day for day in (began_on, *met) if day], default=on)

    def close(self) -> None:
        self.sessions.close()


KINDS = {"patient": "Patient", "practitioner": "Practitioner", "goal": "Goal"}
