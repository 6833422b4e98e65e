"""The teaching of a class in words: its sessions, hours, who was there, what was corrected."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from api.errors import words_for
from api.pages.forms import note_lines, sheet_report
from api.pages.names import shown_name
from states.records import reports, survey_watch
from states.records.class_board import ClassBoard
from states.records.classes import LearnerView
from states.records.reports import Report
from states.records.teaching_board import (
    Correction,
    Taught,
    corrections_of,
    suspicions,
    teaching_of,
)
from states.rules import anomalies, teaching
from states.rules.disclosure import LEAST
from states.rules.halves import hours
from states.rules.law import the_law
from states.rules.teaching import SIGNS, THERE, Hours, KnownSession, Mark, Value
from states.rules.words import Language, say
from templates.shapes import SheetReport
from templates.sheets.attendance import ATTENDANCE_COLUMNS
from templates.sheets.reader import Columns
from templates.sheets.timetable import TIMETABLE_COLUMNS

_SHEETS: Mapping[str, Columns] = {
    "timetable": TIMETABLE_COLUMNS,
    "attendance": ATTENDANCE_COLUMNS,
}


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One session; `there` of `marked` learners were taught. `place` counts from 1."""

    place: int
    session: teaching.Session
    span: str
    there: int
    marked: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One mark of the grid: a sign for the eye, words for everybody."""

    mark: str
    sign: str
    words: str


@dataclass(frozen=True, slots=True)
class GridLine:
    """One learner over all sessions, with the half hours attended."""

    name: str
    cells: tuple[Cell, ...]
    half_hours: int
    online_half_hours: int


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """A mark that was replaced."""

    at: datetime
    session: str
    name: str
    old: str
    new: str
    reason: str


@dataclass(frozen=True, slots=True)
class SheetState:
    """One of the two workbooks: what it holds, and what was said of the last one."""

    columns: Mapping[str, Sequence[str]]
    report: SheetReport | None
    notes: list[str]


@dataclass(frozen=True, slots=True)
class TeachingWords:
    """What the page of a class shows of its teaching. Hours are halves; `wanted` are required."""

    planned: Hours
    delivered: Hours
    wanted: int
    sessions: tuple[SessionLine, ...]
    grid: tuple[GridLine, ...]
    corrections: tuple[CorrectionLine, ...]
    suspicions: tuple[str, ...]
    alike: str
    timetable: SheetState
    attendance: SheetState


def teaching_words(
    session: Session,
    board: ClassBoard,
    lang: Language,
    *,
    names: bool,
    marked: Callable[[str], str],
) -> TeachingWords:
    """In a handful of queries. `names`: whether the reader works with these learners.

    `marked` answers where a workbook of a kind is handed back with its findings, or nothing.
    """
    taught = teaching_of(session, board.klass.id)
    people = [one for one in board.learners if one.verdict == "admitted"]
    called = {one.id: shown_name(one.name, lang, whole=names) for one in board.learners}
    corrections = corrections_of(session, board.klass.id) if names else []
    found = suspicions(board.klass, taught)
    last = {kind: reports.last(session, kind, class_id=board.klass.id) for kind in _SHEETS}
    timetable, attendance = (
        _state(kind, last[kind], lang, marked=marked(kind)) for kind in _SHEETS
    )
    return TeachingWords(
        planned=taught.planned,
        delivered=taught.delivered,
        wanted=the_law().regimes[board.klass.regime].limits.hours.half_hours,
        sessions=tuple(_sessions(taught)),
        grid=tuple(_grid(taught, people, called, lang=lang)) if taught.marks else (),
        corrections=tuple(_correction(one, called, lang) for one in corrections),
        suspicions=tuple(words_for("row", one.code, lang, one.params) for one in found),
        alike=_alike(session, board, lang),
        timetable=timetable,
        attendance=attendance,
    )


def _state(kind: str, last: Report | None, lang: Language, *, marked: str) -> SheetState:
    told = sheet_report(last, lang, corrected_href=marked)
    return SheetState(_SHEETS[kind].spellings, told, _notes(last, lang))


def _notes(report: Report | None, lang: Language) -> list[str]:
    """What looks too even is said of what stands now, not of the last workbook alone."""
    said = report.findings if report else []
    return note_lines((one for one in said if one["clause"] != anomalies.CLAUSE), lang)


def _sessions(taught: Taught) -> Iterator[SessionLine]:
    marked = Counter(at for at, _ in taught.marks)
    there = Counter(at for (at, _), value in taught.marks.items() if value.mark in THERE)
    for place, one in enumerate(taught.sessions, start=1):
        yield SessionLine(place, one.session, _span(one.session), there[one.id], marked[one.id])


def _grid(
    taught: Taught, people: Sequence[LearnerView], called: dict[int, str], *, lang: Language
) -> Iterator[GridLine]:
    for one in people:
        had = taught.hours_of(one.id)
        cells = (
            _cell(known, taught.marks.get((known.id, one.id)), lang) for known in taught.sessions
        )
        yield GridLine(called[one.id], tuple(cells), had.half_hours, had.online_half_hours)


def _cell(known: KnownSession, value: Value | None, lang: Language) -> Cell:
    if value is None:
        return Cell("", "", "")
    said = say("mark", value.mark, lang)
    if value.mark in THERE and value.half_hours != known.session.half_hours:
        said = f"{said} {hours(value.half_hours)}"
    return Cell(value.mark, SIGNS[value.mark], said)


def _correction(one: Correction, called: dict[int, str], lang: Language) -> CorrectionLine:
    return CorrectionLine(
        at=one.at,
        session=f"{one.session.held_on} {_span(one.session)}",
        name=called.get(one.enrolment_id, ""),
        old=_value(one.old, lang),
        new=_value(one.new, lang),
        reason=one.reason,
    )


def _value(value: Value, lang: Language) -> str:
    """到课 4 · 09:00:05–12:00:00 · 刷卡: what there is of it."""
    times = [moment.isoformat("seconds") for moment in (value.in_at, value.out_at) if moment]
    check = say("check_kind", value.check_kind, lang) if value.check_kind else ""
    mark = f"{say('mark', Mark(value.mark), lang)} {hours(value.half_hours)}"
    return " · ".join(part for part in (mark, "–".join(times), check) if part)


def _span(session: teaching.Session) -> str:
    return f"{session.starts:%H:%M}–{session.ends:%H:%M}"


def _alike(session: Session, board: ClassBoard, lang: Language) -> str:
    """Answers too much alike, once the survey is closed (E57); of too few nothing is told."""
    if not any(result.answers >= LEAST for result in board.survey_results):
        return ""
    count = survey_watch.alike(session, board.klass.id)
    limits = the_law().regimes[board.klass.regime].limits.anomalies
    params = {"count": count, "seconds": limits.survey_seconds}
    return words_for("row", "answers_alike_from_one_connection", lang, params) if count else ""
