"""A column that holds JSON as it was written: the order of members and repeated blanks stay."""

import json
from typing import Any

from django.db import models


def dumped(value: Any) -> str:
    """Return JSON in the order of the value; text that is JSON already stays as it is."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class AsWritten(models.JSONField):
    """Text, not `jsonb`, which would sort the members, and not `json`, which knows no equal rows."""

    def db_type(self, connection: Any) -> str:
        return "text"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002 -- Django's signature
        return None if value is None else dumped(value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value
