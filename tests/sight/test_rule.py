"""Oracle = querysets past the policies = naked queries under them, on every date of every road; and mutants."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from django.db import connection, transaction

from accounts.models import User
from caseload.models import Assignment, Client, Session
from core.actor import signed
from endings.models import NotToday
from tests.roles import as_app_for
from tests.sight.roads import Facts, every_chain
from tests.sight.rows import write

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-03-03T12:00:00Z")]
Seen = dict[str, set[UUID]]


@pytest.fixture(scope="module")
def facts() -> Facts:
    return every_chain()


@pytest.fixture
def practice(facts: Facts) -> Facts:
    write(facts)
    return facts


def by_the_oracle(facts: Facts, who: UUID) -> Seen:
    return {
        "clients": facts.identity(who),
        "sessions": facts.clinical(who),
        "written": facts.own(who),
        "facts of endings": facts.endings(who),
        "added to": facts.own(who),
        "asked after": facts.asked_after(who),
        "begun with": facts.takeable(who),
        "clinical clients": facts.clinical_clients(who),
    }


def by_querysets(who: UUID) -> Seen:
    """As the owner: no policy helps. The moment is said, because the owner has PostgreSQL's own."""
    user = User(pk=who)
    with connection.cursor() as cursor:
        cursor.execute("select set_config('app.actor', %s, true)", [signed(str(who))])
    return {
        "clients": keys(Client.objects.visible_to(user)),
        "sessions": keys(Session.objects.visible_to(user)),
        "written": keys(Session.objects.editable_by(user)),
        "facts of endings": keys(NotToday.objects.visible_to(user)),
        "added to": keys(Assignment.objects.editable_by(user)),
        "begun with": keys(Client.objects.takeable_by(user)),
        "clinical clients": keys(Client.objects.clinical_to(user)),
    }


def by_naked_queries(who: UUID) -> Seen:
    """As the app: no queryset helps."""
    with as_app_for(who), connection.cursor() as cursor:
        return {
            "clients": asked(cursor, "select id from caseload_client"),
            "sessions": asked(cursor, "select id from caseload_session"),
            "written": asked(cursor, "update caseload_session set is_extra = true returning id"),
            "facts of endings": asked(cursor, "select ending_id from endings_nottoday"),
            # What INSERT is checked against: unlike a change, it asks nothing of what may be read.
            "added to": asked(cursor, "select unnest(sight.own_assignments())"),
            "asked after": asked(cursor, "select unnest(sight.followed_up())"),
            "begun with": asked(cursor, "select unnest(sight.takeable_clients())"),
            "clinical clients": asked(cursor, "select unnest(sight.clinical_clients())"),
        }


def keys(rows) -> set[UUID]:
    return set(rows.values_list("pk", flat=True))


def asked(cursor, query: str) -> set[UUID]:
    cursor.execute(query)
    return {key for (key,) in cursor.fetchall()}


def test_oracle_querysets_and_naked_queries_say_the_same(practice: Facts) -> None:
    """One practice for all of it: it takes longest to write."""
    assert len(practice.works) > 900
    assert len(practice.ends) > 250
    everybody = Client.objects.count()
    for road, who in practice.lookers.items():
        right = by_the_oracle(practice, who)
        assert bool(right["clients"]) == (road not in ("stranger", "in_one_team")), road
        assert len(right["clients"]) < everybody
        assert by_naked_queries(who) == right, road
        right.pop("asked after")  # a road for policies alone
        assert by_querysets(who) == right, road


