"""The test database is what a practice's is: requests run in the app's role, which owns nothing."""

from uuid import UUID

import pytest
from django.db import ProgrammingError, connection

from config.servers.external import EXTENSIONS
from core.actor import acting
from tests.roles import as_owner, standing_as


def current_user() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select current_user::text")
        return cursor.fetchone()[0]


def test_a_test_looks_at_the_facts_as_the_owner_and_acts_as_the_app(db):
    assert current_user() == "owner"
    with acting(UUID(int=1)):
        assert current_user() == "app"
    assert current_user() == "owner"


def test_a_moment_as_another_role_ends_where_it_began(db):
    with as_owner():
        assert current_user() == "owner"
        with standing_as("worker"):
            assert current_user() == "worker"
        assert current_user() == "owner"


def test_the_app_makes_no_tables(db):
    with (
        standing_as("app"),
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        cursor.execute("create table mine (id int)")


def test_the_app_makes_no_temporary_tables(db):
    with (
        standing_as("app"),
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        cursor.execute("create temporary table mine (id int)")


@pytest.mark.django_db(transaction=True)
def test_a_transactional_test_is_emptied_by_the_owner():
    assert current_user() == "owner"


def test_after_it_tests_stand_where_they_did(db):
    assert current_user() == "owner"


def test_the_extensions_are_there(db):
    with connection.cursor() as cursor:
        cursor.execute("select extname::text from pg_extension")
        assert set(EXTENSIONS) <= {name for (name,) in cursor.fetchall()}


def test_text_sorts_and_folds_the_same_on_every_machine(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "select datlocprovider::text, datlocale, lower('ŁÓDŹ') from pg_database"
            " where datname = current_database()"
        )
        assert cursor.fetchone() == ("b", "C.UTF-8", "łódź")
