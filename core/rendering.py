"""How every form looks: label, hint, error, control, in this order (face.md 6 and 8).

`FORM_RENDERER` points to `FaceRenderer`, so that a page writes `{{ form.on.as_field_group }}` and gets the
whole `.field`. A form may name `sometimes_needed`: fields that are optional by themselves and asked for
when another answer is given; they do not say “(optional)”.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from core import unsent

THIS_IS_NEEDED = _("This is needed.")
DJANGOS_REQUIRED = forms.Field.default_error_messages["required"]


def is_radio(widget: forms.Widget) -> bool:
    """Say whether one of several is chosen; Django derives its many checkboxes from radios."""
    return isinstance(widget, forms.RadioSelect) and not isinstance(
        widget, forms.CheckboxSelectMultiple
    )


def class_of(widget: forms.Widget) -> str:
    """Return the CSS class of a control; picks and lone checkboxes carry none."""
    if isinstance(widget, forms.Select):
        return "form-select"
    is_text = isinstance(widget, forms.widgets.Input) and not isinstance(
        widget, forms.CheckboxInput
    )
    if isinstance(widget, forms.Textarea) or (is_text and not widget.is_hidden):
        return "form-control"
    return ""


def keeps_draft(form: forms.BaseForm) -> bool:
    """Say whether a form is long: what is typed into it is kept until it is sent (decision 26).

    Every form with a text box is, unless its class says `keeps_draft = False`; one without may say `True`.
    """
    said: bool | None = getattr(form, "keeps_draft", None)
    if said is not None:
        return said
    return any(isinstance(field.widget, forms.Textarea) for field in form.fields.values())


def unsent_values(form: Any) -> MultiValueDict[str, str] | None:
    """Return what was typed into `form` before and not sent; None for one that was just sent. Asked once."""
    if not hasattr(form, "_unsent"):
        typed = None if form.is_bound or not keeps_draft(form) else unsent.typed()
        names = (form.add_prefix(name) for name in form.fields)
        is_of_form = typed is not None and any(name in typed.values for name in names)
        form._unsent = typed.values if typed and is_of_form else None
    values: MultiValueDict[str, str] | None = form._unsent
    return values


class FaceField(BoundField):
    """A field on its form, with what the face needs to know about it."""

    def __init__(self, form: forms.BaseForm, field: forms.Field, name: str) -> None:
        super().__init__(form, field, name)
        if field.error_messages.get("required") is DJANGOS_REQUIRED:
            field.error_messages["required"] = THIS_IS_NEEDED
        unsent_values(form)

    def value(self) -> Any:
        """Return what the control shows: what was typed and not sent goes before what stands."""
        values = unsent_values(self.form)
        if values is None or isinstance(self.field, forms.FileField):
            return super().value()
        data = self.field.widget.value_from_datadict(values, MultiValueDict(), self.html_name)
        return self.field.prepare_value(self.field.bound_data(data, self.initial))

    @property
    def says_optional(self) -> bool:
        """Optional fields say so, required ones say nothing."""
        asked_when = getattr(self.form, "sometimes_needed", ())
        return not self.field.required and self.name not in asked_when

    @property
    def is_single_pick(self) -> bool:
        """A yes-or-no checkbox: its label stands beside it."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def is_radio(self) -> bool:
        return is_radio(self.field.widget)

    @property
    def anchor(self) -> str:
        """Return the id that an error summary links to: the control, or the first of its picks."""
        return f"{self.auto_id}_0" if self.use_fieldset else self.auto_id

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        """Dress the control. A group's state is said once, by its fieldset, not by every radio."""
        worn: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        control = widget or self.field.widget
        name = class_of(control)
        if name and "class" not in control.attrs:
            worn.setdefault("class", name)
        if is_radio(control):
            worn.pop("aria-invalid", None)
            worn.pop("required", None)
        return worn


class FaceRenderer(TemplatesSetting):
    """Render forms by the project's templates (`templates/django/forms/`)."""

    bound_field_class = FaceField
    field_template_name = "django/forms/field.html"
    form_template_name = "django/forms/div.html"


@dataclass(frozen=True)
class Problem:
    """One line of an error summary; `anchor` is empty for what belongs to no field."""

    message: str
    anchor: str = ""
    label: str = ""


def _of_form(form: forms.BaseForm) -> Iterator[Problem]:
    for message in form.non_field_errors():
        yield Problem(str(message))
    for field in form:
        for message in field.errors:
            yield Problem(
                str(message), getattr(field, "anchor", field.id_for_label), str(field.label)
            )


def problems(of: Any) -> list[Problem]:
    """Return everything that is wrong with a form, a formset or a list of them, in the page's order."""
    if isinstance(of, forms.BaseFormSet):
        whole = [Problem(str(message)) for message in of.non_form_errors()]
        return whole + [problem for form in of.forms for problem in _of_form(form)]
    if isinstance(of, forms.BaseForm):
        return list(_of_form(of))
    return [problem for one in of or () for problem in problems(one)]
