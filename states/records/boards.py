"""What pages show of many projects at once: waiting duties, counts by stage, filtered lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from states.actor import Actor
from states.records.scope import visible
from states.records.tables import Appointment, LedgerEntry, Office, Person, Project, Timer
from states.rules.deadlines import Deadline
from states.rules.stages import STRAIGHT_PATH, Role, Stage

PAGE = 50
"""How many projects one page of a list holds."""

_BELOW = {
    Role.HEAD: (Role.PROVIDER,),
    Role.DISTRICT_HEAD: (Role.REVIEWER, Role.EXAMINER, Role.SUPERVISOR),
}
"""Whose duties a head looks after."""

_Provider, _District = aliased(Office), aliased(Office)


@dataclass(frozen=True, slots=True)
class Names:
    """An office's name in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Due:
    """An open duty: whose, since when, until when. `subject` is a class number or empty."""

    duty: str
    subject: str
    role: Role
    since: date
    due_on: date
    provisional: bool
    source: str


def due_of(one: Deadline) -> Due:
    """A deadline that was just counted, as lists show it."""
    return Due(one.duty, one.subject, one.who, one.since, one.due_on, one.provisional, one.source)


@dataclass(frozen=True, slots=True)
class Line:
    """One project in a list. `due` is its most urgent duty; `wake_at` what time alone brings."""

    id: int
    code: str
    title: str
    channel: str
    stage: Stage
    stage_since: datetime
    provider: Names
    district: Names
    due: Due | None
    wake_at: datetime | None
    signed_by_me: bool


