"""Pages, tasks and forms reach a client only through a person (domain.md: the only roads)."""

import ast
from pathlib import Path

import pytest
from django.apps import apps

from caseload.models import Client, Episode

ROOT = Path(__file__).parents[2]
APPS = ("accounts", "caseload", "referrals", "endings", "reminders", "desk", "config")
PAGES = sorted(
    path
    for app in APPS
    for pattern in ("views.py", "views/*.py", "forms.py", "forms/*.py", "tasks.py", "admin.py")
    for path in (ROOT / app).glob(pattern)
)
SCOPES = {
    "visible_to",
    "editable_by",
    "takeable_by",
    "known_by",
    "to_review_by",
    "open_to",
    "received_by",
}
# Rows that lead to a client and stand open to a page for a reason of their own.
OPEN = {
    "Booking": "says that somebody is taken, never by whom",
    "Commitment": "numbers only",
    "Place": "holds no client",
    "Room": "holds no client",
    "ClosedDay": "holds no client",
    "ImportRun": "counts only; the page asks for the role",
    "ImportIssue": "line numbers and reasons only; the page asks for the role",
}


def leads_to_a_client(model: type, seen: frozenset[type] = frozenset()) -> bool:
    """Say whether following foreign keys from `model` arrives at a client, or at work with one."""
    if model in (Client, Episode):
        return True
    targets = {
        field.related_model
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and (field.many_to_one or field.one_to_one)
    }
    return any(
        leads_to_a_client(target, seen | {model})
        for target in targets - seen - {model}
        if isinstance(target, type)
    )


OURS = [model for model in apps.get_models() if model.__module__.split(".")[0] in APPS]
GUARDED = {model.__name__ for model in OURS if leads_to_a_client(model)} - set(OPEN)


def unscoped_uses(source: str) -> list[int]:
    """Lines where a guarded model's manager is used without a person scoping it first."""
    tree = ast.parse(source)
    scoped = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in SCOPES
    }
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr == "objects"
        and isinstance(node.value, ast.Name)
        and node.value.id in GUARDED
        and id(node) not in scoped
    ]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_reach_clients_only_through_a_person(path: Path) -> None:
    assert unscoped_uses(path.read_text()) == []


def test_the_check_sees_a_leak() -> None:
    leak = "x = get_object_or_404(Ending.objects.filter(pk=1))\ny = Ending.objects.visible_to(u)"
    assert unscoped_uses(leak) == [1]


def test_what_leads_to_a_client_is_known() -> None:
    assert {"Client", "Session", "Ending", "Telling", "OptionSet", "Goal"} <= GUARDED
    assert "Practice" not in GUARDED


def test_every_guarded_model_has_its_roads() -> None:
    """A queryset without `visible_to` would tempt a page to filter by hand."""
    through_parent = {"SummarySection", "SignOff", "ChoiceOption", "ReadLog", "ReferralMove"}
    without = {
        model.__name__
        for model in OURS
        if model.__name__ in GUARDED - through_parent
        and not model.__name__.endswith("Event")
        and not hasattr(model._default_manager.all(), "visible_to")
    }
    assert without == set()
