"""`script/manage` and `script/bench`: one command, with the servers there for as long as it runs."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from signal import SIGTERM

from config.servers import backup, field_keys, nightly, prepare
from config.servers.data import DataDirectory, open_data_directory, read_note
from config.servers.part import tied_to
from config.servers.processes import PROJECT, Practice
from config.servers.refusal import Refused
from config.servers.run import shared_settings
from config.servers.stack import servers_up
from config.servers.supervisor import Stopped, stopping_on_signals

COMMANDS = {
    **backup.COMMANDS,
    **nightly.COMMANDS,
    **field_keys.COMMANDS,
}  # those that are not Django's

# Who a command connects as; any other is the app, and `script/manage --as` overrules.
OWNER_COMMANDS = {
    "create_max_migration_files",
    "flush",
    "makemigrations",
    "migrate",
    "optimizemigration",
    "pgtrigger",
    "rebase_migration",
    "rotate_keys",
    "showmigrations",
    "sqlmigrate",
    "squashmigrations",
    "verify_history",
}
# They make people and roles before there is anybody who could act, and the facts of an invented past.
OWNER_COMMANDS_OF_A_PRACTICE = {"demo", "invite_practice_admin"}
WORKER_COMMANDS = {"import_caseload", "record_bounce", "reminders_doctor", "status"}


def manage(*, folder: str, role: str | None, command: list[str]) -> int:
    """Run a command and return its status."""
    name, *words = command
    try:
        with stopping_on_signals():
            data = open_data_directory(folder)
            if name in COMMANDS:
                return COMMANDS[name](data, words)
            with practice_of(
                data, f"script/manage {name}", migrated=name not in OWNER_COMMANDS
            ) as practice:
                django = [sys.executable, str(PROJECT / "manage.py"), *command]
                return foreground(django, practice.environment(role or role_of(name)))
    except Refused as refusal:
        print(f"script/manage: {refusal}", file=sys.stderr, flush=True)
        return 1
    except Stopped:
        return 130


def bench(*, folder: str, name: str, rest: list[str]) -> int:
    """Run a benchmark and return its status."""
    try:
        with (
            stopping_on_signals(),
            practice_of(open_data_directory(folder), "script/bench") as practice,
        ):
            os.chdir(PROJECT)
            databases = practice.stack.databases
            environment = {
                **practice.environment("app"),
                "OWNER_DATABASE_URL": databases["owner"],
                "WORKER_DATABASE_URL": databases["worker"],
            }
            return foreground([sys.executable, "-m", f"benchmarks.{name}", *rest], environment)
    except Refused as refusal:
        print(f"script/bench: {refusal}", file=sys.stderr, flush=True)
        return 1
    except Stopped:
        return 130


def role_of(command: str) -> str:
    if command in OWNER_COMMANDS | OWNER_COMMANDS_OF_A_PRACTICE:
        return "owner"
    return "worker" if command in WORKER_COMMANDS else "app"


@contextmanager
def practice_of(data: DataDirectory, what: str, *, migrated: bool = True) -> Iterator[Practice]:
    """Give the practice of `data`, migrated unless somebody else has it up already."""
    with servers_up(data, what) as (stack, supervisor):
        settings = shared_settings(data, os.environ, port=8000, demo=True)
        if supervisor is None:
            settings["PUBLIC_URL"] = read_note(data).get("address", settings["PUBLIC_URL"])
        practice = Practice(data, stack, settings)
        if supervisor is not None and migrated:
            prepare.compile_catalogues(practice, supervisor)
            prepare.migrate(practice, supervisor)
        yield practice


def foreground(command: list[str], environment: Mapping[str, str]) -> int:
    """Run a command at the terminal and return its status; it ends before the servers do."""
    process = subprocess.Popen(
        command, env=dict(environment), umask=0o077, preexec_fn=tied_to(os.getpid(), SIGTERM, set())
    )
    try:
        return process.wait()
    except Stopped:
        process.terminate()  # after Ctrl-C it has had its own signal already
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
        raise
