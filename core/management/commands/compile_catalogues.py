"""Compile the catalogues of translations, without gettext."""

from typing import Any

from django.core.management.base import BaseCommand

from core.i18n import ROOT, compile_catalogues


class Command(BaseCommand):
    help = "Compile every .po file that is newer than its .mo file. Needs no gettext."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        written = compile_catalogues()
        for path in written:
            self.stdout.write(f"Compiled {path.relative_to(ROOT)}")
        if not written:
            self.stdout.write("All catalogues are compiled.")
