"""Forms of an import: what comes in, and which column of a spreadsheet is which."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from caseload.readers.columns import Layout
from caseload.readers.dates import Order
from caseload.readers.labels import LABELS, Column
from core.widgets import Choice, PickRadio

LONGEST_PASTE = 2_000_000
LARGEST_UPLOAD = 500 * 1024 * 1024  # bytes, of all files together: a practice of 100,000 in FHIR
KINDS = (".csv", ".tsv", ".txt", ".json", ".ndjson", ".jsonl")


class SeveralFilesInput(forms.ClearableFileInput):
    """The browser's own file input, for several files at once."""

    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """Any number of files; each is checked as one would be."""

    widget = SeveralFilesInput(attrs={"class": "form-control"})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the list of files, empty where none was chosen; what is in them is looked at later."""
        chosen = data if isinstance(data, list | tuple) else [data]
        files = [found for each in chosen if (found := super(SeveralFilesField, self).clean(each))]
        if not all(str(file.name).lower().endswith(KINDS) for file in files):
            raise forms.ValidationError(_("Only FHIR (JSON, NDJSON) and CSV can be read."))
        if sum(file.size for file in files) > LARGEST_UPLOAD:
            raise forms.ValidationError(_("These files are too large. Send them in parts."))
        return files


class ImportForm(forms.Form):
    uploads = SeveralFilesField(
        label=_("Files"),
        required=False,
        help_text=_("FHIR R4 as Bulk Data or a Bundle, or a spreadsheet saved as CSV (UTF-8)."),
    )
    pasted = forms.CharField(
        label=_("Or cells, pasted from a spreadsheet"),
        required=False,
        strip=False,
        max_length=LONGEST_PASTE,
        help_text=_("With the line of headings. One client on each line."),
        widget=forms.Textarea(
            attrs={"class": "form-control", "rows": 6, "spellcheck": "false", "autocomplete": "off"}
        ),
    )
    source = forms.CharField(
        label=_("Which system it comes from"),
        required=False,
        max_length=120,
        help_text=_("The same name again finds the same people again."),
    )
    sometimes_needed = ("uploads", "pasted")
    # Cells of a whole practice stand in the spreadsheet that they come from.
    keeps_draft = False

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        files, pasted = said.get("uploads"), (said.get("pasted") or "").strip()
        if not (files or pasted) and not self.errors:
            self.add_error("uploads", _("Choose files, or paste cells."))
        if files and pasted:
            self.add_error("pasted", _("Files or pasted cells, not both."))
        return said


def meanings() -> list[tuple[str, Any]]:
    return [("", _("Leave out")), *((column.value, label) for column, label in LABELS.items())]


class ColumnsForm(forms.Form):
    """Which column is which, and what the sheet does not say itself."""

    has_header = forms.BooleanField(label=_("The first line holds headings"), required=False)
    order = forms.ChoiceField(
        label=_("How is 03/04/2026 meant?"),
        choices=[
            (Order.DAY.value, Choice(_("3 April"), small=_("The day comes first"))),
            (Order.MONTH.value, Choice(_("4 March"), small=_("The month comes first"))),
        ],
        widget=PickRadio(in_a_row=True),
    )
    therapist = forms.ModelChoiceField(
        label=_("Whose clients they are, where no column says it"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args: Any, layout: Layout, headings: Sequence[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.layout, self.headings = layout, headings
        self.fields["therapist"].queryset = therapists()  # type: ignore[attr-defined]
        self.initial = {
            "has_header": layout.has_header,
            "order": layout.order if layout.order is not Order.UNSURE else None,
        }
        if layout.order is not Order.UNSURE:
            self.fields.pop("order")
        for number, column in enumerate(layout.columns):
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=heading(number, headings),
                choices=meanings,
                required=False,
                initial=column or "",
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    def columns(self) -> list[forms.BoundField]:
        """Return the fields of the columns, in order."""
        return [self[f"column_{number}"] for number in range(len(self.layout.columns))]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        chosen = [said.get(f"column_{number}") for number in range(len(self.layout.columns))]
        for number, column in enumerate(chosen):
            if column and column in chosen[:number]:
                self.add_error(f"column_{number}", _("Another column says this already."))
        if not {Column.NAME, Column.GIVEN, Column.FAMILY} & set(filter(None, chosen)):
            self.add_error(None, _("Say which column holds the names of the clients."))
        return said

    def chosen(self) -> Layout:
        """Return the layout that was said."""
        said = self.cleaned_data
        columns = [said[f"column_{number}"] for number in range(len(self.layout.columns))]
        therapist: User | None = said["therapist"]
        order = Order(said["order"]) if said.get("order") else self.layout.order
        return Layout(
            columns=tuple(Column(each) if each else None for each in columns),
            delimiter=self.layout.delimiter,
            has_header=said["has_header"],
            order=order,
            therapist=(therapist.email or therapist.name) if therapist else "",
        )


def heading(number: int, headings: Sequence[str]) -> Any:
    """Return what stands over a column, or its number."""
    said = headings[number].strip() if number < len(headings) else ""
    return said or _("Column %(number)s") % {"number": number + 1}


def therapists() -> Any:
    return User.objects.who_work_here().in_role(Role.THERAPIST).by_name()
