"""An upgrade without a pause: the release before still runs while a migration is made, and after it for a while.

So what comes after the migrations named in `BEFORE_THE_FIRST_RELEASE` is read by squawk, as SQL, and asked
whether older code could go on writing. Locks are not judged here: the owner waits five seconds for one and
gives way (config/servers/roles.sql, docs/operations.md).
"""

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from config.servers.processes import PROJECT

APPS = ("accounts", "caseload", "referrals", "endings", "reminders")
BEFORE_THE_FIRST_RELEASE = json.loads(
    (Path(__file__).parent / "migrations_before_the_first_release.json").read_text()
)
# What older code would stumble over, or a table at work would be rewritten by.
BREAKS = {
    "adding-field-with-default",
    "adding-required-field",
    "adding-not-nullable-field",
    "ban-drop-column",
    "ban-drop-database",
    "ban-drop-table",
    "ban-truncate-cascade",
    "changing-column-type",
    "renaming-column",
    "renaming-table",
}
# Migrations that may all the same: "app.name": "why older code does not mind".
MAY: dict[str, str] = {
    "referrals.0002_hsds": "the required columns are keys of tables that it makes itself",
}
NO_RELEASE = "There is no release yet."
Key = tuple[str, str]


def faults_of(statements: list[str], folder: Path) -> set[str]:
    """Return squawk's rules, of those that count here, which SQL breaks; and ours about defaults.

    Django gives an added column a default for the rows that are there and takes it away again: a release that
    does not know the column could then write no row. `db_default=` leaves it.
    """
    file = folder / "migration.sql"
    file.write_text("\n".join(statements))
    squawk = [PROJECT / ".venv" / "bin" / "squawk", "--pg-version", "17", "--reporter", "json"]
    done = subprocess.run([*squawk, file], capture_output=True, text=True, check=False)  # noqa: S603
    found = {each["rule_name"] for each in json.loads(done.stdout or "[]")} & BREAKS
    if any("ADD COLUMN" in each and "NOT NULL" in each for each in statements) and any(
        "DROP DEFAULT" in each for each in statements
    ):
        found.add("default-taken-away")
    return found


def written_as_sql(migration: migrations.Migration, state: ProjectState) -> list[str]:
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        migration.apply(state, editor, collect_sql=True)
    return [line for line in editor.collected_sql if not line.startswith("--")]


def after_the_baseline() -> tuple[list[Key], ProjectState, Any]:
    """Return the migrations of ours that came later, the state before them, and the graph."""
    loader = MigrationLoader(None, replace_migrations=False)
    plan: list[Key] = []
    for leaf in sorted(loader.graph.leaf_nodes()):
        plan += [key for key in loader.graph.forwards_plan(leaf) if key not in plan]
    later = [key for key in plan if key[0] in APPS and key[1] > BEFORE_THE_FIRST_RELEASE[key[0]]]
    state = ProjectState()
    for key in plan:
        if key not in later:
            state = loader.graph.nodes[key].mutate_state(state, preserve=False)
    return later, state, loader.graph


@pytest.mark.django_db
def test_the_release_before_can_go_on_working_over_every_later_migration(
    tmp_path: Path, record_property: Any
) -> None:
    """Binding from the first release on; until then there is no practice to upgrade, and faults are only said."""
    later, state, graph = after_the_baseline()
    faults = {}
    for key in later:
        migration = graph.nodes[key]
        found = faults_of(written_as_sql(migration, state), tmp_path)
        state = migration.mutate_state(state)
        if found and ".".join(key) not in MAY:
            faults[".".join(key)] = found
    if NO_RELEASE in (PROJECT / "CHANGELOG.md").read_text():
        record_property("found", f"Migrations that older code would not outlive: {sorted(faults)}")
        return
    assert faults == {}, "use db_default=, or two releases; else say in MAY why it is safe"


@cache
def as_it_stands() -> ProjectState:
    """Return every model as all migrations leave it, drawn once."""
    state: ProjectState = MigrationLoader(None).project_state()
    assert state.apps
    return state


def test_the_baseline_names_migrations_that_exist() -> None:
    for app, name in BEFORE_THE_FIRST_RELEASE.items():
        assert (PROJECT / app / "migrations" / f"{name}.py").exists(), (app, name)
    assert set(BEFORE_THE_FIRST_RELEASE) == set(APPS)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("operation", "fault"),
    [
        (
            migrations.AddField("job", "mood", models.CharField(max_length=9, default="")),
            "default-taken-away",
        ),
        (migrations.RemoveField("job", "said"), "ban-drop-column"),
        (migrations.RenameField("job", "said", "spoke"), "renaming-column"),
        (migrations.DeleteModel("formtoken"), "ban-drop-table"),
        (migrations.AlterField("job", "said", models.IntegerField()), "changing-column-type"),
        (
            migrations.RunSQL("alter table accounts_job add column mood text not null"),
            "adding-required-field",
        ),
        (migrations.AddField("job", "mood", models.CharField(max_length=9, db_default="")), ""),
        (migrations.AddField("job", "mood", models.DateField(null=True)), ""),
    ],
)
def test_what_would_break_the_release_before_is_found(
    operation: Any, fault: str, tmp_path: Path
) -> None:
    migration = migrations.Migration("9999_tried", "accounts")
    migration.operations = [operation]
    state = as_it_stands().clone()
    assert faults_of(written_as_sql(migration, state), tmp_path) == ({fault} if fault else set())
