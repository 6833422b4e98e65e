"""Everything the program may say has its words in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from states.rules.words import has, say


def reasons() -> Iterator[str]:
    """Every reason that a BadInput names in the code."""
    for room in ("states", "api"):
        for path in Path(room).rglob("*.py"):
            yield from re.findall(r'BadInput\(why="(\w+)"', path.read_text("utf-8"))


@pytest.mark.parametrize("why", sorted(set(reasons())))
def test_every_reason_for_bad_input_is_said(why: str) -> None:
    assert has("input", why)


def test_a_sentence_takes_its_parameters() -> None:
    assert say("input", "no_such_district", "en", district="ZZ").endswith("“ZZ”.")
