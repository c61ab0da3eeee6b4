"""Everything that the files say, gathered before anything is written."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, tzinfo
from functools import singledispatchmethod

from caseload.operations.importing.tally import Outcome, Tally
from caseload.readers.problems import FileUnreadable, Problem
from caseload.readers.records import (
    Alias,
    ClientRecord,
    EndingRecord,
    EpisodeRecord,
    GoalRecord,
    PersonRecord,
    Record,
    SessionRecord,
    SiteRecord,
    Status,
)
from caseload.readers.references import Names
from caseload.readers.spool import Spool
from caseload.readers.work import APPOINTMENT_KEY

Found = Record | Alias | Problem


@dataclass
class Gathered:
    """People and plans in memory, sessions and goals set aside on disk where they are many."""

    zone: tzinfo
    tally: Tally
    names: Names = field(default_factory=Names)
    people: dict[str, PersonRecord] = field(default_factory=dict)
    sites: dict[str, SiteRecord] = field(default_factory=dict)
    clients: dict[str, ClientRecord] = field(default_factory=dict)
    plans: dict[str, EpisodeRecord] = field(default_factory=dict)
    endings: dict[str, EndingRecord] = field(default_factory=dict)
    sessions: Spool[SessionRecord] = field(default_factory=lambda: Spool(SessionRecord))
    goals: Spool[GoalRecord] = field(default_factory=lambda: Spool(GoalRecord))
    held: set[str] = field(default_factory=set)
    latest: date | None = None
    latest_planned: date | None = None
    seen: dict[int, int] = field(default_factory=dict)

    def gather(self, found: Iterable[Found]) -> "Gathered":
        """Take everything in; raises `FileUnreadable` where there is nothing of a caseload."""
        for each in found:
            self.take(each)
        if not (self.seen or self.tally.total[Outcome.REJECTED]):
            raise FileUnreadable("no_caseload")
        return self

    @singledispatchmethod
    def take(self, each: Found) -> None:
        raise TypeError(each)

    @take.register
    def _(self, each: Problem) -> None:
        self.tally.problem(each)

    @take.register
    def _(self, each: Alias) -> None:
        self.names.learn(each)

    @take.register
    def _(self, each: PersonRecord) -> None:
        if self.is_first(each):
            self.people[each.source_id] = each

    @take.register
    def _(self, each: SiteRecord) -> None:
        if self.is_first(each):
            self.sites[each.source_id] = each

    @take.register
    def _(self, each: ClientRecord) -> None:
        if self.is_first(each):
            self.clients[each.source_id] = each

    @take.register
    def _(self, each: EpisodeRecord) -> None:
        if self.is_first(each):
            self.plans[each.source_id] = each

    @take.register
    def _(self, each: EndingRecord) -> None:
        if self.is_first(each):
            self.endings[each.source_id] = each

    @take.register
    def _(self, each: GoalRecord) -> None:
        if self.is_first(each):
            self.goals.add(each)

    @take.register
    def _(self, each: SessionRecord) -> None:
        if not self.is_first(each):
            return
        self.sessions.add(each)
        day = each.starts_at.astimezone(self.zone).date()
        if each.appointment:
            self.held.add(f"{APPOINTMENT_KEY}{each.appointment}")
        if each.status is Status.PLANNED:
            self.latest_planned = max(self.latest_planned or day, day)
        else:
            self.latest = max(self.latest or day, day)

    def is_first(self, record: Record) -> bool:
        """Say whether this key comes for the first time; a repeated row is skipped, another one refused."""
        key, content = hash((record.source_type, record.source_id)), hash(record.content_hash())
        if key not in self.seen:
            self.seen[key] = content
            return True
        if self.seen[key] == content:
            self.tally.skip(record.place, "again")
        else:
            self.tally.reject(record.place, "differs")
        return False

    def shift_from(self) -> date | None:
        """Return the day of the latest session that is no plan; of the latest plan where there is no other."""
        return self.latest or self.latest_planned

    def close(self) -> None:
        """Let go of what was set aside."""
        self.sessions.close()
        self.goals.close()
