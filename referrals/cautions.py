"""What to know before options are offered. Cautions never block (R23). Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import dates
from referrals.freshness import Freshness, freshness
from referrals.offers import Offer

SENTENCES: Final[dict[str, Promise]] = {
    "same_organisation": _(
        "These two belong to the same organisation. For the client that may be one option, not two."
    ),
    "no_reason_given": _("Why this one, for this person? One sentence is enough."),
    "stale": _(
        "Last checked on %(when)s. Call before you offer it, or say that it may have changed."
    ),
    "never_checked": _("Nobody here has ever checked this entry."),
    "no_new_clients": _(
        "Not taking new clients as of %(when)s. A waiting list is not an offer by itself."
    ),
    "confidential_place": _(
        "The address of this place is confidential. It is not printed; give the phone number in person."
    ),
    "do_not_refer": _("This practice does not refer here. Reason: %(reason)s"),
    "gone": _("This one is not there any more."),
    "document_language": _(
        "The client’s first language is %(language)s. This document exists in English, Polish, Dutch and Italian."
    ),
}


@dataclass(frozen=True, slots=True)
class Caution:
    """One thing to know; `about` are the options it speaks of, none where it speaks of all."""

    code: str
    about: tuple[object, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Return the sentence in the language that is active."""
        if self.code == "options_missing":
            count = self.params["count"]
            missing = ngettext(
                "%(count)s option still missing", "%(count)s options still missing", count
            )
            return missing % self.params
        said = {
            name: dates.whole_date(value) if isinstance(value, date) else value
            for name, value in self.params.items()
        }
        return str(SENTENCES[self.code]) % said


@dataclass(frozen=True, slots=True)
class Weighed:
    """One option as cautions see it."""

    key: object
    offer: Offer
    why: str


def cautions_of(options: Sequence[Weighed], *, today: date, asked: int) -> list[Caution]:
    """Return what to know about these options on `today`, where `asked` different ones are agreed."""
    found = [caution for option in options for caution in of_one(option, today)]
    found += same_organisation(options)
    missing = asked - different(options)
    if missing > 0:
        found.insert(0, Caution("options_missing", params={"count": missing}))
    return found


def of_one(option: Weighed, today: date) -> Iterator[Caution]:
    about = (option.key,)
    if not option.why.strip():
        yield Caution("no_reason_given", about)
    if option.offer.is_gone:
        yield Caution("gone", about)
    if option.offer.kind == "service":
        yield from of_entry(option.offer, about, today)


def of_entry(offer: Offer, about: tuple[object, ...], today: date) -> Iterator[Caution]:
    """What the directory says of a service, or does not know (R16)."""
    if offer.do_not_refer:
        yield Caution("do_not_refer", about, {"reason": offer.do_not_refer})
    fresh = freshness(offer.checked_on, today)
    if fresh is Freshness.NEVER:
        yield Caution("never_checked", about)
    if fresh is Freshness.STALE:
        yield Caution("stale", about, {"when": offer.checked_on})
    if offer.accepting in ("no", "waitlist") and offer.accepting_on:
        yield Caution("no_new_clients", about, {"when": offer.accepting_on})
    if offer.is_confidential:
        yield Caution("confidential_place", about)


def same_organisation(options: Sequence[Weighed]) -> Iterator[Caution]:
    """Two services of one organisation may be one option; two colleagues are two."""
    for organization in shared_organizations(options):
        about = tuple(each.key for each in options if each.offer.organization == organization)
        yield Caution("same_organisation", about)


def shared_organizations(options: Sequence[Weighed]) -> list[str]:
    counted = Counter(each.offer.organization for each in options if each.offer.organization)
    return [organization for organization, many in counted.items() if many > 1]


def different(options: Sequence[Weighed]) -> int:
    """Return how many options there really are: those of one organisation count as one (R3)."""
    return len({each.offer.organization or each.key for each in options})
