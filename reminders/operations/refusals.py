"""What a mail server's no means: for this mail, for now, or for everything.

Pure: exceptions in, a word and a reply code out. The words of a server stay outside, they may hold an
address (R22).
"""

import smtplib
from dataclasses import dataclass

from reminders.models import Message

Fault = Message.Fault
OF_THE_SERVER = {Fault.AWAY}  # no other mail would fare better


@dataclass(frozen=True)
class Refusal:
    """Why a mail did not go out. `code`: SMTP's reply code, or the kind of exception."""

    fault: Message.Fault
    code: str

    @property
    def is_final(self) -> bool:
        """Whether the server has said no to this mail for good."""
        return self.fault in (Fault.NO_SUCH_PERSON, Fault.REFUSED)

    @property
    def is_of_the_server(self) -> bool:
        """Whether it is the server, or how we know it, and not this mail."""
        return self.fault in OF_THE_SERVER

    @property
    def leaves_us_waiting(self) -> bool:
        """Whether the connection was lost in the midst: it may be the mail, and it may be the server."""
        return self.fault in (Fault.SLOW, Fault.HUNG_UP)


def refusal_at_the_door(error: Exception) -> Refusal:
    """Return what it means that no connection came about: dead, slow, TLS, a wrong password."""
    return Refusal(Fault.AWAY, code_of(error))


def refusal_of(error: Exception) -> Refusal:
    """Return what it means that a mail did not go out over an open connection."""
    return Refusal(fault_of(error), code_of(error))


def fault_of(error: Exception) -> Message.Fault:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        final = all(code >= 500 for code, _said in error.recipients.values())
        return Fault.NO_SUCH_PERSON if final else Fault.LATER
    if isinstance(error, smtplib.SMTPDataError):
        return Fault.REFUSED if error.smtp_code >= 500 else Fault.LATER
    if isinstance(error, smtplib.SMTPResponseException):  # the sender, or us: a matter of settings
        return Fault.AWAY if error.smtp_code >= 500 else Fault.LATER
    if timed_out(error):
        return Fault.SLOW
    if isinstance(error, smtplib.SMTPServerDisconnected | OSError):
        return Fault.HUNG_UP
    return Fault.OURS


def timed_out(error: Exception) -> bool:
    """Say whether no answer came in time; smtplib calls that a lost connection, too."""
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


def code_of(error: Exception) -> str:
    """Return the reply code or the kind of fault."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return ", ".join(sorted({str(code) for code, _said in error.recipients.values()}))
    if isinstance(error, smtplib.SMTPResponseException):
        return str(error.smtp_code)
    return "TimeoutError" if timed_out(error) else type(error).__name__
