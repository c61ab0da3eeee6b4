"""The mail server of the fault tests: it keeps what it has said yes to, and does what it is told to."""

import asyncio
import logging
import socket
import time
from collections import Counter
from typing import Any

from aiosmtpd.controller import Controller


class Sink:
    """`script` holds what to do with the next mails: an answer, or “hang”, or “drop” (after DATA)."""

    def __init__(self) -> None:
        self.script: list[str] = []
        self.taken: list[tuple[str, str, float]] = []  # reader, Message-ID, when
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        told = self.script.pop(0) if self.script else "250 taken"
        if told == "hang":
            await asyncio.sleep(3)
            return "451 too late"
        if told == "drop":
            server.transport.abort()
            return "451 gone"
        if told.startswith("250"):
            text = envelope.content.decode(errors="replace")
            key = text.partition("Message-ID: <")[2].partition("@")[0]
            self.taken.append((envelope.rcpt_tos[0], key, time.monotonic()))
        return told

    def readers(self) -> Counter[str]:
        return Counter(reader for reader, _key, _when in list(self.taken))

    def repeats(self) -> int:
        """Return how many mails arrived once more than they should; every one under the same Message-ID."""
        seen = list(self.taken)
        by_reader: dict[str, set[str]] = {}
        for reader, key, _when in seen:
            by_reader.setdefault(reader, set()).add(key)
        assert all(len(keys) == 1 for keys in by_reader.values()), "two mails for one reader"
        return len(seen) - len(by_reader)

    def close(self) -> None:
        self.controller.stop()
