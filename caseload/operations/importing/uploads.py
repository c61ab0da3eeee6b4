"""Files that were uploaded for an import: kept for the worker, in a folder of their own, until it is done.

They hold what an export of a practice holds, so only this account may read them, and they go as soon as
they are imported, discarded, or two days old.
"""

import os
import re
import shutil
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from caseload.models import ImportRun
from caseload.readers.problems import FileUnreadable

FORGOTTEN_AFTER: Final = timedelta(days=2)
PASTED: Final = "pasted.csv"
STRANGE: Final = re.compile(r"[^\w.\- ]+")


def folder_of(run: ImportRun) -> Path:
    """Return where the files of `run` lie."""
    return Path(settings.MEDIA_ROOT) / "imports" / str(run.pk)


def keep_files(run: ImportRun, files: Iterable[Any], pasted: str) -> list[Path]:
    """Write uploaded files, or pasted text, for the worker; returns them in the order of their names."""
    folder = folder_of(run)
    folder.mkdir(parents=True, mode=0o700)
    for number, upload in enumerate(files):
        name = STRANGE.sub("_", Path(upload.name).name)[-80:] or "file"
        there = folder / name
        write(folder / f"{number}-{name}" if there.exists() else there, upload.chunks())
    if pasted.strip():
        end = "" if pasted.endswith("\n") else "\n"
        write(folder / PASTED, [f"{pasted}{end}".encode()])
    run.upload = f"imports/{run.pk}"
    return paths_of(run)


def write(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file that nobody else on this machine may read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for chunk in chunks:
            file.write(chunk)


def paths_of(run: ImportRun) -> list[Path]:
    """Return the files of `run`; raises `FileUnreadable` where they are gone."""
    folder = folder_of(run)
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    if not found:
        raise FileUnreadable("gone_by_now")
    return found


def forget_files(run: ImportRun) -> None:
    """Delete what was uploaded."""
    shutil.rmtree(folder_of(run), ignore_errors=True)


def forget_old_files(at: datetime) -> None:
    """Delete what was uploaded for imports that nobody went on with."""
    old = ImportRun.objects.filter(started_at__lt=at - FORGOTTEN_AFTER).exclude(upload="")
    for run in old:
        forget_files(run)
    old.update(upload="")
