"""Backup, restore, and the move to another major version of PostgreSQL (decision 24).

A backup is two files: the dump, and the keys beside it in FILE.keys. The dump alone opens no clinical
text. Database passwords are in neither: a restored practice makes its own.
"""

import argparse
import ctypes
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from config.servers import external, postgres
from config.servers.data import DataDirectory, hold, make_socket_folder
from config.servers.engine import Engine, engine_of, engine_of_this_release, wheel_major
from config.servers.keys import KEPT_IF_THERE, SETTING_OF_FILE, Secrets
from config.servers.noted import Taken, note
from config.servers.part import LIBC
from config.servers.postgres import Cluster
from config.servers.prepare import say
from config.servers.refusal import Refused, refusing
from config.servers.stack import embedded_cluster, servers_up
from config.servers.supervisor import Supervisor

KEPT = (*SETTING_OF_FILE, *KEPT_IF_THERE, "demo_password")
DEMO = "demo"  # among the keys: the sign-ins of the invented people, so that none are made a second time
DIGEST = "sha256"  # of the dump: pg_restore takes one that lost its end for a whole one
MAKES = ("creating ", "processing data")  # how pg_restore begins to say what it does
SAYS_EVERY = 2.0  # seconds
AT_FDCWD, RENAME_EXCHANGE = -100, 2


def backup(data: DataDirectory, words: list[str]) -> int:
    """Write the data into FILE and the keys into FILE.keys, also while script/server runs."""
    asked = arguments(
        "backup", "a new file for the data", "a folder for the keys (FILE's own)", words
    )
    target = absolute(asked.file)
    refuse_external()
    if target.exists():
        raise Refused(f"{target} exists already: choose another name.")
    if postgres.major_of(data.database) is None:
        raise Refused(f"There are no data in {data.root} yet.")
    at, began = datetime.now(UTC), monotonic()
    with refusing(f"{target} cannot be written", OSError), servers_up(data, "script/manage backup"):
        cluster = embedded_cluster(data)
        dump(cluster, target)
        keys = write_keys_for(data, target, absolute(asked.keys or target.parent))
        elsewhere = other_disk(target, data.root)
        size, seconds = target.stat().st_size, monotonic() - began
        taken = Taken(at, size=size, seconds=seconds, is_elsewhere=elsewhere)
        note(cluster.url("worker"), taken)
    say(f"The data are in {target}")
    say(f"The keys are in {keys}: keep them in another place than the data")
    return 0


