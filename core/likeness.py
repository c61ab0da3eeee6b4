"""Find rows by what they are called: as it is written, without its accents, or nearly spelled so.

Asked of rows that are scoped already: what it costs grows with what one may see, not with the practice.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, FloatField, Func, Q, TextField, Value, Window
from django.db.models.functions import Lower

from core.names import folded

AS_WRITTEN: Final = 1.0  # a likeness from here on holds every word as it is written
MOST_WORDS: Final = 6
WORD: Final = re.compile(r"[\w@.+'’-]+")


def words_in(said: str) -> list[str]:
    """Return the words to look for, folded, each once; none where nothing is left to look for."""
    found = dict.fromkeys(word.strip(".'’-") for word in WORD.findall(folded(said)))
    return [word for word in found if word][:MOST_WORDS]


class Spoken(Func):
    """The columns as one text between spaces, in small letters and without accents."""

    function = "concat_ws"
    template = "(' ' || unaccent(%(function)s(' ', %(expressions)s)) || ' ')"
    output_field = TextField()


class Likeness(Func):
    function = "sight.likeness"
    output_field = FloatField()


def alike(rows: Any, words: Sequence[str], columns: Sequence[Any]) -> Any:
    """Return `rows` whose `columns` hold or nearly spell each of `words`, the most alike first.

    Each has `likeness`, `found_all` (how many there are) and `found_as_written` (how many of these hold the words).
    """
    said = Spoken(*(Lower(column) for column in columns))
    wanted = Value(list(words), output_field=ArrayField(TextField()))
    return (
        rows.annotate(likeness=Likeness(said, wanted))
        .filter(likeness__gt=0)
        .annotate(
            found_all=Window(Count("pk")),
            found_as_written=Window(Count("pk", filter=Q(likeness__gte=AS_WRITTEN))),
        )
        .order_by("-likeness", "sort_key", "pk")
    )
