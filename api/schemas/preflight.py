"""The next batch of certificates before it is made, for programs."""

from typing import Literal

from pydantic import Field

from api.schemas.base import FindingOut, Out, Words
from api.schemas.targets import ShareAfterOut


class StoppedOut(Out):
    """Somebody who is not numbered now, and what to do; `class_no` is 0 outside training."""

    rests_on: str
    class_no: int
    sheet_row: int
    masked_name: str
    level: str
    place: Literal["held", "stays"]
    findings: list[FindingOut]


class QuotaAfterOut(Out):
    """Persons of a district that count in a year: now, and once the batch has its numbers (C38)."""

    district: Words
    year: int
    before: int
    coming: int
    after: int
    quota: int | None


class PreviewOut(Out):
    """A batch made now: `certificates` are those who go, those sent `again` and those `freed`."""

    route: str = Field(examples=["training"])
    certificates: int
    goes: int
    held: int
    stays: int
    again: int
    freed: int
    shares: list[ShareAfterOut]
    quotas: list[QuotaAfterOut]
    stopped: list[StoppedOut]
