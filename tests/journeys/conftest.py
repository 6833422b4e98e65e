"""A folder within reach of the database's user, and one undisturbed rehearsal for all to read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.rehearse import temporary_folder
from tests.journeys.records import Told, rehearsed


@pytest.fixture
def folder() -> Iterator[Path]:
    with temporary_folder(keep=False) as found:
        yield found


@pytest.fixture(scope="session")
def undisturbed() -> Told:
    """Three whole lives, one of each channel."""
    with temporary_folder(keep=False) as found:
        return rehearsed(3, found)
