"""Lists of passers, of the evaluation and of the exam, as programs see them."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.base import FindingOut, In, Out, Words
from api.schemas.classes import RowOut
from states.rules.cases.facts import ListConfirmed, RowsLeftOut, Withdrawn
from states.rules.cases.kinds import CaseStage
from states.rules.routes import Level

SayOfList = Annotated[RowsLeftOut | ListConfirmed | Withdrawn, Field(discriminator="kind")]
"""What may be said of a list once it is in; `sheet_sha256` names the sheet that was seen."""


class Said(In):
    """One fact about a list."""

    fact: SayOfList


class ListLine(Out):
    """A list in the list of lists; `people` are its good rows, all to be certified."""

    code: str = Field(examples=["E001-PJ-2026-001"])
    title: str
    stage: CaseStage
    stage_since: datetime
    office: Words
    people: int


class ListOutcome(Out):
    """Where a list stands after something was said of it."""

    code: str
    stage: CaseStage
    moved_to: list[CaseStage]
    missing: list[FindingOut]
    seq: int


class ListTaken(Out):
    """What a workbook came to. Without an outcome nothing was stored."""

    sheet_sha256: str
    rows: int
    accepted: int
    findings: list[RowOut]
    notes: list[FindingOut]
    outcome: ListOutcome | None = None


class ClaimOut(Out):
    """Somebody in a list. Numbers are masked; the name too, outside the list's own office."""

    sheet_row: int
    name: str
    document: str
    level: Level
    kind: str = Field(examples=["ai_trainer_skill_level"])
    result: str
    school: str
    source_number: str
    evaluated_on: date | None
    score_tenths: int | None


class ListEntry(Out):
    """One ledger entry of a list."""

    seq: int
    at: datetime
    kind: Literal["fact", "move"]
    name: str
    words: Words
    clause: str


class ListOut(Out):
    """One list: where it stands, what it lacks, whom it names, and what happened."""

    code: str
    title: str
    stage: CaseStage
    office: Words
    year: int
    people: int
    advanced: int
    refused: int
    sheet_sha256: str
    missing: list[FindingOut]
    claims: list[ClaimOut]
    timeline: list[ListEntry]
