"""Telling the client in person, and everything that is recorded around it (R1, R4, R23, R24)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Practice, User
from caseload.models import Session
from core import dates
from core.dates import on_day
from core.errors import ChangedMeanwhile, RuleBroken
from endings.models import Ending, EndingException, NotToday, PersonToTell, Telling
from endings.models.endings import CLOSED_STAGES
from endings.operations.departures import refresh_state
from endings.operations.endings import hold, reach, refuse_future
from endings.operations.exceptions import Explanation, add_exception, stands, take_back_exception
from endings.operations.notices import notice_given, policy_of
from endings.operations.people_to_tell import (
    Person,
    newest_telling,
    people_to_tell,
    row_of,
)
from endings.workflow import TELLING, Playbook, Stage, Step


@dataclass(frozen=True)
class Told:
    """How it was, as it was said; `words` stays empty where it was as planned (decision 16).

    `present` holds keys of people, "by" for the one who records, "else" for somebody else.
    """

    on: date
    how: Telling.How = Telling.How.ROOM
    session: Session | None = None
    why_not_in_person: str = ""
    present: Sequence[str] = ()
    words: str = ""
    shares_words: bool = False
    feelings: Sequence[str] = ()
    reaction: str = ""
    already_knew: bool = False
    already_knew_from: str = ""


@dataclass(frozen=True)
class NotNow:
    """Which meeting it was, what came first, and when to try again."""

    on: date
    because: NotToday.Because
    session: Session | None = None
    note: str = ""
    until: date | None = None


@transaction.atomic
def record_told_in_person(
    *,
    ending: Ending,
    people: Collection[str],
    told: Told,
    by: User,
    at: datetime,
    short_notice: Explanation | None = None,
) -> list[Telling]:
    """Record that `by` told these people, by their keys; several at once if they sat together.

    Late, early, by phone or out of order: it is kept as it happened. What was not as agreed goes to
    the supervisor with its reason. Raises RuleBroken for a day to come, a second telling of the
    same person, a missing reason, or a closed file.
    """
    held = hold(ending, by)
    reach(held, telling_step(held))
    refuse_future(told.on, at)
    refuse_remote_without_reason(held, told)
    chosen = [person for person in people_to_tell(held) if person.key in people]
    if not chosen:
        raise RuleBroken(_("Say who was told."))
    for person in chosen:
        refuse_second_telling(person)
    tellings = [write_version(held, row_of(held, person), told, by, at) for person in chosen]
    settle_telling(held, at)
    explain_telling(held, tellings, short_notice, by, at)
    return tellings


@transaction.atomic
def correct_telling(*, telling: Telling, told: Told, by: User, at: datetime) -> Telling:
    """Add a version that corrects `telling`; both stay readable. Passes after closing, too.

    Raises ChangedMeanwhile where somebody has corrected the same version already.
    """
    held = hold(telling.ending, by)
    refuse_older_version(telling)
    refuse_future(told.on, at)
    refuse_remote_without_reason(held, told)
    corrected = write_version(held, telling.person, told, by, at)
    settle_telling(held, at)
    explain_telling(held, [corrected], None, by, at)
    return corrected


@transaction.atomic
def take_back_telling(*, telling: Telling, because: str, by: User, at: datetime) -> Telling:
    """Say that it was not so: one file was taken for another, say. Both versions stay readable.

    Raises RuleBroken where other steps stand on this telling: they would presuppose nothing.
    """
    held = hold(telling.ending, by)
    refuse_older_version(telling)
    if Stage(held.stage).place > Stage.TOLD.place and not held.has_not_told_exception:
        raise RuleBroken(
            _("Other steps were recorded after this. Correct the day or the way instead.")
        )
    version = Telling.objects.create(
        ending=held,
        person=telling.person,
        on=telling.on,
        how=telling.how,
        is_usual_way=telling.is_usual_way,
        why_not_in_person=telling.why_not_in_person,
        by=by,
        recorded_at=at,
        corrects=telling,
        is_taken_back=True,
        taken_back_because=because,
    )
    untell(held)
    return version


@transaction.atomic
def record_not_today(*, ending: Ending, why_not: NotNow, by: User, at: datetime) -> NotToday:
    """Record why a meeting was not the moment. Nobody is late for a missed session or a crisis."""
    held = hold(ending, by)
    if held.stage in CLOSED_STAGES:
        reach(held, telling_step(held))
    if held.told_on is not None:
        raise told_already(held.told_on)
    refuse_future(why_not.on, at)
    return NotToday.objects.create(
        ending=held,
        on=why_not.on,
        session=why_not.session,
        because=why_not.because,
        note=why_not.note,
        until=why_not.until,
        by=by,
        recorded_at=at,
    )


# --- rules ------------------------------------------------------------------------------------------
def telling_step(ending: Ending) -> Step:
    """Return the step that tells the client in this playbook; the law refuses it where there is none."""
    return TELLING.get(Playbook(ending.playbook), Step.TELL)


def is_usual_way(ending: Ending, how: str) -> bool:
    """Say whether these two always meet like this; then live video is in person (R1)."""
    return how == ending.assignment.usual_mode


def is_in_person(ending: Ending, how: str) -> bool:
    return how == Telling.How.ROOM or (how == Telling.How.VIDEO and is_usual_way(ending, how))


def refuse_remote_without_reason(ending: Ending, told: Told) -> None:
    if not is_in_person(ending, told.how) and not told.why_not_in_person.strip():
        raise RuleBroken(_("Not in person: please give the reason."))


def refuse_second_telling(person: Person) -> None:
    if person.telling is not None:
        raise told_already(person.telling.on)


def told_already(on: date) -> RuleBroken:
    return RuleBroken(
        _(
            "A telling is already recorded for %(date)s. If something in it is wrong, correct it;"
            " the first version stays readable."
        )
        % {"date": dates.day(on)}
    )


def refuse_older_version(telling: Telling) -> None:
    newest = newest_telling(telling.person)
    if newest is None or newest.pk != telling.pk:
        raise ChangedMeanwhile


# --- writing ----------------------------------------------------------------------------------------
def write_version(ending: Ending, row: PersonToTell, told: Told, by: User, at: datetime) -> Telling:
    """Write one person's telling; it corrects the version before, if there is one."""
    return Telling.objects.create(
        ending=ending,
        person=row,
        on=told.on,
        how=told.how,
        session=told.session,
        is_usual_way=is_usual_way(ending, told.how),
        why_not_in_person="" if is_in_person(ending, told.how) else told.why_not_in_person,
        present=list(told.present),
        as_planned=not told.words,
        words=told.words or planned_words(ending, told.on),
        shares_words=told.shares_words,
        feelings=list(told.feelings),
        reaction=told.reaction,
        already_knew=told.already_knew,
        already_knew_from=told.already_knew_from,
        by=by,
        recorded_at=at,
        corrects=newest_telling(row),
    )


