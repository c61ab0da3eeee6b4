"""`manage.py write_maintenance_page`: what a proxy shows while nothing of ours runs, as a file."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _


class Command(BaseCommand):
    help = "Write maintenance.html beside the static files, in every language (docs/operations.md)."

    def handle(self, *args: Any, **options: Any) -> None:
        file = Path(settings.STATIC_ROOT) / "maintenance.html"
        file.write_text(render_to_string("maintenance.html", {"texts": texts()}))


def texts() -> list[tuple[str, str, str]]:
    """Return the heading and the sentence in each language, in the order of LANGUAGES."""
    found = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            sentence = _("The server is being looked after. What was saved is safe.")
            found.append((language, _("Back in a moment"), sentence))
    return found
