"""What a view hands to a component: plain, frozen, complete, so that a template never asks for what is not there.

The fields are the arguments documented on top of `templates/components/*.html`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.utils.functional import Promise

Text = str | Promise
Kind = Literal["wait", "now", "late", "done", "info", "meet", "quiet"]
Fact = tuple[Text, object]


@dataclass(frozen=True)
class Chip:
    """A state: a colour's role, at most four words, and an icon where the role's own will not do."""

    kind: Kind
    label: Text
    icon: str = ""


@dataclass(frozen=True)
class Link:
    """A link with its words; `count` says how many wait, never how many exist."""

    url: str
    label: Text
    icon: str = ""
    count: int = 0
    current: bool = False
    primary: bool = False


@dataclass(frozen=True)
class Step:
    """One step of an ending (components/step.html); `state` is "done", "now" or empty."""

    title: Text
    state: Literal["done", "now", ""] = ""
    icon: str = ""
    aside: Text = ""
    chip: Chip | None = None
    facts: Sequence[Fact] = ()
    quote: str = ""
    text: Text = ""
    note: Text = ""
    acts: Sequence[Link] = ()
    recorded: Text = ""


@dataclass(frozen=True)
class Side:
    """One of up to four ways side by side (components/versus.html): five rows each, in the same order."""

    id: str
    title: str
    subtitle: Text
    rows: Sequence[Fact]
    chip: Chip | None = None
    lang: str = ""


@dataclass(frozen=True)
class Seer:
    """Somebody who can see a client's page, or cannot yet (R5)."""

    name: str
    allowed: bool
    role: Text = ""
    from_day: date | None = None


@dataclass(frozen=True)
class Difference:
    """One field that two people changed: what stands in the database, what the reader wrote (409)."""

    label: Text
    theirs: str
    mine: str
