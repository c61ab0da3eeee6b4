"""Looking at real processes from outside."""

import os
import time
from pathlib import Path


def processes_using(folder: Path) -> dict[int, str]:
    """Return every process that has a file open under `folder` or names it, with its command line."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        if int(process.name) == os.getpid():
            continue
        try:
            command = (
                (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            )
            links = [os.readlink(link) for link in (process / "fd").iterdir()]
        except (OSError, PermissionError):
            continue
        if str(folder) in command or any(link.startswith(f"{folder}/") for link in links):
            found[int(process.name)] = command.strip()
    return found


def none_left(folder: Path, *, within: float) -> bool:
    """Wait until nobody uses `folder` any more; say whether that came about in time."""
    deadline = time.monotonic() + within
    while processes_using(folder):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
