"""Rule versions for programs: what stands, what another rule would change, what is proposed."""

from datetime import date, datetime
from typing import Any

from pydantic import ConfigDict, Field

from api.schemas.base import In, Out, Words
from states.rules.kinds import Text
from states.rules.versions import VersionKind
from states.rules.what_if import Effect, Standing

_BANK: dict[str, Any] = {
    "version": {
        "kind": "bank", "id": "bank-2026", "title": "考核题库（2026）", "document": "示例文件",
        "effective_from": "2026-06-01", "pass_tenths": 700, "full_tenths": 1000,
    },
    "note": "示例",
}  # fmt: skip


class ReachOut(Out):
    """Counts of classes; `back` are those that are open already on a day that it names."""

    changes: int
    keeps: int
    same: int
    projects: int
    back: int


class VersionOut(Out):
    """One version: what it changes in sentences, and how far it is."""

    number: int | None = Field(description="Of its proposal; null for what came with the system.")
    kind: VersionKind
    id: str = Field(examples=["bank-2026"])
    title: str
    document: str
    effective_from: date
    state: str = Field(examples=["published"])
    sentences: list[Words]
    published_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_because: str = ""
    corrects: str = ""


class RulesOut(Out):
    """What binds a class that opens today, and all versions, the latest to take effect first."""

    regime: str
    standard: str
    bank: str
    versions: list[VersionOut]


class WhatIfLineOut(Out):
    """One class under another rule; `class_no` is null for classes that are still to be filed."""

    project: str = Field(examples=["HP-2026-001"])
    title: str
    district: Words
    class_no: int | None
    classes: int
    opens_on: date
    standing: Standing
    effect: Effect
    before: str
    after: str
    why: Words


class WhatIfOut(Out):
    """Nothing of it is saved."""

    kind: VersionKind
    on: date
    reach: ReachOut
    classes: list[WhatIfLineOut]


class ProposalIn(In):
    """A version for another person to publish. It succeeds the newest one of its kind.

    `version` says its kind, id, title, document and day, and the numbers of its kind: a standard
    class_hour_minutes, a bank pass_tenths and full_tenths, a regime half_hours, online_percent,
    class_least and class_most.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [_BANK]})

    version: dict[str, str | int]
    note: str = Field(default="", max_length=2000)
    retroactive: bool = False
    corrects: int | None = None


class ProposalOut(Out):
    """What was proposed, and whom it would reach now."""

    number: int
    reach: ReachOut


class WithdrawIn(In):
    """Why a proposal is taken back."""

    reason: Text


class ClassMoveIn(In):
    """The versions that a class is to run under, and why."""

    regime: str = Field(max_length=40, examples=["2026-67"])
    standard: str = Field(max_length=40, examples=["2025"])
    bank: str = Field(max_length=40, examples=["bank-2026"])
    text: Text


class ClassMoveDecisionIn(In):
    """A second person's word; declining needs a reason."""

    move: bool
    text: str = Field(default="", max_length=2000)
