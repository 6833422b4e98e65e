"""No workbook that leaves the house holds a live formula, whatever stands in our records."""

import ast
import io
import typing
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import date, time
from enum import Enum
from pathlib import Path
from types import SimpleNamespace, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import openpyxl
import pytest

from states.rules.findings import Verdict
from states.rules.stages import Mode
from states.rules.teaching import KnownSession, Recorded, Session
from templates.sheets.aggregation import AggregationRow, write_aggregation
from templates.sheets.attendance_book import Member
from templates.sheets.blanks import Enrolled, Examinee, blank_roster, blank_scores
from templates.sheets.contest_results import Contest, ContestantRow, write_contest_results
from templates.sheets.marked import Remark, mark
from templates.sheets.monthly_return import PasserRow, ReturnFoot, SatisfactionRow, write_return
from templates.sheets.passer_lists import blank_evaluation, blank_exam
from templates.sheets.quotas import write_quotas
from templates.sheets.reader import Columns
from templates.sheets.receipt import write_receipt_sample
from templates.sheets.registration import write_registration
from templates.sheets.samples import sample_roster, sample_scores
from templates.sheets.satisfaction import write_satisfaction
from templates.sheets.target_progress import ProgressRow, write_progress
from templates.sheets.teaching_sheets import attendance_sheet, blank_timetable, write_timetable
from templates.sheets.what_if import WhatIfRow, write_what_if
from templates.sheets.workday_calendar import write_calendar
from templates.sheets.writer import ExportMark, Page, header, write_pages

T = TypeVar("T")
RISKY = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", '=HYPERLINK("x","y")')
DAY = date(2026, 3, 19)


def filled(kind: type[T], text: str) -> T:
    """A row of this class with the text in every place that holds text."""
    hints = get_type_hints(kind)
    return kind(**{each.name: _value(hints[each.name], text) for each in fields(kind)})  # type: ignore[arg-type]


def _value(hint: Any, text: str) -> Any:  # noqa: ANN401 -- of whatever kind the field is
    if get_origin(hint) in {UnionType, typing.Union}:
        return _value(get_args(hint)[0], text)
    if hint is str:
        return text
    if issubclass(hint, Enum):
        return next(iter(hint))
    known = {date: DAY, time: time(9), int: 1, bool: True}
    return known[hint] if hint in known else filled(hint, text)


def a_class(text: str) -> SimpleNamespace:
    names = header(
        "code title provider provider_uscc licence_no district employer name phone employer_uscc "
        "school document_number sex category document_kind"
    )
    words = dict.fromkeys(names, text)
    learner = SimpleNamespace(**words, birth=DAY)
    return SimpleNamespace(
        **words,
        channel="district_project_training",
        licence_valid_until=DAY,
        opens_on=DAY,
        ends_on=DAY,
        half_hours=80,
        online_half_hours=0,
        teachers=[text],
        learners=[learner],
    )


def attendance(text: str) -> bytes:
    session = KnownSession(1, filled(Session, text))
    member = Member(1, text, text)
    recorded = filled(Recorded, text)
    return attendance_sheet([session], [member], [recorded], class_name=text)


def registration(text: str) -> bytes:
    return write_registration(a_class(text), mark=filled(ExportMark, text))


def handed_back(text: str) -> bytes:
    """Somebody's CSV made into a workbook, the findings beside it."""
    lines = f'姓名,证件号码\n"{text.replace(chr(34), chr(34) * 2)}",x\n'
    columns = Columns({"姓名": (), "证件号码": ()}, ("姓名", "证件号码"))
    remarks = {2: Remark(text, Verdict.ERROR)}
    return mark(lines.encode(), "a.csv", columns=columns, title=text, remarks=remarks).data


def monthly(text: str) -> bytes:
    foot = ReturnFoot(text, text, text, DAY)
    rows = ([filled(PasserRow, text)], [filled(SatisfactionRow, text)])
    return write_return(*rows, district=text, month="2026-04", foot=foot)


Writer = Callable[[str], bytes]
WRITERS: dict[str, Writer] = {
    "write_pages": lambda text: write_pages(
        Page("p", (text, "b"), [(text, 1)], titles=(text,), foot=(text,), choices={"b": (text,)})
    ),
    "write_aggregation": lambda text: write_aggregation([filled(AggregationRow, text)]),
    "write_receipt_sample": lambda text: write_receipt_sample(
        write_aggregation([filled(AggregationRow, text)]), refused={text: text}
    ),
    "write_return": monthly,
    "write_satisfaction": lambda text: write_satisfaction(
        [(text, "2026-04", filled(SatisfactionRow, text))],
        [(text, filled(SatisfactionRow, text))],
        by="机构",
        reported_by=text,
    ),
    "write_progress": lambda text: write_progress([filled(ProgressRow, text)], [], as_of=DAY),
    "write_quotas": lambda text: write_quotas([(text, text, 1)], year=2026),
    "write_calendar": lambda text: write_calendar([(text, text, None, None)], year=2027),
    "write_what_if": lambda text: write_what_if(
        [filled(WhatIfRow, text)], [(text, 1, 2, 3)], title=text
    ),
    "blank_evaluation": lambda text: blank_evaluation((text,)),
    "blank_exam": lambda _text: blank_exam(),
    "write_contest_results": lambda text: write_contest_results(
        filled(Contest, text), [filled(ContestantRow, text)]
    ),
    "write_registration": registration,
    "write_timetable": lambda text: write_timetable([(text, text)], class_name=text),
    "blank_timetable": lambda text: blank_timetable(
        [(text, 4, Mode.OFFLINE, text)], class_name=text
    ),
    "attendance_sheet": attendance,
    "blank_roster": lambda text: blank_roster([filled(Enrolled, text)]),
    "blank_scores": lambda text: blank_scores([filled(Examinee, text)], bank=text),
    "sample_roster": lambda _text: sample_roster(DAY, 5, seed=1, with_cases=True),
    "sample_scores": lambda text: sample_scores([filled(Examinee, text)], DAY, seed=1),
    "mark": handed_back,
}


def writers() -> Iterator[str]:
    """Every public function of the sheets that makes a workbook."""
    for path in Path("templates/sheets").glob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                called = {
                    getattr(call.func, "id", "")
                    for call in ast.walk(node)
                    if isinstance(call, ast.Call)
                }
                if called & {"write_pages", "_anew"}:
                    yield node.name


def test_every_writer_of_workbooks_is_tried_here() -> None:
    assert set(writers()) <= set(WRITERS)


def test_workbooks_are_written_in_two_places_only_and_no_csv_is() -> None:
    users = {
        path.as_posix()
        for room in ("api", "flows", "states", "templates")
        for path in Path(room).rglob("*.py")
        for word in ("import xlsxwriter", "import openpyxl", "csv.writer", "csv.DictWriter")
        if word in path.read_text("utf-8")
    }
    assert users == {"templates/sheets/writer.py", "templates/sheets/marked.py"}


@pytest.mark.parametrize("text", RISKY)
@pytest.mark.parametrize("name", WRITERS)
def test_no_cell_is_a_live_formula(name: str, text: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(WRITERS[name](text)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert cells
    # "f" is a formula; what merely looks like one is stored as text and shown as such.
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert not [cell.coordinate for cell in cells if cell.hyperlink]
