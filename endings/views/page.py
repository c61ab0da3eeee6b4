"""What the parts of an ending's page share: whose page it is, what may be read, what may be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from caseload.models import Session
from core import dates
from core.parts import Fact, Link, Step, Text
from endings.models import Ending
from endings.notice import NoticePolicy
from endings.operations.records import Records
from endings.workflow import Step as WorkStep
from endings.workflow import Verdict, verdict
from referrals.models import FollowUp


@dataclass(frozen=True)
class Version:
    """An earlier version of a corrected fact: readable for good (R23)."""

    title: Text
    facts: Sequence[Fact]
    quote: str = ""


@dataclass(frozen=True)
class Act(Link):
    """What one can do: a page, or with `posts` a button that writes at once."""

    posts: bool = False


@dataclass(frozen=True)
class Shown(Step):
    """One step on the page of an ending: more quiet ways on, and the versions before."""

    ways: Sequence[Link] = ()
    versions: Sequence[Version] = ()


@dataclass(frozen=True)
class Page:
    """One ending as one person sees it today."""

    ending: Ending
    records: Records
    meetings: Sequence[date]
    policy: NoticePolicy
    today: date
    reader: User
    may_edit: bool

    @property
    def reads_words(self) -> bool:
        """Whose work it is reads the words; who leads, only with an exception (decision 16)."""
        return self.may_edit or any(not one.taken_back_on for one in self.records.exceptions)

    @property
    def may_explain(self) -> bool:
        """An exception is explained while the file is open."""
        return self.may_edit and self.ending.closed_on is None

    def may(self, step: WorkStep) -> bool:
        """Say whether this person may record `step` now."""
        return self.may_edit and self.allows(step)

    def allows(self, step: WorkStep) -> bool:
        """Say whether the law lets `step` be recorded now, by whoever works on the ending."""
        says = verdict(
            self.ending.playbook,
            self.ending.stage,
            step,
            not_told_stands=self.ending.has_not_told_exception,
        )
        return says != Verdict.REFUSE

    def url(self, name: str, *args: object) -> str:
        return reverse(f"endings:{name}", args=[self.ending.pk, *args])

    def act(
        self, name: str, label: Text, *args: object, icon: str = "", posts: bool = False
    ) -> Act:
        return Act(self.url(name, *args), label, icon, posts=posts)

    def options(self) -> list[Act]:
        """Return the way to the options; beginning them writes. They may be prepared before the telling."""
        label, icon = _("Open the options"), "list-checks"
        if self.ending.option_set_id is not None:
            url = reverse("referrals:option_set", args=[self.ending.option_set_id])
            return [Act(url, label, icon)]
        may_begin = self.may_edit and self.ending.closed_on is None
        return [self.act("open_options", label, icon=icon, posts=True)] if may_begin else []

    def risk_look(self, label: Text) -> Act:
        return Act(reverse("caseload:record_risk_look", args=[self.ending.client_id]), label)

    def asks_after(self, follow_up: FollowUp) -> list[Link]:
        """Return the way to answer a follow-up, for whoever carries it or works on the ending."""
        if not self.may_edit and follow_up.owner_id != self.reader.pk:
            return []
        url = reverse("endings:record_follow_up", args=[follow_up.pk])
        return [Act(url, _("Did the client arrive?"), "heart-handshake")]

    def correct(self, name: str, key: object) -> list[Link]:
        """Return the way to correct a recorded fact, for who may."""
        label = pgettext("btn.correct", "Correct")
        return [self.act(name, label, key)] if self.may_edit else []

    def day(self, on: date | None) -> str:
        return dates.day(on, self.today) if on else ""

    def when(self, on: date, session: Session | None) -> str:
        """Return “Mon 16 Nov, 09:30, Room 2”, or the day alone."""
        if session is None:
            return self.day(on)
        where = session.room.name if session.room else session.get_mode_display()
        return f"{dates.at(session.starts_at, self.today)}, {where}"

    def recorded(self, by: User, at: datetime) -> str:
        said = {"name": by.name, "at": dates.at(at, self.today)}
        return _("Recorded by %(name)s, %(at)s") % said

    def earlier(self, by: User, at: datetime) -> str:
        said = {"name": by.name, "at": dates.at(at, self.today)}
        return _("Earlier version, by %(name)s, %(at)s") % said

    def reviewed(self, kind: str) -> list[Fact]:
        """Return where the supervisor's look at this stands; the comment is for who asked and who answers."""
        mine = [one for one in self.records.reviews if one.kind == kind]
        if not mine:
            return []
        newest = mine[-1]
        if newest.decided_by is None:
            said = {"name": newest.reviewer.name, "day": self.day(newest.due_on)}
            waits = _("%(name)s looks at it by %(day)s") % said if newest.is_open else ""
            return [(_("Supervision"), waits)] if waits else []
        answer = f"{newest.get_decision_display()} ({newest.decided_by.name})"
        reads = self.reader.pk in (newest.author_id, newest.reviewer_id, newest.second_reviewer_id)
        words = f": {newest.comment}" if newest.comment and reads else ""
        return [(_("Supervision"), f"{answer}{words}")]

    def declined(self, step: WorkStep) -> tuple[list[Fact], str] | None:
        """Return what is shown of a step that was offered and not wanted."""
        row = self.records.not_wanted.get(step)
        if row is None:
            return None
        facts: list[Fact] = [(_("Offered and not wanted"), self.day(row.on))]
        if row.note and self.reads_words:
            facts.append((_("In words"), str(row.note)))
        return facts, self.recorded(row.by, row.recorded_at)