def write_keys_for(data: DataDirectory, dumped: Path, folder: Path) -> Path:
    """Write what opens a dump into a folder, which may be another than the dump's; return the file."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = json.dumps({**kept_keys(data), DIGEST: digest(dumped)}, indent=1)
    Secrets(folder).write(keys_beside(dumped).name, keys)
    return folder / keys_beside(dumped).name


def restore(data: DataDirectory, words: list[str]) -> int:
    """Read FILE and its keys into a data directory that has no data yet: whole or not at all, also after a kill."""
    asked = arguments("restore", "what backup wrote", "the file of its keys (FILE.keys)", words)
    source = absolute(asked.file)
    keys_file = absolute(asked.keys or keys_beside(source))
    refuse_external()
    keys = read_keys(keys_file)
    refuse_damaged(source, keys, keys_file)
    with hold(data, "script/manage restore") as held:
        if data.database.exists():
            raise Refused(
                f"{data.root} holds data already: restore into an empty folder with --data."
            )
        refuse_other_keys(data, keys)
        make_socket_folder(data)
        cluster = embedded_cluster(data)
        unfinished = replace(cluster, folder=data.root / "postgres.restoring")
        shutil.rmtree(unfinished.folder, ignore_errors=True)
        try:
            postgres.initialise(unfinished)
            with running(unfinished, data, keep=held.descriptor):
                load(unfinished, source, told=say)
            give_keys(data, keys)
            unfinished.folder.rename(cluster.folder)
        finally:
            shutil.rmtree(unfinished.folder, ignore_errors=True)
    say(f"Restored into {data.root}; script/server --data {data.root} starts it")
    return 0


def upgrade(data: DataDirectory, words: list[str]) -> int:
    """Move the data to the PostgreSQL that this release brings; the old folder is kept beside them."""
    argparse.ArgumentParser(prog="script/manage upgrade", description=upgrade.__doc__).parse_args(
        words
    )
    refuse_external()
    major = postgres.major_of(data.database)
    if major is None:
        raise Refused(f"There are no data in {data.root} yet.")
    if major == wheel_major():
        say(f"The data are of PostgreSQL {major}, which is what this release brings")
        return 0
    with hold(data, "script/manage upgrade") as held:
        kept = move(
            data, engine_of(data, major), engine_of_this_release(data), keep=held.descriptor
        )
    say(
        f"The data are of PostgreSQL {wheel_major()} now; {kept} holds the old ones and can be removed"
    )
    return 0


COMMANDS: Mapping[str, Callable[[DataDirectory, list[str]], int]] = {
    "backup": backup,
    "restore": restore,
    "upgrade": upgrade,
}


def move(data: DataDirectory, old: Engine, new: Engine, *, keep: int) -> Path:
    """Dump with the old engine, load with the new one, exchange the folders; return where the old one is."""
    sockets = make_socket_folder(data) / "postgres"
    passwords = Secrets(data.secrets).passwords(fresh=False)
    source = Cluster(data.database, old, sockets, data.account, passwords)
    target = replace(source, folder=data.root / "postgres.upgraded", engine=new)
    file = data.root / "upgrade.dump"
    shutil.rmtree(target.folder, ignore_errors=True)
    with running(source, data, keep=keep):
        dump(replace(source, engine=new), file)
    postgres.initialise(target)
    with running(target, data, keep=keep):
        load(target, file)
    exchange(source.folder, target.folder)
    file.unlink()
    kept = data.root / f"postgres.{old.folder.name}"
    return target.folder.rename(kept)


def exchange(one: Path, other: Path) -> None:
    """Exchange two folders in one step: there is no moment without data."""
    LIBC.renameat2.argtypes = [
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_uint,
    ]
    if (
        LIBC.renameat2(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE)
        != 0
    ):
        words = os.strerror(ctypes.get_errno())
        raise Refused(f"{one} and {other} cannot be exchanged on this file system: {words}")


@contextmanager
def running(cluster: Cluster, data: DataDirectory, *, keep: int) -> Iterator[None]:
    """Let a cluster run, with database, roles and extensions, for as long as the block."""
    with Supervisor(keep=keep) as supervisor:
        server = supervisor.start(postgres.server(cluster, data.log))
        postgres.wait_until_ready(cluster, server)
        postgres.set_up(cluster)
        yield


def dump(cluster: Cluster, target: Path, database: str = postgres.DATABASE) -> None:
    """Write the database into `target`: whole or not at all, readable by us alone."""
    unfinished = target.with_name(target.name + ".new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        tool(cluster, "pg_dump", "backup", "--format=custom", database, stdout=file)
        os.fsync(file.fileno())
    unfinished.replace(target)


def load(
    cluster: Cluster,
    source: Path,
    database: str = postgres.DATABASE,
    *,
    told: Callable[[str], None] | None = None,
) -> None:
    """Read a dump into a database that has no tables yet; `told` hears, now and then, how far it is."""
    options = ["--exit-on-error", "--single-transaction", f"--dbname={database}"]
    if told is None:
        tool(cluster, "pg_restore", postgres.SUPERUSER, *options, str(source))
    else:
        load_aloud(cluster, source, options, told)
    with cluster.connect(postgres.SUPERUSER, database) as connection:
        connection.execute("analyze")


def load_aloud(
    cluster: Cluster, source: Path, options: list[str], told: Callable[[str], None]
) -> None:
    """Let pg_restore say each thing it makes, and count."""
    parts = subprocess.check_output([cluster.engine.program("pg_restore"), "--list", source])
    total = sum(1 for line in parts.splitlines() if line[:1].isdigit())
    done, said_at, errors = 0, monotonic(), []
    command = ["pg_restore", "--verbose", *options, str(source)]
    with started(cluster, postgres.SUPERUSER, command) as process:
        for line in process.stderr or ():
            if any(word in line for word in MAKES):
                done += 1
            elif "error" in line:
                errors.append(line)
            if monotonic() - said_at > SAYS_EVERY:
                said_at = monotonic()
                told(f"Restoring: {min(done, total)} of {total}")
    if process.returncode != 0:
        raise Refused(f"pg_restore failed: {' '.join(' '.join(errors).split())}")


def tool(cluster: Cluster, program: str, role: str, *options: str, **streams: Any) -> None:
    """Run one of PostgreSQL's tools as `role`; its password stays off the command line."""
    with started(cluster, role, [program, *options], **streams) as process:
        _out, words = process.communicate()
    if process.returncode != 0:
        raise Refused(f"{program} failed: {' '.join(words.split()) or 'it does not say why'}")


