"""A file from outside is read by a process of its own, and no file harms more than that process."""

import logging
import os
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from states.rules.words import say
from templates.sheets import reading_room
from templates.sheets.contest import read_contest
from templates.sheets.grid import SheetUnreadable
from templates.sheets.reader import Progress, silent
from templates.sheets.reading_room import MIB, Limits, limits_for, read_aside
from templates.sheets.receipt import read_receipt
from templates.sheets.roster import RosterReading, read_roster
from templates.sheets.samples import sample_roster
from templates.sheets.scores import ClassLearner, PassMarks, read_scores
from templates.sheets.writer import Page, write_pages
from tests.templates.hostile_files import HARMLESS, HOSTILE, Builder, good
from tests.templates.sheet_builders import (
    DISTRICT,
    OPENS,
    TODAY,
    learner,
    number,
    roster_file,
)

TIGHT = Limits(memory=300 * MIB, cpu=2, wall=60)


def aside(data: bytes, filename: str = "a.xlsx", progress: Progress = silent) -> RosterReading:
    return read_aside(
        read_roster, data, filename, opens=OPENS, rules=DISTRICT, today=TODAY, progress=progress
    )


@dataclass(frozen=True)
class Echo:
    """What a reader of these tests found in its process."""

    text: str
    count: int = 0


def read_surroundings(data: bytes, filename: str, *, times: int) -> Echo:
    return Echo(f"{filename} {sorted(os.environ)}", len(data) * times)


def read_badly(_data: bytes, _filename: str) -> Echo:
    raise LookupError("张三 319901199001010011")


def read_greedily(_data: bytes, _filename: str) -> Echo:
    return Echo("", len(bytearray(400 * MIB)))


