"""What may be said about a row or a file, in words that repeat nothing of what stands in it (R22)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from caseload.readers.labels import label
from core.errors import RuleBroken


class Level(StrEnum):
    """What became of a row."""

    REJECTED = "rejected"
    SKIPPED = "skipped"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: name of the file and line, counted from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Problem:
    """One row that was rejected or skipped, or was taken with something to be looked at.

    `what` is a `Column`, the path of an element or a code, never a value.
    """

    level: Level
    place: Place
    code: str
    what: str = ""

    @property
    def reason(self) -> str:
        """Return the sentence for a person, in the language that is active."""
        return reason(self.code, self.what)


REASONS: Final[dict[str, Promise]] = {
    # rejected: the row cannot be used as it is
    "not_json": _("This line is not JSON."),
    "not_a_row": _("The quotation marks of this row do not match."),
    "not_an_object": _("This line is not a FHIR resource."),
    "too_long": _("This line is longer than 16 MB."),
    "not_valid": _("Not valid FHIR R4: %(what)s."),
    "modifier": _("A modifier extension changes what this row means: %(what)s."),
    "no_id": _("This row has no id, so a second import could not recognise it."),
    "no_name": _("There is no name."),
    "no_words": _("A goal without words."),
    "bad_date": _("%(what)s is not a date that can be read."),
    "short_year": _("%(what)s: please write the year with four digits."),
    "bad_time": _("%(what)s is not a time that can be read."),
    "bad_value": _("%(what)s has a value that is not known here."),
    "bad_text": _("%(what)s holds characters that cannot be kept."),
    "too_wide": _("%(what)s is too long."),
    "no_start": _("It is not said when this session begins."),
    "ends_before_it_begins": _("It ends before it begins."),
    "born_after_death": _("The day of birth is after the day of death."),
    "no_client": _("It is not said whose row this is."),
    "client_unknown": _("The client it belongs to is not in these files."),
    "therapist_unknown": _("The therapist it names is not in these files."),
    "no_therapist": _("No therapist is named. Choose one for the whole sheet, or add a column."),
    "several_clients": _("Several clients in one appointment: set it up as a group here."),
    "differs": _("The same id stands here twice, with different content."),
    "another_person": _("This id belongs to somebody else since an earlier import."),
    "touched": _("Changed here since the last import, so it was left as it is."),
    "gone": _("Removed here since the last import, so it was left out."),
    "busy": _("There is already a planned session at that time."),
    "closed_before_start": _("The end of the work is before its start."),
    "missing_columns": _("The row has more cells than the header."),
    "same_person_twice": _("The same person stands here twice, with different details."),
    # skipped: the row is fine, and nothing for this app
    "not_needed": _("%(what)s is not read here."),
    "emergency": _("Emergency visit."),
    "inpatient": _("Stay in a hospital."),
    "class_unknown": _("Kind of visit not known: %(what)s."),
    "not_a_patient": _("It is about something other than a person."),
    "no_practitioner": _("No practitioner is named."),
    "entered_in_error": _("Marked as entered in error."),
    "not_agreed": _("An appointment that nobody has agreed to yet."),
    "status_unknown": _("Whether it took place is not known."),
    "held_as_session": _("The session it became stands in these files too."),
    "again": _("The same row again."),
    "not_pursued": _("A goal that was rejected."),
    "blank": _("An empty row."),
    # noted: taken, and worth a look
    "overlap": _("At the same time as another session of the same therapist."),
    "end_assumed": _("No end is given: 50 minutes were assumed."),
    "time_assumed": _("Only the day is given: noon was assumed."),
    "longer_than_a_day": _("Longer than a day."),
    "birth_date_not_whole": _("The day of birth is not whole and was left empty."),
    "linked": _("Here already: linked, not changed."),
    "another_leads": _("Somebody else seems to lead now than the one who leads here."),
    "nobody_leads": _("Nobody is named who works with this client."),
    "language_unknown": _("A language that is not known here was left out."),
    "goal_without_date": _("A goal without a date."),
    # the file as a whole: nothing is changed
    "gone_by_now": _("The files are no longer here. Please choose them again."),
    "not_found": _("There is no such file or folder."),
    "not_readable": _("This file may not be read."),
    "empty_folder": _("There is nothing to import in this folder."),
    "empty": _("This file is empty. Nothing has been changed."),
    "truncated": _("This file ends in the middle of a row. Nothing has been changed."),
    "not_utf8": _("This file is not UTF-8 from line %(line)s on. Nothing has been changed."),
    "unreadable": _("This file could not be read from line %(line)s on. Nothing has been changed."),
    "compressed": _("This file is compressed. Unpack it first. Nothing has been changed."),
    "not_fhir": _("This is neither a FHIR Bundle nor Bulk Data. Nothing has been changed."),
    "no_caseload": _("Nothing in these files belongs to a caseload. Nothing has been changed."),
    "bundle_type": _(
        "A Bundle of the type “%(what)s” is not a caseload. Nothing has been changed."
    ),
    "no_columns": _(
        "No column with the names of clients was found. Say which column is which; nothing has been changed."
    ),
    "date_order": _(
        "Is the day or the month first in the column “%(what)s”? Say so; nothing has been changed."
    ),
}


def reason(code: str, what: str = "", line: int = 0) -> str:
    """Return the sentence of `code`."""
    return str(REASONS[code]) % {"what": label(what), "line": line}


class FileUnreadable(RuleBroken):
    """A file that cannot be imported at all; nothing has been changed."""

    def __init__(self, code: str, *, file: str = "", line: int = 0, what: str = "") -> None:
        self.code, self.file, self.line, self.what = code, file, line, what
        super().__init__(code)

    def __str__(self) -> str:
        said = reason(self.code, self.what, self.line)
        return f"{self.file}: {said}" if self.file else said


class Unusable(Exception):
    """Why one row cannot be used, or is nothing for this app; the others go on."""

    def __init__(self, code: str, what: str = "", level: Level = Level.REJECTED) -> None:
        super().__init__(code)
        self.code, self.what, self.level = code, what, level


def skip(code: str, what: str = "") -> Unusable:
    """Return the exception that says: nothing wrong, and nothing for this app."""
    return Unusable(code, what, Level.SKIPPED)
