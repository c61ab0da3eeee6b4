"""The worker acts for nobody by columns, and for a person only by a name that was signed for this very task."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.signing import BadSignature
from django.db import ProgrammingError, connection, transaction

from accounts.models import User
from caseload.models import Client
from config.celery import Task, app
from core.actor import acting, current_actor
from core.clock import now
from core.policies import columns_for
from core.sealed import SealedTextField
from core.tasks import ACTING, headers_of, send_after_commit
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.caseload.factories import AssignmentFactory
from tests.config.test_database import current_user
from tests.roles import as_owner, standing_as
from tests.sight.test_drift import every_table

pytestmark = pytest.mark.django_db
SEALED = "select note from caseload_risklook"


@app.task(name="tests.sees")
def sees(*_words: str) -> set[str]:
    """Return the names of the clients that a naked query gives."""
    return set(Client.objects.values_list("name", flat=True))


@app.task(name="tests.sees_too")
def sees_too(*_words: str) -> set[str]:
    return set(Client.objects.values_list("name", flat=True))


@dataclass
class Sent:
    """A message as it lies in the queue."""

    name: str
    key: str
    args: list[Any] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    def arrives(self, **changed: Any) -> Any:
        """Let a worker take it, with something of it changed by who can write to the queue."""
        said = {**self.__dict__, **changed}
        task: Task = app.tasks[said["name"]]
        args = json.loads(json.dumps(said["args"]))
        with standing_as("worker"):
            task.push_request(id=said["key"], args=args, kwargs={}, **said["headers"])
            try:
                return task(*args)
            finally:
                task.pop_request()
                assert current_actor() == ""
                if not connection.needs_rollback:
                    assert current_user() == "worker"


@dataclass
class House:
    marta: User
    tomasz: User
    sent: list[Sent]

    def asks(self, person: User | None, *words: str) -> Sent:
        with acting(person or ""):
            sees.apply_async(words)
        return self.sent[-1]


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    sent: list[Sent] = []

    def publish(name: str, args: Any = None, kwargs: Any = None, **more: Any) -> None:
        sent.append(Sent(name, more["task_id"], list(args or []), more.get("headers") or {}))

    monkeypatch.setattr(app, "send_task", publish)
    PracticeFactory.create()
    people = [UserFactory.create(name=name) for name in ("Marta", "Tomasz")]
    for person in people:
        work = AssignmentFactory.create(therapist=person)
        Client.objects.filter(pk=work.client.pk).update(name=f"{person.name}s")
    return House(*people, sent)


def test_it_is_done_in_the_name_of_who_asked(house: House) -> None:
    for _turn in range(2):
        assert house.asks(house.marta).arrives() == {"Martas"}
        assert house.asks(house.tomasz).arrives() == {"Tomaszs"}


def test_what_a_page_asks_for_after_its_commit_is_done_in_that_persons_name(
    house: House, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True), acting(house.marta):
        send_after_commit("tests.sees", house.marta.pk)
    assert house.sent[-1].arrives() == {"Martas"}


def test_a_name_that_was_not_signed_names_nobody(house: House) -> None:
    sent = house.asks(house.tomasz)
    who, digest, signature = sent.headers[ACTING].split(":")
    for forged in (
        f"{house.marta.pk}:{digest}:{signature}",
        str(house.marta.pk),
        f"{house.marta.pk}:{digest}",
        "x",
    ):
        with pytest.raises(BadSignature):
            sent.arrives(headers={ACTING: forged})
    assert who == str(house.tomasz.pk)


@pytest.mark.parametrize(
    "changed", [{"name": "tests.sees_too"}, {"key": "another"}, {"args": ["of another"]}]
)
def test_a_name_that_was_signed_for_another_task_says_nothing_for_this_one(
    house: House, changed: dict[str, Any]
) -> None:
    sent = house.asks(house.marta, "of mine")
    with pytest.raises(BadSignature):
        sent.arrives(**changed)
    assert sent.arrives() == {"Martas"}


def test_without_a_name_it_acts_for_nobody(house: House) -> None:
    sent = house.asks(house.marta)
    assert sent.arrives(headers={}) == {
        "Martas",
        "Tomaszs",
    }  # the worker's own rights: all, by columns
    assert house.asks(None).headers == {}
    with standing_as("worker"), connection.cursor() as cursor:
        for question in (SEALED, "select sight.clients()"):
            refused = pytest.raises(ProgrammingError, match=r"permission denied|nobody is acting")
            with refused, transaction.atomic():
                cursor.execute(question)


@pytest.mark.parametrize("how", [{"suspended_at": now()}, {"is_active": False}])
def test_who_has_lost_access_meanwhile_has_nothing_done_in_their_name(
    house: House, how: dict[str, Any]
) -> None:
    sent = house.asks(house.marta)
    with as_owner():
        User.objects.filter(pk=house.marta.pk).update(**how)
    with pytest.raises(PermissionDenied):
        sent.arrives()


def test_a_header_says_what_it_was_signed_for_however_the_queue_writes_it() -> None:
    """UUIDs and tuples come back from JSON as words and lists."""
    key = uuid4()
    assert headers_of("me", "k", "n", (key,), {}) == headers_of("me", "k", "n", [str(key)], {})


def test_the_worker_reads_by_columns_and_writes_what_each_model_says() -> None:
    tables = [table for table in every_table() if table.guard and table.guard.read]
    wrong = []
    with connection.cursor() as cursor:
        for table in tables:
            columns = columns_for(table.model, table.guard.worker)
            for one in table.model._meta.concrete_fields:
                cursor.execute(
                    "select has_column_privilege('worker', %s, %s, 'select')",
                    [table.name, one.column],
                )
                if cursor.fetchone()[0] != (one.column in columns):
                    wrong.append((table.name, one.column))
                opens = one.column in columns and isinstance(one, SealedTextField)
                assert not opens or table.guard.worker.opens, (table.name, one.column)
            for verb in ("insert", "update", "delete", "truncate"):
                cursor.execute("select has_table_privilege('worker', %s, %s)", [table.name, verb])
                if cursor.fetchone()[0] != (verb in table.guard.worker.writes):
                    wrong.append((table.name, verb))
    assert wrong == []
    assert len(tables) > 50
