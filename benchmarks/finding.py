"""How fast the one box answers when the practice grows a hundredfold, under row security.

Measured is what one letter costs beyond the middleware (benchmarks/pages.py measures that): a transaction in which
somebody acts as the app's role, clients, people, pages and the directory looked through, and the part of the page.
Four readers: a therapist with sixty clients, a supervisor who leads them and twenty-five colleagues (1,310), the
front desk of a practice this large (everybody with a booking in five weeks: here that is everybody), and a
practice admin. Four kinds of words: the beginning of a name, a whole name, a typing error (every letter of every
row is compared), and one that nobody has.

therapist_p99_ms, supervisor_p99_ms: the slowest kind of words at 100,000 clients.
growth: the therapist's p50 at 100,000 over p50 at 1,000, the largest of all kinds.
"""

import argparse
import json
import os
import statistics
import time
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.models import User
    from benchmarks._practice import Building

SIZES = (1_000, 100_000)
LED = 25  # colleagues of the supervisor, besides the two of the story
AIM = 100.0  # milliseconds
ASKED = {
    "beginning": "given5",
    "whole name": "given17 family17",
    "typing error": "gievn famliy",
    "nobody": "xqzzyx",
}
LEAD = """
insert into accounts_supervision (id, supervisor_id, supervisee_id, kind, is_second, starts_on)
select gen_random_uuid(), %s, md5('colleague' || k)::uuid, 'leading', false, %s from generate_series(0, %s) k
where exists (select from accounts_user where id = md5('colleague' || k)::uuid)
  and not exists (select from accounts_supervision where supervisee_id = md5('colleague' || k)::uuid)
"""


@dataclass(frozen=True)
class Effort:
    """How often each kind of words is sent; `quick` stays under fifty seconds."""

    times: int
    desk_times: int


FULL, QUICK = Effort(times=300, desk_times=20), Effort(times=60, desk_times=3)


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/bench finding", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument(
        "--explain", action="store_true", help="print the plan of the clients’ part"
    )
    given = parser.parse_args()
    effort = QUICK if given.quick else FULL
    from benchmarks._practice import PEOPLE, Building
    from benchmarks._story import set_up

    set_up()
    building = Building(os.environ["OWNER_DATABASE_URL"], date.today())  # noqa: DTZ011 -- only its week counts
    building.begin("!")
    readers = more_people(building)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; milliseconds: p50, p99")
    seen: dict[int, dict[str, dict[str, tuple[float, float]]]] = {}
    for size in SIZES:
        building.grow(size)
        building.connection.execute(LEAD, [PEOPLE.supervisor, building.facts["long_ago"], LED - 1])
        seen[size] = at_one_size(size, readers, effort)
    if given.explain:
        for name in ("therapist", "supervisor"):
            explain(name, readers[name])
    print(
        f"Aim: p99 below {AIM:.0f} ms at 100,000 clients for who sees their own and who leads a team."
    )
    print(json.dumps(figures(seen)))


def more_people(building: "Building") -> "dict[str, User]":
    """Return who looks for somebody; load the demonstration's directory for them to look through."""
    from accounts.models import Role, User
    from benchmarks._practice import PEOPLE, PERSON, ROLE
    from core.actor import acting
    from core.clock import now, today
    from referrals.operations.demo_directory import load_demo_directory

    people = {
        "therapist": User.objects.get(pk=PEOPLE.leaver),
        "supervisor": User.objects.get(pk=PEOPLE.supervisor),
    }
    for name, role in (("front desk", Role.FRONT_DESK), ("practice admin", Role.PRACTICE_ADMIN)):
        building.connection.execute(PERSON, facts_of(name))
        building.connection.execute(ROLE, (facts_of(name)["key"], role.value))
        people[name] = User.objects.get(pk=facts_of(name)["key"])
    directory = User.objects.get(pk=PEOPLE.directory)
    with acting(directory):
        load_demo_directory(by=directory, on=today(), at=now())
    return people


def facts_of(name: str) -> dict[str, str]:
    from benchmarks._practice import OURS, key_of

    email = f"{name.split()[-1]}{OURS}"
    return {"key": key_of(email), "email": email, "name": name.title(), "password": "!"}


def at_one_size(
    size: int, readers: "dict[str, User]", effort: Effort
) -> dict[str, dict[str, tuple[float, float]]]:
    print(f"\n{size:,} clients")
    found = {}
    for name, person in readers.items():
        times = effort.desk_times if name == "front desk" else effort.times
        found[name] = {kind: timed(words, person, times) for kind, words in ASKED.items()}
        said = "   ".join(
            f"{kind} {p50:.1f}, {p99:.1f}" for kind, (p50, p99) in found[name].items()
        )
        print(f"  {name:<16}{said}", flush=True)
    return found


def timed(words: str, person: "User", times: int) -> tuple[float, float]:
    """Return p50 and p99 of asking so often, in milliseconds; the first time does not count."""
    answer(words, person)
    took = []
    for _time in range(times):
        began = time.perf_counter()
        answer(words, person)
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    return statistics.median(took), took[min(len(took) - 1, round(len(took) * 0.99))]


def answer(words: str, person: "User") -> str:
    from django.db import transaction
    from django.template.loader import render_to_string

    from core.actor import acting
    from desk.finding import find

    with acting(person), transaction.atomic():
        groups = find(words, by=person, how_many=5)
    count = sum(group.count for group in groups)
    return render_to_string("desk/_found.html", {"words": words, "groups": groups, "count": count})


def explain(name: str, person: "User") -> None:
    """Print how PostgreSQL finds clients for somebody who acts, policies included."""
    from django.db import transaction

    from caseload.models import Client
    from core.actor import acting
    from core.likeness import alike, words_in

    with acting(person), transaction.atomic():
        words = words_in(ASKED["typing error"])
        rows = alike(Client.objects.visible_to(person), words, ["name", "known_as", "code"])
        plan = rows.only("name", "known_as", "code", "sort_key")[:5].explain(
            analyze=True, buffers=True, costs=False
        )
    print(f"\nThe plan for the {name}\n{plan}")


def figures(seen: dict[int, dict[str, dict[str, tuple[float, float]]]]) -> dict[str, float]:
    first, last = seen[SIZES[0]], seen[SIZES[-1]]

    def worst(name: str) -> float:
        return round(max(p99 for _p50, p99 in last[name].values()), 1)

    growth = max(last["therapist"][kind][0] / first["therapist"][kind][0] for kind in ASKED)
    return {
        "therapist_p99_ms": worst("therapist"),
        "supervisor_p99_ms": worst("supervisor"),
        "growth": round(growth, 2),
    }


if __name__ == "__main__":
    main()
