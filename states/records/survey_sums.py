"""The frozen sums of closed surveys, class by class, and which of them may be told together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from states.records.boards import Names
from states.records.tables import (
    Office,
    Project,
    SurveyInvitation,
    SurveyResult,
    SurveyWatch,
    TrainingClass,
)
from states.rules.disclosure import LEAST, Tally, blocks

_Provider, _District = aliased(Office), aliased(Office)
_CLOSES_ON = (
    select(func.max(SurveyInvitation.closes_on))
    .where(col(SurveyInvitation.class_id) == SurveyResult.class_id)
    .scalar_subquery()
)
_COLUMNS: list[Any] = [
    SurveyResult.class_id, SurveyResult.population, SurveyResult.invited, SurveyResult.answers,
    SurveyResult.satisfied, SurveyResult.sums, _CLOSES_ON.label("closes_on"),
    TrainingClass.no, Project.code, Project.title,
    col(_District.code).label("district"), col(_District.name_zh).label("district_zh"),
    col(_District.name_en).label("district_en"),
    col(_Provider.code).label("provider"), col(_Provider.name_zh).label("provider_zh"),
    col(_Provider.name_en).label("provider_en"),
    # "Two of them gave only fives" is a result too.
    case((col(SurveyResult.answers) >= LEAST, func.coalesce(SurveyWatch.alike, 0)), else_=0).label(
        "alike"
    ),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClassSum:
    """What one population of one class answered; `alike`: answers that came too much alike.

    `own` is only for adding up: what may be told stands in `told`, the block that this class made
    complete, or None.
    """

    class_id: int
    class_no: int
    code: str
    title: str
    district: str
    district_names: Names
    provider: str
    provider_names: Names
    population: str
    closes_on: date
    invited: int
    own: Tally
    alike: int
    told: Tally | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """One population of several classes: who was asked, who answered, and what may be told of it.

    `told` may hold earlier answers that waited, and lacks those that wait now.
    """

    invited: int
    answers: int
    told: Tally


def side_of(sums: Iterable[ClassSum], population: str) -> Side:
    """The sums of one population added up."""
    of_these = [one for one in sums if one.population == population]
    return Side(
        invited=sum(one.invited for one in of_these),
        answers=sum(one.own.answers for one in of_these),
        told=sum((one.told for one in of_these if one.told), Tally()),
    )


def class_sums(session: Session, seen: ColumnElement[bool]) -> list[ClassSum]:
    """Every closed survey of the projects in `seen`, in the order of closing.

    `seen` must hold all projects of a provider in a district or none, or blocks would differ.
    """
    query = (
        select(*_COLUMNS)
        .join(TrainingClass, col(TrainingClass.id) == SurveyResult.class_id)
        .join(Project, col(Project.id) == TrainingClass.project_id)
        .join(_District, col(_District.id) == Project.district_id)
        .join(_Provider, col(_Provider.id) == Project.provider_id)
        .outerjoin(
            SurveyWatch,
            and_(
                col(SurveyWatch.class_id) == SurveyResult.class_id,
                col(SurveyWatch.salt).is_(None),
            ),
        )
        .where(seen)
        .order_by(col(SurveyResult.closed_at), col(SurveyResult.id))
    )
    return list(_with_blocks(_sum(row) for row in session.connection().execute(query)))


def _with_blocks(sums: Iterable[ClassSum]) -> Iterator[ClassSum]:
    lines: Mapping[tuple[str, str, str], list[ClassSum]] = defaultdict(list)
    for one in sums:
        lines[one.district, one.provider, one.population].append(one)
    for line in lines.values():
        yield from _told(line)


def _told(line: Sequence[ClassSum]) -> Iterator[ClassSum]:
    complete = dict(blocks(one.own for one in line))
    for place, one in enumerate(line):
        yield replace(one, told=complete.get(place))


def _sum(row: Any) -> ClassSum:  # noqa: ANN401  a row of _COLUMNS
    return ClassSum(
        class_id=row.class_id, class_no=row.no, code=row.code, title=row.title,
        district=row.district, district_names=Names(row.district_zh, row.district_en),
        provider=row.provider, provider_names=Names(row.provider_zh, row.provider_en),
        population=row.population, closes_on=row.closes_on, invited=row.invited, alike=row.alike,
        own=Tally.of_class(row.answers, row.satisfied, row.sums),
    )  # fmt: skip
