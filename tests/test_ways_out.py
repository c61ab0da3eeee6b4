"""What leaves the app by the way: headers, cookies, file names, error pages, cells of a spreadsheet."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from caseload.forms import imports
from referrals.paper import FILE_NAMES
from tests.access_table import PEOPLE, TABLE
from tests.broken_urls import SECRET
from tests.test_access import PAGES, address
from tests.world import World, a_world

ROOT = Path(__file__).parents[1]
APPS = ("accounts", "caseload", "core", "desk", "endings", "referrals", "reminders")
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": "k3" * 30 + "Qz!-thrown-away",
    "ACTOR_KEY": "00" * 32,
    "FIELD_KEYS": "1:" + "11" * 32,
    "DATABASE_URL": "postgres://app@localhost/practice",
    "CELERY_BROKER_URL": "redis://localhost",
    "ALLOWED_HOSTS": "practice.example",
}
ASK = """
import json, django
from django.conf import settings
django.setup()
print(json.dumps({name: getattr(settings, name) for name in %r}))
"""


@pytest.mark.django_db
class TestHeaders:
    @pytest.fixture
    def world(self) -> World:
        return a_world()

    @pytest.mark.parametrize("person", ["therapist", "records_keeper", "anonymous"])
    def test_every_answer_says_what_may_be_done_with_it(
        self, world: World, client: Browser, person: str
    ) -> None:
        if world.people[person]:
            client.force_login(world.people[person])
        for name in sorted(PAGES.keys() & TABLE.keys()):
            got = client.get(address(name, world.keys))
            policy = got["Content-Security-Policy"]
            assert "unsafe" not in policy, name
            assert "default-src 'none'" in policy, name
            assert "frame-ancestors 'none'" in policy, name
            assert got["X-Content-Type-Options"] == "nosniff", name
            assert got["Referrer-Policy"] == "same-origin", name
            assert got["X-Frame-Options"] == "DENY", name
            assert got["Cross-Origin-Opener-Policy"] == "same-origin", name
            assert got["Cross-Origin-Resource-Policy"] == "same-origin", name
            assert "camera=()" in got["Permissions-Policy"], name
            assert "*" not in got["Permissions-Policy"], name
            kept_away = "no-store" in got.get("Cache-Control", "")
            assert kept_away or TABLE[name][PEOPLE.index(person)] == 302 or person == "anonymous", (
                name
            )

    def test_a_page_that_fails_is_in_no_cache_either(self, world: World, client: Browser) -> None:
        client.force_login(world.people["stranger"])
        got = client.get(reverse("desk:client", args=[world.keys["client"]]))
        assert (got.status_code, got["Cache-Control"]) == (404, "no-store")

    def test_file_names_are_ours(self) -> None:
        """A name of a file is never made of what somebody typed: each stands in the source, or in a list there."""
        said = {
            (where.name, isinstance(node, ast.JoinedStr))
            for where in sources()
            for node in ast.walk(ast.parse(where.read_text()))
            if isinstance(node, ast.Constant | ast.JoinedStr) and "filename=" in ast.unparse(node)
        }
        # The one that is put together takes its name from a list of four (referrals.paper.FILE_NAMES).
        assert {name for name, _is_made in said} == {
            *("papers.py", "second_factor.py", "files.py"),
        }
        assert {name for name, is_made in said if is_made} == {"papers.py"}
        assert all(re.fullmatch(r"[a-z]+\.pdf", name) for name in FILE_NAMES.values())


def sources() -> list[Path]:
    return [where for app in APPS for where in sorted((ROOT / app).rglob("*.py"))]


def production(public_url: str, *names: str) -> dict[str, object]:
    """Return what a real server at an address is set to."""
    done = subprocess.run(  # noqa: S603 -- our own interpreter and text
        [sys.executable, "-c", ASK % (names,)],
        cwd=ROOT,
        env={**os.environ, **PRODUCTION, "PUBLIC_URL": public_url},
        capture_output=True,
        text=True,
        check=True,
    )
    said: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return said


COOKIES = (
    *("SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY"),
    *("SESSION_COOKIE_DOMAIN", "SESSION_COOKIE_PATH", "SESSION_COOKIE_SAMESITE"),
    *("SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_SSL_REDIRECT"),
    *("CSRF_USE_SESSIONS", "MESSAGE_STORAGE", "DEBUG"),
)


def test_on_https_cookies_belong_to_the_host_and_nothing_goes_by_http() -> None:
    said = production("https://practice.example", *COOKIES)

    assert said["SESSION_COOKIE_NAME"] == "__Host-session"
    assert said["SESSION_COOKIE_SECURE"] is said["SESSION_COOKIE_HTTPONLY"] is True
    assert (said["SESSION_COOKIE_DOMAIN"], said["SESSION_COOKIE_PATH"]) == (None, "/")
    assert said["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert said["SECURE_HSTS_SECONDS"] >= 31_536_000  # type: ignore[operator]
    assert said["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is said["SECURE_SSL_REDIRECT"] is True
    assert said["CSRF_USE_SESSIONS"] is True  # no cookie of its own
    assert "session" in str(said["MESSAGE_STORAGE"])
    assert said["DEBUG"] is False


def test_on_plain_localhost_there_is_a_cookie_that_works() -> None:
    said = production("http://localhost:8000", *COOKIES)
    assert (said["SESSION_COOKIE_NAME"], said["SESSION_COOKIE_SECURE"]) == ("session", False)
    assert said["SECURE_HSTS_SECONDS"] == 0


def test_djangos_own_check_of_a_deployment_finds_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={**os.environ, **PRODUCTION, "PUBLIC_URL": "https://practice.example"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.django_db
class TestErrorPages:
    def test_a_page_that_breaks_says_nothing_of_why(self, settings) -> None:
        settings.ROOT_URLCONF = "tests.broken_urls"
        browser = Browser(raise_request_exception=False)
        browser.force_login(a_world().people["therapist"])

        got = browser.get("/broken/")

        said = got.content.decode()
        assert got.status_code == 500
        assert not [word for word in (SECRET, "ValueError", "Traceback", "tests/") if word in said]
        assert got["X-Content-Type-Options"] == "nosniff"

    def test_a_miss_does_not_repeat_what_was_asked_for(self, client: Browser) -> None:
        client.force_login(a_world().people["therapist"])
        got = client.get("/nowhere/zenobia-kwiatek/")
        assert got.status_code == 404
        assert "zenobia" not in got.content.decode()


class TestSpreadsheets:
    def test_only_the_directory_is_written_as_a_spreadsheet(self) -> None:
        """A cell that begins with = + - @ is a formula. Whoever adds an export of cells makes them safe, and says so here."""
        writers = {
            str(where.relative_to(ROOT))
            for where in sources()
            for node in ast.walk(ast.parse(where.read_text()))
            if (isinstance(node, ast.Attribute) and node.attr in ("writer", "DictWriter"))
            or (isinstance(node, ast.Constant) and node.value == "text/csv")
        }
        # The directory, and nothing of a client: plain CSV is made safe, HSDS tables are for programs.
        giving = "referrals/operations/giving"
        assert writers == {f"{giving}/exporting.py", f"{giving}/tables.py"}


class TestUploads:
    def form(self, *files: SimpleUploadedFile) -> imports.ImportForm:
        return imports.ImportForm({}, MultiValueDict({"uploads": list(files)}))

    @pytest.mark.parametrize("name", ["a.csv", "Patient.NDJSON", "bundle.json", "sheet.tsv"])
    def test_what_can_be_read_is_taken(self, name: str) -> None:
        assert self.form(SimpleUploadedFile(name, b"Client\nWren\n")).is_valid()

    @pytest.mark.parametrize("name", ["a.exe", "a.html", "a.svg", "a.zip", "csv", "a.csv.php"])
    def test_another_kind_is_refused(self, name: str) -> None:
        form = self.form(SimpleUploadedFile("a.csv", b"Client\n"), SimpleUploadedFile(name, b"x"))
        assert "uploads" in form.errors

    def test_too_much_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(imports, "LARGEST_UPLOAD", 20)
        half = SimpleUploadedFile("a.csv", b"x" * 11)
        assert self.form(half).is_valid()
        assert "uploads" in self.form(half, SimpleUploadedFile("b.csv", b"x" * 11)).errors

    def test_what_is_no_file_is_limited_too(self) -> None:
        assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE <= 5 * 1024 * 1024
        assert settings.DATA_UPLOAD_MAX_NUMBER_FIELDS <= 5000
