"""Every command in docs/operations.md is run, in its order, in a practice of its own; or is marked as not run."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.servers.postgres import SUPERUSER
from config.servers.processes import PROJECT
from tests.config.practices import Server, running, surroundings

MANUAL = (PROJECT / "docs" / "operations.md").read_text()
NOT_RUN = "# not run by our tests"
# What keeps running is started by tests of its own.
STAYS_UP = re.compile(r"^script/server ")
# A practice that has just begun has a thing or two to look at, and nobody with a second step to forget.
MAY_END_WITH = {"status": {0, 1}, "reminders_doctor": {0, 1}, "reset_second_factor": {0, 1}}
ALONE = {"new_field_key", "drop_field_key", "upgrade"}  # with script/server stopped
PATIENT = {"resourceType": "Patient", "id": "p1", "name": [{"family": "Okafor", "given": ["Ada"]}]}


def blocks() -> list[list[str]]:
    """Return the lines of every block of commands."""
    return [block.splitlines() for block in re.findall(r"```sh\n(.*?)```", MANUAL, re.DOTALL)]


def commands() -> Iterator[str]:
    for block in blocks():
        if block[0] != NOT_RUN:
            yield from (line.split("  #")[0].strip() for line in block if line.strip())


def name_of(command: str) -> str:
    """Return which management command a line runs; empty for other programs."""
    words = [word for word in shlex.split(command) if word not in ("--data", "DIR", "NEW", "NEXT")]
    return words[1] if words[0] == "script/manage" else ""


def test_no_command_hides_in_a_block_that_nobody_reads() -> None:
    fences = re.findall(r"```(\w*)\n(.*?)```", MANUAL, re.DOTALL)
    for kind, body in fences:
        starts = {line.split()[0] for line in body.splitlines() if line.strip()}
        assert kind == "sh" or not any(
            word.startswith(("script/", "psql", "systemctl", "nginx", "pgbackrest"))
            for word in starts
        ), body


def test_what_is_named_in_a_sentence_is_run_in_a_block() -> None:
    sentences = re.sub(r"```.*?```", "", MANUAL, flags=re.DOTALL)
    named = set(re.findall(r"`script/manage (?:--data \w+ )?([a-z_]+)", sentences))
    elsewhere = {"demo", "record_bounce"}  # tests/desk/test_demo.py, tests/reminders
    assert named - {name_of(command) for command in commands()} == elsewhere


@pytest.mark.long
def test_every_command_of_the_manual_does_what_it_says(filled: Path, tmp_path: Path) -> None:
    (tmp_path / "Patient.ndjson").write_text(json.dumps(PATIENT))
    for folder in ("backups", "elsewhere"):
        (tmp_path / folder).mkdir()
    faults = []
    with running(filled) as cluster:
        reach = {
            "PATH": f"{cluster.engine.program('psql').parent}:{os.environ['PATH']}",
            "PGHOST": str(cluster.sockets),
            "PGUSER": SUPERUSER,
            "PGPASSWORD": cluster.passwords[SUPERUSER],
        }
        for command in commands():
            if command.startswith(("createdb", "psql")):
                told = re.sub(r"\bpractice\b", "second", command)
                faults += fault_of(told, {0}, **reach)
    server: Server | None = Server(filled)
    try:
        for command in commands():
            if STAYS_UP.match(command) or command.startswith(("createdb", "psql")):
                continue
            if name_of(command) in ALONE and server:
                server.stop()
                server = None
            address = server.address if server else ""
            told = placed(command, filled, tmp_path, address)
            faults += fault_of(told, MAY_END_WITH.get(name_of(command), {0}))
    finally:
        if server:
            server.stop()
    assert faults == []


def placed(command: str, data: Path, folder: Path, address: str) -> str:
    """Put the places of this test for those of the manual."""
    places = {"DIR": data, "NEW": data.parent / "new", "NEXT": data.parent / "next", "PATH": folder}
    places["FILE"] = data / "heads.log"
    for word, path in places.items():
        command = re.sub(rf"\b{word}\b", str(path), command)
    command = re.sub(r" /(backups|elsewhere)\b", rf" {folder}/\1", command)
    return command.replace("http://localhost:8000", address)


def fault_of(command: str, may_end_with: set[int], **more: str) -> list[str]:
    """Run a command as a shell would; return what is wrong with how it ended."""
    words = shlex.split(command)
    if words[0].startswith("script/"):
        words[:1] = [sys.executable, str(PROJECT / words[0])]
    done = subprocess.run(  # noqa: S603 -- from our own manual
        words,
        cwd=PROJECT,
        env=surroundings(**more),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    if done.returncode in may_end_with and "Traceback" not in done.stderr:
        return []
    return [f"{command} ended with {done.returncode}: {done.stderr[-500:]}"]
