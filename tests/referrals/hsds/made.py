"""What the tests of HSDS share: the official examples, and small sources made by hand."""

import json
import zipfile
from pathlib import Path
from typing import Any

from core.clock import now
from referrals.models import DirectoryImport
from referrals.operations.import_directory import import_directory
from referrals.readers import reader_for
from referrals.readers.hsds.shapes import THIRDPARTY

EXAMPLES = THIRDPARTY / "examples"
NAMED = {
    "service_full": "contents",
    "organization_full": "organizations",
    "service_at_location_full": "service_at_locations",
}
HOUSE = {"id": "h1", "name": "House", "description": "A house."}


def take(path: Path, name: str = "x", **more: Any) -> DirectoryImport:
    reader = reader_for(path, name=name)
    assert reader is not None
    return import_directory(reader=reader, by=None, at=now(), **more)


def counted(run: DirectoryImport) -> tuple[int, int, int, int]:
    return run.new, run.changed, run.same, run.rejected


def page(folder: Path, *services: dict[str, Any], name: str = "services.json") -> Path:
    path = folder / name
    path.write_text(json.dumps({"total_items": len(services), "contents": services}))
    return path


def service(key: str = "s1", **members: Any) -> dict[str, Any]:
    return {"id": key, "name": "Talks", "status": "active", "organization": HOUSE, **members}


def tables(folder: Path, **texts: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return folder


def packed(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path
