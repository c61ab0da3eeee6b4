"""Keeping what was typed and not sent: sealed, one row for each person, form and object (decision 26)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils.datastructures import MultiValueDict

from accounts.models import Draft, FormToken, Practice, User
from core.unsent import Typed

LONGEST = 200_000  # characters of one draft; a form of the practice holds a hundredth of it
NEVER_KEPT = {"csrfmiddlewaretoken", "_once", "_page", "_draft", "next", "password"}


@dataclass(frozen=True)
class Place:
    """Where a draft belongs: the name of its page, and the object that the page is about."""

    form: str
    about: UUID | None


class TooLong(ValueError):
    """More was typed than a draft holds."""


def in_one_text(values: Mapping[str, Sequence[str]]) -> str:
    """Return a form's values as one text; tokens of the page are left out. Raises TooLong."""
    kept = {name: list(said) for name, said in sorted(values.items()) if name not in NEVER_KEPT}
    text = json.dumps(kept, ensure_ascii=False)
    if len(text) > LONGEST:
        raise TooLong
    return text


@transaction.atomic
def keep_draft(
    place: Place, values: Mapping[str, Sequence[str]], *, by: User, at: datetime, page: str = ""
) -> bool:
    """Keep what `by` has typed so far; say whether it differs from what was kept before.

    `page` is the one-use token of the page it was typed on: a page that was sent keeps nothing more, so
    that a saving on its way when the form went does not bring it back. Raises TooLong.
    """
    text = in_one_text(values)
    wait_for_others(place, by)
    if page and FormToken.objects.filter(pk=page, user=by).exists():
        return False
    there = Draft.objects.at(place.form, place.about, by).first()
    if there is not None and there.text == text:
        return False
    draft = there or Draft(user=by, form=place.form, about=place.about)
    draft.text, draft.saved_at = text, at
    draft.save()
    return True


def typed_in(place: Place, *, by: User) -> Typed | None:
    """Return what `by` has typed there and not sent, or None."""
    draft = Draft.objects.at(place.form, place.about, by).first()
    if draft is None:
        return None
    return Typed(MultiValueDict(json.loads(str(draft.text))), draft.saved_at)


@transaction.atomic
def forget_draft(place: Place, *, by: User) -> None:
    """Drop the draft: the form was sent, or the person threw it away."""
    wait_for_others(place, by)
    Draft.objects.at(place.form, place.about, by).delete()


def forget_old_drafts(*, at: datetime) -> int:
    """Drop what nobody came back for within the practice's time; return how many."""
    kept_for = timedelta(days=Practice.objects.current().drafts_kept_days)
    dropped, _by_model = Draft.objects.filter(saved_at__lt=at - kept_for).delete()
    return dropped


def wait_for_others(place: Place, by: User) -> None:
    """Let one request at a time keep or drop this draft, until its transaction ends."""
    name = f"{by.pk} {place.form} {place.about}"
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 26))", [name])
