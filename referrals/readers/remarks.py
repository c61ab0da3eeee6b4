"""The sentences for what readers remark about rows and files."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: Final[dict[str, Promise]] = {
    # not taken
    "ragged": _("This row has more cells than the table has columns."),
    "no_name": _("This row has no name."),
    "no_id": _("This row has no id, so a second import could not recognise it."),
    "belongs_nowhere": _("It is not said what this row belongs to."),
    "owner_unknown": _("What this row belongs to is not in these files."),
    "unknown_code": _("This file is in no character code that we can read."),
    "empty_file": _("This file is empty."),
    "no_table": _("This file is no table from this line on."),
    # skipped
    "repeated": _("The same entry stands above."),
    "not_read": _("Rows of this file are not read yet."),
    # taken, with a remark
    "zip_padded": _("The postal code had lost its first zeros; it is %(to)s now."),
    "phone_as_written": _("This phone number is kept as written: %(number)s"),
    "no_point": _("The point on the map cannot be read."),
    "hours_as_written": _("These hours are kept as written: %(hours)s"),
    "cut": _("%(column)s was too long and was cut; the whole text is kept beside it."),
}


def sentence(code: str, params: Mapping[str, str]) -> str:
    """Return what a person reads, in the language that is active."""
    return str(SENTENCES[code]) % params