def planned_words(ending: Ending, on: date) -> str:
    """Return the words of the plan: those that an embargo allows, while it lasts.

    They are kept with the telling, because the plan may change its words tomorrow (R4).
    """
    departure = ending.departure
    if departure is None:
        return ""
    if departure.embargo_until and on < departure.embargo_until and departure.embargo_words:
        return str(departure.embargo_words)
    return str(departure.words)


def settle_telling(ending: Ending, at: datetime) -> None:
    """Copy the standing tellings to the ending: it is told when everybody who must know is."""
    must = [person for person in people_to_tell(ending) if person.must]
    tellings = [person.telling for person in must if person.telling is not None]
    if not tellings or (len(tellings) < len(must) and ending.told_on is None):
        return
    last = max(tellings, key=lambda telling: (telling.on, telling.recorded_at))
    of_clients = [person.telling for person in must if person.client and person.telling]
    ending.told_on, ending.told_by = last.on, last.by
    ending.told_live = all(telling.is_in_person for telling in of_clients)
    if ending.stage not in CLOSED_STAGES:
        ending.stage = reach(ending, telling_step(ending))
    take_back_exception(ending, EndingException.Rule.NOT_TOLD, at)
    if ending.told_live:
        take_back_exception(ending, EndingException.Rule.NOT_IN_PERSON, at)
    ending.has_not_told_exception = False
    ending.save(
        update_fields=["told_on", "told_by", "told_live", "stage", "has_not_told_exception"]
    )
    if ending.departure is not None:
        refresh_state(departure=ending.departure, on=on_day(at))


def untell(ending: Ending) -> None:
    """Somebody who must know does not: the ending is not told."""
    if all(person.telling for person in people_to_tell(ending) if person.must):
        return
    ending.told_on = ending.told_by = None
    if ending.stage == Stage.TOLD:
        ending.stage = Stage.TO_TELL
    ending.save(update_fields=["told_on", "told_by", "stage"])


def explain_telling(
    ending: Ending,
    tellings: Sequence[Telling],
    short_notice: Explanation | None,
    by: User,
    at: datetime,
) -> None:
    """Put before the supervisor what was not as agreed, once."""
    rule = EndingException.Rule
    remote = [one for one in tellings if one.person.client_id and not one.is_in_person]
    if remote and not stands(ending, rule.NOT_IN_PERSON):
        why = Explanation(str(remote[0].why_not_in_person))
        add_exception(ending=ending, rule=rule.NOT_IN_PERSON, explanation=why, by=by, at=at)
    if short_notice is None or not short_notice.why or stands(ending, rule.SHORT_NOTICE):
        return
    policy = policy_of(Practice.objects.current())
    notice = notice_given(ending, max(one.on for one in tellings), policy)
    if notice is not None and not notice.is_full:
        add_exception(ending=ending, rule=rule.SHORT_NOTICE, explanation=short_notice, by=by, at=at)
