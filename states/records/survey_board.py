"""Survey results as the office reads them: by class, provider, district or month, in one query."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session

from states.actor import Actor
from states.errors import NotYours
from states.records.boards import Names
from states.records.invitations import EMPLOYER, LEARNER
from states.records.scope import visible
from states.records.survey_sums import ClassSum, Side, class_sums, side_of
from states.rules.stages import DISTRICT_ROLES, MUNICIPAL_ROLES, PROVIDER_ROLES

READERS = PROVIDER_ROLES | DISTRICT_ROLES | MUNICIPAL_ROLES


class By(StrEnum):
    """What the classes are put together by."""

    CLASS = "class"
    PROVIDER = "provider"
    DISTRICT = "district"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters; empty ones do not filter. `month`: "2026-05", in which the surveys closed."""

    month: str = ""
    district: str = ""
    provider: str = ""

    def fits(self, one: ClassSum) -> bool:
        """Whether a class passes all of them."""
        return (
            self.month in ("", month_of(one))
            and self.district in ("", one.district)
            and self.provider in ("", one.provider)
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Some classes and what was said of them; `alike`: answers that came too much alike (E57).

    `code` and `class_no` name the class, where the group is one.
    """

    key: str
    names: Names
    classes: int
    learner: Side
    employer: Side
    alike: int
    code: str = ""
    class_no: int = 0


@dataclass(frozen=True, slots=True)
class SurveyBoard:
    """The groups, all of them together, and what could be filtered by."""

    groups: Sequence[Group]
    total: Group
    sums: Sequence[ClassSum]
    months: Sequence[str]
    districts: Mapping[str, Names]
    providers: Mapping[str, Names]


def survey_board(session: Session, actor: Actor, *, by: By, wanted: Wanted) -> SurveyBoard:
    """The closed surveys that one may see. Raises NotYours for those who have none to see."""
    if actor.role not in READERS:
        raise NotYours
    seen = class_sums(session, visible(actor))
    sums = [one for one in seen if wanted.fits(one)]
    return SurveyBoard(
        groups=grouped(sums, _KEYS[by]),
        total=_group("", sums),
        sums=sums,
        months=sorted({month_of(one) for one in seen}, reverse=True),
        districts={one.district: one.district_names for one in seen},
        providers={one.provider: one.provider_names for one in seen},
    )


def month_of(one: ClassSum) -> str:
    """The month of the last day on which answers counted."""
    return f"{one.closes_on:%Y-%m}"


def grouped(sums: Iterable[ClassSum], key: Callable[[ClassSum], str]) -> list[Group]:
    """One group for each key, in its order."""
    found: dict[str, list[ClassSum]] = {}
    for one in sums:
        found.setdefault(key(one), []).append(one)
    return [_group(name, found[name]) for name in sorted(found)]


_KEYS: Mapping[By, Callable[[ClassSum], str]] = {
    By.CLASS: lambda one: f"{one.code}-{one.class_no:02}",
    By.PROVIDER: lambda one: one.provider,
    By.DISTRICT: lambda one: one.district,
    By.MONTH: month_of,
}


def _group(key: str, sums: Sequence[ClassSum]) -> Group:
    alike: dict[int, int] = {}
    for one in sums:  # counted by class: both populations carry the same number, or 0 where few
        alike[one.class_id] = max(one.alike, alike.get(one.class_id, 0))
    alone = sums[0] if len(alike) == 1 else None
    return Group(
        key=key,
        names=_names(key, sums),
        classes=len(alike),
        learner=side_of(sums, LEARNER),
        employer=side_of(sums, EMPLOYER),
        alike=sum(alike.values()),
        code=alone.code if alone else "",
        class_no=alone.class_no if alone else 0,
    )


def _names(key: str, sums: Sequence[ClassSum]) -> Names:
    """The office that the key names; a class and a month are called by the key itself."""
    for one in sums[:1]:
        if key == one.provider:
            return one.provider_names
        if key == one.district:
            return one.district_names
    return Names(key, key)
