"""The embedded PostgreSQL: made once, started as a child in the foreground, reached by a socket only."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.servers.account import Account
from config.servers.engine import Engine
from config.servers.part import Part, Running, as_account
from config.servers.refusal import Refused

DATABASE = "practice"
SUPERUSER = "postgres"
LOGINS = ("owner", "app", "worker", "backup")
RECOVERS_WITHIN = 300.0  # seconds; after a power cut it first reads its journal
ROLES = Path(__file__).with_name("roles.sql")

# Logs hold no row's content: terse drops DETAIL, and statements with their values are never written (R22).
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_timezone": "UTC",
    "timezone": "UTC",
}
# What a test may lose and a practice may not.
CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL data folder, the engine that runs it, and the folder of its socket."""

    folder: Path
    engine: Engine
    sockets: Path
    account: Account | None
    passwords: Mapping[str, str]  # by role

    @property
    def exists(self) -> bool:
        return (self.folder / "PG_VERSION").exists()

    def url(self, role: str, database: str = DATABASE) -> str:
        """Return the address of `database` for `role`, in the form that django-environ and psycopg read."""
        return f"postgres://{role}:{quote(self.passwords[role])}@/{database}?host={self.sockets}"

    def connect(self, role: str, database: str = DATABASE) -> psycopg.Connection:
        return psycopg.connect(self.url(role, database), autocommit=True)


def major_of(folder: Path) -> int | None:
    """Return the major version that wrote a data folder; None where there is none."""
    try:
        return int((folder / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise Refused(
            f"{folder} is no PostgreSQL data folder: PG_VERSION cannot be read."
        ) from error


def initialise(cluster: Cluster, *, careless: bool = False) -> None:
    """Make the data folder; it appears whole or not at all."""
    unfinished = cluster.folder.with_name(cluster.folder.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if cluster.account:
        cluster.account.owns(unfinished)
    with password_file(cluster) as descriptor:
        made = subprocess.run(
            [
                cluster.engine.program("initdb"),
                *initdb_options(unfinished, descriptor, careless=careless),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
            env={"LC_ALL": "C", "PATH": os.defpath},
            pass_fds=[descriptor],
            check=False,
            **as_account(cluster.account),
        )
    if made.returncode != 0:
        words = made.stderr.strip().splitlines()[-1:]
        raise Refused(f"PostgreSQL could not make {cluster.folder}: {' '.join(words)}")
    unfinished.rename(cluster.folder)


def initdb_options(folder: Path, password: int, *, careless: bool) -> list[str]:
    return [
        f"--pgdata={folder}",
        f"--username={SUPERUSER}",
        f"--pwfile=/proc/self/fd/{password}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
        "--no-instructions",
        *(["--no-sync"] if careless else []),
    ]


@contextmanager
def password_file(cluster: Cluster) -> Iterator[int]:
    """Give the superuser's password to initdb by a file that has no name."""
    descriptor = os.memfd_create("password")
    try:
        os.write(descriptor, cluster.passwords[SUPERUSER].encode())
        if cluster.account:
            os.fchown(descriptor, cluster.account.uid, cluster.account.gid)
        yield descriptor
    finally:
        os.close(descriptor)


def forget_the_dead(*notes: Path) -> None:
    """Remove the pid files (of the data, of the socket) of a server that was killed and is not buried yet.

    Such a zombie answers to its number, so PostgreSQL would take it for a living server and refuse to
    start. Whoever calls holds the lock of the data directory: no living one can be meant.
    """
    for note in notes:
        with suppress(OSError, ValueError):
            if is_zombie(int(note.read_text().partition("\n")[0])):
                note.unlink(missing_ok=True)


def is_zombie(pid: int) -> bool:
    """Say whether a process has ended and waits for its parent to ask how."""
    status = Path(f"/proc/{pid}/stat").read_text()
    return status.rpartition(")")[2].split()[0] == "Z"


def server(cluster: Cluster, log: Path, *, careless: bool = False) -> Part:
    """Return the server as a part. Its stop is SIGINT, the fast one: SIGTERM waits for clients for ever."""
    forget_the_dead(cluster.folder / "postmaster.pid", cluster.sockets / ".s.PGSQL.5432.lock")
    settings = {**SETTINGS, **(CARELESS if careless else {})}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return Part(
        "postgres",
        [cluster.engine.program("postgres"), "-D", cluster.folder, "-k", cluster.sockets, *options],
        log_folder=log,
        environment={"LC_ALL": "C", "PATH": os.defpath},
        account=cluster.account,
        stop=signal.SIGINT,
        tie=signal.SIGINT,
    )


def wait_until_ready(cluster: Cluster, running: Running) -> None:
    """Return once it answers; refuses when it ends instead."""
    deadline = time.monotonic() + RECOVERS_WITHIN
    while True:
        try:
            cluster.connect(SUPERUSER, "postgres").close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise Refused(
                    f"The passwords under secrets/ are not those of {cluster.folder}."
                ) from error
            if running.ended or time.monotonic() > deadline:
                part = running.part
                raise Refused(
                    f"PostgreSQL did not start, see {part.log}: {part.last_words()}"
                ) from error
            time.sleep(0.02)
        else:
            return


def set_up(cluster: Cluster) -> None:
    """Make the database, roles, passwords and extensions, or bring them up to what this release says."""
    with cluster.connect(SUPERUSER, "postgres") as connection:
        if not connection.execute(
            "select 1 from pg_database where datname = %s", [DATABASE]
        ).fetchone():
            name = sql.Identifier(DATABASE)
            connection.execute(
                sql.SQL("create database {} template template0 encoding 'UTF8'").format(name)
            )
    with cluster.connect(SUPERUSER) as connection:
        connection.execute(ROLES.read_bytes())
        for role in LOGINS:
            password = sql.Literal(cluster.passwords[role])
            connection.execute(
                sql.SQL("alter role {} password {}").format(sql.Identifier(role), password)
            )
        connection.execute(
            sql.SQL("alter database {} owner to owner").format(sql.Identifier(DATABASE))
        )
