"""What may be recorded about a case: the shape of every fact's content."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from states.rules.cases.kinds import CaseKind
from states.rules.kinds import Count, Payload, ShortText, Text

TieBreak = Literal["faster", "none"]
OptionalText = Annotated[str, Field(max_length=2000)]


class ContestFiled(Payload):
    """备案: the contest as its organiser files it (section 8). The office that files is its host.

    `activity` is the organiser's own number (活动编号); `bank` a contest bank, never another.
    """

    kind: Literal[CaseKind.CONTEST_FILED] = CaseKind.CONTEST_FILED
    title: ShortText
    activity: str = Field(default="", max_length=40)
    undertaker: str = Field(default="", max_length=120)
    supporter: str = Field(default="", max_length=240)
    held_on: date
    place: ShortText
    entrants: Text
    expected: Annotated[int, Field(ge=1, le=100_000)]
    bank: ShortText
    ranking: Text
    tie_break: TieBreak
    judges: Text
    funding: Text
    emergency: Text
    contact: ShortText


class LateFilingAllowed(Payload):
    """A second person of the district lets a late filing count, with the reason (A18)."""

    kind: Literal[CaseKind.LATE_FILING_ALLOWED] = CaseKind.LATE_FILING_ALLOWED
    text: Text


class FilingAccepted(Payload):
    """The district takes the filing; `number` is its own 备案号, where it gives one."""

    kind: Literal[CaseKind.FILING_ACCEPTED] = CaseKind.FILING_ACCEPTED
    number: str = Field(default="", max_length=40)


class ResultsImported(Payload):
    """A result sheet: how many took part, whose score is valid, and where the half ends (C34).

    `low` and `high` are the bounds of a tie across the cut; equal to `cut` where there is none.
    `elsewhere` counts employers whose code names another district (A17).
    """

    kind: Literal[CaseKind.RESULTS_IMPORTED] = CaseKind.RESULTS_IMPORTED
    sheet_sha256: ShortText
    people: Count
    valid: Count
    cut: Count
    low: Count
    high: Count
    elsewhere: Count = 0

    @property
    def tied(self) -> bool:
        """Whether equal standings lie on both sides of the cut."""
        return self.low != self.high


class CutDecided(Payload):
    """Whether all who are tied across the cut of this sheet stay out or come in, and why (A19)."""

    kind: Literal[CaseKind.CUT_DECIDED] = CaseKind.CUT_DECIDED
    sheet_sha256: ShortText
    bound: Literal["low", "high"]
    text: Text


class ResultsConfirmed(Payload):
    """A second person signs for the results of the sheet that they saw."""

    kind: Literal[CaseKind.RESULTS_CONFIRMED] = CaseKind.RESULTS_CONFIRMED
    sheet_sha256: ShortText
    text: OptionalText = ""


class ListHandedIn(Payload):
    """A list of passers of an evaluation or of the exam; a later one takes its place (C25, C29).

    `people` are the good rows, each a claim; with `refused` rows it waits until somebody says so.
    """

    kind: Literal[CaseKind.LIST_HANDED_IN] = CaseKind.LIST_HANDED_IN
    title: ShortText
    sheet_sha256: ShortText
    year: Count
    people: Annotated[int, Field(ge=1)]
    advanced: Count
    refused: Count


class RowsLeftOut(Payload):
    """Go on with the good rows of this sheet, and without the refused ones."""

    kind: Literal[CaseKind.ROWS_LEFT_OUT] = CaseKind.ROWS_LEFT_OUT
    sheet_sha256: ShortText


class ListConfirmed(Payload):
    """A second person of the office signs for the list that they saw."""

    kind: Literal[CaseKind.LIST_CONFIRMED] = CaseKind.LIST_CONFIRMED
    sheet_sha256: ShortText


class SentBack(Payload):
    """退回 with a reason: the case stays alive."""

    kind: Literal[CaseKind.SENT_BACK] = CaseKind.SENT_BACK
    text: Text


class Rejected(Payload):
    """不予受理: the end of the case, with a reason."""

    kind: Literal[CaseKind.REJECTED] = CaseKind.REJECTED
    text: Text


class Withdrawn(Payload):
    """撤回 by whoever filed it."""

    kind: Literal[CaseKind.WITHDRAWN] = CaseKind.WITHDRAWN
    text: Text


class Collected(Payload):
    """证书归集: of the awarded claims so many have their number by now, and so many fell away.

    `held` are those whose holders have a certificate of the level already (A24).
    """

    kind: Literal[CaseKind.COLLECTED] = CaseKind.COLLECTED
    numbered: Count
    held: Count = 0
    dropped: Count = 0


CaseFact = Annotated[
    ContestFiled
    | LateFilingAllowed
    | FilingAccepted
    | ResultsImported
    | CutDecided
    | ResultsConfirmed
    | ListHandedIn
    | RowsLeftOut
    | ListConfirmed
    | SentBack
    | Rejected
    | Withdrawn
    | Collected,
    Field(discriminator="kind"),
]
_CASE_FACT: TypeAdapter[CaseFact] = TypeAdapter(CaseFact)


def said(kind: str, payload: Mapping[str, Any]) -> CaseFact:
    """The fact as it was recorded. Raises ValidationError."""
    return _CASE_FACT.validate_python({"kind": kind, **payload})
