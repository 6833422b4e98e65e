"""What is ready to be numbered, and the certificates of one office: the lists of a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, text
from sqlmodel import Session

from states.actor import Actor
from states.errors import NotFound
from states.records import vault
from states.records.boards import Names
from states.records.candidates import NO_CERTIFICATE, NO_CERTIFICATE_OF_CLAIM, may_upload
from states.records.certificate_board import BatchView, CertificateRow, batch_by_code, by_serial
from states.records.places import CERTIFICATE_NAME, CERTIFICATE_REASON
from states.rules.routes import Route
from states.rules.stages import MUNICIPAL_ROLES, Role

_READY = text(f"""
SELECT 'training' AS route, p.code, p.title, p.reported_at AS since, d.name_zh AS district_zh,
       d.name_en AS district_en, o.name_zh AS owner_zh, o.name_en AS owner_en, count(*) AS people
  FROM project p
  JOIN office d ON d.id = p.district_id
  JOIN office o ON o.id = p.provider_id
  JOIN training_class c ON c.project_id = p.id
  JOIN enrolment e ON e.class_id = c.id
  JOIN score s ON s.enrolment_id = e.id AND s.result = 'pass'
   AND s.fact_seq = (SELECT max(fact_seq) FROM score WHERE class_id = c.id)
 WHERE p.stage IN ('reported', 'certified') AND (:everywhere OR p.district_id = :office)
   AND {NO_CERTIFICATE}
 GROUP BY p.id, d.id, o.id
 UNION ALL
SELECT k.route, k.code, k.title, k.stage_since, d.name_zh, d.name_en, o.name_zh, o.name_en, count(*)
  FROM route_case k
  JOIN office o ON o.id = k.office_id
  LEFT JOIN office d ON d.id = k.district_id
  JOIN claim m ON m.case_id = k.id AND m.awarded
 WHERE k.stage IN ('confirmed', 'collected')
   AND (:everywhere OR :office IN (k.office_id, k.district_id))
   AND {NO_CERTIFICATE_OF_CLAIM}
 GROUP BY k.id, d.id, o.id
 ORDER BY since, code
""")  # noqa: S608  constants of the candidates
_OWN = "(p.district_id = :office OR k.district_id = :office OR k.office_id = :office)"
_STATES = text(f"""
SELECT x.state, count(*) AS n
  FROM certificate x
  LEFT JOIN project p ON p.id = x.project_id
  LEFT JOIN claim m ON m.id = x.claim_id
  LEFT JOIN route_case k ON k.id = m.case_id
 WHERE :everywhere OR {_OWN} GROUP BY x.state
""")  # noqa: S608  a constant of this file
_LATEST = text(f"""
SELECT x.id, coalesce(x.serial, '') AS serial, x.number, x.name_sealed, x.provider_name, x.state,
       x.reason_sealed, x.issued_on, x.route, coalesce(p.code, k.code) AS code
  FROM certificate x
  LEFT JOIN project p ON p.id = x.project_id
  LEFT JOIN claim m ON m.id = x.claim_id
  LEFT JOIN route_case k ON k.id = m.case_id
 WHERE {_OWN} ORDER BY x.id DESC LIMIT 200
""")  # noqa: S608  a constant of this file


@dataclass(frozen=True, slots=True)
class ReadyLine:
    """A reported project or confirmed case with so many people who have no certificate yet."""

    route: Route
    code: str
    title: str
    since: datetime
    district: Names | None
    owner: Names
    people: int


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """One certificate of an office's list; the name comes whole, a held one has no serial."""

    serial: str
    number: str | None
    name: str
    provider_name: str
    state: str
    reason: str
    issued_on: datetime
    route: Route
    code: str


def ready(session: Session, actor: Actor) -> list[ReadyLine]:
    """Whose people wait for their numbers within the asker's reach, the longest waiting on top."""
    return [
        ReadyLine(
            route=Route(row.route),
            code=row.code,
            title=row.title,
            since=row.since,
            district=Names(row.district_zh, row.district_en) if row.district_zh else None,
            owner=Names(row.owner_zh, row.owner_en),
            people=row.people,
        )
        for row in session.connection().execute(_READY, _reach(actor))
    ]


def states(session: Session, actor: Actor) -> Mapping[str, int]:
    """How many certificates are in each state, within the asker's reach."""
    return {row.state: row.n for row in session.connection().execute(_STATES, _reach(actor))}


def of_office(session: Session, actor: Actor) -> list[CertificateLine]:
    """The newest certificates of the asker's own district, body, authority or contests."""
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
        route=Route(row["route"]),
        code=row["code"],
    )


def visible_batch(session: Session, actor: Actor, code: str, *, change: bool = False) -> BatchView:
    """A batch that the asker may see, or with `change` act upon.

    Its uploader may both; centre and auditor read all. Raises NotFound, also for what is not the
    asker's.
    """
    batch = batch_by_code(session, code)
    if may_upload(actor, Route(batch.route), batch.uploader_id):
        return batch
    if actor.role in MUNICIPAL_ROLES and not change:
        return batch
    raise NotFound


def visible_certificate(session: Session, actor: Actor, serial: str) -> CertificateRow:
    """A certificate that the asker may see: the project's own offices and the centre. NotFound."""
    found = by_serial(session, serial)
    own = {
        Role.PROVIDER: found.owner_id, Role.EVALUATOR: found.owner_id,
        Role.EXAM_AUTHORITY: found.owner_id, Role.ORGANISER: found.owner_id,
        Role.REVIEWER: found.district_id, Role.EXAMINER: found.district_id,
    }  # fmt: skip
    if actor.role in MUNICIPAL_ROLES or (actor.role in own and own[actor.role] == actor.office_id):
        return found
    raise NotFound


def _reach(actor: Actor) -> dict[str, object]:
    return {"everywhere": actor.role in MUNICIPAL_ROLES, "office": actor.office_id}
