"""How somebody works: name, working days, languages, limit of the load."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.operations.rights import refuse_others


@transaction.atomic
def change_working(*, person: User, facts: Mapping[str, Any], by: User) -> User:
    """Change what the practice writes down of a person, by the names of the columns."""
    refuse_others(by)
    mine: User = User.objects.select_for_update().get(pk=person.pk)
    for name, value in facts.items():
        setattr(mine, name, value)
    mine.save(update_fields=[*facts, "sort_key"])
    return mine


@transaction.atomic
def set_limits(*, limits: Mapping[UUID, Decimal | None], by: User) -> int:
    """Set the limits of the load of several people (R17); return how many have changed."""
    refuse_others(by)
    people = User.objects.select_for_update().filter(pk__in=limits)
    changed = [one for one in people if one.capacity != limits[one.pk]]
    for one in changed:
        one.capacity = limits[one.pk]
    User.objects.bulk_update(changed, ["capacity"])
    return len(changed)
