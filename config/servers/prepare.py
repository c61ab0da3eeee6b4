"""What a start does before the doors open, each step only when there is something to do."""

import hashlib
import os
import time
from collections.abc import Iterable
from pathlib import Path

import psycopg
from psycopg import sql

from config.servers.processes import PROJECT, Practice
from config.servers.refusal import Refused
from config.servers.supervisor import Supervisor

APPS = ("core", "accounts", "caseload", "referrals", "endings", "reminders", "desk")
MOST_TRIES, BETWEEN_TRIES = 10, 5.0  # seconds
LINES_OF_A_FAULT = 40  # where a traceback names the cause
LOCK = PROJECT / "requirements" / "app.txt"


def say(line: str) -> None:
    print(line, flush=True)


def fingerprint(files: Iterable[Path]) -> str:
    """Return a digest of the files' names and contents."""
    digest = hashlib.sha256()
    for path in sorted(files):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(PROJECT)} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def prepare(practice: Practice, supervisor: Supervisor) -> None:
    """Bring database, catalogues and static files up to this release."""
    compile_catalogues(practice, supervisor)
    migrate(practice, supervisor)
    collect_static(practice, supervisor)


def compile_catalogues(practice: Practice, supervisor: Supervisor) -> None:
    """Compile the translations where a .po file is newer than its .mo file."""
    for po in (PROJECT / "locale").glob("*/LC_MESSAGES/*.po"):
        mo = po.with_suffix(".mo")
        if not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime:
            say("Compiling the translations")
            return supervisor.run(practice.command("compile_catalogues", role="app"))
    return None


def migrate(practice: Practice, supervisor: Supervisor) -> None:
    """Migrate as the owner, unless this database was migrated by exactly this code before.

    The mark is a comment on the database itself: it goes where the data go, and a restored or exchanged
    database has none. All code of the apps counts, because grants are derived from models; and the keys
    count, because `migrate` sees that they open what is there.
    """
    keys = practice.stack.secrets["FIELD_KEYS"]
    code = fingerprint([LOCK, *(path for app in APPS for path in (PROJECT / app).rglob("*.py"))])
    code = hashlib.sha256(f"{code} {keys}".encode()).hexdigest()
    with psycopg.connect(practice.stack.databases["owner"], autocommit=True) as connection:
        if mark_of(connection) == code:
            return
        say("Migrating the database")
        migrate_patiently(practice, supervisor)
        name = sql.Identifier(connection.info.dbname)
        mark = sql.Literal(f"migrated by {code}")
        connection.execute(sql.SQL("comment on database {} is {}").format(name, mark))


def migrate_patiently(practice: Practice, supervisor: Supervisor) -> None:
    """Migrate; where people at work hold a lock for longer than the owner waits, give way and try again."""
    command = practice.command("migrate", "--no-input", role="owner")
    for tries_left in reversed(range(MOST_TRIES)):
        try:
            return supervisor.run(command)
        except Refused:
            if not tries_left or "lock timeout" not in command.last_lines(LINES_OF_A_FAULT):
                raise
        say("Somebody is at work in a table that changes: trying again in a moment")
        time.sleep(BETWEEN_TRIES)
    return None


def refuse_if_behind(practice: Practice, supervisor: Supervisor, role: str) -> None:
    """Refuse to serve this code over a database that lacks some of its migrations; one that has more is fine."""
    try:
        supervisor.run(practice.command("migrate", "--check", role=role))
    except Refused as refusal:
        raise Refused(
            "The database is behind this release: run script/manage migrate once, on one machine."
        ) from refusal


def mark_of(connection: psycopg.Connection) -> str:
    query = "select shobj_description(oid, 'pg_database') from pg_database where datname = current_database()"
    row = connection.execute(query).fetchone()
    return str(row[0] or "").removeprefix("migrated by ") if row else ""


def collect_static(practice: Practice, supervisor: Supervisor) -> None:
    """Collect the static files when ours or a dependency's may have changed."""
    ours = [
        path for folder in ("static", *APPS) for path in (PROJECT / folder).rglob("static/**/*")
    ]
    files = [path for path in [*ours, *(PROJECT / "static").rglob("*")] if path.is_file()]
    folder = Path(os.environ.get("STATIC_ROOT", practice.data.root / "static"))
    marker = folder.with_name(folder.name + ".collected")
    now = fingerprint({LOCK, *files})
    if marker.exists() and marker.read_text() == now:
        return
    say("Collecting the static files")
    supervisor.run(practice.command("collectstatic", "--no-input", role="app"))
    supervisor.run(practice.command("write_maintenance_page", role="app"))
    marker.write_text(now)


class Demonstration:
    """The invented practice: made once in an empty database, never beside real people.

    Whether there is one is decided at the first start and kept in a file: its sign-ins, or nothing.
    """

    def __init__(self, practice: Practice) -> None:
        self.practice = practice
        self.decided = practice.data.root / "demo.done"
        self.printed = practice.data.root / "demo.new"

    def make_once(self, supervisor: Supervisor, *, wanted: bool) -> None:
        """Make it, or decide that there is none."""
        if self.decided.exists():
            return
        if not wanted:
            self.decided.touch(mode=0o600)
        elif self.people_exist():
            self.keep_what_was_printed()
        else:
            say("Making the demonstration practice")
            self.printed.unlink(missing_ok=True)
            supervisor.run(self.practice.command("demo", role="owner", output=self.printed))
            self.keep_what_was_printed()

    def people_exist(self) -> bool:
        """Say whether anybody is in the practice already, invented or real."""
        with psycopg.connect(self.practice.stack.databases["owner"]) as connection:
            return connection.execute("select from accounts_user limit 1").rowcount > 0

    def keep_what_was_printed(self) -> None:
        """Decide: for the sign-ins that `demo` printed, or, where real people were first, for none."""
        self.printed.touch(mode=0o600)
        self.printed.replace(self.decided)

    def sign_ins(self) -> str:
        """Return what `demo` printed when it made the practice; empty where there is none."""
        return self.decided.read_text().strip() if self.decided.exists() else ""
