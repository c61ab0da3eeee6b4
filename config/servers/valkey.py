"""The embedded Valkey: the queue. Reached by a socket only; nothing that matters lives in it alone."""

import os
import socket
import time
from pathlib import Path

from config.servers.engine import valkey_program
from config.servers.part import Part, Running
from config.servers.refusal import Refused

LOADS_WITHIN = 60.0  # seconds


def socket_path(sockets: Path) -> Path:
    return sockets / "valkey.sock"


def url(sockets: Path) -> str:
    """Return the address in the form that Celery reads."""
    return f"redis+socket://{socket_path(sockets)}"


def server(folder: Path, sockets: Path, log: Path) -> Part:
    """Return the server as a part; it keeps what it was told across restarts."""
    folder.mkdir(mode=0o700, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket_path(sockets)),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    return Part(
        "valkey",
        [valkey_program(), *words],
        log_folder=log,
        environment={"PATH": os.defpath},
        folder=folder,
    )


def wait_until_ready(sockets: Path, running: Running) -> None:
    """Return once it answers; refuses when it ends instead."""
    deadline = time.monotonic() + LOADS_WITHIN
    while not answers(socket_path(sockets)):
        if running.ended or time.monotonic() > deadline:
            raise Refused(
                f"Valkey did not start, see {running.part.log}: {running.part.last_words()}"
            )
        time.sleep(0.02)


def answers(path: Path) -> bool:
    try:
        return ask(path, "PING").startswith("+PONG")
    except OSError:
        return False


def ask(path: Path, command: str) -> str:
    """Send one command and return the answer as it comes."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        connection.connect(str(path))
        connection.sendall(f"{command}\r\n".encode())
        return connection.recv(1024).decode()


def forget_pulses(sockets: Path) -> None:
    """Let no process count as alive because it was so in an earlier run."""
    ask(socket_path(sockets), "DEL pulse.worker pulse.beat pulse.ticks")
