"""The districts' quotas as the centre imports them: the newest stands, the earlier stay (C38)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, text
from sqlmodel import Session, col, select

from states.actor import Actor
from states.errors import BadInput, NotFound, NotYours
from states.records import acts
from states.records.tables import Office, QuotaRow, QuotaVersion
from states.rules.stages import MUNICIPAL_ROLES, Role

IMPORTED = "quotas_imported"
READERS = MUNICIPAL_ROLES

_VERSIONS = text("""
SELECT v.id, v.year, v.source, v.note, v.imported_at, p.name AS by, sum(r.number) AS total,
       count(*) AS districts
  FROM quota_version v
  JOIN quota_row r ON r.version_id = v.id
  LEFT JOIN person p ON p.id = v.imported_by
 WHERE v.year = :year
 GROUP BY v.id, p.id
 ORDER BY v.id DESC
""")
_STANDING = text("""
SELECT district_id, number FROM quota_row
 WHERE version_id = (SELECT max(id) FROM quota_version WHERE year = :year)
""")
_OF_VERSION = text("SELECT district_id, number FROM quota_row WHERE version_id = :id")


@dataclass(frozen=True, slots=True)
class District:
    """A district to hand quotas to; `code` is its office's."""

    id: int
    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Order:
    """What is imported: persons by district, for a year, and the paper it stands on."""

    year: int
    numbers: Mapping[int, int]
    source: str
    note: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Version:
    """One import; `total` may differ from the city's target, and is then shown to."""

    id: int
    year: int
    source: str
    note: str
    imported_at: datetime
    by: str | None
    total: int
    districts: int


def import_quotas(session: Session, order: Order, *, actor: Actor, at: datetime) -> int:
    """Keep a new version, which stands from now on. Answers its id.

    Raises NotYours, BadInput(why="quotas_without_source" | "quotas_of_nobody").
    """
    if actor.role is not Role.CENTRE:
        raise NotYours
    if not order.source.strip():
        raise BadInput(why="quotas_without_source")
    if not order.numbers:
        raise BadInput(why="quotas_of_nobody")
    version = QuotaVersion(
        year=order.year, source=order.source.strip(), note=order.note.strip(),
        sha256=order.sha256, imported_by=actor.person_id, imported_at=at,
    )  # fmt: skip
    session.add(version)
    session.flush()
    rows = [
        {"version_id": version.id, "district_id": district, "number": number}
        for district, number in order.numbers.items()
    ]
    session.connection().execute(insert(QuotaRow), rows)
    detail: dict[str, str | int | bool] = {"year": order.year, "sum": sum(order.numbers.values())}
    acts.note(session, IMPORTED, actor=actor, at=at, about=f"quotas/{version.id}", detail=detail)
    return version.id


def versions(session: Session, actor: Actor, year: int) -> list[Version]:
    """All imports of a year, the one that stands first. Raises NotYours."""
    if actor.role not in READERS:
        raise NotYours
    found = session.connection().execute(_VERSIONS, {"year": year}).mappings()
    return [Version(**row) for row in found]


def numbers_of(session: Session, actor: Actor, version_id: int) -> Mapping[int, int]:
    """What one version asks, by district, whether it stands or not. Raises NotYours, NotFound."""
    if actor.role not in READERS:
        raise NotYours
    found = dict(session.connection().execute(_OF_VERSION, {"id": version_id}).tuples().all())
    if not found:
        raise NotFound
    return found


def standing_numbers(session: Session, year: int) -> Mapping[int, int]:
    """What the newest version of a year asks, by district; empty without one."""
    return dict(session.connection().execute(_STANDING, {"year": year}).tuples().all())


def districts(session: Session) -> Sequence[District]:
    """All districts, in the order of their codes' table."""
    found = session.exec(select(Office).where(Office.kind == "district").order_by(col(Office.id)))
    return [District(one.id, one.code, one.name_zh, one.name_en) for one in found]
