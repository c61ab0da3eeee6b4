"""What has happened in the practice that is measured, and how many questions its pages ask."""

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import django

from benchmarks._practice import PEOPLE
from benchmarks._visits import Page, WrongAnswer

if TYPE_CHECKING:
    from desk.demo.people import Staff

NO_QUESTIONS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def set_up() -> None:
    """Make this process one that lets people act in the practice, as the demonstration does: as the owner.

    Whoever acts stands as the app; what is made and looked at in between is nobody's. The servers that are
    measured enter the database by the address that DATABASE_URL names for them.
    """
    with patch.dict(os.environ, DATABASE_URL=os.environ["OWNER_DATABASE_URL"]):
        django.setup()


def column_defaults(tables: Iterable[str]) -> Iterator[tuple[str, str, Any]]:
    """Yield table, column and the value that the product itself gives where nothing is said.

    Rows are poured in by SQL, which names only what a page shows: a column that came later fills itself.
    """
    from django.apps import apps
    from django.db import connection

    wanted = set(tables)
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            is_plain = field.has_default() and not (field.null or field.primary_key)
            if model._meta.db_table in wanted and is_plain:
                value = field.get_db_prep_save(field.get_default(), connection)
                yield model._meta.db_table, str(field.column), value


def password_hash(password: str) -> str:
    from django.contrib.auth.hashers import make_password

    return make_password(password)


def tell() -> str:
    """Let the therapist plan a departure and live through half of it; return its key."""
    from datetime import timedelta

    from django.db import transaction
    from django.utils import timezone

    from core.clock import now, today
    from desk.demo import story
    from referrals.operations.demo_directory import load_demo_directory

    with timezone.override(story.ZONE), transaction.atomic():
        on, staff = today(), staff_of_the_bench()
        load_demo_directory(by=staff.directory, on=on, at=now())
        planned_on = on - timedelta(weeks=3)
        # A week less than in the demonstration: here all are met weekly, and half are to be told by now.
        last_day = story.a_wednesday_after(on) - timedelta(weeks=1)
        departure = story.plan_departure(staff, planned_on, last_day)
        story.live_until_today(staff, departure, on)
    return str(departure.pk)


def staff_of_the_bench() -> "Staff":
    """Return our people in the parts of the demonstration's story."""
    from accounts.models import User
    from desk.demo.people import Staff

    leaver, receiver, supervisor, directory = (
        User.objects.get(pk=key)
        for key in (PEOPLE.leaver, PEOPLE.receiver, PEOPLE.supervisor, PEOPLE.directory)
    )
    return Staff(
        marta=leaver,
        ilse=receiver,
        anneke=supervisor,
        second=supervisor,
        directory=directory,
        admin=directory,
        stranger=receiver,
        keeper=directory,
        front=directory,
    )


def a_client(therapist: str) -> str:
    """Return the key of one client of the therapist, who has been told."""
    from endings.models import Ending

    ending = (
        Ending.objects.filter(assignment__therapist__pk=therapist).exclude(told_on=None).first()
    )
    if ending is None:
        raise WrongAnswer("nobody has been told in this practice")
    return str(ending.client_id)


def queries_of(page: Page) -> int:
    """Return how many questions the page asks the database, its session and the signed actor included."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from core.backend.base import DatabaseWrapper

    client = Client(headers={"host": f"localhost:{page.port}", "cookie": page.cookie})
    with (
        patch.object(
            DatabaseWrapper, "tell_actor", autospec=True, side_effect=DatabaseWrapper.tell_actor
        ) as said,
        CaptureQueriesContext(connection) as asked,
    ):
        answer = client.get(page.path)
    if answer.status_code != 200:
        raise WrongAnswer(f"{page.name} answered {answer.status_code} inside this process")
    questions = [
        one for one in asked if not one["sql"].lstrip("-/* ").upper().startswith(NO_QUESTIONS)
    ]
    return len(questions) + said.call_count
