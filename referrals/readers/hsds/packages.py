"""Files of a source: a folder, one file, or a zip, taken out safely into a folder of our own."""

import shutil
import stat
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp
from typing import Final
from zipfile import BadZipFile, LargeZipFile, ZipFile, ZipInfo, is_zipfile

from referrals.readers.tables import Unreadable

MOST_FILES: Final = 2000
MOST_BYTES: Final = 2 << 30
MOST_TIMES: Final = 300  # a text is never squeezed to less than a three-hundredth
BLOCK: Final = 1 << 20
PACKED: Final = (".zip", ".gz", ".tgz", ".tar", ".7z", ".rar", ".xz", ".bz2")


@dataclass
class Package:
    """The files to be read; what was unpacked goes when this does."""

    files: tuple[Path, ...]

    def goes_with(self, folder: Path) -> "Package":
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return self


def package_at(path: Path) -> Package:
    """Return the files at `path`. Raises `Unreadable` for a zip that cannot be taken out safely."""
    if path.is_dir():
        return Package(tuple(sorted(each for each in path.rglob("*") if is_ours(each))))
    if not is_zipfile(path):
        return Package((path,))
    folder = Path(mkdtemp(prefix="directory-"))
    try:
        unpack(path, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    files = sorted(each for each in folder.rglob("*") if is_ours(each))
    return Package(tuple(files)).goes_with(folder)


def is_ours(path: Path) -> bool:
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts[-3:])
    return path.is_file() and not path.is_symlink() and not hidden


def unpack(path: Path, folder: Path) -> None:
    try:
        with ZipFile(path) as archive:
            for info in checked(path.name, archive):
                take_out(path.name, archive, info, folder)
    except (
        BadZipFile,
        LargeZipFile,
        RuntimeError,
        EOFError,
    ) as error:  # locked, or packed in another way
        raise Unreadable(path.name, 1, "zip_broken") from error


def checked(name: str, archive: ZipFile) -> Iterator[ZipInfo]:
    """Yield the members that are files. Refuses a way out of the folder, a bomb, and a zip inside."""
    members = [each for each in archive.infolist() if not each.is_dir()]
    if len(members) > MOST_FILES or sum(each.file_size for each in members) > MOST_BYTES:
        raise Unreadable(name, 1, "zip_too_large")
    for each in members:
        inside = PurePosixPath(each.filename.replace("\\", "/"))
        if inside.is_absolute() or ".." in inside.parts or stat.S_ISLNK(each.external_attr >> 16):
            raise Unreadable(name, 1, "zip_leads_out")
        if inside.suffix.casefold() in PACKED:
            raise Unreadable(inside.name, 1, "zip_in_zip")
        if each.file_size > MOST_TIMES * max(each.compress_size, 1 << 12):
            raise Unreadable(name, 1, "zip_too_large")
        yield each


def take_out(name: str, archive: ZipFile, info: ZipInfo, folder: Path) -> None:
    """Write one member, and stop where it is longer than it said."""
    target = folder / PurePosixPath(info.filename.replace("\\", "/"))
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with archive.open(info) as source, target.open("wb") as file:
        while block := source.read(BLOCK):
            written += len(block)
            if written > info.file_size:
                raise Unreadable(name, 1, "zip_broken")
            file.write(block)
