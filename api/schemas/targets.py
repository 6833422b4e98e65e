"""Targets, shares and waivers for programs."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from api.schemas.base import In, Out, Words
from states.rules.shares import Standing
from states.rules.targets import Colour


class ShareOut(Out):
    """Certificates (not persons), from their issue on; `percent` is rounded, the counts are not."""

    contest: int = Field(examples=[299])
    total: int = Field(examples=[999])
    percent: str = Field(examples=["29.9%"])
    standing: Standing
    room: int = Field(description="Contest certificates that still fit; negative: too many.")
    waived_up_to_percent: int | None


class ShareAfterOut(Out):
    """What a batch or a contest would make of a district's share of contests in a year (C39)."""

    district: Words
    year: int = Field(description="In which the contests were held.")
    contest_before: int = Field(description="Certificates of contests by now.")
    total_before: int
    contest: int = Field(description="After this.")
    total: int
    waiting: int = Field(description="Of those after this: confirmed before, not numbered yet.")
    percent: str = Field(examples=["29.9%"])
    standing: Standing
    limit_percent: int
    waived_up_to_percent: int | None
    allowed: bool = Field(description="Within the limit, or within what two persons let pass.")
    sentence: Words


class ProgressOut(Out):
    """One district, the city, or what has no district. A person counts once in a year."""

    code: str = Field(description="The district's; empty for the city and for no district.")
    name: Words
    quota_persons: int | None
    persons: int
    persons_by_route: dict[str, int]
    persons_by_month: list[int] = Field(description="January to December.")
    persons_waiting: int = Field(description="Their certificates have no number yet.")
    certificates: int = Field(description="With a number.")
    forecast_persons: int
    colour: Colour | None
    share: ShareOut


class BoardOut(Out):
    """A year's progress as you may see it."""

    year: int
    as_of: date
    target_persons: int | None
    quotas_sum: int
    without_quota: list[str] = Field(
        description="Codes of the districts that the quotas leave out; empty without quotas."
    )
    days_passed: int
    days: int
    districts: list[ProgressOut]
    city: ProgressOut | None
    no_district: ProgressOut | None


class WaiverOut(Out):
    """A line of the register; `granted` is null as long as nobody has decided."""

    id: int
    year: int
    district: Words
    up_to: int
    contest: int
    total: int
    reason: str
    asker: str
    asked_at: datetime
    granted: bool | None
    decider: str
    decided_at: datetime | None


class WaiverIn(In):
    """Your district's contests may make up so many percent of its certificates in a year."""

    year: Annotated[int, Field(ge=2025, le=2100)]
    up_to: Annotated[int, Field(ge=1, le=100, examples=[35])]
    reason: Annotated[str, Field(min_length=1, max_length=2000)]


class DecisionIn(In):
    granted: bool


class WaiverAskedOut(Out):
    id: int
