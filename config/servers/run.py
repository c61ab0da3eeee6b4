"""`script/server`: from nothing to a sign-in page, and back to nothing when asked."""

import json
import os
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection, HTTPException

from config.servers.data import DataDirectory, Held, hold, open_data_directory
from config.servers.keys import Secrets
from config.servers.prepare import (
    Demonstration,
    collect_static,
    compile_catalogues,
    prepare,
    refuse_if_behind,
    say,
)
from config.servers.processes import Practice
from config.servers.refusal import Refused
from config.servers.stack import bring_up, of_several_machines
from config.servers.supervisor import Stopped, Supervisor, stopping_on_signals

WEB_ANSWERS_WITHIN = 60.0  # seconds
ALL_HEALTHY_WITHIN = 30.0


ROLE_OF = {"web": "app", "worker": "worker", "beat": "worker"}


def serve(*, port: int, folder: str, demo: bool, only: Sequence[str] = ()) -> int:
    """Run until asked to stop; return the exit status. What cannot start says so in one sentence.

    `only` names the parts that this machine has of a practice on several machines.
    """
    try:
        with stopping_on_signals():
            data = open_data_directory(folder)
            with hold(data, "script/server") as held:
                if only:
                    start_some(data, held, port=port, only=only)
                start_and_watch(data, held, port=free_port(port), demo=demo)
    except Refused as refusal:
        print(f"script/server: {refusal}", file=sys.stderr, flush=True)
        return 1
    except Stopped:
        say("Everything has ended; the data are kept.")
    return 0


def start_and_watch(data: DataDirectory, held: Held, *, port: int, demo: bool) -> None:
    """Start everything in order; come back only by an exception, with everything ended."""
    say(f"Data directory {data.root}")
    if data.account:
        say(f"As root: PostgreSQL runs as “{data.account.name}”")
    with Supervisor(keep=held.descriptor) as supervisor:
        say("Starting the database and the queue")
        stack = bring_up(data, supervisor, os.environ)
        practice = Practice(data, stack, shared_settings(data, os.environ, port=port, demo=demo))
        demonstration = Demonstration(practice)
        prepare(practice, supervisor)
        demonstration.make_once(supervisor, wanted=demo)
        say("Starting web, worker and beat")
        for part in (practice.web(port), practice.worker(), practice.beat()):
            supervisor.start(part)
        faults = wait_until_healthy(port, supervisor)
        address = practice.shared["PUBLIC_URL"]
        held.note(what="script/server", address=address, ready=True)
        announce(address, demonstration.sign_ins() if demo else "", faults)
        supervisor.watch()


def start_some(data: DataDirectory, held: Held, *, port: int, only: Sequence[str]) -> None:
    """Start some parts of a practice whose database and queue stand elsewhere; migrate nothing."""
    port = free_port(port) if "web" in only else port
    roles = sorted({ROLE_OF[name] for name in only})
    with Supervisor(keep=held.descriptor) as supervisor:
        stack = of_several_machines(os.environ, roles)
        practice = Practice(data, stack, shared_settings(data, os.environ, port=port, demo=False))
        compile_catalogues(practice, supervisor)
        refuse_if_behind(practice, supervisor, roles[0])
        if "web" in only:
            collect_static(practice, supervisor)
        say(f"Starting {', '.join(only)}")
        parts = {
            "web": lambda: practice.web(port),
            "worker": practice.worker,
            "beat": practice.beat,
        }
        for name in only:
            supervisor.start(parts[name]())
        if "web" in only:
            announce(practice.shared["PUBLIC_URL"], "", wait_until_healthy(port, supervisor))
        held.note(what="script/server", address=practice.shared["PUBLIC_URL"], ready=True)
        supervisor.watch()


def shared_settings(
    data: DataDirectory, given: Mapping[str, str], *, port: int, demo: bool
) -> dict[str, str]:
    """Return what every process is told besides keys and addresses."""
    decided = data.root / "demo.done"
    shown = demo and (not decided.exists() or decided.stat().st_size > 0)
    settings = {
        "PUBLIC_URL": given.get("PUBLIC_URL", f"http://localhost:{port}"),
        "DEMO": str(int(shown)),
    }
    if shown:
        settings["DEMO_PASSWORD"] = Secrets(data.secrets).demo_password(given.get("DEMO_PASSWORD"))
    return settings


def free_port(port: int) -> int:
    """Return `port`, or a free one for 0; refuses one that is taken or not ours to take."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OverflowError as error:
            raise Refused(f"There is no port {port}; ports go from 1 to 65535.") from error
        except OSError as error:
            raise Refused(
                f"Port {port} is taken or not allowed: choose another with --port."
            ) from error
        free: int = tried.getsockname()[1]
        return free


def wait_until_healthy(port: int, supervisor: Supervisor) -> dict[str, str]:
    """Return what /healthz still finds wrong once the web answers; give worker and beat time to report."""
    began = time.monotonic()
    while True:
        supervisor.refuse_if_any_ended()
        health = ask_health(port)
        faults = {name: state for name, state in (health or {}).items() if state != "ok"}
        waited = time.monotonic() - began
        if health is not None and (not faults or waited > ALL_HEALTHY_WITHIN):
            return faults
        if waited > WEB_ANSWERS_WITHIN:
            raise Refused(
                "The web did not answer within a minute; see log/web.log in the data directory."
            )
        time.sleep(0.1)


def ask_health(port: int) -> dict[str, str] | None:
    """Return what /healthz says, or None while nobody answers."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/healthz", headers={"Host": f"localhost:{port}"})
        answer = connection.getresponse()
        health: dict[str, str] = json.loads(answer.read())
    except (OSError, HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return health


def announce(address: str, sign_ins: str, faults: Mapping[str, str]) -> None:
    """Print where to go and as whom."""
    for name, state in faults.items():
        say(f"Not yet: {name}, {state}")
    if sign_ins:
        say(f"\n{sign_ins}")
    say(f"\nOpen {address} (Ctrl-C ends everything)")
