"""Every page that somebody may open, in every language, before the Nu HTML checker: no error, no warning."""

import json
import subprocess
from pathlib import Path

import pytest
from django.test import Client as Signed

from accounts.models import User
from script import judges
from tests.access_table import PEOPLE
from tests.browser.test_every_page import SHOWN, who_sees
from tests.test_access import address
from tests.world import World, a_world

pytestmark = [pytest.mark.long, pytest.mark.django_db]
LANGUAGES = ("en", "pl", "nl", "it")


def write_all(folder: Path, world: World, language: str) -> int:
    """Keep every page as a file that is named by its page; return how many."""
    User.objects.update(language=language)
    for person in PEOPLE:
        names = [name for name in SHOWN if who_sees(name) == person]
        reader = Signed(headers={"Accept-Language": language})
        if user := world.people[person]:
            reader.force_login(user)
        for name in names:
            answer = reader.get(address(name, world.keys))
            assert answer.status_code == 200, name
            (folder / f"{name.replace(':', '.')}.{language}.html").write_bytes(answer.content)
    return len(SHOWN)


def complaints(command: list[str], folder: Path) -> dict[str, list[str]]:
    """Return what the checker says, with the pages of which it says it."""
    said = subprocess.run(  # noqa: S603 -- pinned with integrity
        [*command, "--format", "json", "--stdout", "--exit-zero-always", str(folder)],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    found: dict[str, list[str]] = {}
    for message in json.loads(said.stdout)["messages"]:
        words = f"{message['message']}: {message.get('extract', '')}"
        found.setdefault(words, []).append(message["url"].rpartition("/")[2])
    return found


@pytest.mark.timeout(600)
def test_the_html_checker_finds_nothing_on_any_page(tmp_path: Path) -> None:
    command = judges.checker()
    if command is None:
        pytest.skip("no HTML checker here: it needs npm, Node and Java")
    world = a_world()
    written = sum(write_all(tmp_path, world, language) for language in LANGUAGES)
    assert len(list(tmp_path.iterdir())) == written > 240
    found = complaints(command, tmp_path)
    assert not found, "\n".join(f"{words}\n    {', '.join(on)}" for words, on in found.items())


def test_the_html_checker_would_see_an_error(tmp_path: Path) -> None:
    command = judges.checker()
    if command is None:
        pytest.skip("no HTML checker here: it needs npm, Node and Java")
    (tmp_path / "wrong.html").write_text("<!doctype html><title>x</title><p><div></p></div>")
    assert "wrong.html" in str(complaints(command, tmp_path))
