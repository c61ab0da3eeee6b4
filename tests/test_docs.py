"""What the documents say is there, is there: variables, commands, files, pictures, sign-ins."""

import os
import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from accounts.models import Role
from config.servers.command import COMMANDS
from config.servers.external import SETTINGS
from config.servers.keys import SETTING_OF_FILE
from desk.demo import people

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"] + [
    ROOT / "docs" / f"{name}.md"
    for name in ("architecture", "operations", "threat-model", "access")
]
SOURCES = [
    path
    for folder in (
        "config",
        "core",
        "accounts",
        "caseload",
        "referrals",
        "endings",
        "reminders",
        "desk",
        "script",
    )
    for path in (ROOT / folder).rglob("*.py")
    if path.name != "test.py"
]
READ = re.compile(
    r"""(?:\benv\.\w+|\benviron(?:\.get|\.setdefault)?|\bgiven(?:\.get)?)[(\[]\s*"([A-Z][A-Z_]+)\""""
)
LARGEST_PICTURE = 300_000  # bytes
# Set by who runs it, not by who configures it.
NOT_OURS = {"DEBIAN_FRONTEND", "PATH"}


def variables_read() -> set[str]:
    """Return every environment variable that the source asks for by name."""
    found = {name for path in SOURCES for name in READ.findall(path.read_text())}
    return (found | set(SETTINGS.values()) | set(SETTING_OF_FILE.values())) - NOT_OURS


def variables_listed() -> set[str]:
    """Return the variables in the first column of the configuration table."""
    table = README.split("## Configuration")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| ")]
    return {name for cell in rows for name in re.findall(r"`([A-Z_]+)`", cell)}


def test_every_variable_that_is_read_is_listed():
    assert variables_read() - variables_listed() == set()


def test_every_variable_that_is_listed_is_used():
    source = "\n".join(path.read_text() for path in SOURCES)
    assert {name for name in variables_listed() if name not in source} == set()


def test_the_search_for_variables_finds_those_that_matter():
    assert {
        "SECRET_KEY",
        "EMAIL_URL",
        "DEMO_PASSWORD",
        "WEB_WORKERS",
        "CHROMIUM",
    } <= variables_read()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_scripts_that_are_named_exist(document):
    for name in set(re.findall(r"script/([a-z]+)", document.read_text())):
        script = ROOT / "script" / name
        assert script.is_file(), name
        assert os.access(script, os.X_OK), name


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_management_commands_that_are_named_exist(document):
    known = {*get_commands(), *COMMANDS}
    called = r"script/manage (?:--data \S+ )?([a-z_]+)"
    assert set(re.findall(called, document.read_text())) - known == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_benchmarks_that_are_named_exist(document):
    for name in set(re.findall(r"script/bench ([a-z]+)", document.read_text())):
        assert (ROOT / "benchmarks" / f"{name}.py").is_file(), name


def test_options_of_the_commands_are_those_of_the_scripts():
    for option in ("--port", "--data", "--no-demo"):
        assert option in README
        assert f'"{option}"' in (ROOT / "script" / "server").read_text()
    assert '"--long"' in (ROOT / "script" / "test").read_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_arrive(document):
    text = document.read_text()
    targets = re.findall(r"\]\(([^)#:]+)\)", text) + re.findall(r'src="([^"]+)"', text)
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_are_named_stand_there(document):
    ours = r"`((?:config|core|accounts|caseload|referrals|endings|reminders|desk|tests|benchmarks|script)/[\w./-]*)`"
    named = [path for path in re.findall(ours, document.read_text()) if "<" not in path]
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_three_pictures_are_shown_and_small():
    pictures = set(re.findall(r"docs/pictures/([a-z]+\.png)", README))
    assert pictures == {"board.png", "today.png", "options.png"}
    for name in pictures:
        content = (ROOT / "docs" / "pictures" / name).read_bytes()
        assert content.startswith(b"\x89PNG")
        assert len(content) < LARGEST_PICTURE, name


def test_sign_ins_are_those_of_the_demonstration():
    listed = set(re.findall(rf"\| (\w+)@{re.escape(people.MAIL)} \|", README))
    assert listed <= set(people.PEOPLE)
    roles = {role for key in listed for role in people.PEOPLE[key][1]}
    assert roles >= {Role.THERAPIST, Role.SUPERVISOR, Role.DIRECTORY_ADMIN, Role.PRACTICE_ADMIN}
