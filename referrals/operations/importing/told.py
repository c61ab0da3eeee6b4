"""What an import tells: a thing and what it comes to, what became of a row, and what is to be known of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path

from referrals.models import DirectoryImport, DirectoryIssue
from referrals.operations.importing.pointing import Trouble
from referrals.readers import Kind, Line, Remark, Thing, Weight


@dataclass(frozen=True, slots=True)
class Said:
    """A thing and what its content comes to."""

    thing: Thing
    content_hash: str
    line: Line


def batches(found: Iterator[Line | Remark], size: int) -> Iterator[list[Line | Remark]]:
    while batch := list(islice(found, size)):
        yield batch


def issue_of(run: DirectoryImport, each: Remark) -> DirectoryIssue:
    params = {name: text for name, text in each.params.items() if name != "said"}
    return DirectoryIssue(
        run=run, file=each.file, line=each.line, code=each.code, weight=each.weight, params=params
    )


def remark_of(each: "Said", trouble: Trouble, weight: Weight = Weight.NOTED) -> Remark:
    return Remark(
        each.line.file, each.line.line, trouble.code, weight, params_of(each.thing.kind, trouble)
    )


def params_of(kind: Kind, trouble: Trouble) -> dict[str, str]:
    return {"what": kind.value, "member": trouble.member, "value": trouble.value}


def known_kind(name: str) -> Kind:
    return Kind(name) if name in set(Kind) else Kind.OBJECT


def standing(known: str | None, now: str) -> str:
    if known is None:
        return "new"
    return "same" if known == now else "changed"


def outcome(became: Iterable[str]) -> str:
    """Return what became of a row: its own thing comes first; anything new below it changed it."""
    told = list(became)
    if told and told[0] in {"new", "rejected"}:
        return told[0]
    return "same" if all(each == "same" for each in told) else "changed"


def hash_of(path: Path) -> str:
    with path.open("rb") as file:
        digest = sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
