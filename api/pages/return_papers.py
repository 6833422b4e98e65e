"""A monthly return as the office files it: the PDF to be sealed, and the workbook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from api.pages.return_words import class_code, scored, tally_of
from api.pages.survey_words import OVERALL, means_in_a_cell, question_means
from states.records import passers
from states.records.invitations import EMPLOYER, LEARNER
from states.records.passers import Corrected, Passer
from states.records.returns import ReturnView
from states.rules.deadlines import shanghai_day
from states.rules.halves import hours
from states.rules.identity import KIND_LABEL, DocumentKind
from states.rules.law import the_law
from states.rules.words import say
from templates.papers.monthly_return import (
    CorrectedRow,
    ReturnPaper,
    ReturnRow,
    SurveySum,
    monthly_return,
)
from templates.sheets.monthly_return import (
    CorrectionRow,
    PasserRow,
    ReturnFoot,
    SatisfactionRow,
    write_return,
)
from templates.sheets.writer import ExportMark

_SUFFIX = "人力资源和社会保障局"


def return_pdf(found: ReturnView, names: Mapping[int, str], *, sample: bool) -> bytes:
    """The return on paper (C18, C21)."""
    employers = _sum(found, EMPLOYER)
    filed = found.submitted_at or found.prepared_at
    paper = ReturnPaper(
        district=found.district_zh,
        month=date.fromisoformat(f"{found.month}-01"),
        serial=f"{found.district_code}-{found.month}",
        rows=[_row(row) for row in found.figures.get("classes", [])],
        learners=_sum(found, LEARNER),
        employers=employers if employers.invited else None,
        filled_by=names.get(found.prepared_by or 0, ""),
        reviewed_by=names.get(found.checked_by or 0, ""),
        head=found.responsible,
        filed_on=shanghai_day(filed) if filed else None,
        sample=sample,
        corrections=[_corrected_row(one) for one in found.figures.get("corrections", [])],
    )
    return monthly_return(paper)


@dataclass(frozen=True, slots=True)
class People:
    """Whom the workbook names: who passed, and whose score it corrects in an earlier return."""

    passers: Sequence[Passer]
    corrected: Sequence[Corrected]

    def masked(self) -> "People":
        """The same people for whoever may not take numbers out."""
        return People(
            [passers.masked(one) for one in self.passers],
            [passers.corrected_masked(one) for one in self.corrected],
        )


def people_of(session: Session, return_id: int) -> People:
    """Everybody in the return, whole."""
    return People(passers.passers_of(session, return_id), passers.corrected_of(session, return_id))


def return_workbook(
    found: ReturnView,
    people: People,
    names: Mapping[int, str],
    *,
    today: date,
    mark: ExportMark | None = None,
) -> bytes:
    """Both tables of section 2.4, the passers and the satisfaction sums; and what is corrected."""
    filed = found.submitted_at or found.prepared_at
    return write_return(
        [_passer(one) for one in people.passers],
        [_satisfaction(found)],
        corrections=[_correction(one) for one in people.corrected],
        district=found.district_zh.removesuffix(_SUFFIX),
        month=found.month,
        foot=ReturnFoot(
            filled_by=names.get(found.prepared_by or 0, ""),
            reviewed_by=names.get(found.checked_by or 0, ""),
            responsible=found.responsible,
            filled_on=shanghai_day(filed) if filed else today,
        ),
        mark=mark,
    )


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


def _corrected_row(told: Mapping[str, Any]) -> CorrectedRow:
    return CorrectedRow(
        month=told["month"],
        class_code=class_code(told),
        sheet_row=told["sheet_row"],
        before=scored(told["before"], told["before_total"], "zh"),
        after=scored(told["after"], told["after_total"], "zh"),
        passed_before=told["passed_before"],
        passed_after=told["passed_after"],
        confirmed_on=date.fromisoformat(told["decided_on"]),
    )


def _correction(one: Corrected) -> CorrectionRow:
    return CorrectionRow(
        month=one.month,
        class_number=f"{one.code}-{one.class_no:02}",
        name=one.name or say("forgotten", "name", "zh"),
        document_kind=_document(one.document_kind),
        number=one.document_number,
        result_before=say("result", one.before_result, "zh"),
        mark_before=_mark(one.before_total),
        result_after=say("result", one.after_result, "zh"),
        mark_after=_mark(one.after_total),
        confirmed_on=shanghai_day(one.decided_at).isoformat(),
    )


def _document(kind: str) -> str:
    return KIND_LABEL[DocumentKind(kind)] if kind in set(DocumentKind) else kind


def _mark(tenths: int | None) -> str:
    return "" if tenths is None else f"{Decimal(tenths) / 10:f}"


def _sum(found: ReturnView, whom: str) -> SurveySum:
    asked, tally = _asked(found, whom), tally_of(found.figures, whom)
    return SurveySum(
        invited=asked.get("invited", 0),
        answered=asked.get("answers", 0),
        mean=tally.mean(OVERALL),
        told=tally.answers,
        satisfied=tally.satisfied,
        means=[(one.label, str(one.mean)) for one in question_means(whom, tally, "zh")],
    )


def _satisfaction(found: ReturnView) -> SatisfactionRow:
    """Comments are not copied (主要意见): what somebody wrote may say who it was."""
    learner, employer = _asked(found, LEARNER), _asked(found, EMPLOYER)
    said = {whom: tally_of(found.figures, whom) for whom in (LEARNER, EMPLOYER)}
    return SatisfactionRow(
        classes=len(found.figures.get("classes", [])),
        asked=learner.get("invited", 0),
        answered=learner.get("answers", 0),
        told=said[LEARNER].answers,
        satisfied=said[LEARNER].satisfied,
        means=means_in_a_cell(said),
        employers_answered=employer.get("answers", 0),
        employers_told=said[EMPLOYER].answers,
        employers_satisfied=said[EMPLOYER].satisfied,
    )


def _asked(found: ReturnView, whom: str) -> Mapping[str, Any]:
    told: Mapping[str, Any] = found.figures.get("surveys", {}).get(whom, {})
    return told


def _passer(one: Passer) -> PasserRow:
    return PasserRow(
        class_number=f"{one.code}-{one.class_no:02}",
        channel=say("channel", one.channel, "zh"),
        provider=one.provider,
        provider_uscc=one.uscc,
        name=one.name or say("forgotten", "name", "zh"),
        document_kind=_document(one.document_kind),
        number=one.document_number,
        phone=one.phone,
        level="基础",
        training_period=f"{one.opens_on.isoformat()}至{one.ended_on.isoformat()}",
        total_hours=hours(one.half_hours),
        online_hours=hours(one.online_half_hours),
        assessed_on=one.assessed_on.isoformat(),
        mark=_mark(one.total),
        bank=one.bank,
        regime=the_law().regimes[one.regime].title.zh,
    )
