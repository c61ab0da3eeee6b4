"""A mail server that takes everything and keeps nothing: `python -m benchmarks._sink` prints its port."""

import sys
from typing import Any

from aiosmtpd.controller import Controller

from config.servers.run import free_port


class Nowhere:
    """Says 250 to every mail."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        return "250 taken"


def main() -> None:
    port = free_port(0)
    controller = Controller(Nowhere(), hostname="127.0.0.1", port=port)
    controller.start()
    print(port, flush=True)
    sys.stdin.read()  # until whoever started us is gone
    controller.stop()


if __name__ == "__main__":
    main()
