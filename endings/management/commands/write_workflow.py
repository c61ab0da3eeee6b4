"""Write `docs/workflow.md` from the tables of `endings.workflow`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from endings.workflow.paper import as_markdown


class Command(BaseCommand):
    """`script/manage write_workflow`: needs no database and writes one file."""

    help = "Write docs/workflow.md from the tables of endings.workflow."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        page = Path(settings.BASE_DIR) / "docs" / "workflow.md"
        with translation.override("en"):
            page.write_text(as_markdown(), encoding="utf-8")
        self.stdout.write(f"Written: {page.name}")
