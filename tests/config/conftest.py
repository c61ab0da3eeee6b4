"""Data directories for tests that run the project's own scripts."""

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.config.practices import fill


@pytest.fixture
def folder():
    """Where a data directory may be made: on a short path that every account may enter."""
    made = Path(tempfile.mkdtemp(prefix="practice-of-a-test-"))
    made.chmod(0o755)
    yield made / "data"
    shutil.rmtree(made)


@pytest.fixture
def filled(folder):
    """A data directory with a migrated, empty database."""
    fill(folder)
    return folder
