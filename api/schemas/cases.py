"""What programs send and get about the cases of the other routes."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.base import FindingOut, In, Out, Words
from api.schemas.classes import RowOut
from api.schemas.targets import ShareAfterOut
from states.rules.cases.facts import (
    ContestFiled,
    CutDecided,
    FilingAccepted,
    LateFilingAllowed,
    Rejected,
    ResultsConfirmed,
    SentBack,
    Withdrawn,
)
from states.rules.cases.kinds import CaseStage
from states.rules.stages import Role


class ContestIn(In):
    """A filing, and the district (by its code) that it goes to."""

    district: Annotated[str, Field(max_length=12, examples=["HP"])]
    filing: ContestFiled


ContestFact = Annotated[
    ContestFiled
    | FilingAccepted
    | LateFilingAllowed
    | CutDecided
    | ResultsConfirmed
    | SentBack
    | Rejected
    | Withdrawn,
    Field(discriminator="kind"),
]


class CaseLineOut(Out):
    """One case of a list."""

    code: str
    title: str
    kind: str
    stage: CaseStage
    stage_since: datetime
    held_on: date | None
    office: Words
    district: Words | None
    people: int
    awarded: int


class CaseOutcomeOut(Out):
    """Where a case stands now, and what the next stage still lacks."""

    code: str
    stage: CaseStage
    moved_to: list[CaseStage]
    missing: list[FindingOut]
    notes: list[FindingOut]
    seq: int


class CaseEntryOut(Out):
    """One ledger entry; facts and moves are numbered together without a gap."""

    seq: int
    at: datetime
    kind: Literal["fact", "move"]
    name: str
    words: Words
    from_stage: CaseStage | None
    to_stage: CaseStage | None
    role: Role
    office: Words | None
    clause: str
    regime: str


class CutOut(Out):
    """Where the half of the valid ends; `low` and `high` differ while a tie lies across it.

    Whoever decides or confirms names `sheet_sha256`, the sheet that they saw.
    """

    sheet_sha256: str
    people: int
    valid: int
    cut: int
    low: int
    high: int
    awarded: int | None = Field(description="Null while a tie across the cut is not decided.")


class CaseOut(Out):
    """One case with everything that was said about it."""

    code: str
    title: str
    kind: str
    stage: CaseStage
    stage_since: datetime
    moves: int
    held_on: date | None
    office: Words
    district: Words | None
    filing: ContestFiled | None
    cut: CutOut | None
    effect: ShareAfterOut | None = Field(
        default=None, description="Of a contest not decided yet, for whoever decides."
    )
    missing: list[FindingOut]
    notes: list[FindingOut]
    timeline: list[CaseEntryOut]


class ClaimOut(Out):
    """A person of a case; the document number is masked. Marks are tenths."""

    id: int
    sheet_row: int
    name: str
    document_number: str
    employer: str
    level: str
    result: str
    score: int | None
    seconds: int | None
    place: int | None
    valid: bool
    awarded: bool
    findings: list[str]


class ResultsOut(Out):
    """What became of a result sheet: imported whole, or not at all."""

    imported: bool
    rows: int
    accepted: int
    findings: list[RowOut]
    notes: list[FindingOut]
    outcome: CaseOutcomeOut | None
