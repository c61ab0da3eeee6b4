"""The database and the queue, embedded or external, brought up for as long as a supervisor lives."""

import os
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from config.servers import external, postgres, valkey
from config.servers.data import (
    DataDirectory,
    Held,
    described,
    make_socket_folder,
    read_note,
    try_to_hold,
)
from config.servers.engine import engine_of_this_release, wheel_major
from config.servers.keys import KEPT_IF_THERE, SETTING_OF_FILE, Secrets
from config.servers.postgres import Cluster
from config.servers.refusal import Refused
from config.servers.supervisor import Supervisor

OTHERS_END_WITHIN = 120.0  # seconds


@dataclass(frozen=True)
class Stack:
    """What a process of ours needs to be told to find the others."""

    databases: Mapping[str, str]  # address by role
    broker: str
    secrets: Mapping[str, str]  # settings

    def settings(self, role: str) -> dict[str, str]:
        """Return the environment that makes a process connect as `role`."""
        hidden = {"SEAL_KEYS"} if role == "app" else set()  # the web seals nothing
        return {
            **{name: value for name, value in self.secrets.items() if name not in hidden},
            "DATABASE_URL": self.databases[role],
            "CELERY_BROKER_URL": self.broker,
        }


def embedded_cluster(data: DataDirectory) -> Cluster:
    """Return the cluster of `data`, which may still have to be made."""
    passwords = Secrets(data.secrets).passwords(fresh=not written_by_this_release(data))
    return Cluster(
        folder=data.database,
        engine=engine_of_this_release(data),
        sockets=data.sockets / "postgres",
        account=data.account,
        passwords=passwords,
    )


def written_by_this_release(data: DataDirectory) -> bool:
    """Say whether there are data; refuses those that another major version wrote."""
    major = postgres.major_of(data.database)
    if major not in (None, wheel_major()):
        raise Refused(
            f"{data.database} was written by PostgreSQL {major} and this release brings {wheel_major()}:"
            " run script/manage upgrade."
        )
    return major is not None


def bring_up(data: DataDirectory, supervisor: Supervisor, given: Mapping[str, str]) -> Stack:
    """Start what is embedded, check what is external; return once both answer."""
    databases = external.database_urls(given)
    fresh = databases is not None or not written_by_this_release(data)
    keys = Secrets(data.secrets).settings(given, fresh=fresh)
    broker = external.broker_url(given)
    make_socket_folder(data)
    if databases is None:
        databases = start_postgres(data, supervisor)
    if broker is None:
        broker = start_valkey(data, supervisor)
    return Stack(databases, broker, keys)


def start_postgres(data: DataDirectory, supervisor: Supervisor) -> dict[str, str]:
    cluster = embedded_cluster(data)
    if not cluster.exists:
        postgres.initialise(cluster)
    running = supervisor.start(postgres.server(cluster, data.log))
    postgres.wait_until_ready(cluster, running)
    postgres.set_up(cluster)
    return addresses(cluster)


def addresses(cluster: Cluster) -> dict[str, str]:
    return {role: cluster.url(role) for role in postgres.LOGINS}


def start_valkey(data: DataDirectory, supervisor: Supervisor) -> str:
    running = supervisor.start(valkey.server(data.queue, data.sockets, data.log))
    valkey.wait_until_ready(data.sockets, running)
    valkey.forget_pulses(data.sockets)
    return valkey.url(data.sockets)


def of_several_machines(given: Mapping[str, str], roles: Collection[str]) -> Stack:
    """Check the database and the queue of a practice that stands on several machines; nothing is started here.

    Keys are settings there, the same everywhere: a machine that made its own could read nothing.
    """
    databases, broker = external.database_urls(given, roles), external.broker_url(given)
    if databases is None or broker is None:
        addresses = ", ".join(external.SETTINGS[role] for role in roles)
        raise Refused(f"--only is for several machines: set {addresses} and CELERY_BROKER_URL.")
    needed = [*SETTING_OF_FILE.values(), *(["SEAL_KEYS"] if "worker" in roles else [])]
    if missing := [name for name in needed if not given.get(name)]:
        raise Refused(f"Every machine needs the same {', '.join(missing)}: it is not set here.")
    known = [*SETTING_OF_FILE.values(), *KEPT_IF_THERE.values()]
    return Stack(databases, broker, {name: given[name] for name in known if given.get(name)})


def already_up(data: DataDirectory, given: Mapping[str, str]) -> Stack:
    """Return the servers that a running script/server has started."""
    secrets = Secrets(data.secrets)
    databases = external.database_urls(given) or addresses(embedded_cluster(data))
    broker = external.broker_url(given) or valkey.url(data.sockets)
    return Stack(databases, broker, secrets.settings(given, fresh=False))


@contextmanager
def servers_up(data: DataDirectory, what: str) -> Iterator[tuple[Stack, Supervisor | None]]:
    """Give the servers that script/server runs, else ones that are up for as long as the block.

    The supervisor is given in the second case only: then nobody else is using `data`.
    """
    held = hold_or_find_ready(data)
    if held is None:
        yield already_up(data, os.environ), None
        return
    held.note(what=what)
    with held, Supervisor(keep=held.descriptor) as supervisor:
        yield bring_up(data, supervisor, os.environ), supervisor


def hold_or_find_ready(data: DataDirectory) -> Held | None:
    """Return our hold on `data`, or None once script/server has everything up; others are waited for."""
    deadline = time.monotonic() + OTHERS_END_WITHIN
    while (held := try_to_hold(data)) is None:
        holder = read_note(data)
        if holder.get("ready"):
            break
        if time.monotonic() > deadline:
            raise Refused(f"The data directory {data.root} is in use by {described(holder)}.")
        time.sleep(0.2)
    return held
