"""Monthly returns for programs."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from api.schemas.base import FindingOut, In, Out, Words


class Month(In):
    month: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", examples=["2026-04"])


class Signing(In):
    """Who answers for the office (负责人), as the foot of the return names them."""

    responsible: str = Field(default="", max_length=40)


class DeltaOut(Out):
    """One corrected score of an accepted return; `carried_by` is the return that reports it."""

    correction_id: int
    project: str
    class_no: int
    sheet_row: int
    before: str
    after: str
    passed_before: int
    passed_after: int
    decided_on: str
    carried_by: int | None
    carried_in: str | None


class ToRevokeOut(Out):
    """A certificate that stands although a pass that this return counted, or corrects, is gone."""

    id: int
    serial: str
    state: str
    code: str
    class_no: int
    sheet_row: int
    asked: bool


class ReturnOut(Out):
    """A district's monthly return. Send `version` back to be refused when it has moved."""

    id: int
    district: Words
    district_code: str
    month: str
    state: Literal["draft", "prepared", "submitted", "accepted", "returned"]
    version: int
    compiled_at: datetime
    prepared_at: datetime | None
    submitted_at: datetime | None
    decided_at: datetime | None
    returned_text: str
    responsible: str
    figures: dict[str, Any]


class WholeReturnOut(ReturnOut):
    """One return with its checks, and what later returns correct in it.

    `findings` are of now while it is a draft, later of the first signature; "must" blocks it.
    """

    findings: list[FindingOut]
    corrected_by: list[DeltaOut]
    to_revoke: list[ToRevokeOut]
