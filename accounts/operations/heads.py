"""Telling the outside which seal is the last: a file, a mail a day, a command.

A database that lost its tail, or an older one put in its place, is whole in itself; only somebody outside
knows that there was more. Each way remembers by itself how far it was told, and catches up after a failure.
"""

import json
import logging
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, timedelta
from pathlib import Path

from django.conf import settings
from django.core.mail import send_mail
from django.db.models.functions import Now

from accounts.journal.signing import head_of
from accounts.models import HeadSent, Seal

log = logging.getLogger(__name__)
LONGEST_COMMAND = timedelta(seconds=30)
AT_ONCE = 1440  # heads given to a command in one go; a day's
LONGEST_HEAD = 4096  # bytes


def send_heads() -> None:
    """Tell every way what it does not know yet; one that fails is logged and told again next time."""
    for way, tell in WAYS.items():
        try:
            tell(way)
        except Exception:
            log.exception("the head of the seals could not be told by %s", way)


def append_to_file(way: str) -> None:
    """Add what the file lacks; what stands in it is never written again."""
    path: Path = settings.SEAL_HEADS_FILE
    new = Seal.objects.filter(number__gt=last_in_file(path)).order_by("number")
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{head_of(seal)}\n" for seal in new.iterator())


def last_in_file(path: Path) -> int:
    """Return the number of the last seal that a file knows, read from its end; 0 for a new one."""
    if not path.exists():
        return 0
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - LONGEST_HEAD))
        lines = file.read().decode(errors="replace").splitlines()
    return int(json.loads(lines[-1])["seal"]) if lines else 0


def heads_in(path: Path) -> Iterator[str]:
    """Yield the lines of a file of heads; none where there is no file."""
    if path.exists():
        with path.open(encoding="utf-8") as file:
            yield from (line.strip() for line in file if line.strip())


def send_by_mail(way: str) -> None:
    """Mail the newest head to each address, once a day (UTC)."""
    newest = Seal.objects.order_by("-number").first()
    told = HeadSent.objects.filter(way=way).first()
    if newest is None or not settings.SEAL_HEADS_MAIL:
        return
    if told and told.at.astimezone(UTC).date() >= newest.made_at.astimezone(UTC).date():
        return
    subject = f"Seal {newest.number}"
    send_mail(subject, head_of(newest) + "\n", None, settings.SEAL_HEADS_MAIL)
    remember(way, newest.number)


def give_to_command(way: str) -> None:
    """Run the command once for each new head, which it reads from its standard input; no shell between."""
    command = shlex.split(settings.SEAL_HEADS_COMMAND)
    told = HeadSent.objects.filter(way=way).first()
    new = Seal.objects.filter(number__gt=told.number if told else 0).order_by("number")
    for seal in new[:AT_ONCE] if command else ():
        subprocess.run(  # noqa: S603 -- the operator's own command
            command,
            input=head_of(seal) + "\n",
            text=True,
            check=True,
            timeout=LONGEST_COMMAND.total_seconds(),
            stdout=subprocess.DEVNULL,
        )
        remember(way, seal.number)


def remember(way: str, number: int) -> None:
    HeadSent.objects.update_or_create(way=way, defaults={"number": number, "at": Now()})


WAYS: Mapping[str, Callable[[str], None]] = {
    "file": append_to_file,
    "mail": send_by_mail,
    "command": give_to_command,
}
