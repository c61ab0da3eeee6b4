"""How a table is guarded: which road leads to its rows, to read and to write them.

A model says it of itself, beside its columns: `guard = Guard(read=through("client_id", "clients"), …)`.
Grants and policies are made from that after each `migrate` (`core.grants`). A road is a function in schema
`sight` that returns the keys open to whoever is acting today; a policy asks it once a query. The
conditions are SQL over the row's own columns, so that they hold for history's rows as well.
"""

from dataclasses import dataclass, field
from typing import Literal

Verb = Literal["select", "insert", "update", "delete"]
VERBS: tuple[Verb, ...] = ("select", "insert", "update", "delete")
NOBODY = ""


@dataclass(frozen=True)
class Worker:
    """What the worker may do with every row of a table when it acts for nobody.

    Keys are always readable to it. `reads` opens all columns that are not sealed, `opens` those too.
    """

    reads: bool = False
    opens: bool = False
    writes: tuple[Verb, ...] = ()


KEYS_ONLY = Worker()
READS = Worker(reads=True)
IMPORTS = Worker(reads=True, opens=True, writes=("insert", "update", "delete"))


@dataclass(frozen=True)
class Guard:
    """Conditions under which the person acting may read, add, change and remove a row.

    `write` stands for each of the three that is not given; an empty one is a verb that nobody has.
    `fixed`: columns that a change leaves alone, because they are what the road goes by.
    `sight_moves`: columns that a definer function changes for somebody without a road here;
    `sight_writes`: what else one does with rows of this table.
    `because` says in words what the conditions do not say by themselves; `show_access` prints it.
    """

    read: str
    write: str = NOBODY
    insert: str | None = None
    update: str | None = None
    delete: str | None = None
    fixed: tuple[str, ...] = ()
    worker: Worker = field(default=KEYS_ONLY)
    because: str = ""
    sight_moves: tuple[str, ...] = ()
    sight_writes: tuple[Verb, ...] = ()

    def condition(self, verb: Verb) -> str:
        """Return the condition of one verb; empty where nobody has it."""
        if verb == "select":
            return self.read
        own = {"insert": self.insert, "update": self.update, "delete": self.delete}[verb]
        return self.write if own is None else own


EVERYBODY = "true"
SOMEBODY = "(select sight.actor()) is not null"


def through(column: str, road: str) -> str:
    """Return the condition that `column` is among the keys which `sight.<road>()` opens."""
    return f'"{column}" = any ((select sight.{road}())::uuid[])'


def mine(column: str) -> str:
    """Return the condition that `column` names whoever is acting."""
    return f'"{column}" = (select sight.actor())'


def holding(role: str) -> str:
    """Return the condition that whoever is acting holds `role`."""
    return f"(select sight.holds('{role}'))"


def either(*conditions: str) -> str:
    return " or ".join(f"({one})" for one in conditions)


def both(*conditions: str) -> str:
    return " and ".join(f"({one})" for one in conditions)


def of_work(worker: Worker = KEYS_ONLY, *, append_only: bool = False) -> Guard:
    """Guard rows of one therapist's work: read by clinical sight, written by who does the work."""
    own = through("assignment_id", "own_assignments")
    return Guard(
        read=through("assignment_id", "assignments"),
        write=own,
        update=NOBODY if append_only else own,
        delete=NOBODY if append_only else own,
        worker=worker,
    )


def of_client(worker: Worker = KEYS_ONLY) -> Guard:
    """Guard what belongs to a client's identity."""
    return Guard(
        read=through("client_id", "clients"),
        write=through("client_id", "own_clients"),
        worker=worker,
    )


def of_ending(worker: Worker = KEYS_ONLY) -> Guard:
    """Guard the facts of an ending; those of a draft are its author's alone."""
    return Guard(
        read=through("ending_id", "endings"),
        write=through("ending_id", "own_endings"),
        worker=worker,
    )


def of_person(column: str, worker: Worker = KEYS_ONLY) -> Guard:
    """Guard what belongs to one person alone."""
    return Guard(read=mine(column), write=mine(column), worker=worker)
