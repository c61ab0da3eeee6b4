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
    "no_number": _("This phone has no number."),
    "dangling": _("It belongs to %(value)s (%(member)s), and that is not in this source."),
    "id_twice": _("Its id stands twice in this source, with different content."),
    "pair_twice": _("This service stands at this place already."),
    "zip_broken": _(
        "This zip cannot be opened. It may have been cut off or be locked by a password."
    ),
    "zip_too_large": _("This zip holds far more than it should. Nothing was unpacked."),
    "zip_leads_out": _("This zip would write outside its folder. Nothing was unpacked."),
    "zip_in_zip": _("There is a packed file inside the zip. Please unpack it first."),
    "no_json": _("From here on this is no JSON."),
    "too_deep": _("This object holds others too deeply inside each other."),
    # skipped
    "repeated": _("The same entry stands above."),
    "not_read": _("Rows of this file are not read yet."),
    "file_left": _("This file is no text, or too large to be kept. It was left out."),
    # taken, with a remark
    "id_made": _("It had no id, so it got one from what it says."),
    "table_kept": _("This table is none of the standard. It is kept as it came."),
    "file_kept": _("This file is no table. It is kept as it came."),
    "kept_unread": _("This is no object of the standard. It is kept as it came."),
    "copies_differ": _(
        "%(value)s is said in two ways. The first one counts; the other is kept beside it."
    ),
    "id_differs_by_case": _("Another id differs from this one only in capital letters: %(value)s"),
    "points_nowhere": _("%(member)s points to %(value)s, and that is not in this source."),
    "circle": _("%(value)s would stand below itself, so it was left without one above it."),
    "wrong_type": _("%(member)s cannot be read; it is kept as it came: %(value)s"),
    "status_unknown": _("The state “%(value)s” is not known here; it is kept as it came."),
    "place_type_unknown": _("The kind of place or address “%(value)s” is not known here."),
    "point_zero": _("The point is 0, 0, in the sea. It is kept as it came and not shown."),
    "no_age": _("This age cannot be right; it is kept as it came: %(value)s"),
    "ages_crossed": _("The youngest age is above the oldest: %(value)s"),
    "no_day": _("%(member)s is no day; it is kept as it came: %(value)s"),
    "days_crossed": _("It would end before it begins: %(value)s"),
    "no_number_here": _("%(member)s is no number; it is kept as it came: %(value)s"),
    "days_as_written": _("These days are kept as written: %(value)s"),
    "hour_as_written": _("These hours are kept as written: %(value)s"),
    "zip_padded": _("The postal code had lost its first zeros; it is %(to)s now."),
    "phone_as_written": _("This phone number is kept as written: %(value)s"),
    "no_point": _("The point on the map cannot be read."),
    "hours_as_written": _("These hours are kept as written: %(value)s"),
    "cut": _("%(column)s was too long and was cut; the whole text is kept beside it."),
}


def sentence(code: str, params: Mapping[str, str]) -> str:
    """Return what a person reads, in the language that is active."""
    return str(SENTENCES[code]) % {"value": "–", "member": "–", **params}
