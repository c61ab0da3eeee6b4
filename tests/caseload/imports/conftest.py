"""A practice, and somebody who imports into it."""

from pathlib import Path

import pytest

from tests.accounts.factories import PracticeFactory
from tests.caseload.imports.importing import Importing


@pytest.fixture
def practice() -> None:
    PracticeFactory()


@pytest.fixture
def importing(tmp_path: Path) -> Importing:
    return Importing(tmp_path)
