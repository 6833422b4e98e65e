"""Whether the rows of a result sheet are of this contest: a wrong one is refused row by row."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from states.rules.findings import RowFinding, Verdict

_CLAUSE = "C33"


class OfContest(Protocol):
    """What a row says of its contest; empty where it says nothing."""

    @property
    def sheet_row(self) -> int: ...
    @property
    def activity(self) -> str: ...
    @property
    def filing(self) -> str: ...
    @property
    def organiser(self) -> str: ...
    @property
    def held_on(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class ContestNames:
    """By which names and numbers a contest may be called in its sheet."""

    activities: frozenset[str]
    filings: frozenset[str]
    organisers: frozenset[str]
    held_on: date


def strangers(rows: Iterable[OfContest], contest: ContestNames) -> Iterator[RowFinding]:
    """Rows that name another activity, filing (and so another district), organiser or day."""
    for row in rows:
        yield from _differences(row, contest)


def _differences(row: OfContest, contest: ContestNames) -> Iterator[RowFinding]:
    for code, column, said, known in (
        ("contest_activity_differs", "活动编号", row.activity, contest.activities),
        ("contest_filing_differs", "备案号", row.filing, contest.filings),
        ("contest_organiser_differs", "主办单位", row.organiser, contest.organisers),
    ):
        if said and said not in known:
            yield _error(row, code, column, text=said)
    if row.held_on not in (None, contest.held_on):
        wanted = contest.held_on.isoformat()
        yield _error(row, "contest_day_differs", "比赛日期", text=str(row.held_on), day=wanted)


def _error(row: OfContest, code: str, column: str, **params: str) -> RowFinding:
    return RowFinding(row.sheet_row, Verdict.ERROR, code, _CLAUSE, column, params)
