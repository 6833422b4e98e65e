"""Classes, uploads and learners as programs see them."""

from datetime import date
from typing import Annotated

from pydantic import ConfigDict, Field

from api.schemas.base import FindingOut, In, Out, Words
from api.schemas.projects import ClassLine, OutcomeOut


class Opening(In):
    """开班备案: first and last session of a class; the first decides its rules (C45, C46)."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [{"class_no": 1, "opens_on": "2026-04-13", "ends_on": "2026-04-24"}]
        },
    )

    class_no: Annotated[int, Field(ge=1, le=40)] = 1
    opens_on: date
    ends_on: date


class RowOut(Out):
    """What one row of a workbook deserves; the row is the sheet's own, from 1."""

    sheet_row: int
    verdict: str
    code: str
    clause: str
    column: str
    sentence: Words


class UploadOut(Out):
    """What became of a workbook. Without `imported` nothing of it was stored but this report."""

    imported: bool
    rows: int
    accepted: int
    findings: list[RowOut]
    notes: list[FindingOut]
    outcome: OutcomeOut | None = None


class LearnerOut(Out):
    """A learner of a class. The document number is masked."""

    enrolment_id: int
    sheet_row: int
    name: str
    document: str
    category: str
    verdict: str
    result: str | None


class ClassOut(ClassLine):
    """A class with its learners."""

    learners: list[LearnerOut]
