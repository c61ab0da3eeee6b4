"""Who has which road to which table, as the models say it and as PostgreSQL keeps it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from core.access import document, in_document, rows


class Command(BaseCommand):
    help = "Print role × table × verb × road; --write puts it into docs/access.md."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", action="store_true", help="write it into docs/access.md")

    def handle(self, *args: Any, **options: Any) -> None:
        told = document(rows())
        if not options["write"]:
            self.stdout.write(told)
            return
        path = Path("docs/access.md")
        path.write_text(in_document(path.read_text(), told))
