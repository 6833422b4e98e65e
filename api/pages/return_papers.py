"""A monthly return as the office files it: the PDF to be sealed, and the workbook."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from states.records.passers import Passer
from states.records.returns import ReturnView
from states.rules.deadlines import shanghai_day
from states.rules.halves import hours
from states.rules.identity import KIND_LABEL, DocumentKind
from states.rules.law import the_law
from states.rules.words import say
from templates.papers.monthly_return import ReturnPaper, ReturnRow, SurveySum, monthly_return
from templates.sheets.monthly_return import PasserRow, ReturnFoot, SatisfactionRow, write_return
from templates.sheets.writer import ExportMark

_SUFFIX = "人力资源和社会保障局"


def return_pdf(found: ReturnView, names: Mapping[int, str], *, sample: bool) -> bytes:
    """The return on paper (C18, C21)."""
    told = found.figures.get("surveys", {})
    employers = told.get("employer", {})
    filed = found.submitted_at or found.prepared_at
    paper = ReturnPaper(
        district=found.district_zh,
        month=date.fromisoformat(f"{found.month}-01"),
        serial=f"{found.district_code}-{found.month}",
        rows=[_row(row) for row in found.figures.get("classes", [])],
        learners=_sum(told.get("learner", {})),
        employers=_sum(employers) if employers.get("invited") else None,
        filled_by=names.get(found.prepared_by or 0, ""),
        reviewed_by=names.get(found.checked_by or 0, ""),
        filed_on=shanghai_day(filed) if filed else None,
        sample=sample,
    )
    return monthly_return(paper)


def return_workbook(
    found: ReturnView,
    passers: list[Passer],
    names: Mapping[int, str],
    *,
    today: date,
    mark: ExportMark | None = None,
) -> bytes:
    """Both tables of section 2.4: the passers, and the satisfaction sums."""
    told = found.figures.get("surveys", {})
    filed = found.submitted_at or found.prepared_at
    return write_return(
        [_passer(one) for one in passers],
        [_satisfaction(told, len(found.figures.get("classes", [])))],
        district=found.district_zh.removesuffix(_SUFFIX),
        month=found.month,
        foot=ReturnFoot(
            filled_by=names.get(found.prepared_by or 0, ""),
            reviewed_by=names.get(found.checked_by or 0, ""),
            responsible="",
            filled_on=shanghai_day(filed) if filed else today,
        ),
        mark=mark,
    )


def mean_of(told: Mapping[str, Any]) -> Decimal | None:
    """The mean of the overall question, of five points; None when nobody answered."""
    points, answers = told.get("sums", {}).get("overall"), told.get("answers", 0)
    return Decimal(points) / answers if points is not None and answers else None


def _row(row: Mapping[str, Any]) -> ReturnRow:
    return ReturnRow(
        class_code=row["code"],
        provider=row["provider_zh"],
        channel=say("channel", row["channel"], "zh"),
        assessed_on=date.fromisoformat(row["assessed_on"]),
        enrolled=row["enrolled"],
        assessed=row["assessed"],
        passed=row["passed"],
    )


def _sum(told: Mapping[str, Any]) -> SurveySum:
    return SurveySum(told.get("invited", 0), told.get("answers", 0), mean_of(told))


def _satisfaction(told: Mapping[str, Any], classes: int) -> SatisfactionRow:
    learner, employer = told.get("learner", {}), told.get("employer", {})
    mean = mean_of(learner)
    return SatisfactionRow(
        classes=classes,
        asked=learner.get("invited", 0),
        answered=learner.get("answers", 0),
        satisfied=learner.get("satisfied", 0),
        means="" if mean is None else f"总体{mean:.2f}",
        employers_answered=employer.get("answers", 0),
        employers_satisfied=employer.get("satisfied", 0),
    )


def _passer(one: Passer) -> PasserRow:
    known = one.document_kind in set(DocumentKind)
    total = one.total if one.total is not None else None
    return PasserRow(
        class_number=f"{one.code}-{one.class_no:02}",
        channel=say("channel", one.channel, "zh"),
        provider=one.provider,
        provider_uscc=one.uscc,
        name=one.name or say("forgotten", "name", "zh"),
        document_kind=KIND_LABEL[DocumentKind(one.document_kind)] if known else one.document_kind,
        number=one.document_number,
        phone=one.phone,
        level="基础",
        training_period=f"{one.opens_on.isoformat()}至{one.ended_on.isoformat()}",
        total_hours=hours(one.half_hours),
        online_hours=hours(one.online_half_hours),
        assessed_on=one.assessed_on.isoformat(),
        mark="" if total is None else f"{Decimal(total) / 10:f}",
        bank=one.bank,
        regime=the_law().regimes[one.regime].title.zh,
    )
