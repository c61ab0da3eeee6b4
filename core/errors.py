"""What may go wrong for a reason that a person should read."""

from django.utils.functional import Promise


class RuleBroken(Exception):
    """A rule of the practice says no.

    The message is shown to the person as it stands: translated, and it never names a client (R22).
    """

    safe_to_log = True

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class ChangedMeanwhile(Exception):
    """Somebody else saved this aggregate after the page was opened; views answer 409 with both texts."""
