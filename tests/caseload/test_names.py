"""What a log or an error page could print of a row names nobody (R22)."""

import pytest

from tests.caseload import factories

MADE = [
    factory
    for name, factory in vars(factories).items()
    if name.endswith("Factory") and factory.__module__ == factories.__name__
]


@pytest.mark.django_db
@pytest.mark.parametrize("factory", MADE, ids=lambda factory: factory.__name__)
def test_a_row_in_words_names_nobody(factory) -> None:
    row = factory.create()
    said = f"{row} {row!r}"
    for known in ("Person", "Guardian", "C-", "sisters", "+48"):
        assert known not in said.replace("InvolvedPerson", "").replace("Involved person", "")
    assert said.strip()
