"""Somebody else's database is asked before anything starts."""

import os
import subprocess
import sys
from types import SimpleNamespace

import psycopg
import pytest
from psycopg import sql

from config.servers import external, postgres
from config.servers.external import check_database
from config.servers.postgres import SUPERUSER, Cluster
from config.servers.processes import PROJECT
from config.servers.refusal import Refused
from config.servers.testing import test_cluster as a_test_cluster
from core.standing import fault_of


@pytest.fixture(scope="module")
def cluster():
    with a_test_cluster() as cluster:
        yield cluster


@pytest.fixture
def database(cluster, request):
    """An empty database, with what the test asks of `create database`; without our extensions."""
    name = "somebody_elses"
    options = getattr(request, "param", "encoding 'UTF8'")
    with cluster.connect(SUPERUSER, "postgres") as connection:
        connection.execute(sql.SQL(f"create database {name} template template0 {options}"))
    yield name
    with cluster.connect(SUPERUSER, "postgres") as connection:
        connection.execute(sql.SQL(f"drop database {name} with (force)"))


def give_extensions(cluster: Cluster, database: str, *names: str) -> None:
    with cluster.connect(SUPERUSER, database) as connection:
        for name in names:
            connection.execute(sql.SQL("create extension {}").format(sql.Identifier(name)))


@pytest.mark.parametrize("role", ["owner", "app", "worker"])
def test_a_database_with_all_of_it_is_taken(cluster, role):
    check_database(cluster.url(role), role=role)


def test_a_missing_extension(cluster, database):
    give_extensions(cluster, database, "btree_gist", "fuzzystrmatch", "unaccent")
    with pytest.raises(Refused, match=r"of DATABASE_URL lacks the extension pg_trgm: .*roles.sql"):
        check_database(cluster.url("app", database), role="app")


@pytest.mark.parametrize("database", ["encoding 'LATIN1' locale 'C'"], indirect=True)
def test_another_encoding(cluster, database):
    give_extensions(cluster, database, *external.EXTENSIONS)
    with pytest.raises(Refused, match="is encoded in LATIN1; this needs UTF8"):
        check_database(cluster.url("app", database), role="app")


def test_a_missing_role(cluster, monkeypatch):
    monkeypatch.setattr(external, "ROLES", (*external.ROLES, "auditor"))
    with pytest.raises(Refused, match="lacks the role auditor"):
        check_database(cluster.url("app"), role="app")


def test_a_server_that_is_too_old(cluster, monkeypatch):
    monkeypatch.setattr(external, "OLDEST_SERVER", 990000)
    with pytest.raises(Refused, match="is PostgreSQL 18; this needs 99 or newer"):
        check_database(cluster.url("app"), role="app")


def test_a_login_that_is_another_role(cluster):
    with pytest.raises(Refused, match="entered as “app”, which is not the role worker"):
        check_database(cluster.url("app"), role="worker")


def test_a_login_that_row_security_does_not_bind(cluster):
    with pytest.raises(Refused, match="entered as “postgres”, which row security does not bind"):
        check_database(cluster.url(SUPERUSER), role="app")


def test_a_wrong_password_is_not_printed(cluster):
    url = cluster.url("app").replace(cluster.passwords["app"], "guessed-wrong")
    with pytest.raises(Refused, match="does not answer") as refused:
        check_database(url, role="app")
    assert "guessed-wrong" not in str(refused.value)


def test_roles_may_be_made_again_and_keep_their_limits(cluster):
    with cluster.connect(SUPERUSER) as connection:
        connection.execute(postgres.ROLES.read_bytes())
        mighty = "select rolname::text from pg_roles where rolsuper or rolbypassrls order by 1"
        names = [name for (name,) in connection.execute(mighty)]
    assert names == ["backup", "postgres", "sight"]


