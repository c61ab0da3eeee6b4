"""Who opened which client's record."""

from datetime import datetime

from accounts.models import User
from caseload.models import Client, ReadLog


def log_read(*, client: Client, page: str, by: User, at: datetime) -> None:
    """Write that `by` opened `page` of a client. The only thing a GET may write (decision 27)."""
    ReadLog.objects.create(client=client, page=page, by=by, at=at)
