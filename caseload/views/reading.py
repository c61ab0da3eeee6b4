"""What a page that shows a client leaves behind."""

from accounts.http import AuthedRequest
from caseload.models import Client
from caseload.operations.reading import log_read
from core.clock import now


def shows(request: AuthedRequest, *clients: Client) -> None:
    """Write down that this person looks at these clients on this page; what is sent is history's."""
    if request.method not in ("GET", "HEAD"):
        return
    match = request.resolver_match
    for client in clients:
        log_read(client=client, page=match.view_name if match else "", by=request.user, at=now())
