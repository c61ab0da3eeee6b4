"""With a pool of one connection nothing of one request is there for the next, whoever comes and however it ends."""

import json
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser

from caseload.models import Client
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.caseload.factories import AssignmentFactory
from tests.roles import database_url

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = ("Marta", "Tomasz", "nobody")
WAYS = ("rows", "breaks", "breaks_in_sql", "streams", "streams_for_nobody", "dies")
PAGE = "/caseload/"


@pytest.fixture
def practice() -> dict[str, str]:
    """Two therapists with three clients each, named after them; their sessions."""
    PracticeFactory.create()
    sessions = {}
    for name in PEOPLE[:2]:
        therapist = UserFactory.create(name=name)
        for number in range(3):
            work = AssignmentFactory.create(therapist=therapist)
            Client.objects.filter(pk=work.client.pk).update(
                name=f"{name}s-{number}", known_as=f"{name}s-{number}", sort_key=f"{name}{number}"
            )
        browser = Browser()
        browser.force_login(therapist)
        sessions[name] = browser.session.session_key
    return sessions


def answers(sessions: dict[str, str], asked: list[tuple[str, str]], threads: int = 1) -> list[Any]:
    ran = subprocess.run(  # noqa: S603 -- the project's own
        [sys.executable, str(Path(__file__).with_name("pooled.py"))],
        input=json.dumps({"sessions": sessions, "requests": asked, "threads": threads}) + "\n",
        env={**os.environ, "DATABASE_URL": database_url("app")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.stdout, ran.stderr[-3000:]
    return json.loads(ran.stdout.splitlines()[-1])


def at_random(how_many: int, seed: int) -> list[tuple[str, str]]:
    """Every person by every way once, and then as it comes."""
    chance = random.Random(seed)
    ways = [PAGE, *(f"/try/{way}/" for way in WAYS)]
    every = [(who, way) for who in PEOPLE for way in ways]
    chance.shuffle(every)
    return every + [(chance.choice(PEOPLE), chance.choice(ways)) for _each in range(how_many)]


def theirs(who: str) -> set[str]:
    return {f"{who}s-{number}" for number in range(3)}


def shown(body: str) -> set[str]:
    return {name for one in PEOPLE[:2] for name in theirs(one) if name in body}


def faults(one: Any) -> list[str]:
    """Say what is wrong with an answer: more than one's own, less behind a success, somebody left behind."""
    found = []
    own = theirs(one["who"]) if one["who"] != "nobody" else set()
    way = one["where"].strip("/").split("/")[-1]
    if not shown(one["body"]) <= own:
        found.append("somebody else's rows")
    succeeds = way in ("rows", "streams", "caseload") and one["who"] != "nobody"
    if succeeds and (one["status"] != 200 or shown(one["body"]) != own or "broke" in one):
        found.append("not all of one's own")
    if not succeeds and shown(one["body"]):
        found.append("rows behind an error")
    if one["left"] not in (None, ["", "app"]):
        found.append(f"left behind: {one['left']}")
    return found


def test_whoever_comes_next_finds_nothing_of_who_came_before(practice: dict[str, str]) -> None:
    """One after the other, with exceptions, SQL errors, streams and dead connections in between."""
    got = answers(practice, at_random(240, seed=1))

    assert [(one["who"], one["where"], faults(one)) for one in got if faults(one)] == []
    ways = Counter((one["where"], one["status"], "broke" in one) for one in got)
    assert all((f"/try/{way}/", 500, False) in ways for way in ("breaks", "breaks_in_sql", "dies"))
    nobody = [one for one in got if one["who"] == "nobody" and one["where"] == "/try/rows/"]
    assert {one["status"] for one in nobody} == {500}  # an error, not an empty list
    broken = [one["broke"] for one in got if one["where"] == "/try/streams_for_nobody/"]
    assert broken
    assert all("nobody is acting" in fault for fault in broken)


def test_nor_do_those_who_wait_for_the_one_connection_together(practice: dict[str, str]) -> None:
    asked = [one for one in at_random(100, seed=2) if "dies" not in one[1]]

    got = answers(practice, asked, threads=3)

    assert [(one["who"], one["where"], faults(one)) for one in got if faults(one)] == []
    assert len(got) > 90
