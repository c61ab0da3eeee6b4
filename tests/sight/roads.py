"""A practice in which every date of every road stands once, and who may see what in it, in plain Python.

Nothing here asks the rule that it checks: the facts are values, the oracle is a few comparisons.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import product
from uuid import UUID, uuid4

DAY = date(2026, 3, 3)
NEAR = (-1, 0, 1)
OPEN = (None, *NEAR)
HIDDEN = ("draft",)


def on(days: int | None) -> date | None:
    return None if days is None else DAY + timedelta(days=days)


@dataclass(frozen=True)
class Span:
    starts: date
    ends: date | None

    @property
    def runs(self) -> bool:
        return self.starts <= DAY and (self.ends is None or self.ends >= DAY)


def spans(ends: Iterable[int | None] = OPEN) -> Iterator[Span]:
    """Yield every period whose ends lie the day before, on and after the day; none that ends before it starts."""
    for start, end in product(NEAR, ends):
        if end is None or end >= start:
            yield Span(on(start), on(end))


@dataclass(frozen=True)
class Work:
    """An assignment, with an episode and a client of its own unless it stands beside another."""

    therapist: UUID
    span: Span
    key: UUID = field(default_factory=uuid4)
    episode: UUID = field(default_factory=uuid4)
    client: UUID = field(default_factory=uuid4)
    role: str = "primary"
    shared: bool = False  # somebody else takes part, too

    def beside(self, therapist: UUID, span: Span) -> "Work":
        return Work(therapist, span, episode=self.episode, client=self.client, role="co_working")


@dataclass(frozen=True)
class Leads:
    supervisor: UUID
    supervisee: UUID
    kind: str
    span: Span


@dataclass(frozen=True)
class Belongs:
    """Somebody is in a team; it gives nobody sight (docs/access.md)."""

    user: UUID
    team: UUID
    span: Span


@dataclass(frozen=True)
class Away:
    user: UUID
    deputy: UUID
    span: Span


@dataclass(frozen=True)
class Departs:
    therapist: UUID
    state: str
    was_sent: bool
    key: UUID = field(default_factory=uuid4)

    @property
    def is_hidden(self) -> bool:
        return self.state == "draft" or (self.state == "withdrawn" and not self.was_sent)


@dataclass(frozen=True)
class Ends:
    """An ending, with what makes its handover: told, asked and answered, agreed to."""

    work: Work
    departs: Departs | None = None
    carried_by: UUID | None = None
    stage: str = "told"
    withdrawn: bool = False
    told: date | None = DAY
    receiver: UUID | None = None
    state: str = "accepted"
    no_conflict: date | None = None
    opens: date | None = None
    sections: tuple[str, ...] = ("identity",)
    taken_back: bool = False
    key: UUID = field(default_factory=uuid4)


@dataclass(frozen=True)
class Waits:
    person: UUID
    ended: bool
    client: UUID = field(default_factory=uuid4)


@dataclass(frozen=True)
class AsksAfter:
    work: Work
    owner: UUID
    done: date | None
    dropped: bool

    def stands_for(self, who: UUID) -> bool:
        return self.owner == who and not self.dropped and (self.done is None or self.done >= DAY)


@dataclass(frozen=True)
class Breaks:
    """Somebody opened a client's file in an emergency: until so many minutes from now, and ended or not."""

    client: UUID
    by: UUID
    minutes: int
    ended: bool

    @property
    def runs(self) -> bool:
        return self.minutes > 0 and not self.ended


def past(day: date | None) -> bool:
    return day is not None and day <= DAY


