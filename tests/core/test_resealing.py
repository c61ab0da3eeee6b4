"""Moving sealed text to another key: whole, resumable, and unseen by history."""

import threading
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from caseload.models import Client
from core import resealing
from core.resealing import count_by_key, open_one_of_each, reseal_everything, sealed_columns
from core.sealed import NotOpened
from tests.caseload.factories import ClientFactory
from tests.roles import as_owner

OLD, BOTH = {1: b"1" * 32}, {1: b"1" * 32, 2: b"2" * 32}


@pytest.fixture
def keys(settings):
    def use(field_keys):
        settings.FIELD_KEYS = field_keys
        settings.FIELD_KEY_IN_USE = max(field_keys)

    use(OLD)
    return use


def quiet(*_: object) -> None:
    """Report to nobody."""


def texts() -> dict[str, str]:
    return {client.code: str(client.safe_to_contact) for client in Client.objects.all()}


def many(count: int) -> None:
    for number in range(count):
        ClientFactory.create(safe_to_contact=f"Note {number}", safe_address="")


def test_every_sealed_column_of_every_model_is_among_them() -> None:
    names = {f"{column.table}.{column.name}" for column in sealed_columns()}

    assert {"caseload_client.safe_to_contact", "endings_telling.reaction"} <= names
    assert not [name for name in names if "event" in name]


@pytest.mark.django_db
def test_all_texts_move_and_say_what_they_said(keys, monkeypatch) -> None:
    monkeypatch.setattr(resealing, "BATCH", 3)
    many(7)
    with as_owner():
        before = texts()
        keys(BOTH)
        assert reseal_everything(quiet) == 7
        assert count_by_key() == {2: 7}
        keys({2: BOTH[2]})
        assert texts() == before
        assert reseal_everything(quiet) == 0


@pytest.mark.django_db
def test_history_is_not_told_and_digests_stay(keys) -> None:
    many(2)
    with as_owner():
        events = Client.pgh_event_model.objects  # type: ignore[attr-defined]
        before = (events.count(), set(Client.objects.values_list("safe_to_contact_digest")))
        keys(BOTH)
        reseal_everything(quiet)
        assert (events.count(), set(Client.objects.values_list("safe_to_contact_digest"))) == before


@pytest.mark.django_db
def test_what_was_interrupted_goes_on(keys, monkeypatch) -> None:
    monkeypatch.setattr(resealing, "BATCH", 2)
    many(6)

    def stop_at_once(_column: object, _done: int) -> None:
        raise KeyboardInterrupt

    with as_owner():
        keys(BOTH)
        with pytest.raises(KeyboardInterrupt):
            reseal_everything(stop_at_once)
        assert count_by_key() == {1: 4, 2: 2}
        assert reseal_everything(quiet) == 4


@pytest.mark.django_db
def test_a_wrong_key_moves_nothing(keys) -> None:
    many(1)
    with as_owner():
        keys({1: b"9" * 32, 2: b"2" * 32})
        with pytest.raises(NotOpened):
            reseal_everything(quiet)
        with pytest.raises(NotOpened):
            open_one_of_each()
        with pytest.raises(CommandError, match="Key 1 of FIELD_KEYS does not open"):
            call_command("migrate", verbosity=0)
        keys(OLD)
        assert texts().popitem()[1] == "Note 0"


@pytest.mark.django_db
def test_the_command_counts_and_guards_a_key_that_is_needed(keys) -> None:
    many(2)
    out = StringIO()
    with as_owner():
        keys(BOTH)
        call_command("rotate_keys", "--count", stdout=out)
        with pytest.raises(CommandError, match="Key 1 is still needed"):
            call_command("rotate_keys", "--unused", "1", stdout=StringIO())
        call_command("rotate_keys", stdout=out)
        call_command("rotate_keys", "--unused", "1", stdout=StringIO())
        with pytest.raises(CommandError, match="Key 2 is still needed"):
            call_command("rotate_keys", "--unused", "2", stdout=StringIO())
    said = out.getvalue().splitlines()
    assert said[:2] == ["Key 1: 2 texts", "Key 2: 0 texts"]
    assert said[-3:] == ["2 texts sealed again with key 2", "Key 1: 0 texts", "Key 2: 2 texts"]


@pytest.mark.django_db(transaction=True)
def test_two_at_once_and_readers_in_between_lose_nothing(keys, monkeypatch) -> None:
    monkeypatch.setattr(resealing, "BATCH", 5)
    with as_owner():
        many(60)
        before = texts()
    keys(BOTH)
    moved: list[int] = []

    def move() -> None:
        try:
            with as_owner():
                moved.append(reseal_everything(quiet))
        finally:
            connection.close()

    workers = [threading.Thread(target=move) for _ in range(2)]
    for worker in workers:
        worker.start()
    with as_owner():
        while any(worker.is_alive() for worker in workers):
            assert texts() == before
        for worker in workers:
            worker.join()
        assert (texts(), sum(moved), count_by_key()) == (before, 60, {2: 60})
