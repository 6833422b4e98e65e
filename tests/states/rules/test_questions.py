"""Question sets are dated data: a new one is a new file, and what was asked before stays known."""

import re
from datetime import date
from pathlib import Path

import pytest

from states.rules.questions import SURVEYS, questions_ever, survey_on

LAST, NEXT = date(2026, 12, 31), date(2027, 1, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The set in force, and one for 2027 that words a question anew and swaps another."""
    old = (SURVEYS / "2026.toml").read_text("utf-8")
    new = re.sub(r"effective_from = \S+", f"effective_from = {NEXT}", old)
    new = new.replace('id = "2026"', 'id = "2027"').replace("课时安排", "课时与节奏")
    new = new.replace('key = "premises", zh = "场地设备"', 'key = "meals", zh = "用餐"')
    (tmp_path / "2026.toml").write_text(old, "utf-8")
    (tmp_path / "2027.toml").write_text(new, "utf-8")
    return tmp_path


def test_the_set_in_force_on_the_day_is_asked(folder: Path) -> None:
    before, after = (survey_on(day, folder) for day in (LAST, NEXT))
    assert (before.id, after.id) == ("2026", "2027")
    assert "premises" in before.learner.keys
    ratings = dict.fromkeys(after.learner.keys, 5)
    assert after.learner.accepts(ratings)
    assert not before.learner.accepts(ratings)


def test_old_sums_keep_their_questions_in_the_newest_words(folder: Path) -> None:
    ever = questions_ever("learner", folder)
    assert {"premises", "meals"} <= set(ever)
    assert ever["hours"].zh == "课时与节奏"


@pytest.mark.parametrize("points", [0, 6])
def test_a_point_beyond_the_scale_is_no_rating(points: int) -> None:
    asked = survey_on(LAST).employer
    assert not asked.accepts(dict.fromkeys(asked.keys, points))