@contextmanager
def started(
    cluster: Cluster, role: str, command: list[str], **streams: Any
) -> Iterator[subprocess.Popen[str]]:
    """Give a tool that runs; whoever is stopped meanwhile stops it, too."""
    reach = {
        "PGHOST": str(cluster.sockets),
        "PGUSER": role,
        "PGPASSWORD": cluster.passwords[role],
    }
    with subprocess.Popen(
        [str(cluster.engine.program(command[0])), *command[1:]],
        env={"LC_ALL": "C", "PATH": os.defpath, **reach},
        stderr=subprocess.PIPE,
        text=True,
        **{"stdin": subprocess.DEVNULL, **streams},
    ) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def refuse_damaged(source: Path, keys: Mapping[str, str], keys_file: Path) -> None:
    with refusing(f"{source} cannot be read", OSError):
        found = digest(source)
    if found != keys[DIGEST]:
        raise Refused(f"{source} is damaged, or not the one that {keys_file} belongs to.")


def digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def keys_beside(file: Path) -> Path:
    return file.with_name(file.name + ".keys")


def kept_keys(data: DataDirectory) -> dict[str, str]:
    """Return what has to be kept apart from the dump: keys, and the sign-ins of invented people."""
    secrets = Secrets(data.secrets)
    settings = {**SETTING_OF_FILE, **KEPT_IF_THERE}
    given = {name: os.environ.get(setting) for name, setting in settings.items()}
    found = {name: given.get(name) or secrets.read(name) for name in KEPT}
    decided = data.root / "demo.done"
    found[DEMO] = decided.read_text() if decided.exists() else ""
    return {name: value for name, value in found.items() if value is not None}


def read_keys(path: Path) -> dict[str, str]:
    with refusing(
        f"The keys in {path} cannot be read, and without them nobody can read the data", OSError
    ):
        text = path.read_text()
    with refusing(f"{path} does not hold keys", ValueError):
        keys: dict[str, str] = json.loads(text)
    if missing := [name for name in (*SETTING_OF_FILE, DIGEST) if name not in keys]:
        raise Refused(f"{path} lacks {', '.join(missing)}.")
    return keys


def refuse_other_keys(data: DataDirectory, keys: Mapping[str, str]) -> None:
    """Keys that are there already are not overwritten."""
    secrets = Secrets(data.secrets)
    if other := [
        name for name in KEPT if name in keys and secrets.read(name) not in (None, keys[name])
    ]:
        raise Refused(
            f"{data.secrets} holds another {other[0]}: restore into an empty folder with --data."
        )


def give_keys(data: DataDirectory, keys: Mapping[str, str]) -> None:
    """Keep the keys of a backup in a data directory."""
    secrets = Secrets(data.secrets)
    for name in KEPT:
        if name in keys:
            secrets.write(name, keys[name])
    decided = data.root / "demo.done"
    decided.touch(mode=0o600)
    decided.write_text(keys.get(DEMO, ""))


def refuse_external() -> None:
    if any(os.environ.get(setting) for setting in external.SETTINGS.values()):
        raise Refused(
            "This is for the embedded database; an external one has its own tools for it."
        )


def other_disk(one: Path, other: Path) -> bool:
    return one.stat().st_dev != other.stat().st_dev


def absolute(path: str | Path) -> Path:
    return Path(path).expanduser().resolve()


def arguments(command: str, meaning: str, keys: str, words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"script/manage {command}")
    parser.add_argument("file", metavar="FILE", help=meaning)
    parser.add_argument("--keys", metavar="PATH", help=keys)
    return parser.parse_args(words)