# --- mutants ----------------------------------------------------------------------------------------
RULE = (
    "people",
    "stands_in_for",
    "carried_assignments",
    "worked_assignments_of",
    "broken_assignments_of",
    "takeable_clients_of",
    "own_assignments_of",
    "open_consents_of",
    "kept_clients_of",
    "followed_up_of",
    "endings_among",
)
DATE = re.compile(r"\b([a-z_.]+) (<=|>=|<) day\b")
FLIPPED = {"<=": "<", ">=": ">", "<": "<="}
WORDS = (
    ("people", "kind in ('leading', 'both')", "true"),
    ("carried_assignments", "e.withdrawn_on is null", "true"),
    ("carried_assignments", "e.stage <> 'followed_up'", "true"),
    ("carried_assignments", "d.state not in ('draft', 'withdrawn')", "true"),
    ("open_consents_of", "i.state = 'accepted'", "true"),
    ("open_consents_of", "e.withdrawn_on is null", "true"),
    (
        "open_consents_of",
        "not exists (select from endings_consent later",
        "(true or exists (select from endings_consent later",
    ),
    ("kept_clients_of", "'identity' = any (c.sections)", "true"),
    ("kept_clients_of", "ended_on is null", "true"),
    ("kept_clients_of", "dropped_on is null", "true"),
    ("clients_of", "|| sight.broken_clients_of(who, day)", ""),
    ("clinical_clients_of", "|| sight.broken_clients_of(who, day)", ""),
    ("assignments_of", "|| sight.broken_assignments_of(who, day)", ""),
    ("broken_clients_of", "by_id = who", "true"),
    ("broken_clients_of", "ended_at is null", "true"),
    ("broken_clients_of", "until > sight.moment()", "true"),
    (
        "broken_clients_of",
        "until > sight.moment()",
        "until > sight.moment() + interval '2 minutes'",
    ),
    ("broken_assignments_of", "o.client_id <> p.client_id", "false"),
    ("broken_assignments_of", "later.ends_on > one.ends_on", "false"),
    ("takeable_clients_of", "sight.worked_clients_of", "sight.clinical_clients_of"),
    ("takeable_clients_of", "p.client_id = f.client_id", "false"),
    ("takeable_clients_of", "f.dropped_on is null", "true"),
    ("takeable_clients_of", "ended_on is null", "true"),
    ("worked_assignments_of", "earlier.therapist_id = who", "true"),
    ("endings_among", "not sight.is_hidden(d.state, d.submitted_at)", "true"),
)


def definition(function: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_get_functiondef(oid) from pg_proc"
            " where pronamespace = 'sight'::regnamespace and proname = %s",
            [function],
        )
        [(text,)] = cursor.fetchall()
    return text


def mutants() -> Iterator[tuple[str, str, str]]:
    """Yield (function, what was changed, the mutant's text): each date flipped, a day late, dropped; each word."""
    for function in RULE:
        text = definition(function)
        for found in DATE.finditer(text):
            column, sign = found.groups()
            for put in (f"{column} {FLIPPED[sign]} day", f"{column} {sign} day + 1", "true"):
                mutant = text[: found.start()] + put + text[found.end() :]
                yield function, f"{found.group()} at {found.start()} → {put}", mutant
    for function, said, put in WORDS:
        text = definition(function)
        if put.startswith("(true or exists"):
            mutant = re.sub(
                r"not exists (\(select from endings_consent later[^)]*\))",
                r"(true or exists \1)",
                text,
            )
        else:
            mutant = text.replace(said, put)
        assert mutant != text, (function, said)
        yield function, said, mutant


def is_noticed(right: dict[UUID, Seen]) -> bool:
    return any(by_naked_queries(who) != seen for who, seen in right.items())


@contextmanager
def mutated(*statements: str) -> Iterator[None]:
    """Let the rule be another one for as long as the block."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in ("set constraints all immediate", *statements):
                cursor.execute(statement)
        yield
        transaction.set_rollback(True)


def other_mutants() -> Iterator[tuple[str, str]]:
    """Yield (what was done, how): a road through the team, a table opened, a policy that lets more through."""
    teammates = """
      union select there.user_id from accounts_teammembership there
       where there.team_id in (select team_id from accounts_teammembership here where here.user_id = who)
    """
    for function in ("people", "stands_in_for"):
        text = definition(function).rstrip().removesuffix("$function$")
        yield f"{function}: the team", f"{text}{teammates}$function$"
    for table in ("caseload_client", "caseload_session", "endings_nottoday"):
        yield f"{table} stands open", f"alter table {table} disable row level security"
    yield (
        "who may read may write",
        (
            "alter policy app_update on caseload_session"
            " using (assignment_id = any ((select sight.assignments())::uuid[])) with check (true)"
        ),
    )


def test_every_mutant_is_noticed(practice: Facts) -> None:
    """Of the rule: each date flipped, a day late, dropped; each word. Of the wiring: a table, a policy."""
    right = {who: by_the_oracle(practice, who) for who in practice.lookers.values()}
    every = [(f"{function}: {said}", text) for function, said, text in mutants()] + list(
        other_mutants()
    )
    alive = []
    for said, text in every:
        with mutated(text):
            if not is_noticed(right):
                alive.append(said)
    assert not alive, "\n".join(alive)
    assert len(every) > 60
