"""The stages of `script/test`, in their order."""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from config.servers.testing import VARIABLE, test_cluster
from script import chromium, judges

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
PYTHON_SCRIPTS = ("server", "test", "manage", "bench", "lock", "messages", "screenshots")
SETTINGS = {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
COUNTED = ("passed", "failed", "skipped")


@dataclass
class Run:
    """What has been done so far, for the summary; `said` holds what tests found out by the way."""

    environment: dict[str, str]
    times: list[tuple[str, float, bool]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    said: list[str] = field(default_factory=list)

    def stage(self, name: str, work: Callable[[], bool]) -> None:
        """Do one stage and remember how long it took and whether it went well."""
        print(f"\n── {name} " + "─" * max(0, 76 - len(name)), flush=True)
        began = time.monotonic()
        well = work()
        self.times.append((name, time.monotonic() - began, well))

    def tool(self, *words: str | Path, **more: str) -> bool:
        """Run a program of the environment; say whether it was content."""
        command = [str(BIN / str(words[0])), *map(str, words[1:])]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**self.environment, **more},
            stdin=subprocess.DEVNULL,
            check=False,
        )
        return done.returncode == 0

    def pytest(self, *words: str) -> bool:
        """Run tests and add them to the count. No test at all is a failure: a wrong mark would hide them."""
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.xml"
            well = self.tool("pytest", f"--junitxml={report}", *words)
            if report.exists():
                self.count(report)
        return well

    def count(self, report: Path) -> None:
        root = ElementTree.parse(report).getroot()  # noqa: S314 -- pytest wrote it
        found = root.iterfind(".//property[@name='found']")
        self.said += [one.get("value", "") for one in found]
        self.said += sorted({f"Skipped: {one.get('message')}" for one in root.iter("skipped")})
        for suite in root.iter("testsuite"):
            number = {
                name: int(suite.get(name, "0"))
                for name in ("tests", "failures", "errors", "skipped")
            }
            failed = number["failures"] + number["errors"]
            self.counts["failed"] += failed
            self.counts["skipped"] += number["skipped"]
            self.counts["passed"] += number["tests"] - failed - number["skipped"]

    def summary(self) -> int:
        """Print every stage with its time, then the one line that counts; return the exit status."""
        print("\n── summary " + "─" * 69)
        for name, seconds, well in self.times:
            print(f"{'ok    ' if well else 'FAILED'} {seconds:7.1f} s  {name}")
        print(f"       {sum(seconds for _, seconds, _ in self.times):7.1f} s  in all")
        for (
            sentence
        ) in self.said:  # how many random rounds ran, what was measured, what was skipped
            print(f"       {sentence}")
        print(", ".join(f"{self.counts[name]} {name}" for name in COUNTED), flush=True)
        return 0 if all(well for _, _, well in self.times) else 1


def run(*, long: bool, only: list[str]) -> int:
    """Run all stages, or pytest alone with the arguments in `only`; return the exit status."""
    os.chdir(ROOT)
    if only:
        return pytest_alone(only, long=long)
    with a_test_cluster() as environment:
        this = Run(environment)
        check_the_source(this)
        check_the_project(this)
        test(this, long=long)
        return this.summary()


def pytest_alone(words: list[str], *, long: bool) -> int:
    """Hand over to pytest, which starts a database when a test asks for one."""
    if long and not judges.install():
        return 1
    found = chromium.find()
    environment = {**os.environ, **SETTINGS, **({"CHROMIUM": found} if found else {})}
    mark = [] if long or any(word.startswith("-m") for word in words) else ["-m", "not long"]
    return subprocess.call([str(BIN / "pytest"), *mark, *words], env=environment)


@contextmanager
def a_test_cluster() -> Iterator[dict[str, str]]:
    """Start the database of this run; give the environment in which all its processes find it."""
    print("Starting a database for the tests", flush=True)
    with test_cluster() as cluster:
        yield {**os.environ, **SETTINGS, VARIABLE: cluster.url("tester")}


def check_the_source(this: Run) -> None:
    scripts = [f"script/{name}" for name in PYTHON_SCRIPTS]
    templates = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "templates").rglob("*.html"))
    this.stage("format", lambda: this.tool("ruff", "format", "--check", ".", *scripts))
    this.stage("lint", lambda: this.tool("ruff", "check", ".", *scripts))
    djade = ("djade", "--target-version", "5.2", "--check")
    this.stage("template format", lambda: this.tool(*djade, *templates))
    this.stage("template lint", lambda: this.tool("djlint", "--lint", "--quiet", "templates"))
    this.stage("types", lambda: this.tool("mypy", "--explicit-package-bases", "."))
    this.stage("imports", lambda: this.tool("lint-imports"))


def check_the_project(this: Run) -> None:
    as_owner = f"{this.environment[VARIABLE]}&options=-c%20role%3Downer"
    migrations = ("python", "manage.py", "makemigrations", "--check", "--dry-run")
    deploy = ("python", "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    this.stage("catalogues", lambda: this.tool("python", "manage.py", "compile_catalogues"))
    this.stage("deployment check", lambda: this.tool(*deploy, **production_settings()))
    this.stage("missing migrations", lambda: this.tool(*migrations, DATABASE_URL=as_owner))


def production_settings() -> Mapping[str, str]:
    """Return what a real server would be given, with keys that are thrown away."""
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ACTOR_KEY": secrets.token_hex(32),
        "FIELD_KEYS": f"1:{secrets.token_hex(32)}",
        "DATABASE_URL": "postgres://app@localhost/practice",
        "CELERY_BROKER_URL": "redis://localhost",
        "PUBLIC_URL": "https://practice.example",
        "ALLOWED_HOSTS": "practice.example",
    }


def test(this: Run, *, long: bool) -> None:
    """Run the tests on two processes, then those that drive a browser, one after the other.

    In the long tier those that measure time come last, with nothing beside them.
    """
    tier = "not alone" if long else "not long"
    if long:
        this.stage("Lighthouse and the HTML checker", judges.install)
    this.stage("tests", lambda: this.pytest("-q", "-n", "2", "-m", f"not browser and {tier}"))
    this.stage("a Chromium", lambda: chromium_for(this))
    this.stage("browser tests", lambda: this.pytest("-q", "-m", f"browser and {tier}"))
    if long:
        this.stage("tests that measure time", lambda: this.pytest("-q", "-m", "alone"))


def chromium_for(this: Run) -> bool:
    """Find or install a browser; without one the browser tests cannot be trusted to have run."""
    path = chromium.find_or_install()
    if path is None:
        print(
            "There is no Chromium here and none could be installed: set CHROMIUM to one.",
            file=sys.stderr,
        )
        return False
    this.environment["CHROMIUM"] = path
    return True