@dataclass
class Facts:
    works: list[Work] = field(default_factory=list)
    leads: list[Leads] = field(default_factory=list)
    away: list[Away] = field(default_factory=list)
    teams: list[Belongs] = field(default_factory=list)
    ends: list[Ends] = field(default_factory=list)
    waits: list[Waits] = field(default_factory=list)
    asks: list[AsksAfter] = field(default_factory=list)
    breaks: list[Breaks] = field(default_factory=list)
    lookers: dict[str, UUID] = field(default_factory=dict)

    # --- the oracle ---------------------------------------------------------------------------------
    def stands_in(self, who: UUID) -> set[UUID]:
        return {who} | {one.user for one in self.away if one.deputy == who and one.span.runs}

    def people(self, who: UUID) -> set[UUID]:
        led = {
            one.supervisee
            for one in self.leads
            if one.supervisor == who and one.kind != "reflective" and one.span.runs
        }
        return self.stands_in(who) | led

    def carried(self, who: UUID) -> set[UUID]:
        return {
            one.work.key
            for one in self.ends
            if one.carried_by == who
            and not one.withdrawn
            and one.stage != "followed_up"
            and one.work.span.ends is not None
            and one.work.span.ends < DAY
            and (one.departs is None or one.departs.state not in ("draft", "withdrawn"))
        }

    def own(self, who: UUID) -> set[UUID]:
        """Assignments in which `who` acts."""
        people = self.stands_in(who)
        running = {one.key for one in self.works if one.therapist in people and one.span.runs}
        return running.union(*(self.carried(one) for one in people))

    def clinical(self, who: UUID) -> set[UUID]:
        """Assignments that `who` reads."""
        return self.worked(who) | self.opened(who)

    def broken(self, who: UUID) -> set[UUID]:
        """Clients whose file `who` reads in an emergency."""
        return {one.client for one in self.breaks if one.by == who and one.runs}

    def opened(self, who: UUID) -> set[UUID]:
        """Assignments it opens: of work in which the client is alone, what runs, else what ran last."""
        found: set[UUID] = set()
        for client in self.broken(who):
            alone = [
                one
                for one in self.works
                if one.client == client and not one.shared and one.span.starts <= DAY
            ]
            running = [one for one in alone if one.span.ends is None or one.span.ends >= DAY]
            last = max((one.span.ends for one in alone if one.span.ends), default=None)
            found |= {one.key for one in running or [o for o in alone if o.span.ends == last]}
        return found

    def clinical_clients(self, who: UUID) -> set[UUID]:
        """Clients of whom `who` reads more than who they are."""
        seen = self.clinical(who)
        return self.broken(who) | {one.client for one in self.works if one.key in seen}

    def takeable(self, who: UUID) -> set[UUID]:
        """Clients with whom `who` may begin work."""
        worked, people = self.worked(who), self.stands_in(who)
        busy = {one.client for one in self.works if one.span.ends is None or one.span.ends >= DAY}
        return {
            *(one.client for one in self.works if one.key in worked),
            *(one.client for one in self.waits if one.person in people and not one.ended),
            *(
                one.work.client
                for one in self.asks
                if one.stands_for(who) and one.work.client not in busy
            ),
        }

    def worked(self, who: UUID) -> set[UUID]:
        """Assignments that `who` works in, leads, covers or carries."""
        people = self.people(who)
        mine = [one for one in self.works if one.therapist in people and one.span.runs]
        episodes = {one.episode for one in mine}
        there = [one for one in self.works if one.episode in episodes]
        seen = {one.key for one in there if one.span.runs or one.therapist == who}
        return seen.union({one.key for one in mine}, *(self.carried(one) for one in people))

    def identity(self, who: UUID) -> set[UUID]:
        """Clients of whom `who` may know."""
        clinical = self.clinical(who)
        people = self.stands_in(who)
        return {
            *self.broken(who),
            *(one.client for one in self.works if one.key in clinical),
            *(one.client for one in self.waits if one.person in people and not one.ended),
            *(one.work.client for one in self.ends if "identity" in self.agreed(one, who)),
            *(one.work.client for one in self.asks if one.stands_for(who)),
        }

    def asked_after(self, who: UUID) -> set[UUID]:
        """Assignments that `who` was asked to follow up, until the day of the answer."""
        return {one.work.key for one in self.asks if one.stands_for(who)}

    def agreed(self, ending: Ends, who: UUID) -> tuple[str, ...]:
        """Return the sections that stand open to the receiver (R5)."""
        stands = (
            ending.receiver == who
            and ending.state == "accepted"
            and not ending.withdrawn
            and not ending.taken_back
            and past(ending.told)
            and past(ending.no_conflict)
            and past(ending.opens)
        )
        return ending.sections if stands else ()

    def endings(self, who: UUID) -> set[UUID]:
        """Endings whose facts `who` reads; a draft is its author's alone."""
        clinical = self.clinical(who)
        return {
            one.key
            for one in self.ends
            if one.work.key in clinical
            and (one.departs is None or one.departs.therapist == who or not one.departs.is_hidden)
        }


def every_chain() -> Facts:
    """Return the practice: every road, each of its dates before, on and after the day."""
    facts = Facts()
    roads = (
        *(own, led, in_one_team, stood_in, beside),
        *(carried, received, waiting, asked_after, broken),
    )
    for road in roads:
        facts.lookers[road.__name__] = uuid4()
        road(facts, facts.lookers[road.__name__])
    facts.lookers["stranger"] = uuid4()
    return facts


def own(facts: Facts, me: UUID) -> None:
    facts.works += [Work(me, span) for span in spans()]


def led(facts: Facts, me: UUID) -> None:
    for kind, period in product(("leading", "reflective", "both"), spans()):
        somebody = uuid4()
        facts.leads.append(Leads(me, somebody, kind, period))
        facts.works += [Work(somebody, span) for span in spans()]


