"""Data directories for tests that run the project's own scripts."""

import shutil

import pytest

from config.servers.testing import open_folder
from tests.config.practices import fill


@pytest.fixture
def folder():
    """Where a data directory may be made: on a short path that every account may enter."""
    made = open_folder("practice-of-a-test-")
    yield made / "data"
    shutil.rmtree(made)


@pytest.fixture
def filled(folder):
    """A data directory with a migrated, empty database."""
    fill(folder)
    return folder
