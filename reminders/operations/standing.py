"""How an installation stands, for who keeps it running: one line a part, no names (`manage.py status`)."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from accounts.models import Seal
from reminders.models import Tick
from reminders.operations.sums import sums_of_backups, sums_of_mail

TICKS_WITHIN = timedelta(minutes=5)
SEALS_WITHIN = timedelta(hours=2)  # one of nothing is made each hour
FREE_AT_LEAST = 0.05  # of the disk
GIGABYTE = 1_000_000_000


@dataclass(frozen=True)
class Line:
    """One part: its name, how it stands in a few words, and whether somebody has to look."""

    name: str
    said: str
    is_well: bool


def lines_of(*, at: datetime, folder: Path) -> list[Line]:
    """Return how backup, mail, worker, seals and disk stand. `folder` is the data directory."""
    return [backup(at), mail(at), worker(at), seals(at), disk(folder)]


def backup(at: datetime) -> Line:
    found = sums_of_backups(at=at)
    said = f"last good one {age(at, found.good.made_at)} ago" if found.good else "none yet"
    if found.fault:
        said += f"; the last try failed: {found.fault}"
    return Line("backup", said, not found.is_late and not found.fault)


def mail(at: datetime) -> Line:
    sums = sums_of_mail(at=at)
    said = f"{sums.sent} sent, {sums.stuck} stuck, {sums.failed} failed in 7 days"
    return Line("mail", said, sums.is_well)


def worker(at: datetime) -> Line:
    """Beat and worker are both alive where a tick was done."""
    last = Tick.objects.order_by("-ended_at").first()
    if last is None:
        return Line("worker", "no tick yet", is_well=False)
    said = f"last tick {age(at, last.ended_at)} ago" + (f", {last.fault}" if last.fault else "")
    return Line("worker", said, at - last.ended_at < TICKS_WITHIN and not last.fault)


def seals(at: datetime) -> Line:
    last = Seal.objects.order_by("-number").values_list("made_at", flat=True).first()
    if last is None:
        return Line("seals", "nothing is sealed yet", is_well=False)
    return Line("seals", f"last {age(at, last)} ago", at - last < SEALS_WITHIN)


def disk(folder: Path) -> Line:
    total, _used, free = shutil.disk_usage(folder)
    return Line("disk", f"{free / GIGABYTE:.1f} GB free", free >= FREE_AT_LEAST * total)


def age(at: datetime, moment: datetime) -> str:
    """Return an age as `3 min` or `5 h`."""
    minutes = max(0, int((at - moment).total_seconds() // 60))
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