def read_into_a_file(_data: bytes, filename: str) -> Echo:
    with open(filename, "wb", buffering=0) as out:  # noqa: PTH123 -- whether it can at all
        out.write(b"x")
    return Echo("written")


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reading room whose process also knows the readers of this file."""
    here = f"import sys; sys.path.insert(0, {str(Path.cwd())!r}); "
    run = "from templates.sheets.reading_desk import main; main()"
    monkeypatch.setattr(reading_room, "READER", (*reading_room.READER[:3], "-c", here + run))
    for name in ("read_surroundings", "read_badly", "read_greedily", "read_into_a_file"):
        monkeypatch.setattr(globals()[name], "__module__", "tests.templates.test_reading_room")


def test_what_is_read_aside_is_what_is_read_here() -> None:
    data = roster_file(
        learner(number("19900101", 1)), learner("31990119871117086x"), learner(3.1990119e17)
    )
    told: list[tuple[int, int]] = []
    reading = aside(data, progress=lambda done, total: told.append((done, total)))
    assert reading == read_roster(data, "a.xlsx", opens=OPENS, rules=DISTRICT, today=TODAY)
    assert told == [(0, 3), (3, 3)]


def test_scores_receipts_and_contests_come_back_whole() -> None:
    who = number("19900101", 1)
    scores = write_pages(
        Page(
            "s",
            ("姓名", "证件号码", "考核日期", "理论成绩", "实操成绩", "考核结果"),
            [["张三", who, "2026-04-25", 75, 59.5, "不合格"], ["李四", "x", "", "", "", ""]],
        )
    )
    learners, marks = {who: ClassLearner(7, "张三")}, PassMarks(600, 600)
    assert read_aside(read_scores, scores, "s.xlsx", learners=learners, marks=marks) == read_scores(
        scores, "s.xlsx", learners=learners, marks=marks
    )
    receipt = write_pages(
        Page("r", ("内部流水号", "归集结果", "证书编号"), [["D-1", "成功", "N1"]])
    )
    assert read_aside(read_receipt, receipt, "r.xlsx") == read_receipt(receipt, "r.xlsx")
    names = ("选手姓名", "证件号码", "总分", "是否有效成绩", "比赛日期")
    contest = write_pages(Page("c", names, [["张三", who, 79.5, "是", "2026-06-13"]]))
    assert read_aside(read_contest, contest, "c.xlsx") == read_contest(contest, "c.xlsx")


def test_a_refusal_keeps_its_place_in_the_sheet() -> None:
    data = write_pages(Page("名册", ("姓名", "备注"), [["甲", "x"]], titles=("一", "二")))
    with pytest.raises(SheetUnreadable) as caught:
        aside(data)
    refusal = caught.value
    assert (refusal.code, refusal.sheet, refusal.row) == ("column_missing", "名册", 3)
    assert refusal.column == "证件号码、人员类别"


@pytest.mark.parametrize(
    ("build", "filename", "code"), HOSTILE, ids=lambda x: getattr(x, "__name__", "")
)
def test_a_hostile_file_is_refused_within_two_seconds_and_300_mb(
    build: Builder,
    filename: str,
    code: str,
    *,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(reading_room, "limits_for", lambda _size: TIGHT)
    with caplog.at_level(logging.INFO), pytest.raises(SheetUnreadable) as caught:
        aside(build(), filename)
    assert caught.value.code == code
    for lang in ("zh", "en"):
        assert "{" not in say("row", code, lang, **caught.value.params)
    # A process that was stopped tells nothing: its address space was the bound.
    for used in re.findall(r"read aside with (\d+) KiB", caplog.text):
        assert int(used) < 300 * 1024


@pytest.mark.parametrize("build", HARMLESS, ids=lambda build: build.__name__)
def test_what_looks_odd_but_does_no_harm_is_read(
    build: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_room, "limits_for", lambda _size: TIGHT)
    assert [row.name for row in aside(build()).rows] == ["张三"]


def test_small_files_get_two_seconds_and_300_mb_and_none_gets_500() -> None:
    assert limits_for(len(good())) == Limits(300 * MIB, 2, 20)
    largest = limits_for(20 * MIB)
    assert (largest.memory, largest.cpu) == (480 * MIB, 60)


@pytest.mark.real
def test_50000_learners_pass_within_the_limits(caplog: pytest.LogCaptureFixture) -> None:
    told: list[int] = []
    with caplog.at_level(logging.INFO):
        data = sample_roster(date(2026, 3, 19), 50_000, seed=1)
        reading = aside(data, progress=lambda done, _total: told.append(done))
    assert len(reading.rows) == 50_000
    assert told == [*range(0, 50_000, 500), 50_000]
    (used,) = re.findall(r"read aside with (\d+) KiB", caplog.text)
    assert int(used) < 500 * 1024


@pytest.mark.usefixtures("room")
def test_the_reader_sees_neither_the_settings_nor_the_secrets_of_the_house(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DUBAN_DATABASE_URL", "postgresql://secret")
    echo = read_aside(read_surroundings, b"12345", "名册.xlsx", times=3)
    assert (echo.text[:8], echo.count) == ("名册.xlsx ", 15)
    assert "DUBAN" not in echo.text


@pytest.mark.usefixtures("room")
def test_the_reader_cannot_write_files(tmp_path: os.PathLike[str]) -> None:
    target = os.path.join(tmp_path, "out")  # noqa: PTH118 -- the reader is given text
    with pytest.raises(SheetUnreadable, match="file_damaged"):
        read_aside(read_into_a_file, b"", target)
    assert os.path.getsize(target) == 0  # noqa: PTH202


@pytest.mark.usefixtures("room")
def test_a_fault_of_ours_is_logged_by_its_place_and_without_a_word_of_the_file(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(SheetUnreadable, match="file_damaged"):
        read_aside(read_badly, b"", "a.xlsx")
    assert re.search(r"LookupError at test_reading_room\.py:\d+", caplog.text)
    assert "张三" not in caplog.text


@pytest.mark.usefixtures("room")
def test_too_much_memory_and_too_much_time_have_their_sentences(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(SheetUnreadable, match="file_needs_too_much_memory"):
        read_aside(read_greedily, b"", "a.xlsx")
    monkeypatch.setattr(reading_room, "limits_for", lambda _size: Limits(300 * MIB, 2, 0))
    with pytest.raises(SheetUnreadable, match="file_takes_too_long"):
        aside(good())


def test_a_reader_that_answers_in_another_shape_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    says = "import sys; sys.stdin.buffer.read(); print('read {\"rows\": 319901199001010011}')"
    monkeypatch.setattr(reading_room, "READER", (*reading_room.READER[:3], "-c", says))
    with pytest.raises(SheetUnreadable, match="file_damaged"):
        aside(good())
    assert "319901" not in caplog.text
