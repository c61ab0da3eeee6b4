"""Static files as production serves them: hashed, compressed, every address inside them found."""

import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command


@pytest.fixture
def collected(settings, tmp_path: Path) -> Path:
    """Collect as a deployment does."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


def test_the_theme_finds_bootstrap_under_its_hashed_name(collected: Path) -> None:
    names = json.loads((collected / "staticfiles.json").read_text())["paths"]
    theme = (collected / names["theme.css"]).read_text()
    found = re.search(r'@import url\("([^"]+)"\) layer\(bootstrap\)', theme)
    assert found is not None
    assert found[1] == names["css/bootstrap.min.css"]
    assert (collected / found[1]).is_file()
    assert (collected / f"{names['theme.css']}.gz").is_file()
    assert staticfiles_storage.url("theme.css") == f"/static/{names['theme.css']}"


def test_the_theme_asks_no_other_host_for_anything() -> None:
    source = (Path(__file__).parents[2] / "static" / "theme.css").read_text()
    theme = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    assert "http" not in theme
    assert "!important" not in theme
    assert re.findall(r"url\(([^)]*)\)", theme) == ['"css/bootstrap.min.css"']
