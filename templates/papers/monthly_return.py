"""The district's monthly return to the municipal centre, on paper for the seal (C18, C21)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from templates.papers.dates import day_zh, month_zh
from templates.papers.press import print_pdf

_NOTHING = "—"


@dataclass(frozen=True)
class ReturnRow:
    """One class of the month. Counts are persons."""

    class_code: str
    provider: str
    channel: str  # in the office's words: 区级项目制培训, ...
    assessed_on: date
    enrolled: int
    assessed: int
    passed: int


@dataclass(frozen=True)
class CorrectedRow:
    """A score of an earlier return that this one corrects; the person is a row of the roster."""

    month: str
    class_code: str
    sheet_row: int
    before: str
    after: str
    passed_before: int
    passed_after: int
    confirmed_on: date


@dataclass(frozen=True)
class SurveySum:
    """Answers of one kind of respondent; `mean` is the overall one of five points, None if untold.

    Of the `told` answers so many are `satisfied`; `means` are those of all questions, as written.
    """

    invited: int
    answered: int
    mean: Decimal | None
    told: int = 0
    satisfied: int = 0
    means: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class ReturnPaper:
    """What the return says. `month` is any day of it; `employers` is None where none was asked.

    An empty name, number or day at the foot leaves a line to write on.
    """

    district: str
    month: date
    serial: str
    rows: Sequence[ReturnRow]
    learners: SurveySum
    employers: SurveySum | None
    filled_by: str = ""
    reviewed_by: str = ""
    head: str = ""
    telephone: str = ""
    filed_on: date | None = None
    sample: bool = False
    corrections: Sequence[CorrectedRow] = ()


def monthly_return(paper: ReturnPaper) -> bytes:
    """The return as a PDF; the table's head is repeated where it runs over a page."""
    return print_pdf("monthly_return", _data(paper), paper.filed_on or paper.month)


def _data(paper: ReturnPaper) -> dict[str, Any]:
    return {
        "district": paper.district,
        "month": month_zh(paper.month),
        "serial": paper.serial,
        "rows": [_row(place, row) for place, row in enumerate(paper.rows, start=1)],
        "totals": [str(total) for total in _totals(paper.rows)] + [_share(paper.rows)],
        "corrections": [_corrected(row) for row in paper.corrections],
        "surveys": [_survey(whom, asked) for whom, asked in _asked(paper)],
        "means": [
            [whom, "；".join(f"{label} {mean}" for label, mean in asked.means)]
            for whom, asked in _asked(paper)
            if asked and asked.means
        ],
        "foot": _foot(paper),
        "sample": paper.sample,
    }


def _row(place: int, row: ReturnRow) -> list[str]:
    counts = [str(count) for count in (row.enrolled, row.assessed, row.passed)]
    words = [row.class_code, row.provider, row.channel, row.assessed_on.isoformat()]
    return [str(place), *words, *counts, _percent(row.passed, row.assessed)]


def _corrected(row: CorrectedRow) -> list[str]:
    counts = f"{row.passed_before} → {row.passed_after}"
    place = str(row.sheet_row)
    day = row.confirmed_on.isoformat()
    return [row.month, row.class_code, place, row.before, row.after, counts, day]


def _totals(rows: Sequence[ReturnRow]) -> tuple[int, int, int]:
    return (
        sum(row.enrolled for row in rows),
        sum(row.assessed for row in rows),
        sum(row.passed for row in rows),
    )


def _share(rows: Sequence[ReturnRow]) -> str:
    _, assessed, passed = _totals(rows)
    return _percent(passed, assessed)


def _asked(paper: ReturnPaper) -> tuple[tuple[str, SurveySum | None], ...]:
    return (("学员", paper.learners), ("用人单位", paper.employers))


def _survey(whom: str, asked: SurveySum | None) -> list[str]:
    if asked is None:
        return [whom, *[_NOTHING] * 5]
    mean = _NOTHING if asked.mean is None else str(_rounded(asked.mean, "0.01"))
    answers = _percent(asked.answered, asked.invited)
    satisfied = _percent(asked.satisfied, asked.told)
    return [whom, str(asked.invited), str(asked.answered), answers, satisfied, mean]


def _percent(part: int, whole: int) -> str:
    return f"{_rounded(Decimal(part * 100) / whole, '0.1')}%" if whole else _NOTHING


def _rounded(value: Decimal, step: str) -> Decimal:
    return value.quantize(Decimal(step), ROUND_HALF_UP)


def _foot(paper: ReturnPaper) -> list[tuple[str, str]]:
    return [
        ("填表人", paper.filled_by),
        ("审核人", paper.reviewed_by),
        ("负责人", paper.head),
        ("联系电话", paper.telephone),
        ("填报日期（盖章）", day_zh(paper.filed_on) if paper.filed_on else ""),
    ]
