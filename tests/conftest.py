"""What all tests share: a real PostgreSQL, entered as the app's role."""

import os

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, TransactionTestCase

from core.i18n import compile_catalogues
from tests import harness
from tests.core.chromium import chromium
from tests.proof import signed_in_with_both
from tests.roles import as_owner, point_at_the_test_cluster, stand_as


def pytest_configure(config):
    """Before any test module imports an operation."""
    harness.install()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Let the owner make the test database, in a cluster of this run's own."""
    point_at_the_test_cluster()
    stand_as("owner")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Begin connections as the app; let the owner empty tables after a transactional test, and drop the database."""
    with django_db_blocker.unblock():
        close_to_the_public()
        stand_as("app")
    teardown = TransactionTestCase._fixture_teardown

    def teardown_as_owner(self):
        with as_owner():
            teardown(self)

    TransactionTestCase._fixture_teardown = teardown_as_owner
    yield
    TransactionTestCase._fixture_teardown = teardown
    stand_as("owner")


def close_to_the_public():
    """Leave app and worker on the test database what roles.sql leaves them on a practice's: no TEMP."""
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"revoke all on database {name} from public")
        cursor.execute(f"grant connect on database {name} to app, worker, tester")


@pytest.fixture(scope="session")
def browser():
    """Return the one Chromium of the run: Playwright keeps a loop in this thread, so a second cannot start."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    compile_catalogues()
    with chromium() as started:
        yield started


@pytest.fixture(autouse=True)
def both_factors(monkeypatch):
    """Let `force_login` stand for password and second factor, a moment ago: doors have tests of their own."""
    monkeypatch.setattr(Client, "force_login", signed_in_with_both(Client.force_login))


@pytest.fixture(autouse=True)
def nobody_has_knocked():
    """Forget how often this process was asked: limits on attempts belong to one test."""
    cache.clear()
