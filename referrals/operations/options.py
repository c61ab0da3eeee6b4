"""Options of one client: put together, offered with their date, or offered and not wanted (R3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.models import Assignment, Client, Place
from caseload.operations.places import held_for_others
from core.dates import on_day
from core.errors import ChangedMeanwhile, RuleBroken
from referrals.cautions import Caution
from referrals.models import OptionSet, ReferralOption, Service, ServiceAtLocation
from referrals.operations.offers import offers_of, weigh

MANY: Final = 8


@transaction.atomic
def open_option_set(*, client: Client, assignment: Assignment, by: User, on: date) -> OptionSet:
    """Return the client's open options in this work; begin them where there are none."""
    work = Assignment.objects.editable_by(by).select_for_update(of=("self",)).get(pk=assignment.pk)
    if not work.episode.participations.filter(client=client).exists():
        raise RuleBroken(_("This person takes no part in this work."))
    option_set, _made = OptionSet.objects.get_or_create(
        client=client,
        assignment=work,
        closed_on=None,
        defaults={"episode_id": work.episode_id, "opened_on": on, "opened_by": by},
    )
    return option_set


@transaction.atomic
def close_option_set(*, option_set: OptionSet, by: User, on: date) -> OptionSet:
    """Keep the options as they are; what is offered later begins a new set."""
    held = hold(option_set, by)
    held.closed_on = on
    held.save(update_fields=["closed_on"])
    return held


@dataclass(frozen=True)
class Suggestion:
    """A service (at one of its places) or a colleague's place, and why it is right for this person."""

    service: Service | None = None
    at_location: ServiceAtLocation | None = None
    place: Place | None = None
    why: str = ""


@transaction.atomic
def add_option(
    *, option_set: OptionSet, suggestion: Suggestion, by: User, at: datetime
) -> ReferralOption:
    """Put a suggestion at the end of the list.

    What is there already comes back as it is; what was removed is put back, with the new reason.
    """
    held = hold(option_set, by)
    refuse_closed(held)
    refuse_wrong_place(suggestion)
    refuse_held_place(held, suggestion)
    what = {
        "service": suggestion.service,
        "at_location": suggestion.at_location,
        "place": suggestion.place,
    }
    same = held.options.filter(**what)
    there = same.standing().first() or same.first()
    if there is not None:
        return bring_back(there, suggestion.why)
    if held.options.standing().count() >= MANY:
        raise RuleBroken(_("Eight options are enough for anybody. Remove one first."))
    last = held.options.aggregate(last=Max("position"))["last"]
    return ReferralOption.objects.create(
        option_set=held,
        client_id=held.client_id,
        episode_id=held.episode_id,
        assignment_id=held.assignment_id,
        **what,
        why=suggestion.why,
        position=0 if last is None else last + 1,
        added_at=at,
        added_by=by,
    )


@transaction.atomic
def give_reasons(
    *, option_set: OptionSet, reasons: Mapping[UUID, str], revision: int, by: User
) -> OptionSet:
    """Say of options, by their keys, why each is right for this person.

    Raises ChangedMeanwhile where somebody has saved reasons since `revision` was read.
    """
    held = hold(option_set, by)
    refuse_closed(held)
    if held.revision != revision:
        raise ChangedMeanwhile
    for option in held.options.standing():
        if option.pk in reasons and reasons[option.pk] != option.why:
            option.why = reasons[option.pk]
            option.save(update_fields=["why", "why_digest"])
    held.revision += 1
    held.save(update_fields=["revision"])
    return held


@transaction.atomic
def remove_option(*, option: ReferralOption, by: User, at: datetime) -> ReferralOption:
    """Take an option off the list. It stays on file, and `put_back_option` undoes this."""
    held = hold_option(option, by)
    if held.chosen_in.filter(choice__replaced_by=None).exists():
        raise RuleBroken(_("This one was chosen. Correct the choice first."))
    if held.removed_at is None:
        held.removed_at, held.removed_by = at, by
        held.save(update_fields=["removed_at", "removed_by"])
    return held


@transaction.atomic
def put_back_option(*, option: ReferralOption, by: User) -> ReferralOption:
    """Undo a removal."""
    return bring_back(hold_option(option, by), "")


@transaction.atomic
def move_option(*, option: ReferralOption, up: bool, by: User) -> ReferralOption:
    """Let an option change places with the one above it, or below."""
    held = hold_option(option, by)
    standing = list(held.option_set.options.standing().in_order())
    here = standing.index(held)
    there = here - 1 if up else here + 1
    if 0 <= there < len(standing):
        standing[here], standing[there] = standing[there], standing[here]
        number(standing)
    return held


