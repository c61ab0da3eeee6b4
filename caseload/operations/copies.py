"""A copy of everything of a client: JSON for machines, a PDF for people, both in a zip."""

import io
import json
import zipfile
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.utils import translation

from accounts.models import Practice, User
from caseload.models import FileRequest
from caseload.record.contents import LEFT_OUT, NOT_SAID, TITLES
from caseload.record.paper import record_paper
from core.sealed import Sealed, SealedTextField, unseal

Watch = Callable[[int, int], None]
Row = dict[str, Any]
FORMAT: Final = "client-record/1"
FILES: Final = ("record.json", "record.pdf")


def copy_of(request: FileRequest, *, at: datetime, watch: Watch) -> str:
    """Return base64 of the zip. PostgreSQL gives the rows only where two people have agreed."""
    practice = Practice.objects.current()
    parts = parts_of(request, watch)
    with translation.override(language_for(parts, practice)) as _active:
        language = translation.get_language() or practice.language
        record = {
            "format": FORMAT,
            "made_at": at.isoformat(),
            "practice": practice.name,
            "language": language,
            "parts": [
                {"table": label, "title": str(TITLES[label]), "rows": rows}
                for label, rows in parts.items()
            ],
            "left_out": LEFT_OUT,
        }
        paper = record_paper(record, language)
    written = json.dumps(record, ensure_ascii=False, indent=1).encode()
    return b64encode(zipped(dict(zip(FILES, (written, paper), strict=True)), at)).decode()


def zipped(files: Mapping[str, bytes], at: datetime) -> bytes:
    """Return a zip; neither it nor a file in it is named after anybody (R22)."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, at.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return kept.getvalue()


def parts_of(request: FileRequest, watch: Watch) -> dict[str, list[Row]]:
    """Return the rows of each table as they are told, sealed text opened, in the order of the headings."""
    with connection.cursor() as cursor:
        cursor.execute("select part, said from sight.record_of(%s)", [request.pk])
        found = cursor.fetchall()
    names = names_of_people()
    parts: dict[str, list[Row]] = {}
    for number, (label, said) in enumerate(found, 1):
        row = json.loads(said) if isinstance(said, str) else said
        parts.setdefault(label, []).append(told(apps.get_model(label), row, names))
        watch(number, len(found))
    return parts


def names_of_people() -> dict[str, str]:
    """Return the names of those who work here, by key: a person reads who, not which key."""
    return {str(key): name for key, name in User.objects.values_list("pk", "name")}


def told(model: type[models.Model], row: Row, names: Mapping[str, str]) -> Row:
    """Return one row as it is exported: what it says, without digests and what only the machine needs."""
    fields = [
        field
        for field in model._meta.local_concrete_fields
        if not field.name.endswith("_digest") and field.name not in NOT_SAID
    ]
    return {field.name: value_of(field, row[str(field.column)], row, names) for field in fields}


def value_of(
    field: "models.Field[Any, Any]", value: Any, row: Row, names: Mapping[str, str]
) -> Any:
    if isinstance(field, SealedTextField):
        return opened(field, value, row)
    if field.is_relation and field.related_model is User:
        return names.get(value, value)
    return value


def opened(field: SealedTextField, value: str | None, row: Row) -> str:
    """Open a sealed text as PostgreSQL writes bytes in JSON: backslash, x, hex digits."""
    if not value:
        return ""
    key = UUID(row["id"])
    place = f"{field.model._meta.db_table}.{field.column}.{key}".encode()
    return unseal(Sealed(bytes.fromhex(value.removeprefix("\\x"))), place)


def language_for(parts: Mapping[str, list[Row]], practice: Practice) -> str:
    """Return the first of the client's languages that we speak, else the practice's."""
    ours = {code for code, _name in settings.LANGUAGES}
    spoken = [code.split("-")[0] for row in parts["caseload.Client"] for code in row["languages"]]
    return next((code for code in spoken if code in ours), practice.language)
