"""Timetable and attendance of a class: prefilled to download, and handed in to be checked first."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, File, Response, UploadFile

from api.deps import Settings
from api.desk import AtDesk, Desk
from api.desk_teaching import book_of
from api.once import Once
from api.pages.forms import download
from api.trials import TrialsHere, sheet_of
from states.errors import NotFound
from states.records.classes import ClassView
from states.records.projects import load
from states.rules.deadlines import shanghai_day
from states.rules.facts import Kind, PlanSubmitted
from states.rules.stages import Mode
from templates.sheets.teaching_samples import sample_attendance, sample_timetable
from templates.sheets.teaching_sheets import Unit, attendance_sheet, blank_timetable

router = APIRouter(prefix="/projects/{code}/classes/{no}")


@router.post("/timetable")
def upload_timetable(
    desk: AtDesk, once: Once, *,
    trials: TrialsHere, code: str, no: int, file: Annotated[UploadFile, File()],
) -> Response:  # fmt: skip
    """Try a timetable out: nothing is stored before somebody goes on."""
    sheet = sheet_of(desk, "timetable", (code, no), file=file)
    return once.redirect(f"/uploads/{trials.hand_in(sheet, desk.actor).token}")


@router.post("/attendance")
def upload_attendance(
    desk: AtDesk, once: Once, *,
    trials: TrialsHere, code: str, no: int, file: Annotated[UploadFile, File()],
) -> Response:  # fmt: skip
    """Try an attendance sheet out: nothing is stored before somebody goes on."""
    sheet = sheet_of(desk, "attendance", (code, no), file=file)
    return once.redirect(f"/uploads/{trials.hand_in(sheet, desk.actor).token}")


@router.get("/timetable.xlsx")
def timetable_blank(desk: AtDesk, *, code: str, no: int) -> Response:
    """A timetable with the units of the plan; days and times are left to fill in."""
    klass = _class(desk, Kind.TIMETABLE_FILED, code, no=no)
    data = blank_timetable(_units(desk, klass), class_name=f"{code}-{no}")
    return download(data, f"课程表-{code}-{no}班.xlsx")


@router.get("/sample-timetable.xlsx")
def timetable_sample(desk: AtDesk, *, settings: Settings, code: str, no: int) -> Response:
    """Sample mode: a timetable as an office would send it, for the days of this class."""
    klass = _class(desk, Kind.TIMETABLE_FILED, code, no=no, sample=settings.sample_mode)
    data = sample_timetable(
        _units(desk, klass), klass.opens_on, klass.ends_on, seed=klass.id, class_name=f"{code}-{no}"
    )
    return download(data, f"示例课程表-{code}-{no}班.xlsx")


@router.get("/attendance.xlsx")
def attendance_blank(desk: AtDesk, *, code: str, no: int) -> Response:
    """Every session and admitted learner, with the marks that stand; numbers are masked."""
    book = book_of(desk, _class(desk, Kind.ATTENDANCE_RECORDED, code, no=no))
    data = attendance_sheet(book.sessions, book.members, book.recorded, class_name=f"{code}-{no}")
    return download(data, f"考勤表-{code}-{no}班.xlsx")


@router.get("/sample-attendance.xlsx")
def attendance_sample(desk: AtDesk, *, settings: Settings, code: str, no: int) -> Response:
    """Sample mode: the attendance of every session up to today."""
    klass = _class(desk, Kind.ATTENDANCE_RECORDED, code, no=no, sample=settings.sample_mode)
    book = book_of(desk, klass)
    data = sample_attendance(
        book.sessions, book.members,
        seed=klass.id, until=shanghai_day(desk.at), class_name=f"{code}-{no}",
    )  # fmt: skip
    return download(data, f"示例考勤表-{code}-{no}班.xlsx")


def _class(desk: Desk, kind: Kind, code: str, *, no: int, sample: bool = True) -> ClassView:
    """For whoever may send such a sheet. Raises NotFound, NotYours."""
    _, klass = desk.class_for(kind, code, no)
    if not sample:
        raise NotFound
    return klass


def _units(desk: Desk, klass: ClassView) -> Iterator[Unit]:
    """The units of the plan as last submitted."""
    (loaded,) = load(desk.session, [klass.project_id])
    plans = [one.payload for one in loaded.recorded if one.kind == Kind.PLAN_SUBMITTED]
    for unit in PlanSubmitted.model_validate(plans[-1]).units:
        yield unit.name, unit.half_hours, Mode(unit.mode), unit.teacher