def in_one_team(facts: Facts, me: UUID) -> None:
    """With people whom one neither leads nor stands in for; whoever leads one of them is in it, too."""
    team = uuid4()
    facts.teams.append(Belongs(me, team, Span(on(-9), None)))
    for period in spans():
        somebody = uuid4()
        facts.teams.append(Belongs(somebody, team, period))
        facts.works += [Work(somebody, span) for span in spans()]
        facts.leads.append(Leads(uuid4(), somebody, "leading", Span(on(-9), None)))
        facts.teams.append(Belongs(facts.leads[-1].supervisor, team, period))


def stood_in(facts: Facts, me: UUID) -> None:
    for period in spans(NEAR):
        somebody = uuid4()
        facts.away.append(Away(somebody, me, period))
        facts.works += [Work(somebody, span) for span in spans()]


def beside(facts: Facts, me: UUID) -> None:
    """One's own today or not, and somebody else's on the same episode; one's own earlier one, too."""
    for mine, theirs in product(spans(), spans()):
        work = Work(me, mine)
        facts.works += [work, work.beside(uuid4(), theirs), work.beside(me, Span(on(-9), on(-5)))]


def carried(facts: Facts, me: UUID) -> None:
    states = ("draft", "submitted", "agreed", "withdrawn", None)
    for span, state, stage, gone in product(
        spans(), states, ("told", "followed_up"), (False, True)
    ):
        therapist = uuid4()
        work = Work(therapist, span)
        departs = Departs(therapist, state, was_sent=state != "draft") if state else None
        facts.works.append(work)
        facts.ends.append(Ends(work, departs, me, stage, withdrawn=gone))
        facts.leads.append(Leads(me, therapist, "leading", Span(on(-1), None)))


def received(facts: Facts, me: UUID) -> None:
    for told, sure, opens, state in product(OPEN, OPEN, OPEN, ("accepted", "sent", "withdrawn")):
        facts.ends.append(hand_over(facts, me, told, sure, opens, state=state))
    for more in (
        {"sections": ("goals",)},
        {"taken_back": True},
        {"withdrawn": True},
        {"sections": ("goals", "identity")},
    ):
        facts.ends.append(hand_over(facts, me, 0, 0, 0, **more))


def hand_over(facts: Facts, me: UUID, told, sure, opens, **more) -> Ends:
    work = Work(uuid4(), Span(on(-9), None))
    facts.works.append(work)
    return Ends(work, told=on(told), receiver=me, no_conflict=on(sure), opens=on(opens), **more)


def waiting(facts: Facts, me: UUID) -> None:
    facts.waits += [Waits(me, ended) for ended in (False, True)]


def asked_after(facts: Facts, me: UUID) -> None:
    for done, dropped in product(OPEN, (False, True)):
        if done is None or not dropped:
            work = Work(uuid4(), Span(on(-9), on(-5)))
            facts.works.append(work)
            facts.asks.append(AsksAfter(work, me, on(done), dropped))
    for ends in OPEN:  # somebody else works with them now, or did until yesterday
        work = Work(uuid4(), Span(on(-9), on(-5)))
        facts.works += [work, Work(uuid4(), Span(on(-4), on(ends)), client=work.client)]
        facts.asks.append(AsksAfter(work, me, None, dropped=False))


def broken(facts: Facts, me: UUID) -> None:
    """Each end of the hour, over work of every date: alone, after another, and in a couple."""
    for minutes, ended, span in product((-1, 1), (False, True), spans()):
        for more in ({}, {"shared": True}):
            work = Work(uuid4(), span, **more)
            facts.works.append(work)
            facts.breaks.append(Breaks(work.client, me, minutes, ended))
        twice = Work(uuid4(), span)
        earlier = Work(uuid4(), Span(on(-9), on(-5)), client=twice.client)
        facts.works += [twice, earlier]
        facts.breaks.append(Breaks(twice.client, me, minutes, ended))
    for ends in (-3, -2):  # nobody works with them any more: who did last
        first = Work(uuid4(), Span(on(-9), on(ends)))
        facts.works += [first, Work(uuid4(), Span(on(-9), on(-2)), client=first.client)]
        facts.breaks.append(Breaks(first.client, me, 1, ended=False))
    leaves = Work(
        uuid4(), Span(on(-9), DAY)
    )  # on the day on which one follows another, both are there
    facts.works += [leaves, Work(uuid4(), Span(on(-9), None), client=leaves.client)]
    facts.breaks.append(Breaks(leaves.client, me, 1, ended=False))
    other = Work(uuid4(), Span(on(-9), None))  # somebody else's emergency opens nothing to me
    facts.works.append(other)
    facts.breaks.append(Breaks(other.client, other.therapist, 1, ended=False))
