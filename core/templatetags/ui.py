"""The few tags and filters that templates use: icons, dates, numbers, form tokens (docs: face.md, words.md 5).

Dates and numbers come from `core.dates`, so that Python and templates write them alike.
"""

import re
import uuid
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

from django import forms, template
from django.core.paginator import Page
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_current_timezone
from lucide.templatetags.lucide import lucide

from core import dates, unsent
from core.clock import now, today
from core.rendering import problems

register = template.Library()


# --- icons ------------------------------------------------------------------------------------------
@cache
def drawing(name: str) -> SafeString:
    """Return what is inside the icon's `<svg>`; an unknown name raises `lucide.IconDoesNotExist`.

    The wheel's own attributes are left out: theme.css gives `.icon` its size and stroke.
    """
    svg = lucide(name, size=None)
    inside = svg[svg.index(">") + 1 : svg.rindex("</svg>")]
    return mark_safe(re.sub(r"\s+(?=<|/>)", "", inside).strip())  # noqa: S308 -- the wheel's own drawing


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """Draw a lucide icon. It never stands alone: a word beside it, or an `aria-label` around it."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{}</svg>',
        drawing(name),
    )


@register.simple_tag
def icon_symbol(name: str) -> SafeString:
    """Put an icon into a sprite, once, for pages that repeat it in a hundred rows."""
    return format_html('<symbol id="i-{}" viewBox="0 0 24 24">{}</symbol>', name, drawing(name))


@register.simple_tag
@cache
def icon_use(name: str) -> SafeString:
    """Draw an icon out of the page's sprite."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>', name)


# --- chips ------------------------------------------------------------------------------------------
KINDS = {
    "wait": "circle-dashed",
    "now": "hourglass",
    "late": "triangle-alert",
    "done": "check",
    "info": "list-checks",
    "meet": "users",
}


@lru_cache(maxsize=4096)
def drawn_chip(kind: str, label: str, name: str) -> SafeString:
    """Return a chip's markup; kept, because a list of fifty repeats a handful of them."""
    return format_html(
        '<span class="chip is-{}">{}<span>{}</span></span>',
        kind,
        icon(name or KINDS.get(kind, "lock")),
        label,
    )


@register.simple_tag
def chip(kind: str, label: object, name: str = "") -> SafeString:
    """Draw a state, as components/chip.html describes it; for rows that are many."""
    return drawn_chip(kind, str(label), name)


# --- dates and numbers ------------------------------------------------------------------------------
def or_nothing(write: Callable[[Any], str]) -> Callable[[Any], str]:
    """Let a filter answer an empty value with an empty text."""

    def filtered(value: Any) -> str:
        return "" if value in (None, "") else write(value)

    return filtered


def with_today(write: Callable[..., str]) -> Callable[[Any], str]:
    """Leave the current year out."""
    return or_nothing(lambda value: write(value, today()))


register.filter("day", with_today(dates.day))
register.filter("long_day", with_today(dates.long_day))
register.filter("day_month", with_today(dates.day_month))
register.filter("at", with_today(dates.at))
register.filter("clock", or_nothing(dates.clock))
register.filter("clock_in_text", or_nothing(dates.clock_in_text))
register.filter("whole_date", or_nothing(dates.whole_date))
register.filter("short_date", or_nothing(dates.short_date))
register.filter("month", or_nothing(dates.month))
register.filter("weekday", or_nothing(dates.weekday))
register.filter("short_weekday", or_nothing(lambda on: dates.short_weekday(on.weekday())))
register.filter("number", or_nothing(dates.number))


@register.filter
def relative_days(value: date | None, on: date) -> str:
    """“in 3 days”, counted from `on`."""
    return dates.relative_days(value, on) if value else ""


@register.filter
def listed(words: Sequence[object]) -> str:
    """“a, b and c”."""
    return dates.listed(words)


def _time(value: date | None, text: Callable[[Any], str]) -> SafeString | str:
    if not value:
        return ""
    stamp = (
        dates.for_reader(value).isoformat(timespec="minutes")
        if isinstance(value, datetime)
        else value
    )
    return format_html('<time datetime="{}">{}</time>', stamp, text(value))


@register.simple_tag(name="day")
def day_tag(value: date | None) -> SafeString | str:
    """`<time>` with “Mon 14 Dec”."""
    return _time(value, lambda on: dates.day(on, today()))


@register.simple_tag(name="long_day")
def long_day_tag(value: date | None) -> SafeString | str:
    """`<time>` with “Monday 14 December”."""
    return _time(value, lambda on: dates.long_day(on, today()))


@register.simple_tag(name="at")
def at_tag(value: datetime | None) -> SafeString | str:
    """`<time>` with “Mon 14 Dec, 09:30”."""
    return _time(value, lambda moment: dates.at(moment, today()))


@register.filter
def at_the_practice(value: datetime | None) -> str:
    """“13:00 in Warsaw”, only for somebody whose own clock shows another time."""
    return dates.at_the_practice(value) if value else ""


@register.simple_tag(name="clock")
def clock_tag(value: datetime | None) -> SafeString | str:
    """`<time>` with “09:30”."""
    return _time(value, dates.clock)


# --- forms ------------------------------------------------------------------------------------------
@register.simple_tag
def form_token() -> SafeString:
    """A token that works once: a double click, or a page sent again, changes nothing twice."""
    return format_html('<input type="hidden" name="_once" value="{}">', uuid.uuid4())


@register.simple_tag
def revision(aggregate: Any) -> SafeString:
    """Which revision this page has read; saving over a newer one is answered 409.

    Where typing comes back that was not sent, it is the revision that was read then.
    """
    typed = unsent.typed()
    read = typed.values.get("revision") if typed else None
    return format_html(
        '<input type="hidden" name="revision" value="{}">', read or aggregate.revision
    )


@register.simple_tag
def practices_clock(form: Any) -> str:
    """The city whose clock a form's times are of, for somebody whose own clock shows another time.

    A form of times that are one's own says `times_are_own = True`.
    """
    fields = getattr(form, "fields", {}).values()
    has_times = any(isinstance(field, forms.TimeField | forms.DateTimeField) for field in fields)
    if not has_times or getattr(form, "times_are_own", False) or not dates.differs_here(now()):
        return ""
    return dates.city(get_current_timezone())


@register.simple_tag
def pick(field: forms.BoundField, value: object) -> str:
    """Draw one option of a `PickRadio` or `PickCheckboxes` by itself, where others stand elsewhere."""
    for option in field.subwidgets:
        if str(option.data["value"]) == str(value):
            return render_to_string(option.template_name, {"widget": option.data})
    raise template.TemplateSyntaxError(f"{field.name} has no option {value!r}")


register.filter("problems", problems)


# --- the page ---------------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def theme(context: Context) -> SafeString | str:
    """The attribute of `<html>` for the person's own light or dark; nothing for *as the device*."""
    chosen = getattr(getattr(context.get("request"), "user", None), "theme", "")
    return format_html(' data-bs-theme="{}"', chosen) if chosen in ("light", "dark") else ""


@register.simple_tag(takes_context=True)
def undo_offered(context: Context) -> dict[str, Any] | None:
    """Take what `core.http.offer_undo` left for this page, once."""
    session = getattr(context.get("request"), "session", None)
    return session.pop("undo") if session is not None and "undo" in session else None


@register.filter
def page_numbers(page: Page[Any]) -> list[int | str]:
    """The numbers around a page, the first and the last, and “…” for those left out."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))
