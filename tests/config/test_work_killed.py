"""kill -9 in the middle of long work: the job goes on, is done once, and nothing is half."""

import os
import signal
import time
from pathlib import Path

import pytest

from config.servers.data import open_data_directory
from config.servers.stack import embedded_cluster
from tests.config.practices import Server, script

ROWS = 6000
ASKED = f"""
from accounts.models import Practice, RoleHeld, User
from caseload.operations import import_jobs
from core.actor import acting
from core.clock import now
from core.tasks import send_after_commit
from django.db import transaction
Practice.objects.get_or_create(id=1, defaults=dict(name="Practice", follow_up_days=[14, 42]))
keeper, _ = User.objects.get_or_create(name="A Keeper", email="keeper@example.org")
RoleHeld.objects.get_or_create(user=keeper, role="records_keeper")
lines = ["Client;Born;Therapist;Last session"]
lines += [f"Person SOURCE {{n}};1980-01-01;Therapist {{n % 20}};2027-06-01" for n in range({ROWS})]
with acting(keeper), transaction.atomic():
    run = import_jobs.start_import(
        files=[], pasted="\\n".join(lines), source="SOURCE", by=keeper, at=now()
    )
    job = import_jobs.ask_for(import_jobs.APPLY, run=run, by=keeper)
    send_after_commit("caseload.tasks.import_caseload", job.pk)
"""
JOB = "select state, done, tries, said from accounts_job order by created_at desc limit 1"


class Watched:
    """The last job of a practice, seen from outside."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cluster = embedded_cluster(open_data_directory(folder))

    def asks_for_an_import(self, source: str) -> None:
        code = ASKED.replace("SOURCE", source)
        done = script("manage", "--data", self.folder, "--as", "owner", "shell", "-c", code)
        assert done.returncode == 0, done.stderr

    def row(self) -> tuple[str, int, int, str]:
        with self.cluster.connect("worker") as connection:
            found = connection.execute(JOB).fetchone()
        assert found is not None
        return found

    def is_at_it(self) -> None:
        deadline = time.monotonic() + 60
        while not (self.row()[0] == "running" and self.row()[1] > 0):
            assert self.row()[0] in ("waiting", "running"), self.row()
            assert time.monotonic() < deadline, self.row()
            time.sleep(0.05)

    def ends(self, *, within: float) -> tuple[str, int, int, str]:
        deadline = time.monotonic() + within
        while self.row()[0] in ("waiting", "running"):
            assert time.monotonic() < deadline, self.row()
            time.sleep(0.5)
        return self.row()

    def people_of(self, source: str) -> int:
        with self.cluster.connect("worker") as connection:
            counted = "select count(*) from caseload_client where name like %s"
            row = connection.execute(counted, [f"Person {source} %"]).fetchone()
        return int(row[0]) if row else 0


def kill_the_worker_of(server: Server) -> None:
    """Kill the processes that do the work; the one that hands it out stays."""
    worker = server.part("--without-mingle")
    for child in Path(f"/proc/{worker}/task/{worker}/children").read_text().split():
        os.kill(int(child), signal.SIGKILL)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_an_import_whose_worker_is_killed_goes_on_and_is_done_once(filled: Path) -> None:
    watched = Watched(filled)
    with Server(filled) as server:
        watched.asks_for_an_import("one")
        watched.is_at_it()
        kill_the_worker_of(server)
        state, _done, tries, said = watched.ends(within=180)
        assert (state, said, watched.people_of("one")) == ("done", "", ROWS)
        assert tries == 2

        watched.asks_for_an_import("two")
        watched.is_at_it()
        server.process.kill()
        server.process.communicate()
    assert watched.folder.exists()
    with Server(filled):
        state, _done, tries, said = watched.ends(within=240)
        assert (state, said, watched.people_of("two")) == ("done", "", ROWS)
        assert tries == 2
