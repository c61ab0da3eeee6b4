"""A mail that came back: the mail server said yes, and one further on said no (RFC 3464)."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import Message as Part
from uuid import UUID

from reminders.models import Message

OURS = re.compile(rb"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^>\s]+>")
LARGEST = 1_000_000  # bytes that are read


@dataclass(frozen=True)
class Bounce:
    """Which of our mails came back, and the status that was given, such as 5.1.1."""

    key: UUID
    status: str


def read_bounce(written: bytes) -> Bounce | None:
    """Return what a report of delivery says of one of our mails; None for a delay, or any other mail."""
    report = message_from_bytes(written[:LARGEST], policy=policy.compat32)
    if report.get_content_type() != "multipart/report":
        return None
    status = ""
    ours = None
    for part in report.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            status = status or failed_with(part)
        elif kind in ("message/rfc822", "text/rfc822-headers"):
            ours = ours or OURS.search(part.as_bytes())
    return Bounce(UUID(ours[1].decode()), status) if ours and status else None


def failed_with(part: Part) -> str:
    """Return the status of the first recipient who was given up; a delay is none."""
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        if isinstance(block, Part) and str(block.get("Action", "")).strip().lower() == "failed":
            status = re.match(r"5\.\d{1,3}\.\d{1,3}", str(block.get("Status", "")).strip())
            return status[0] if status else "5.0.0"
    return ""


def record_bounce(bounce: Bounce, *, at: datetime) -> bool:
    """Let a mail that was sent count as failed; say whether there was one that had not come back before."""
    sent = Message.objects.filter(pk=bounce.key, state=Message.State.SENT)
    return bool(
        sent.update(
            state=Message.State.FAILED,
            fault=Message.Fault.BOUNCED,
            last_error=bounce.status,
            bounced_at=at,
        )
    )
