"""The mails of a practice without a mail server: files under the data directory, read back (decision 23)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings

LINE = b"\n" + b"-" * 79 + b"\n"  # what Django's file backend puts after each mail
NEWEST = 50  # mails on the page
LARGEST = 1_000_000  # bytes of one file that are read


@dataclass(frozen=True)
class Letter:
    """One mail as it was written."""

    to: str
    subject: str
    language: str
    sent_at: datetime | None
    text: str


def is_open() -> bool:
    """Say whether mails may be shown: in demonstration mode, where they go to files."""
    return bool(settings.DEMO) and settings.EMAIL_BACKEND.endswith(".filebased.EmailBackend")


def letters(*, limit: int = NEWEST) -> list[Letter]:
    """Return the newest mails, the last one first."""
    found: list[Letter] = []
    for path in sorted(Path(settings.EMAIL_FILE_PATH).glob("*.log"), reverse=True):
        found.extend(reversed(list(letters_in(path))))
        if len(found) >= limit:
            break
    return found[:limit]


def letters_in(path: Path) -> Iterator[Letter]:
    """Yield the mails of one file; a half-written last one is left out."""
    with path.open("rb") as file:
        written = file.read(LARGEST)
    for part in written.split(LINE)[:-1]:
        yield letter(message_from_bytes(part.lstrip(), policy=policy.default))


def letter(mail: EmailMessage) -> Letter:
    body = mail.get_body(("plain",))
    date = mail["Date"]
    return Letter(
        to=str(mail["To"] or ""),
        subject=str(mail["Subject"] or ""),
        language=str(mail["Content-Language"] or ""),
        sent_at=in_utc(date.datetime) if date is not None else None,
        text=body.get_content() if body else "",
    )


def in_utc(moment: datetime) -> datetime:
    """Return the instant; a mail that writes “-0000” means UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
