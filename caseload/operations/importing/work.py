"""Episodes and assignments, from the courses of work that the files tell.

Work that is here already is only added to: an import opens no second episode, moves no lead and closes
nothing that a person keeps open.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from django.db import models

from caseload.models import Assignment, Commitment, Episode, Participation
from caseload.operations.importing.courses import Courses, Plan
from caseload.operations.importing.known import BATCH, Facts, Known, batches, kept, plain
from caseload.operations.retention import stop_clock
from caseload.readers.records import joined_key
from caseload.readers.relationships import Span

ONE = Decimal(1)
Here = dict[UUID, list[Assignment]]


@dataclass
class Work:
    """The work with every client that was read: `assignments` by client and therapist, `mains` by client."""

    courses: Courses
    known: Known
    clients: Mapping[str, UUID]
    therapists: Mapping[str, UUID]
    assignments: dict[tuple[str, str], Assignment] = field(default_factory=dict)
    mains: dict[str, Assignment] = field(default_factory=dict)
    opened: dict[str, Episode] = field(default_factory=dict)

    def write(self) -> None:
        for keys in batches(self.clients, BATCH // 2):
            plans = (self.courses.plan(key, self.clients[key]) for key in keys)
            self.write_batch([plan for plan in plans if plan])

    def write_batch(self, plans: Sequence[Plan]) -> None:
        here = self.episodes_here(plans)
        self.open_episodes([plan for plan in plans if plan.key not in here])
        self.opened |= here
        there = assignments_of([episode.pk for episode in here.values()])
        self.write_assignments(plans, there)
        known = [plan for plan in plans if plan.key in here]
        self.stretch(known)
        self.stretch_episodes(known)

    def episodes_here(self, plans: Sequence[Plan]) -> dict[str, Episode]:
        """Return the episode that an earlier import opened, or the one that is open with this client.

        Somebody seen alone comes first; then work with several in which a therapist of the plan sees them,
        so that a row about one of a couple or a group opens no second work.
        """
        known = self.known.rows("episode", [plan.key for plan in plans])
        rows = Episode.objects.in_bulk([row.object_id for row in known.values()])
        found = {key: rows[row.object_id] for key, row in known.items() if row.object_id in rows}
        missing = {plan.client_id: plan.key for plan in plans if plan.key not in found}
        open_ones = Participation.objects.filter(
            client__in=missing,
            left_on=None,
            episode__closed_on=None,
            episode__kind=Episode.Kind.INDIVIDUAL,
        )
        for each in open_ones.select_related("episode").order_by("joined_on"):
            found[missing[each.client_id]] = each.episode
        alone = [plan for plan in plans if plan.key not in found]
        return found | self.shared_with({plan.client_id: plan for plan in alone})

    def shared_with(self, plans: Mapping[UUID, Plan]) -> dict[str, Episode]:
        """Return, by key, the couple, family or group in which somebody is seen by who their plan names."""
        together = Participation.objects.filter(
            client__in=plans, left_on=None, episode__closed_on=None
        ).exclude(episode__kind=Episode.Kind.INDIVIDUAL)
        found: dict[str, Episode] = {}
        rows = together.select_related("episode").prefetch_related("episode__assignments")
        for each in rows.order_by("joined_on"):
            plan = plans[each.client_id]
            named = {self.therapists[span.therapist] for span in plan.spans}
            works = [work for work in each.episode.assignments.all() if work.ends_on is None]
            if named & {work.therapist_id for work in works}:
                found.setdefault(plan.key, each.episode)
        return found

    def open_episodes(self, plans: Sequence[Plan]) -> None:
        made = {
            plan.key: Episode(opened_on=plan.opened_on, closed_on=plan.closed_on) for plan in plans
        }
        Episode.objects.bulk_create(made.values(), batch_size=BATCH)
        Participation.objects.bulk_create(
            [
                Participation(
                    episode=made[plan.key],
                    client_id=plan.client_id,
                    joined_on=plan.opened_on,
                    left_on=plan.closed_on,
                )
                for plan in plans
            ],
            batch_size=BATCH,
        )
        self.opened |= made
        self.remember("episode", ((key, row, days_of(row)) for key, row in made.items()))

    def remember(self, kind: str, made: Iterable[tuple[str, models.Model, Facts]]) -> None:
        self.known.remember(kind, [(key, "", row, {"wrote": facts}) for key, row, facts in made])

    def write_assignments(self, plans: Sequence[Plan], here: Here) -> None:
        """Write the assignments that are missing."""
        made: list[tuple[str, Assignment]] = []
        for plan in plans:
            there = here.get(self.opened[plan.key].pk, [])
            for span in plan.spans:
                row = newest_of(self.therapists[span.therapist], there)
                if row is None:
                    row = self.new_assignment(plan, span, there)
                    made.append((pair_key(plan, span), row))
                self.assignments[plan.key, span.therapist] = row
            self.mains[plan.key] = self.assignments[plan.key, plan.spans[0].therapist]
        rows = [row for _key, row in made]
        Assignment.objects.bulk_create(rows, batch_size=BATCH)
        going_on = {row.episode_id for row in rows if row.ends_on is None}
        stop_clock(plan.client_id for plan in plans if self.opened[plan.key].pk in going_on)
        self.remember("assignment", [(key, row, dates_of(row)) for key, row in made])
        weigh(rows)

    def new_assignment(self, plan: Plan, span: Span, there: Sequence[Assignment]) -> Assignment:
        """Return a row that fits beside those who lead already: what is here is not ousted."""
        leads = span.leads and not any(leads_during(row, span) for row in there)
        if span.leads and not leads and span.ends is None:
            self.courses.tell(plan.key, "another_leads")
        return Assignment(
            episode=self.opened[plan.key],
            therapist_id=self.therapists[span.therapist],
            role=Assignment.Role.PRIMARY if leads else Assignment.Role.CO_WORKING,
            starts_on=span.begins,
            ends_on=span.ends if leads else plan.last_day(span),
            usual_mode=plan.usual_mode(span),
        )

    def stretch(self, plans: Sequence[Plan]) -> None:
        """Let assignments that an import wrote, and nobody has touched, cover what has come since."""
        spans = {pair_key(plan, span): (plan, span) for plan in plans for span in plan.spans}
        for batch in batches(spans):
            for key, known in self.known.rows("assignment", batch).items():
                plan, span = spans[key]
                row = self.assignments[plan.key, span.therapist]
                was, facts = dates_of(row), stretched(row, plan, span)
                untouched = row.pk == known.object_id and plain(was) == kept(known).get("wrote")
                if facts != was and untouched and not self.collides(row, facts):
                    AssignmentDates.put([row], [facts])
                    self.known.update(known, "", was, facts)

    def collides(self, row: Assignment, facts: Facts) -> bool:
        """Say whether a lead would then stand beside another one."""
        if row.role != Assignment.Role.PRIMARY:
            return False
        span = Span("", leads=True, begins=facts["starts_on"], ends=facts["ends_on"])
        others = Assignment.objects.filter(episode=row.episode_id).exclude(pk=row.pk)
        return any(leads_during(other, span) for other in others)

    def stretch_episodes(self, plans: Sequence[Plan]) -> None:
        """Let an episode that an import opened begin with the earliest that is known now."""
        earlier = {
            plan.key: plan for plan in plans if plan.opened_on < self.opened[plan.key].opened_on
        }
        for key, known in self.known.rows("episode", list(earlier)).items():
            row = self.opened[key]
            was = days_of(row)
            if row.pk == known.object_id and plain(was) == kept(known).get("wrote"):
                facts = {**was, "opened_on": earlier[key].opened_on}
                EpisodeDays.put([row], [facts])
                self.known.update(known, "", was, facts)


class AssignmentDates:
    """What an import says of an assignment."""

    model = Assignment

    @classmethod
    def now(cls, rows: Sequence[Assignment]) -> list[Facts]:
        return [dates_of(row) for row in rows]

    @classmethod
    def put(cls, rows: Sequence[Assignment], facts: Sequence[Facts]) -> None:
        for row, told in zip(rows, facts, strict=True):
            row.starts_on, row.ends_on = told["starts_on"], told["ends_on"]
            row.save(update_fields=["starts_on", "ends_on"])


class EpisodeDays:
    """What an import says of an episode."""

    model = Episode

    @classmethod
    def now(cls, rows: Sequence[Episode]) -> list[Facts]:
        return [days_of(row) for row in rows]

    @classmethod
    def put(cls, rows: Sequence[Episode], facts: Sequence[Facts]) -> None:
        for row, told in zip(rows, facts, strict=True):
            row.opened_on = told["opened_on"]
            row.save(update_fields=["opened_on"])
            row.participations.update(joined_on=row.opened_on)


def pair_key(plan: Plan, span: Span) -> str:
    return joined_key(plan.key, span.therapist)


def dates_of(row: Assignment) -> Facts:
    return {"role": str(row.role), "starts_on": row.starts_on, "ends_on": row.ends_on}


def days_of(row: Episode) -> Facts:
    return {"opened_on": row.opened_on, "closed_on": row.closed_on}


def stretched(row: Assignment, plan: Plan, span: Span) -> Facts:
    begins = min(row.starts_on, span.begins)
    ends = row.ends_on and max(row.ends_on, plan.last_day(span))
    return {**dates_of(row), "starts_on": begins, "ends_on": ends}


def newest_of(therapist: UUID, rows: Sequence[Assignment]) -> Assignment | None:
    """Return the newest work of a therapist among `rows`, which stand in order of their start."""
    return next((row for row in reversed(rows) if row.therapist_id == therapist), None)


def leads_during(row: Assignment, span: Span) -> bool:
    other = Span("", leads=True, begins=row.starts_on, ends=row.ends_on)
    return row.role == Assignment.Role.PRIMARY and other.touches(span)


def assignments_of(episodes: Sequence[UUID]) -> Here:
    found: Here = defaultdict(list)
    for row in Assignment.objects.filter(episode__in=episodes).order_by("starts_on"):
        found[row.episode_id].append(row)
    return found


def weigh(rows: Sequence[Assignment]) -> None:
    """Let work that goes on weigh one point in the load of who leads it (R17)."""
    Commitment.objects.bulk_create(
        [
            Commitment(
                user_id=row.therapist_id,
                kind=Commitment.Kind.WEIGHT,
                points=ONE,
                starts_on=row.starts_on,
                assignment=row,
                cause=row.pk,
            )
            for row in rows
            if row.role == Assignment.Role.PRIMARY and row.ends_on is None
        ],
        batch_size=BATCH,
    )
