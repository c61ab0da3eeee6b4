"""What the files say about the work with each client: who, from when to when, and who leads."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from caseload.operations.importing.settled import Settled
from caseload.readers.records import ClientRecord, EndingRecord, Mode
from caseload.readers.relationships import Contacts, Course, Span, spans
from caseload.readers.shift import moved_day, moved_if_known


@dataclass(frozen=True)
class Plan:
    """The work with one client; the first span is that of the therapist who leads now."""

    key: str
    client_id: UUID
    contacts: dict[str, Contacts]
    spans: list[Span]
    opened_on: date
    closed_on: date | None

    def last_day(self, span: Span) -> date:
        """Return the end of a span, or its last known day where it is open."""
        return span.ends or max(span.begins, self.contacts[span.therapist].last)

    def usual_mode(self, span: Span) -> str:
        return self.contacts[span.therapist].usual_mode()


@dataclass
class Courses:
    """Plans of work for clients. `row_names_lead`: the therapist on a client's row leads (spreadsheets)."""

    settled: Settled
    therapists: Collection[str]
    on: date
    row_names_lead: bool
    endings: dict[str, list[EndingRecord]] = field(default_factory=lambda: defaultdict(list))
    begun: dict[str, date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for ending in self.settled.gathered.endings.values():
            self.endings[ending.client].append(ending)
        for plan in self.settled.gathered.plans.values():
            client = self.settled.find("patient", plan.client)
            if plan.began_on and client:
                day = moved_day(plan.began_on, self.settled.weeks)
                self.begun[client] = min(day, self.begun.get(client, day))

    def plan(self, key: str, client_id: UUID) -> Plan | None:
        """Return the work with one client, None where nobody is named who works with them."""
        client = self.settled.gathered.clients.get(key)
        contacts = dict(self.settled.contacts.get(key, {}))
        named = self.named(client, key) if self.row_names_lead or not contacts else []
        for therapist in named:
            contacts.setdefault(therapist, self.first_contact(client, key))
        contacts = {each: of for each, of in contacts.items() if each in self.therapists}
        if not contacts:
            self.tell(key, "nobody_leads")
            return None
        found = spans(contacts, self.course(client, named[0] if named else ""))
        opened_on = min(each.begins for each in found)
        opened_on = min(opened_on, self.begun.get(key, opened_on))
        ends = [each.ends for each in found if each.ends]
        closed_on = max(ends) if found[0].ends else None
        return Plan(key, client_id, contacts, found, opened_on, closed_on)

    def tell(self, key: str, code: str) -> None:
        """Note something on the row of a client, if one was read."""
        client = self.settled.gathered.clients.get(key)
        if client:
            self.settled.gathered.tally.note(client.place, code)

    def named(self, client: ClientRecord | None, key: str) -> list[str]:
        """Return who is named beside the client, or as leaving them; the one on the client's row first."""
        on_row = [client.therapist] if client and client.therapist else []
        leaving = [each.therapist for each in self.endings.get(key, [])]
        found = (self.settled.find("practitioner", each) for each in [*on_row, *leaving])
        return list(dict.fromkeys(filter(None, found)))

    def first_contact(self, client: ClientRecord | None, key: str) -> Contacts:
        """Return a contact on the earliest day that a row gives, never in the future: work goes on now."""
        told = [each.told_on for each in self.endings.get(key, [])]
        days = [
            moved_if_known(each, self.settled.weeks)
            for each in (client.began_on if client else None, *told)
        ]
        day = min([self.on, *(each for each in days if each)])
        of = Contacts.on(day)
        of.add(day, Mode.IN_PERSON.value)
        return of

    def course(self, client: ClientRecord | None, main: str) -> Course:
        if client is None:
            return Course(begins_by=self.on, main=main)
        weeks = self.settled.weeks
        goes_on = client.active and not client.died
        began_on = moved_if_known(client.began_on, weeks)
        begins_by = min(filter(None, [began_on, self.on])) if goes_on else began_on
        ended_on = moved_if_known(client.ended_on, weeks) or client.died_on
        return Course(goes_on=goes_on, closed_on=ended_on, begins_by=begins_by, main=main)
