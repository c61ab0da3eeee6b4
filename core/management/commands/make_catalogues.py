"""Bring the catalogues of translations in step with the source."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.catalogues import (
    flaw,
    for_translators,
    forms,
    messages_of,
    missing,
    update_catalogues,
    words_from_json,
    words_from_memory,
)


class Command(BaseCommand):
    help = (
        "Extract every marked string and write locale/<language>/LC_MESSAGES/django.po. "
        "Translations are kept; what the source no longer says is dropped; nothing is guessed."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--apply", type=Path, metavar="FILE", help="A filled file of translations."
        )
        parser.add_argument("--missing", type=Path, metavar="FILE", help="Write what is missing.")
        parser.add_argument("--memory", type=Path, metavar="FOLDER", help="CSV files with words.")

    def handle(self, *_args: Any, **options: Any) -> None:
        catalogues = update_catalogues(
            corrections=words_from_json(options["apply"]) if options["apply"] else {},
            memory=words_from_memory(options["memory"]) if options["memory"] else {},
        )
        self._refuse_flaws(catalogues)
        open_messages = missing(catalogues)
        if options["missing"]:
            options["missing"].write_text(for_translators(open_messages.values()), encoding="utf-8")
        total = len(list(messages_of(catalogues["en"])))
        self.stdout.write(
            f"{total} messages, {len(open_messages)} missing in at least one language."
        )

    def _refuse_flaws(self, catalogues: Mapping[str, Catalog]) -> None:
        flaws = [
            f"{language}: {message.id!r}: {found}"
            for language, catalogue in catalogues.items()
            for message in messages_of(catalogue)
            if (found := flaw(message, tuple(text for text in forms(message) if text)))
        ]
        if flaws:
            raise CommandError("Written, but these need another look:\n" + "\n".join(flaws))