@dataclass(frozen=True, slots=True)
class Lately:
    """One ledger entry of some visible project, without its content."""

    code: str
    title: str
    at: datetime
    kind: str
    name: str
    to_stage: str | None
    person: str
    office: Names | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters of the list; empty ones do not filter. `after`: the last id of the page before."""

    stage: str = ""
    district: str = ""
    channel: str = ""
    text: str = ""
    after: int | None = None


def waiting(session: Session, actor: Actor, limit: int = 100) -> list[Line]:
    """The open duties of this role in this office, the most urgent first."""
    query = (
        _lines(actor, col(Timer.project_id) == Project.id)
        .where(col(Timer.role) == actor.role)
        .order_by(col(Timer.due_on), col(Project.id))
        .limit(limit)
    )
    return _read(session, query)


def watched(session: Session, actor: Actor, today: date, *, limit: int = 100) -> list[Line]:
    """What is late in the office that this person heads, the latest first; none for others."""
    below = _BELOW.get(actor.role)
    if below is None:
        return []
    query = (
        _lines(actor, col(Timer.project_id) == Project.id)
        .where(col(Timer.role).in_(below), col(Timer.due_on) < today, ~col(Timer.provisional))
        .order_by(col(Timer.due_on), col(Project.id))
        .limit(limit)
    )
    return _read(session, query)


def counts(session: Session, actor: Actor) -> Mapping[Stage, int]:
    """How many visible projects stand in each stage; every stage is there."""
    query = select(col(Project.stage), func.count()).where(visible(actor)).group_by(Project.stage)
    found = {Stage(stage): count for stage, count in session.connection().execute(query)}
    return {stage: found.get(stage, 0) for stage in Stage}


def listed(session: Session, actor: Actor, wanted: Wanted) -> tuple[list[Line], bool]:
    """One page of projects, newest first, and whether older ones follow."""
    first = (
        select(Timer)
        .where(col(Timer.project_id) == Project.id)
        .order_by(col(Timer.due_on))
        .limit(1)
        .correlate(Project)
        .lateral()
    )
    urgent = aliased(Timer, first)
    query = _lines(actor, true(), urgent).where(*_filters(wanted))
    lines = _read(session, query.order_by(col(Project.id).desc()).limit(PAGE + 1))
    return lines[:PAGE], len(lines) > PAGE


def lately(session: Session, actor: Actor, limit: int = 9) -> list[Lately]:
    """The newest entries of the ledgers of all visible projects."""
    columns: list[Any] = [
        Project.code, Project.title, LedgerEntry.at, LedgerEntry.kind, LedgerEntry.name,
        LedgerEntry.to_stage, col(Person.name).label("person"), Office.name_zh, Office.name_en,
    ]  # fmt: skip
    query = (
        select(*columns)
        .select_from(LedgerEntry)
        .join(Project, col(Project.id) == LedgerEntry.project_id)
        .outerjoin(Person, col(Person.id) == LedgerEntry.person_id)
        .outerjoin(Office, col(Office.id) == LedgerEntry.office_id)
        .where(visible(actor), col(LedgerEntry.kind) != "act")
        .order_by(col(LedgerEntry.id).desc())
        .limit(limit)
    )
    return [
        Lately(
            code=row.code, title=row.title, at=row.at, kind=row.kind, name=row.name,
            to_stage=row.to_stage, person=row.person or "",
            office=Names(row.name_zh, row.name_en) if row.name_zh else None,
        )
        for row in session.connection().execute(query)
    ]  # fmt: skip


def offices(session: Session, kind: str) -> Sequence[Office]:
    """All offices of a kind, by code."""
    query = select(Office).where(col(Office.kind) == kind).order_by(col(Office.code))
    return session.scalars(query).all()


def reviewing_districts(session: Session, day: date) -> Sequence[Office]:
    """The districts in which somebody reviews plans on that day, by code."""
    reviews = (
        select(col(Appointment.id))
        .where(
            col(Appointment.office_id) == Office.id,
            col(Appointment.role) == Role.REVIEWER,
            col(Appointment.since) <= day,
            or_(col(Appointment.until).is_(None), col(Appointment.until) >= day),
        )
        .exists()
    )
    query = select(Office).where(col(Office.kind) == "district", reviews)
    return session.scalars(query.order_by(col(Office.code))).all()


def _lines(actor: Actor, joined: Any, timer: Any = Timer) -> Select[Any]:  # noqa: ANN401
    columns: list[Any] = [
        Project.id, Project.code, Project.title, Project.channel, Project.stage,
        Project.stage_since, Project.wake_at,
        timer.duty, timer.subject, timer.role, timer.since, timer.due_on, timer.provisional,
        timer.source,
        *_named(_Provider, "provider"), *_named(_District, "district"),
        (func.coalesce(Project.first_signer_id, -1) == (actor.person_id or 0)).label("signed"),
    ]  # fmt: skip
    query: Select[Any] = (
        select(*columns)
        .select_from(Project)
        .join(_Provider, col(_Provider.id) == Project.provider_id)
        .join(_District, col(_District.id) == Project.district_id)
        .outerjoin(timer, joined)
        .where(visible(actor))
    )
    return query


def _named(office: type[Office], prefix: str) -> list[Any]:
    names = {"zh": office.name_zh, "en": office.name_en}
    return [col(name).label(f"{prefix}_{lang}") for lang, name in names.items()]


def _filters(wanted: Wanted) -> list[Any]:
    said: list[Any] = []
    if wanted.stage in set(Stage):
        said.append(col(Project.stage) == wanted.stage)
    if wanted.stage == "open":
        said.append(col(Project.stage).in_([*STRAIGHT_PATH[:-1], Stage.RETURNED, Stage.SUSPENDED]))
    if wanted.district:
        said.append(_District.code == wanted.district)
    if wanted.channel:
        said.append(col(Project.channel) == wanted.channel)
    if wanted.text:
        said.append(_has(wanted.text))
    if wanted.after is not None:
        said.append(col(Project.id) < wanted.after)
    return said


def _has(text: str) -> Any:  # noqa: ANN401
    fields = map(col, (Project.title, Project.code, _Provider.name_zh, _Provider.name_en))
    return or_(*(field.icontains(text, autoescape=True) for field in fields))


def _read(session: Session, query: Select[Any]) -> list[Line]:
    return [
        Line(
            id=row.id, code=row.code, title=row.title, channel=row.channel, stage=Stage(row.stage),
            stage_since=row.stage_since, wake_at=row.wake_at, signed_by_me=row.signed,
            provider=Names(row.provider_zh, row.provider_en),
            district=Names(row.district_zh, row.district_en),
            due=_due(row) if row.duty else None,
        )
        for row in session.connection().execute(query)
    ]  # fmt: skip


def _due(row: Any) -> Due:  # noqa: ANN401
    return Due(
        row.duty, row.subject, Role(row.role), row.since, row.due_on, row.provisional, row.source
    )
