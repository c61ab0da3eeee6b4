"""Mail servers for tests: they answer what a test has put down, hang, or hang up."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.test import override_settings


@contextmanager
def mail_goes_to(port: int, *, patience: float = 5) -> Iterator[None]:
    """Let mail really leave the process, towards a port of this machine."""
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
        EMAIL_TIMEOUT=patience,
    ):
        yield


class Abrupt:
    """Speaks SMTP up to one command, and then does not answer (`hangs`) or hangs up, `times` often."""

    def __init__(self, at: bytes, *, hangs: bool, times: int = 99) -> None:
        self.at, self.hangs, self.left = at, hangs, times
        self.visits, self.taken = 0, 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        self.ended = threading.Event()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while not self.ended.is_set():
            try:
                visitor, _address = self.socket.accept()
            except OSError:
                return
            self.visits += 1
            threading.Thread(target=self.talk, args=[visitor], daemon=True).start()

    def talk(self, visitor: socket.socket) -> None:
        with visitor, visitor.makefile("rb") as lines:
            if self.breaks_at(b"BANNER"):
                return
            visitor.sendall(b"220 here\r\n")
            for line in lines:
                verb = line.split()[0].upper() if line.split() else b""
                if self.breaks_at(verb):
                    return
                if verb == b"DATA":
                    visitor.sendall(b"354 go on\r\n")
                    for text in iter(lines.readline, b".\r\n"):
                        del text
                    if self.breaks_at(b"END"):
                        return
                    self.taken += 1
                visitor.sendall(b"250 fine\r\n")

    def breaks_at(self, verb: bytes) -> bool:
        if verb != self.at or not self.left:
            return False
        self.left -= 1
        if self.hangs:
            self.ended.wait(20)
        return True

    def __enter__(self) -> "Abrupt":
        return self

    def __exit__(self, *_: Any) -> None:
        self.ended.set()
        self.socket.close()
