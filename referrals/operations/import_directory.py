"""Take a source into the directory, as often as one likes: what did not change is not written."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, F, Func, Value
from django.utils.translation import gettext as _

from accounts.models import Role, User
from accounts.operations.rights import refuse_without
from core.errors import RuleBroken
from referrals.models import DirectoryImport, DirectoryIssue, PutAside, Source
from referrals.operations.importing.changes import Changes
from referrals.operations.importing.corrections import Corrected
from referrals.operations.importing.keys import key_of
from referrals.operations.importing.pointing import Pointing, Trouble
from referrals.operations.importing.told import (
    Said,
    batches,
    hash_of,
    issue_of,
    known_kind,
    outcome,
    params_of,
    remark_of,
    standing,
)
from referrals.operations.importing.vanished import Vanished
from referrals.operations.search_entries import refresh_search, services_touched
from referrals.operations.writing import WRITERS, Writer, checked_at_once, plan_anew
from referrals.readers import BELOW, Kind, Line, Reader, Remark, Thing, Unreadable, Weight
from referrals.readers.hsds.reader import HsdsReader
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
    run: DirectoryImport | None = None,
) -> DirectoryImport:
    """Read a source and write what is new or changed; with `dry_run` only say what would come of it.

    Services, places and organisations that are no longer in the source are counted as missing and left alone:
    that something closed is for a person to say (R16). What a person has corrected stays, unless `run` holds an
    admin's decision. Rows that cannot stand are put aside, whole. Raises `RuleBroken` where a file cannot be
    read; then nothing changed.
    """
    if by is not None:
        refuse_without((Role.DIRECTORY_ADMIN,), by)
    source = locked_source(reader)
    run = run or DirectoryImport(started_by=by, started_at=at)
    run.source = source
    taking = Taking(run, reader, at=at, writes=not dry_run)
    try:
        with checked_at_once():
            taking.take_all(progress)
    except Unreadable as error:
        reason = sentence(error.code, {})
        line = _("This file could not be read from line %(line)s on. Nothing has been changed.")
        raise RuleBroken(f"{error.file}: {line % {'line': error.line}} {reason}") from error
    return taking.finish()


def locked_source(reader: Reader) -> Source:
    """Return the source, locked, so that two imports of it wait for each other."""
    about = reader.about
    facts = {"name": about.name, "kind": about.kind, "licence": about.licence, "url": about.url}
    source, _made = Source.objects.get_or_create(
        key=about.key, defaults={**facts, "lang": about.lang}
    )
    return Source.objects.select_for_update().get(pk=source.pk)


@dataclass
class Taking:
    """One import under way."""

    run: DirectoryImport
    reader: Reader
    at: datetime
    writes: bool
    read: int = 0
    lines: Counter[str] = field(default_factory=Counter)
    objects: dict[Kind, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    remarks: Counter[str] = field(default_factory=Counter)
    issues: list[Remark] = field(default_factory=list)
    aside: list[PutAside] = field(default_factory=list)
    seen: set[UUID] = field(default_factory=set)
    touched: dict[Kind, set[UUID]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        self.source = self.run.source
        self.pointing = Pointing(self.source.key)
        self.changes = Changes(keeps_rows=self.writes)
        self.corrected = Corrected.load(self.run.decisions)

    def take_all(self, progress: Progress | None) -> None:
        if isinstance(self.reader, HsdsReader):
            self.reader.heard = progress
        for batch in batches(self.reader.read(), LINES_AT_ONCE):
            self.take(batch)
            if self.read == len(batch):
                plan_anew()
            if progress:
                progress(self.read)
        self.name_parents()
        self.see_what_is_gone()

    def take(self, batch: list[Line | Remark]) -> None:
        self.read += len(batch)
        self.note(found for found in batch if isinstance(found, Remark))
        lines = [each for each in batch if isinstance(each, Line)]
        keyed = [self.unseen(each) for each in lines]
        by_kind: dict[Kind, dict[UUID, Said]] = defaultdict(dict)
        for line, told in zip(lines, keyed, strict=True):
            for key, (thing, content_hash) in told.items():
                by_kind[thing.kind][key] = Said(thing, content_hash, line)
        became: dict[UUID, str] = {}
        for kind in Kind:
            if by_kind[kind]:
                became |= self.take_kind(kind, by_kind[kind])
        self.lines.update(outcome(became[key] for key in told) for told in keyed)
        changed = (
            thing.path
            for told in keyed
            for key, (thing, _hash) in told.items()
            if became[key] == "changed"
        )
        self.clear_below(sorted(changed))

    def unseen(self, line: Line) -> dict[UUID, tuple[Thing, str]]:
        """Return the things of a line by key, without those that an earlier line has said."""
        keyed = {
            key_of(self.source.key, thing.kind, thing.original_id): (thing, content_hash)
            for thing, content_hash in zip(line.things, line.hashes(), strict=True)
        }
        new = {key: said for key, said in keyed.items() if key not in self.seen}
        self.seen.update(new)
        return new

    def take_kind(self, kind: Kind, said: dict[UUID, Said]) -> dict[UUID, str]:
        """Write the things of one kind; return what became of each: new, changed, same or rejected."""
        columns, became = self.pointed(kind, said)
        known = WRITERS[kind].known(list(columns))
        became |= {key: standing(known.get(key), said[key].content_hash) for key in columns}
        self.objects[kind].update(became.values())
        moved = [key for key in columns if became[key] != "same"]
        self.touched[kind].update(moved)
        rows = {key: self.row(key, said[key], columns[key]) for key in moved}
        self.keep_changes(kind, said, rows, became)
        if self.writes:
            WRITERS[kind].insert(
                [row for key, (row, _kept) in rows.items() if became[key] == "new"]
            )
            WRITERS[kind].update(
                [row for key, (row, _kept) in rows.items() if became[key] == "changed"]
            )
        return became

    def pointed(
        self, kind: Kind, said: dict[UUID, Said]
    ) -> tuple[dict[UUID, dict[str, Any]], dict[UUID, str]]:
        """Return the foreign keys of each row that can stand, and `rejected` for the others."""
        self.pointing.look_up(each.thing for each in said.values())
        if kind is Kind.AT_LOCATION:
            self.pointing.learn_pairs({key: each.thing for key, each in said.items()})
        columns: dict[UUID, dict[str, Any]] = {}
        became: dict[UUID, str] = {}
        for key, each in said.items():
            found, noted, trouble = self.pointing.columns(key, each.thing)
            if trouble is not None:
                self.put_aside(each, trouble)
                became[key] = "rejected"
                continue
            self.note(remark_of(each, one) for one in noted)
            columns[key] = found
            self.pointing.there[kind].add(key)
        return columns, became

    def put_aside(self, each: Said, trouble: Trouble) -> None:
        """Keep what cannot stand, whole and with the reason."""
        found = remark_of(each, trouble, Weight.REJECTED)
        self.note([found])
        self.lines[Weight.REJECTED] -= 1  # counted with its line
        self.keep_aside(
            found, each.thing.kind.value, each.thing.original_id, each.thing.said or "{}"
        )

    def keep_aside(self, found: Remark, kind: str, original_id: str, said: str) -> None:
        params = {name: text for name, text in found.params.items() if name != "said"}
        self.aside.append(
            PutAside(
                kind=kind, original_id=original_id, said=said, code=found.code,
                params=params, file=found.file, line=found.line,
            )
        )  # fmt: skip

    def row(
        self, key: UUID, said: Said, refs: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return a row with what was corrected by hand in it, and where that contradicts the source."""
        thing = said.thing
        writer: Writer = WRITERS[thing.kind]
        corrected, kept = self.corrected.values(key, thing)
        values, raw = writer.fitted(corrected)
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
            "said": thing.said or None,
            "is_root": thing.is_root,
            "lang": self.source.lang,
            "created_at": self.at,
            "changed_at": self.at,
            "born_in": self.run.pk,
        }, kept

    def keep_changes(
        self,
        kind: Kind,
        said: dict[UUID, Said],
        rows: Mapping[UUID, tuple[dict[str, Any], dict[str, Any]]],
        became: Mapping[UUID, str],
    ) -> None:
        changed = [key for key in rows if became[key] == "changed"]
        before = WRITERS[kind].before(changed) if changed else {}
        for key, (_row, kept) in rows.items():
            if became[key] == "new":
                self.changes.new(key, said[key].thing)
            else:
                self.changes.changed(key, said[key].thing, before[key], kept)

    def name_parents(self) -> None:
        """Say which organisation belongs to which, and which term stands below which."""
        for kind in (Kind.ORGANIZATION, Kind.TERM):
            parents, troubles = self.pointing.lines_of_descent(kind)
            for _child, trouble in troubles:
                self.note([Remark("", 0, trouble.code, Weight.NOTED, params_of(kind, trouble))])
            if self.writes:
                WRITERS[kind].name_parents(
                    {k: v for k, v in parents.items() if k in self.touched[kind]}
                )

    def see_what_is_gone(self) -> None:
        """Count what the source does not say any more, and take what belongs to things that it still says."""
        vanished = Vanished(self.source, self.pointing.there, self.seen)
        for kind, rows in vanished.missing():
            self.changes.missing(kind, rows)
        if not isinstance(self.reader, HsdsReader):
            return
        for kind, keys in vanished.removed(self.reader.told_kinds()):
            self.changes.removed(kind, WRITERS[kind].before(keys))
            self.touch_owners(kind, keys)
            if self.writes:
                WRITERS[kind].delete(keys)

    def touch_owners(self, kind: Kind, keys: list[UUID]) -> None:
        """Let the search hear of it where a phone, hours or a language goes."""
        for column, owner in (
            ("service_id", Kind.SERVICE),
            ("location_id", Kind.LOCATION),
            ("organization_id", Kind.ORGANIZATION),
        ):
            if WRITERS[kind].has(column):
                rows = WRITERS[kind].model._default_manager.filter(pk__in=keys)
                self.touched[owner].update(filter(None, rows.values_list(column, flat=True)))

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
                self.changes.removed(kind, WRITERS[kind].before(gone))
                rows.filter(pk__in=gone).delete()

    def note(self, remarks: Iterable[Remark]) -> None:
        for remark in remarks:
            self.remarks[remark.code] += 1
            if remark.weight is not Weight.NOTED:
                self.lines[remark.weight] += 1
            if "said" in remark.params:
                self.keep_aside(remark, remark.params["what"], "", remark.params["said"])
                self.objects[known_kind(remark.params["what"])]["rejected"] += 1
            if self.remarks[remark.code] <= ISSUES_KEPT:
                self.issues.append(remark)

    def finish(self) -> DirectoryImport:
        """Write the report, and let the search know."""
        self.report()
        if self.writes:
            self.corrected.write(self.run)
            PutAside.objects.bulk_create(self.belonging(self.aside), batch_size=1000)
            refresh_search(
                services_touched(
                    services=self.touched[Kind.SERVICE] | self.said_more_of(),
                    organizations=self.touched[Kind.ORGANIZATION],
                    locations=self.touched[Kind.LOCATION],
                )
            )
        self.changes.write(self.run)
        return self.run

    def said_more_of(self) -> set[UUID]:
        """Return the services whose phones, hours, languages or places have changed."""
        found: set[UUID] = set()
        for kind in (Kind.AT_LOCATION, Kind.PHONE, Kind.SCHEDULE, Kind.LANGUAGE):
            rows = WRITERS[kind].model._default_manager.filter(pk__in=self.touched[kind])
            found.update(filter(None, rows.values_list("service_id", flat=True)))
        return found

    def belonging(self, rows: list[PutAside]) -> list[PutAside]:
        for each in rows:
            each.run, each.source = self.run, self.source
        return rows

    def report(self) -> None:
        run, files = self.run, self.reader.files
        run.state = DirectoryImport.State.APPLIED if self.writes else DirectoryImport.State.PREVIEW
        run.applied_at = self.at if self.writes else None
        run.file_hashes = {path.name: hash_of(path) for path in files}
        run.headers = getattr(self.reader, "headers", {})
        run.counts = {
            "objects": {kind: dict(counts) for kind, counts in self.objects.items() if counts},
            "remarks": dict(self.remarks),
            "gone": {f"{what}/{kind}": n for (what, kind), n in self.changes.counts.items()},
        }
        run.missing = self.changes.counts["missing", Kind.SERVICE.value]
        run.removed = self.changes.total("removed")
        for name in ("new", "changed", "same", "skipped", "rejected"):
            setattr(run, name, self.lines[name])
        run.save()
        run.issues.all().delete()
        run.changes.all().delete()
        DirectoryIssue.objects.bulk_create(
            [issue_of(run, each) for each in self.issues], batch_size=1000
        )
