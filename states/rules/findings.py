"""A finding: what a rule has to say about some facts, and how heavily it weighs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

SYSTEM_DEFAULT = "system default"


class Weight(StrEnum):
    """MUST (应) blocks; SHOULD (原则上) asks for a waiver; NOTE is only said."""

    MUST = "must"
    SHOULD = "should"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's objection. `code` is the rule's name and the key to its words.

    `clause` is a clause of the notice ("C04"), an agreed reading ("A12") or "system default".
    `subject` names the class it concerns, empty for the project as a whole.
    """

    code: str
    clause: str
    weight: Weight = Weight.MUST
    params: Mapping[str, str | int] = field(default_factory=dict)
    subject: str = ""


class Verdict(StrEnum):
    """What one row of an office's spreadsheet deserves."""

    ERROR = "error"
    NOT_ELIGIBLE = "not_eligible"
    MANUAL_REVIEW = "manual_review"
    REPAIRED = "repaired"


@dataclass(frozen=True, slots=True)
class RowFinding:
    """What one row (counted from 1 at the top of the sheet) deserves, and why."""

    sheet_row: int
    verdict: Verdict
    code: str
    clause: str
    column: str = ""
    params: Mapping[str, str | int] = field(default_factory=dict)
