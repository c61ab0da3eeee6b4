"""Goals."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from django.db import models

from caseload.models import Assignment, Goal
from caseload.operations.importing.known import Facts, Known
from caseload.operations.importing.settled import Settled
from caseload.operations.importing.work import Work
from caseload.operations.importing.writing import Writer
from caseload.readers.records import GoalRecord
from caseload.readers.shift import moved_day


class GoalsWriter(Writer[GoalRecord, Goal]):
    """Goals, with whoever leads now. A goal without a day has that of its plan, else of the work."""

    model: ClassVar[type[models.Model]] = Goal
    columns: ClassVar[tuple[str, ...]] = ("assignment_id", "episode_id", "words", "set_on", "met")

    def __init__(self, known: Known, settled: Settled, work: Work) -> None:
        super().__init__(known, settled.gathered.tally)
        self.settled, self.work = settled, work
        self.planned = days_of_plans(settled)

    def facts(self, record: GoalRecord) -> Facts:
        row = self.main(record)
        told = record.set_on or self.planned.get(record.source_id)
        opened = self.work.opened[self.client_of(record)].opened_on
        return {
            "assignment_id": row.pk,
            "episode_id": row.episode_id,
            "words": record.text,
            "set_on": moved_day(told, self.settled.weeks) if told else opened,
            "met": record.outcome.value,
        }

    def client_of(self, record: GoalRecord) -> str:
        return self.settled.find("patient", record.client)

    def main(self, record: GoalRecord) -> Assignment:
        return self.work.mains[self.client_of(record)]

    def write_batch(self, records: Sequence[GoalRecord]) -> None:
        """Write the goals of clients with whom somebody works."""
        self.settled.look_up("patient", (each.client for each in records))
        there = []
        for each in records:
            client = self.client_of(each)
            if client in self.work.mains:
                there.append(each)
            else:
                self.tally.reject(each.place, "nobody_leads" if client else "client_unknown")
        super().write_batch(there)

    def add(self, records: Sequence[GoalRecord]) -> None:
        super().add(records)
        for each in records:
            if not (each.set_on or each.source_id in self.planned):
                self.tally.note(each.place, "goal_without_date")

    @classmethod
    def put(cls, rows: Sequence[Goal], facts: Sequence[Facts]) -> None:
        for row, told in zip(rows, facts, strict=True):
            for column in cls.columns:
                setattr(row, column, told[column])
            row.revision += 1
            row.save()  # sealed words go through save()


def days_of_plans(settled: Settled) -> dict[str, date]:
    """Return the first day of the plan that names a goal, by goal."""
    names = settled.gathered.names
    return {
        names.find("Goal", goal): plan.began_on
        for plan in settled.gathered.plans.values()
        if plan.began_on
        for goal in plan.goals
    }
