"""Survey results for the office: charts with the table beneath, and the same as a workbook."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse

from api import view
from api.pages.forms import download
from api.pages.sent import AVisit
from api.pages.survey_charts import label_of, panels, row_of
from api.pages.wording import name_of
from states.records.boards import Names
from states.records.survey_board import (
    By,
    SurveyBoard,
    Wanted,
    grouped,
    month_of,
    survey_board,
)
from states.rules.stages import Role
from states.rules.words import Language, say
from templates import filters
from templates.shapes import Option
from templates.sheets.monthly_return import SatisfactionRow
from templates.sheets.satisfaction import write_satisfaction

router = APIRouter()
_FIRST = {Role.CENTRE: By.DISTRICT, Role.AUDITOR: By.DISTRICT, Role.PROVIDER: By.CLASS}
AskedFor = Annotated[Wanted, Depends(Wanted)]


@router.get("/surveys")
def results(visit: AVisit, wanted: AskedFor, *, by: By | None = None) -> HTMLResponse:
    """What learners and employers said, by class, provider, district or month."""
    by = by or _FIRST.get(visit.me.role, By.PROVIDER)
    board, lang = survey_board(visit.db, visit.me.actor, by=by, wanted=wanted), visit.lang
    return view.render(
        visit.request,
        "surveys",
        active="surveys",
        sides=list(panels(board, by, lang)),
        by=by,
        wanted=wanted,
        workbook=f"/surveys.xlsx?{_query(by, wanted)}",
        name_head=say("survey_by", by, lang),
        bys=[Option(value=one, label=say("survey_by", one, lang)) for one in By],
        months=[Option(value=one, label=filters.month(one, lang)) for one in board.months],
        districts=_options(board.districts, lang),
        providers=_options(board.providers, lang),
    )


@router.get("/surveys.xlsx")
def workbook(visit: AVisit, wanted: AskedFor, *, by: By = By.DISTRICT) -> Response:
    """满意度汇总表 by district and month, and beside it the groups of the page."""
    board = survey_board(visit.db, visit.me.actor, by=by, wanted=wanted)
    data = write_satisfaction(
        _monthly(board),
        [(label_of(group, by, "zh"), row_of(group)) for group in board.groups],
        by=say("survey_by", by, "zh"),
        reported_by=visit.me.office.name_zh,
    )
    return download(data, f"满意度汇总-{visit.today}.xlsx")


def _monthly(board: SurveyBoard) -> Iterator[tuple[str, str, SatisfactionRow]]:
    """(district, month, figures): one line of the office's table each."""
    for district, names in sorted(board.districts.items(), key=lambda known: known[0]):
        of_district = [one for one in board.sums if one.district == district]
        for group in grouped(of_district, month_of):
            yield names.zh, group.key, row_of(group)


def _query(by: By, wanted: Wanted) -> str:
    kept = {name: value for name, value in asdict(wanted).items() if value}
    return urlencode({"by": by, **kept})


def _options(offices: Mapping[str, Names], lang: Language) -> list[Option]:
    return [Option(value=code, label=name_of(offices[code], lang)) for code in sorted(offices)]
