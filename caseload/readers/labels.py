"""What a column of a spreadsheet may hold, and how a person calls it."""

from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Column(StrEnum):
    """What a column may hold."""

    CODE = "code"
    NAME = "name"
    GIVEN = "given"
    FAMILY = "family"
    KNOWN_AS = "known_as"
    PRONOUNS = "pronouns"
    BORN_ON = "born_on"
    LANGUAGE = "language"
    PHONE = "phone"
    EMAIL = "email"
    THERAPIST = "therapist"
    THERAPIST_EMAIL = "therapist_email"
    BEGAN_ON = "began_on"
    ENDED_ON = "ended_on"
    SESSION_ID = "session_id"
    SESSION_ON = "session_on"
    SESSION_AT = "session_at"
    MINUTES = "minutes"
    STATUS = "status"
    MODE = "mode"
    GOAL = "goal"
    LAST_SESSION_ON = "last_session_on"
    TOLD_ON = "told_on"
    TOLD_MODE = "told_mode"
    OPTIONS = "options"
    RECEIVER = "receiver"


LABELS: Final[dict[Column, Promise]] = {
    Column.CODE: _("Code of the client in the other system"),
    Column.NAME: _("Name of the client"),
    Column.GIVEN: _("First name"),
    Column.FAMILY: _("Family name"),
    Column.KNOWN_AS: _("Known as"),
    Column.PRONOUNS: _("Pronouns"),
    Column.BORN_ON: _("Date of birth"),
    Column.LANGUAGE: _("Language"),
    Column.PHONE: _("Phone number"),
    Column.EMAIL: _("E-mail"),
    Column.THERAPIST: _("Name of the therapist"),
    Column.THERAPIST_EMAIL: _("E-mail of the therapist"),
    Column.BEGAN_ON: _("Working together since"),
    Column.ENDED_ON: _("Worked together until"),
    Column.SESSION_ID: _("Number of the session in the other system"),
    Column.SESSION_ON: _("Day of a session"),
    Column.SESSION_AT: _("Time of the session"),
    Column.MINUTES: _("Length in minutes"),
    Column.STATUS: _("Whether the session took place"),
    Column.MODE: _("How the session takes place"),
    Column.GOAL: _("Goal"),
    Column.LAST_SESSION_ON: _("Last session"),
    Column.TOLD_ON: _("Told on"),
    Column.TOLD_MODE: _("How they were told"),
    Column.OPTIONS: _("Options given"),
    Column.RECEIVER: _("Who takes over"),
}


def label(what: str) -> str:
    """Return the words for a column; the path of a FHIR element or a code stays as it is."""
    return str(LABELS[Column(what)]) if what in LABELS else what
