"""A contest of 18 April that awaits its results, and result sheets with a row or two changed."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from io import BytesIO

import openpyxl
from sqlmodel import Session

from api.sample_offices import actors
from states.records import clock
from states.rules.cases.facts import FilingAccepted
from templates.sheets import contest_results
from templates.sheets.contest_results import ContestantRow, write_contest_results
from tests.api.reported import a_house_of_the_sample
from tests.route_house import HELD_ON, Contest, Organised, a_number

ACTIVITY, FILING = "JS-2026-01", "BA-2026-07"


def awaiting_results(session: Session) -> str:
    """The code of a contest in Huangpu whose filing has its number; today is the 21st."""
    told = Organised(a_house_of_the_sample(session), actors(session)["contest-1"])
    made = Contest(session, told).filed().says(FilingAccepted(number=FILING), told.house.first)
    clock.move(session, by=timedelta(days=20))
    session.commit()
    return made.outcome.code


def a_result_sheet(
    changes: Mapping[int, tuple[str, str]], *, employers: Sequence[str] = ("",) * 5
) -> bytes:
    """A contestant for each employer's credit code; `changes` put another word in a row's column.

    Rows are called by their place, from 0.
    """
    of = contest_results.Contest(ACTIVITY, FILING, "上海示例行业协会", HELD_ON)
    rows = [
        ContestantRow(
            f"选手{order}", a_number(order), "示例公司", uscc, None, None, 900 - order, place=1
        )
        for order, uscc in enumerate(employers, start=1)
    ]  # fmt: skip
    return _changed(write_contest_results(of, rows), changes)


def _changed(data: bytes, changes: Mapping[int, tuple[str, str]]) -> bytes:
    book = openpyxl.load_workbook(BytesIO(data))
    lines = list(book.worksheets[0].iter_rows())
    head = next(line for line in lines if line[0].value == "活动编号")
    columns = {cell.value: place for place, cell in enumerate(head)}
    for place, (column, word) in changes.items():
        lines[lines.index(head) + 1 + place][columns[column]].value = word
    out = BytesIO()
    book.save(out)
    return out.getvalue()
