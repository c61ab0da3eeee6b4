"""Form controls of the face: picks that are easy to hit, and native date and time inputs.

A pick is a native radio or checkbox whose whole surface is its target (face.md 6).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True)
class Choice:
    """The label of one pick, with a small second line.

    Give it where Django takes a label: `choices=[("phone", Choice(_("By phone"), small=_("…")))]`.
    `strong` prints the label bold: the proposal among several ways.
    """

    label: Text
    small: Text = ""
    strong: bool = False

    def __str__(self) -> str:
        return str(self.label)


class PicksMixin(forms.widgets.ChoiceWidget):
    """Options drawn as picks, one under another or, with `in_a_row`, beside each other."""

    template_name = "django/forms/widgets/picks.html"
    option_template_name = "django/forms/widgets/pick.html"

    def __init__(
        self,
        attrs: Mapping[str, Any] | None = None,
        choices: Any = (),
        *,
        in_a_row: bool = False,
    ) -> None:
        super().__init__(dict(attrs or {}), choices)
        self.in_a_row = in_a_row

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["widget"]["in_a_row"] = self.in_a_row
        return context

    def create_option(
        self, name: str, value: Any, label: Any, *args: Any, **options: Any
    ) -> dict[str, Any]:
        """Add the small line and the weight of a `Choice` to what the template gets."""
        choice = label if isinstance(label, Choice) else Choice(label)
        option: dict[str, Any] = super().create_option(name, value, str(choice), *args, **options)
        return {**option, "small": choice.small, "strong": choice.strong}


class PickRadio(PicksMixin, forms.RadioSelect):
    """One of several."""


class PickCheckboxes(PicksMixin, forms.CheckboxSelectMultiple):
    """Any of several."""


class DateInput(forms.DateInput):
    """The browser's own date input, which wants ISO whatever the language is."""

    input_type = "date"

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__({"class": "form-control w-date", **(attrs or {})}, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """The browser's own time input: hours and minutes."""

    input_type = "time"

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__({"class": "form-control w-date", **(attrs or {})}, format="%H:%M")


class DateTimeInput(forms.DateTimeInput):
    """The browser's own input of a day and a time, in the zone that is active."""

    input_type = "datetime-local"

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__({"class": "form-control w-date", **(attrs or {})}, format="%Y-%m-%dT%H:%M")