@transaction.atomic
def offer_options(
    *,
    option_set: OptionSet,
    by: User,
    on: date,
    at: datetime,
    fewer_because: str = "",
) -> list[Caution]:
    """Record that the options were offered on `on`, each as the directory has it now.

    Returns what is to be known about them, fewer than agreed included; nothing is refused for it
    (R23). Options that were offered before keep the date and the text they were offered with.
    Raises RuleBroken for a day to come, and where there is nothing to offer and no reason for it.
    """
    held = hold(option_set, by)
    refuse_closed(held)
    refuse_future(on, at)
    options = list(held.options.standing().in_order())
    if not options and not fewer_because.strip():
        raise RuleBroken(_("Add an option first, or say why there is none."))
    keep_what_is_offered([each for each in options if each.offered_on is None], on)
    if held.offered_on is None or on < held.offered_on:
        held.offered_on, held.offered_by = on, by
    held.fewer_because = fewer_because or held.fewer_because
    held.save(update_fields=["offered_on", "offered_by", "fewer_because", "fewer_because_digest"])
    return weigh(options, on=on_day(at))


@transaction.atomic
def options_not_wanted(*, option_set: OptionSet, by: User, on: date, at: datetime) -> OptionSet:
    """Record that options were offered and not wanted: that is a complete answer (R3)."""
    held = hold(option_set, by)
    refuse_closed(held)
    refuse_future(on, at)
    held.declined_on, held.declined_by = on, by
    held.save(update_fields=["declined_on", "declined_by"])
    return held


@transaction.atomic
def options_wanted_after_all(*, option_set: OptionSet, by: User) -> OptionSet:
    """Take back *not wanted*."""
    held = hold(option_set, by)
    held.declined_on = held.declined_by = None
    held.save(update_fields=["declined_on", "declined_by"])
    return held


@transaction.atomic
def set_discreet(*, option_set: OptionSet, is_discreet: bool, by: User) -> OptionSet:
    """Print names and numbers only: somebody else may find the sheet (words.md 4)."""
    held = hold(option_set, by)
    held.is_discreet = is_discreet
    held.save(update_fields=["is_discreet"])
    return held


# --- holding ----------------------------------------------------------------------------------------
def hold(option_set: OptionSet, by: User) -> OptionSet:
    """Return the set locked, once more as somebody who may write in it."""
    return OptionSet.objects.editable_by(by).select_for_update(of=("self",)).get(pk=option_set.pk)


def hold_option(option: ReferralOption, by: User) -> ReferralOption:
    """Return an option whose set is locked."""
    held = hold(option.option_set, by)
    refuse_closed(held)
    return held.options.get(pk=option.pk)


# --- rules ------------------------------------------------------------------------------------------
def refuse_closed(option_set: OptionSet) -> None:
    if option_set.closed_on is not None:
        raise RuleBroken(_("These options are closed and stay as they were."))


def refuse_future(on: date, at: datetime) -> None:
    """Facts are recorded once they have happened."""
    if on > on_day(at):
        raise RuleBroken(_("This date is still to come. Record it once it has happened."))


def refuse_wrong_place(suggestion: Suggestion) -> None:
    there, service = suggestion.at_location, suggestion.service
    if there is not None and (service is None or there.service_id != service.pk):
        raise RuleBroken(_("That service is not at this place."))


def refuse_held_place(option_set: OptionSet, suggestion: Suggestion) -> None:
    """A place that is kept for somebody else is offered to nobody: it would be promised twice."""
    place = suggestion.place
    if place is None:
        return
    kept = held_for_others(assignment=option_set.assignment, client=option_set.client)
    if place.pk in kept:
        raise RuleBroken(_("This place is held already. Choose another one."))


# --- writing ----------------------------------------------------------------------------------------
def bring_back(option: ReferralOption, why: str) -> ReferralOption:
    option.removed_at = option.removed_by = None
    if why:
        option.why = why
    option.save(update_fields=["removed_at", "removed_by", "why", "why_digest"])
    return option


def number(options: Sequence[ReferralOption]) -> None:
    for position, option in enumerate(options):
        if option.position != position:
            option.position = position
            option.save(update_fields=["position"])


def keep_what_is_offered(options: Sequence[ReferralOption], on: date) -> None:
    """Write the snapshot of each option, so that the directory can move on without it."""
    offers = offers_of(options, on=on)
    for option in options:
        option.offered_on, option.snapshot = on, offers[option.pk].to_snapshot()
        option.save(update_fields=["offered_on", "snapshot"])
