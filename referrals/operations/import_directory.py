"""Take a source into the directory, as often as one likes: what did not change is not written."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction
from django.db.models import CharField, F, Func, Value
from django.utils.translation import gettext as _

from accounts.models import Role, User
from accounts.operations.rights import refuse_without
from core.errors import RuleBroken
from referrals.models import DirectoryImport, DirectoryIssue, Service, Source
from referrals.operations.search_entries import refresh_search, services_touched
from referrals.operations.writing import WRITERS, Writer, checked_at_once, plan_anew
from referrals.readers import BELOW, Kind, Line, Reader, Remark, Thing, Unreadable, Weight
from referrals.readers.remarks import sentence

LINES_AT_ONCE: Final = 2000
ISSUES_KEPT: Final = 200  # of each kind; all are counted
Progress = Callable[[int], None]


@transaction.atomic
def import_directory(
    *,
    reader: Reader,
    by: User | None,
    at: datetime,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> DirectoryImport:
    """Read a source and write what is new or changed; with `dry_run` only count it.

    Rows that are no longer in the source are counted as missing and left alone: that something closed
    is for a person to say (R16). Raises `RuleBroken` where a file cannot be read; then nothing changed.
    """
    if by is not None:
        refuse_without((Role.DIRECTORY_ADMIN,), by)
    source = locked_source(reader)
    taking = Taking(source, at=at, writes=not dry_run)
    try:
        with checked_at_once():
            taking.take_all(reader, progress)
    except Unreadable as error:
        reason = sentence(error.code, {})
        line = _("This file could not be read from line %(line)s on. Nothing has been changed.")
        raise RuleBroken(f"{error.file}: {line % {'line': error.line}} {reason}") from error
    if not dry_run:
        taking.refresh_search()
    return taking.report(by=by, files=reader.files)


def locked_source(reader: Reader) -> Source:
    """Return the source, locked, so that two imports of it wait for each other."""
    about = reader.about
    facts = {"name": about.name, "kind": about.kind, "licence": about.licence, "url": about.url}
    source, _made = Source.objects.get_or_create(
        key=about.key, defaults={**facts, "lang": about.lang}
    )
    return Source.objects.select_for_update().get(pk=source.pk)


def batches(found: Iterator[Line | Remark], size: int) -> Iterator[list[Line | Remark]]:
    while batch := list(islice(found, size)):
        yield batch


@lru_cache(maxsize=50_000)
def key_of(source: str, kind: Kind, original_id: str) -> UUID:
    """Return our key for a row of a source: the same in every run, and different between tables."""
    return uuid5(NAMESPACE_URL, f"{source}|{kind}|{original_id}")


@dataclass(frozen=True, slots=True)
class Said:
    """A thing and what its content comes to."""

    thing: Thing
    content_hash: str


@dataclass
class Taking:
    """One import under way."""

    source: Source
    at: datetime
    writes: bool
    read: int = 0
    lines: Counter[str] = field(default_factory=Counter)
    objects: dict[Kind, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    remarks: Counter[str] = field(default_factory=Counter)
    issues: list[Remark] = field(default_factory=list)
    seen: set[UUID] = field(default_factory=set)
    touched: dict[Kind, set[UUID]] = field(default_factory=lambda: defaultdict(set))

    def take_all(self, reader: Reader, progress: Progress | None) -> None:
        for batch in batches(reader.read(), LINES_AT_ONCE):
            self.take(batch)
            if self.read == len(batch):
                plan_anew()
            if progress:
                progress(self.read)

    def take(self, batch: list[Line | Remark]) -> None:
        self.read += len(batch)
        self.note(found for found in batch if isinstance(found, Remark))
        lines = [self.unseen(found) for found in batch if isinstance(found, Line)]
        by_kind: dict[Kind, dict[UUID, Said]] = defaultdict(dict)
        for line in lines:
            for key, said in line.items():
                by_kind[said.thing.kind][key] = said
        became: dict[UUID, str] = {}
        for kind in Kind:
            became |= self.take_kind(kind, by_kind[kind])
        self.lines.update(outcome(became[key] for key in line) for line in lines)
        changed = (
            said.thing.path
            for line in lines
            for key, said in line.items()
            if became[key] == "changed"
        )
        self.clear_below(sorted(changed))

    def unseen(self, line: Line) -> dict[UUID, Said]:
        """Return the things of a line by key, without those that an earlier line has said."""
        keyed = {
            key_of(self.source.key, thing.kind, thing.original_id): Said(thing, content_hash)
            for thing, content_hash in zip(line.things, line.hashes(), strict=True)
        }
        new = {key: said for key, said in keyed.items() if key not in self.seen}
        self.seen.update(new)
        return new

    def take_kind(self, kind: Kind, said: dict[UUID, Said]) -> dict[UUID, str]:
        """Write the things of one kind; return what became of each: new, changed or same."""
        writer = WRITERS[kind]
        known = writer.known(list(said))
        became = {key: standing(known.get(key), each.content_hash) for key, each in said.items()}
        self.objects[kind].update(became.values())
        moved = [key for key, what in became.items() if what != "same"]
        self.touched[kind].update(moved)
        if self.writes:
            rows = {key: self.row(writer, key, said[key]) for key in moved}
            writer.insert([row for key, row in rows.items() if became[key] == "new"])
            writer.update([row for key, row in rows.items() if became[key] == "changed"])
        return became

    def row(self, writer: Writer, key: UUID, said: Said) -> dict[str, Any]:
        thing = said.thing
        refs = {
            f"{column}_id": key_of(self.source.key, kind, thing.refs[column])
            for column, kind in thing.points_to()
        }
        values, raw = writer.fitted(thing.values)
        extra = (
            {**thing.extra, "_raw": {**thing.extra.get("_raw", {}), **raw}} if raw else thing.extra
        )
        return {
            **values,
            **refs,
            "id": key,
            "source_id": self.source.pk,
            "original_id": thing.original_id,
            "content_hash": said.content_hash,
            "extra": dict(extra),
            "position": thing.position,
            "lang": self.source.lang,
            "created_at": self.at,
        }

    def clear_below(self, owners: list[str]) -> None:
        """Delete what stood below a changed thing and is not said of it any more."""
        if not owners or not self.writes:
            return
        parts = (F("original_id"), Value(BELOW), Value(1))
        owner = Func(*parts, function="split_part", output_field=CharField())
        for kind in (Kind.AT_LOCATION, Kind.ADDRESS, Kind.PHONE, Kind.SCHEDULE, Kind.LANGUAGE):
            rows = WRITERS[kind].model._default_manager.filter(source=self.source)
            below = rows.annotate(owner=owner).filter(owner__in=owners).values_list("pk", flat=True)
            gone = [key for key in below if key not in self.seen]
            if gone:
                rows.filter(pk__in=gone).delete()

    def note(self, remarks: Iterable[Remark]) -> None:
        for remark in remarks:
            self.remarks[remark.code] += 1
            if remark.weight is not Weight.NOTED:
                self.lines[remark.weight] += 1
            if self.remarks[remark.code] <= ISSUES_KEPT:
                self.issues.append(remark)

    def refresh_search(self) -> None:
        refresh_search(
            services_touched(
                services=self.touched[Kind.SERVICE],
                organizations=self.touched[Kind.ORGANIZATION],
                locations=self.touched[Kind.LOCATION],
            )
        )

    def report(self, *, by: User | None, files: tuple[Path, ...]) -> DirectoryImport:
        run = DirectoryImport.objects.create(
            source=self.source,
            state=DirectoryImport.State.APPLIED if self.writes else DirectoryImport.State.PREVIEW,
            started_by=by,
            started_at=self.at,
            applied_at=self.at if self.writes else None,
            file_hashes={path.name: hash_of(path) for path in files},
            counts={
                "objects": {kind: dict(counts) for kind, counts in self.objects.items() if counts},
                "remarks": dict(self.remarks),
            },
            missing=self.missing(),
            **{
                name: self.lines[name] for name in ("new", "changed", "same", "skipped", "rejected")
            },
        )
        DirectoryIssue.objects.bulk_create(
            DirectoryIssue(
                run=run,
                file=each.file,
                line=each.line,
                code=each.code,
                weight=each.weight,
                params=dict(each.params),
            )
            for each in self.issues
        )
        return run

    def missing(self) -> int:
        """Return how many services of this source were there before and are not in it now."""
        there = Service.objects.filter(source=self.source).count()
        counts = self.objects[Kind.SERVICE]
        return there - counts["same"] - counts["changed"] - (counts["new"] if self.writes else 0)


def standing(known: str | None, now: str) -> str:
    if known is None:
        return "new"
    return "same" if known == now else "changed"


def outcome(became: Iterable[str]) -> str:
    """Return what became of a row: its own thing comes first; anything new below it changed it."""
    told = list(became)
    if told and told[0] == "new":
        return "new"
    return "same" if all(each == "same" for each in told) else "changed"


def hash_of(path: Path) -> str:
    with path.open("rb") as file:
        digest = sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
