"""Logs say where and of which kind, never what about."""

import io
import logging
import re
import sys

import pytest
from django.db import DatabaseError, connection, transaction

from core.errors import RuleBroken
from core.logs import Wordless
from tests.caseload.factories import ClientFactory
from tests.roles import as_owner

CANARY = "Kanarienvogel"


@pytest.fixture
def log():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Wordless("%(levelname)s %(name)s %(message)s"))
    logger = logging.getLogger("tests.canary")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield logger, stream
    logger.removeHandler(handler)


def test_a_traceback_keeps_its_places_and_loses_its_words(log) -> None:
    logger, stream = log
    try:
        try:
            int(CANARY)
        except ValueError as error:
            raise KeyError(CANARY) from error
    except KeyError:
        logger.exception("It went wrong")

    said = stream.getvalue()
    assert CANARY not in said
    assert said.startswith("ERROR tests.canary It went wrong\n")
    assert "builtins.ValueError\nthen:\n" in said
    assert said.rstrip().endswith("builtins.KeyError")
    assert f'File "{__file__}"' in said


@pytest.mark.django_db
def test_a_broken_constraint_is_named_and_its_row_is_not(log) -> None:
    logger, stream = log
    client = ClientFactory.create(name=CANARY)
    copied = "insert into caseload_client select * from caseload_client where id = %s"
    broken = pytest.raises(DatabaseError)
    with as_owner(), broken as raised, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(copied, [client.pk])
    logger.error("Not saved: %s", raised.value, exc_info=raised.value)

    said = stream.getvalue()
    assert str(client.pk) not in said
    assert CANARY not in said
    assert re.search(r"django\.db\.utils\.IntegrityError \(23505, \w+, caseload_client\)", said)


def test_celery_does_not_quote_an_error_either(log) -> None:
    logger, stream = log
    try:
        raise ValueError(CANARY)
    except ValueError as error:
        context = {"name": "tick", "exc": repr(error)}
        logger.exception("Task %(name)s raised unexpected: %(exc)s", context)

    said = stream.getvalue()
    assert CANARY not in said
    assert said.startswith("ERROR tests.canary Task tick raised unexpected: builtins.ValueError\n")


def test_words_that_name_nobody_are_kept(log) -> None:
    logger, stream = log
    try:
        raise RuleBroken("The file is closed.")
    except RuleBroken:
        logger.exception("Refused")

    assert stream.getvalue().rstrip().endswith("core.errors.RuleBroken: The file is closed.")


def test_what_another_handler_wrote_before_is_not_copied(log) -> None:
    logger, stream = log
    try:
        raise ValueError(CANARY)
    except ValueError:
        record = logger.makeRecord("x", logging.ERROR, "f", 1, "Hm", (), None)
        record.exc_info = sys.exc_info()
    logging.Formatter().format(record)
    assert CANARY in str(record.exc_text)

    logger.handle(record)

    assert CANARY not in stream.getvalue()
