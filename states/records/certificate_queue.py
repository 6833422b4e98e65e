"""What is ready to be numbered, and the certificates of one district: the lists of a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, text
from sqlmodel import Session

from states.actor import Actor
from states.errors import NotFound
from states.records import vault
from states.records.boards import Names
from states.records.certificate_board import CertificateRow, by_serial
from states.records.places import CERTIFICATE_NAME, CERTIFICATE_REASON
from states.rules.stages import Role

_ALL = frozenset({Role.CENTRE, Role.AUDITOR})

_READY = text("""
SELECT p.code, p.title, p.reported_at, d.name_zh AS district_zh, d.name_en AS district_en,
       o.name_zh AS provider_zh, o.name_en AS provider_en, count(*) AS passers
  FROM project p
  JOIN office d ON d.id = p.district_id
  JOIN office o ON o.id = p.provider_id
  JOIN training_class c ON c.project_id = p.id
  JOIN enrolment e ON e.class_id = c.id
  JOIN score s ON s.enrolment_id = e.id AND s.result = 'pass'
   AND s.fact_seq = (SELECT max(fact_seq) FROM score WHERE class_id = c.id)
 WHERE p.stage = 'reported' AND (:everywhere OR p.district_id = :office)
   AND NOT EXISTS (SELECT 1 FROM certificate x WHERE x.enrolment_id = e.id)
 GROUP BY p.id, d.id, o.id ORDER BY p.reported_at, p.id
""")
_STATES = text("""
SELECT x.state, count(*) AS n FROM certificate x JOIN project p ON p.id = x.project_id
 WHERE :everywhere OR p.district_id = :office GROUP BY x.state
""")
_LATEST = text("""
SELECT x.id, x.serial, x.number, x.name_sealed, x.provider_name, x.state, x.reason_sealed,
       x.issued_on, p.code,
       b.code AS batch
  FROM certificate x JOIN project p ON p.id = x.project_id
  JOIN certificate_batch b ON b.id = x.batch_id
 WHERE p.district_id = :office ORDER BY x.id DESC LIMIT 200
""")


@dataclass(frozen=True, slots=True)
class ReadyLine:
    """A reported project with so many passers who have no certificate yet."""

    code: str
    title: str
    reported_at: datetime
    district: Names
    provider: Names
    passers: int


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """One certificate of a district's list; the name comes whole."""

    serial: str
    number: str | None
    name: str
    provider_name: str
    state: str
    reason: str
    issued_on: datetime
    code: str
    batch: str


def ready(session: Session, actor: Actor) -> list[ReadyLine]:
    """Projects whose passers wait for their numbers, those reported first on top."""
    return [
        ReadyLine(
            code=row.code,
            title=row.title,
            reported_at=row.reported_at,
            district=Names(row.district_zh, row.district_en),
            provider=Names(row.provider_zh, row.provider_en),
            passers=row.passers,
        )
        for row in session.connection().execute(_READY, _reach(actor))
    ]


def states(session: Session, actor: Actor) -> Mapping[str, int]:
    """How many certificates are in each state, within the asker's reach."""
    return {row.state: row.n for row in session.connection().execute(_STATES, _reach(actor))}


def of_district(session: Session, actor: Actor) -> list[CertificateLine]:
    """The newest certificates of the asker's own district."""
    rows = session.connection().execute(_LATEST, {"office": actor.office_id}).mappings()
    return [_opened(session, row) for row in rows]


def _opened(session: Session, row: RowMapping) -> CertificateLine:
    return CertificateLine(
        serial=row["serial"],
        number=row["number"],
        name=vault.unseal(session, CERTIFICATE_NAME, row["id"], row["name_sealed"]),
        provider_name=row["provider_name"],
        state=row["state"],
        reason=vault.unseal(session, CERTIFICATE_REASON, row["id"], row["reason_sealed"]),
        issued_on=row["issued_on"],
        code=row["code"],
        batch=row["batch"],
    )


def visible_certificate(session: Session, actor: Actor, serial: str) -> CertificateRow:
    """A certificate that the asker may see: the project's own offices and the centre. NotFound."""
    found = by_serial(session, serial)
    own = {Role.PROVIDER: found.provider_id, Role.REVIEWER: found.district_id,
           Role.EXAMINER: found.district_id}  # fmt: skip
    if actor.role in _ALL or (actor.role in own and own[actor.role] == actor.office_id):
        return found
    raise NotFound


def _reach(actor: Actor) -> dict[str, object]:
    return {"everywhere": actor.role in _ALL, "office": actor.office_id}
