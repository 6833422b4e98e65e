"""Rules that are published after a release: a standard, a question bank, or a notice.

A version says its whole content; what it succeeds is only named. Nothing published is ever edited:
a mistake is withdrawn and succeeded, and both stay to be seen.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from states.rules.rulebook import Bank, Rulebook, Share, Standard, Title, laid_over

Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,39}$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
PERCENT = 100


class VersionKind(StrEnum):
    """What can be published by itself: the axes on which a class is pinned (A01, A23)."""

    STANDARD = "standard"
    BANK = "bank"
    REGIME = "regime"


FIELDS = {
    VersionKind.STANDARD: ("class_hour_minutes",),
    VersionKind.BANK: ("pass_tenths", "full_tenths"),
    VersionKind.REGIME: ("half_hours", "online_percent", "class_least", "class_most"),
}
"""The numbers that each kind of version decides."""


class RuleVersion(BaseModel):
    """One version as it is proposed and published. Marks are tenths, hours are halves.

    Raises ValidationError when a number of its kind is missing, or one of another kind is there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: VersionKind
    id: Code
    title: Line
    document: Line
    effective_from: date
    succeeds: Code
    class_hour_minutes: Annotated[int, Field(ge=30, le=120)] | None = None
    pass_tenths: Annotated[int, Field(ge=1, le=10_000)] | None = None
    full_tenths: Annotated[int, Field(ge=1, le=10_000)] | None = None
    half_hours: Annotated[int, Field(ge=1, le=2000)] | None = None
    online_percent: Annotated[int, Field(ge=0, le=PERCENT)] | None = None
    class_least: Annotated[int, Field(ge=1, le=500)] | None = None
    class_most: Annotated[int, Field(ge=1, le=500)] | None = None

    @model_validator(mode="after")
    def _says_what_its_kind_decides(self) -> Self:
        for kind, names in FIELDS.items():
            said = [getattr(self, name) is not None for name in names]
            if not all(said) if kind is self.kind else any(said):
                raise ValueError(f"a {self.kind} says {FIELDS[self.kind]} and nothing else")
        if self.pass_tenths and self.full_tenths and self.pass_tenths > self.full_tenths:
            raise ValueError("nobody can reach a pass mark above the full mark")
        if self.class_least and self.class_most and self.class_least > self.class_most:
            raise ValueError("the smallest class is larger than the largest")
        return self

    @cached_property
    def digest(self) -> str:
        """What the ledger remembers of it."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def titles(self) -> Title:
        """Documents of the city have one name; it is said in every language as it stands."""
        return Title(zh=self.title, en=self.title)

    def as_standard(self) -> Standard:
        return Standard.model_validate(
            self._dated() | {"kind": "standard", "class_hour_minutes": self.class_hour_minutes}
        )

    def as_bank(self) -> Bank:
        marks = {"pass_tenths": self.pass_tenths, "full_tenths": self.full_tenths}
        return Bank.model_validate(self._dated() | {"kind": "bank"} | marks)

    def as_regime(self, below: Rulebook) -> Rulebook:
        """The rules it succeeds, with its own date and limits laid over them."""
        own: dict[str, Any] = {
            "id": self.id, "succeeds": self.succeeds, "title": self.titles.model_dump(),
            "document": self.document, "opens_from": self.effective_from, "source": self.document,
            "limits": {
                "hours": {"half_hours": self.half_hours, "source": self.document},
                "online_share": {
                    "numerator": self.online_percent, "denominator": PERCENT,
                    "source": self.document,
                },
                "class_size": {
                    "least": self.class_least, "most": self.class_most, "source": self.document,
                },
            },
        }  # fmt: skip
        return Rulebook.model_validate(laid_over(below.model_dump(), own))

    def _dated(self) -> dict[str, Any]:
        return {
            "id": self.id, "title": self.titles, "effective_from": self.effective_from,
            "source": self.document,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Published:
    """A version that was published, by its number in the records; `withdrawn_at` if it was."""

    number: int
    version: RuleVersion
    published_at: datetime
    withdrawn_at: datetime | None = None

    @property
    def key(self) -> tuple[VersionKind, str]:
        return self.version.kind, self.version.id

    def stood_at(self, moment: datetime) -> bool:
        """Whether it was known and not withdrawn then."""
        known = self.published_at <= moment
        return known and (self.withdrawn_at is None or self.withdrawn_at > moment)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a version changes: the word for it, and both values as they are kept."""

    what: str
    before: int | str
    after: int | str


def numbers_of(one: Standard | Bank | Rulebook) -> dict[str, int]:
    """What a version decides, by the names of FIELDS; a share in whole percent."""
    if isinstance(one, Standard):
        return {"class_hour_minutes": one.class_hour_minutes}
    if isinstance(one, Bank):
        return {"pass_tenths": one.pass_tenths, "full_tenths": one.full_tenths}
    limits = one.limits
    return {
        "half_hours": limits.hours.half_hours,
        "online_percent": percent_of(limits.online_share),
        "class_least": limits.class_size.least,
        "class_most": limits.class_size.most,
    }


def percent_of(share: Share) -> int:
    """A share in whole percent, rounded down: what it allows is never overstated."""
    return PERCENT * share.numerator // share.denominator


def differences(
    before: Standard | Bank | Rulebook, after: Standard | Bank | Rulebook
) -> Iterator[Difference]:
    """What changes, number by number; nothing where both say the same."""
    old, new = numbers_of(before), numbers_of(after)
    for name, value in new.items():
        if old[name] != value:
            yield Difference(name, old[name], value)