@pytest.mark.parametrize(
    ("role", "setting", "said"),
    [("app", "statement_timeout", "30s"), ("owner", "lock_timeout", "5s")],
)
def test_nobody_holds_up_people_at_work_for_long(cluster, role, setting, said):
    with cluster.connect(role) as connection:
        assert connection.execute(f"show {setting}").fetchone() == (said,)


@pytest.mark.parametrize("role", ["app", "worker"])
def test_app_and_worker_own_nothing_and_make_nothing(cluster, role):
    with cluster.connect(role) as connection:
        for attempt in (
            "create table t ()",
            "create temporary table t ()",
            "create schema s",
            "set role owner",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(attempt)


def test_the_app_cannot_become_the_worker_but_the_worker_the_app(cluster):
    with cluster.connect("app") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("set role worker")
    with cluster.connect("worker") as connection:
        connection.execute("set role app")


def test_the_token_of_who_acts_is_not_seen_by_another_connection_of_the_role(cluster):
    with cluster.connect("app") as one, cluster.connect("app") as other:
        one.execute("select 'a signed token'")
        seen = other.execute("select coalesce(query, '') from pg_stat_activity").fetchall()
    assert not [query for (query,) in seen if "a signed token" in query]


# --- what could pass policies by is refused by web and worker themselves (core/standing) -------------------
WAYS_ROUND = {
    "create role mighty login superuser": "pass row security by",
    "create role mighty login bypassrls": "pass row security by",
    "create role mighty login; grant backup to mighty with inherit false, set true": "pass row",
    "create role mighty login; grant owner to mighty with inherit true": "pass row security by",
    "create role mighty login; grant app, some_owner to mighty with inherit false, set true": "owns tables",
    "create role mighty login; create role between; grant some_owner to between; grant between to mighty": "owns",
    "create role mighty login; alter table accounts_team owner to mighty": "owns tables",
    "create role mighty login; alter function sight.clients() owner to mighty": "change the functions",
}


def fault_as(connection: psycopg.Connection) -> str:
    return fault_of(SimpleNamespace(connection=connection))


@pytest.mark.parametrize("way", WAYS_ROUND)
def test_a_role_that_could_pass_policies_by_does_not_serve(cluster, way):
    with cluster.connect(SUPERUSER, "template1") as connection:
        connection.autocommit = False
        connection.execute("create role some_owner; alter table accounts_site owner to some_owner")
        connection.execute(way)
        connection.execute("set session authorization mighty")
        assert WAYS_ROUND[way] in fault_as(connection)
        connection.execute("reset session authorization")
        connection.rollback()


def test_who_only_looks_like_the_app_does_not_serve(cluster):
    """`reset role` is one word: whom the process logged in as counts."""
    with cluster.connect(SUPERUSER, "template1") as connection:
        connection.execute("set role app")
        assert "pass row security by" in fault_as(connection)


@pytest.mark.parametrize("role", ["app", "worker"])
def test_the_roles_that_are_meant_serve(cluster, role):
    with cluster.connect(SUPERUSER, "template1") as connection:
        connection.execute(f"set session authorization {role}")
        assert fault_as(connection) == ""


@pytest.mark.parametrize("process", ["config.wsgi", "config.celery"])
def test_web_and_worker_look_before_they_serve(cluster, process):
    """At its first connection, whatever DATABASE_URL says."""
    start = "c.worker_stands_under_policies()" if process == "config.celery" else ""
    serve = (
        f"import django; django.setup(); import {process} as c; {start}\n"
        "from django.db import connection; connection.ensure_connection()"
    )
    for role, ends in ((SUPERUSER, 1), ("app", 0)):
        environment = {
            **os.environ,
            "DATABASE_URL": cluster.url(role),
            "DATABASE_POOL": "0",
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
        }
        ran = subprocess.run(  # noqa: S603 -- the project's own
            [sys.executable, "-c", serve],
            env=environment,
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == ends, ran.stderr
        assert ("pass row security by" in ran.stderr) == bool(ends)
