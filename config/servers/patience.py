"""How long a thread of the web waits for what a sender has announced and does not send.

gunicorn waits for ever: eight connections that send a byte now and then would hold every thread. Here a sender has
`AT_ONCE` seconds of waiting in a request, and a second more for every `A_SECOND` bytes that came; then the
connection is closed. What is there already costs no waiting.
"""

from time import monotonic
from typing import Any

from gunicorn.http.errors import NoMoreData  # type: ignore[import-untyped]
from gunicorn.http.unreader import SocketUnreader  # type: ignore[import-untyped]

AT_ONCE = 10.0
A_SECOND = 20_000


def receive_in_time(self: Any, size_hint: int | None = None) -> bytes:
    """Take the place of `SocketUnreader.chunk`; raises NoMoreData, which ends a connection without noise."""
    waited, came = getattr(self, "patience", (0.0, 0))
    left = AT_ONCE + came / A_SECOND - waited
    if left <= 0:
        raise NoMoreData(b"")
    size = min(max(size_hint or 0, self.mxchunk), self.max_body_chunk)
    self.sock.settimeout(left)
    began = monotonic()
    try:
        said: bytes = self.sock.recv(size)
    except TimeoutError:
        raise NoMoreData(b"") from None
    finally:
        self.sock.settimeout(None)
    self.patience = (waited + monotonic() - began, came + len(said))
    return said


def wait_no_longer_than_that() -> None:
    """Let every worker that is forked from here on read like this."""
    SocketUnreader.chunk = receive_in_time
