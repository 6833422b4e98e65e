"""Certificates and batches as pages, workbooks and printed papers show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import RowMapping, text
from sqlmodel import Session

from states.errors import NotFound
from states.records import vault
from states.records.places import (
    CERTIFICATE_NAME,
    CERTIFICATE_REASON,
    CLAIM_PHONE,
    CLAIM_SOURCE,
    ENROLMENT_PHONE,
    LEARNER_NUMBER,
)
from states.rules.deadlines import shanghai_day
from states.rules.identity import mask_name

_ROWS = """
SELECT x.id, coalesce(x.serial, '') AS serial, x.number, x.route, x.name_sealed, x.provider_name,
       x.level, x.inscription, x.issued_on, x.verify_token, x.state, x.reason_sealed, x.project_id,
       coalesce(p.code, k.code) AS code, coalesce(p.channel, '') AS channel, x.district_id,
       coalesce(p.provider_id, k.office_id) AS owner_id, coalesce(d.name_zh, '') AS district,
       coalesce(c.no, 0) AS class_no, coalesce(e.sex, m.sex) AS sex,
       e.id AS enrolment_id, e.phone_sealed,
       m.id AS claim_id, m.phone_sealed AS claim_phone_sealed, m.source_number_sealed,
       coalesce(m.kind, '') AS kind, m.evaluated_on, coalesce(m.result, '') AS result,
       coalesce(k.title, '') AS case_title, k.held_on,
       (SELECT CAST(y.payload->>'year' AS int) FROM route_fact y
         WHERE y.case_id = k.id AND y.kind = 'list_handed_in'
         ORDER BY y.seq DESC LIMIT 1) AS case_year,
       l.id AS learner_id, l.document_kind, l.number_sealed, c.opens_on,
       coalesce(CAST(ended.payload->>'ended_on' AS date), c.ends_on) AS ended_on,
       coalesce(CAST(ended.payload->>'delivered_half_hours' AS int), 0) AS half_hours,
       s.theory, s.practice, coalesce(s.total, m.score) AS total, coalesce(b.code, '') AS batch,
       f.serial AS held_for, r.serial AS replaces, r.number AS replaces_number
  FROM certificate x
  JOIN learner l ON l.id = x.learner_id
  LEFT JOIN certificate_batch b ON b.id = x.batch_id
  LEFT JOIN office d ON d.id = x.district_id
  LEFT JOIN project p ON p.id = x.project_id
  LEFT JOIN enrolment e ON e.id = x.enrolment_id
  LEFT JOIN training_class c ON c.id = e.class_id
  LEFT JOIN claim m ON m.id = x.claim_id
  LEFT JOIN route_case k ON k.id = m.case_id
  LEFT JOIN certificate f ON f.id = x.held_for
  LEFT JOIN certificate r ON r.id = x.replaces
  LEFT JOIN score s ON s.enrolment_id = e.id
   AND s.fact_seq = (SELECT max(fact_seq) FROM score WHERE class_id = c.id)
  LEFT JOIN LATERAL (SELECT payload FROM fact f
                      WHERE f.project_id = p.id AND f.kind = 'class_ended'
                        AND CAST(f.payload->>'class_no' AS int) = c.no
                      ORDER BY f.seq DESC LIMIT 1) ended ON true
"""
_OF_BATCH = text(f"{_ROWS} WHERE x.batch_id = :id ORDER BY x.serial")
_OF_SERIAL = text(f"{_ROWS} WHERE x.serial = :serial")
_OF_PROJECT = text(f"{_ROWS} WHERE x.project_id = :id ORDER BY x.serial")
_BY_TOKEN = text("""
SELECT id, serial, number, name_sealed, provider_name, level, inscription, issued_on, state
  FROM certificate WHERE verify_token = :token
""")
_BATCHES = text("""
SELECT b.id, b.code, b.route, b.uploader_id, o.name_zh AS uploader_zh, o.name_en AS uploader_en,
       b.state, b.made_at, b.answered_at, b.workbook_sha256, count(x.id) AS certificates,
       count(*) FILTER (WHERE x.state = 'accepted') AS accepted,
       count(*) FILTER (WHERE x.state = 'refused') AS refused,
       count(*) FILTER (WHERE x.state = 'dropped') AS dropped
  FROM certificate_batch b
  LEFT JOIN certificate x ON x.batch_id = b.id
  LEFT JOIN office o ON o.id = b.uploader_id
 WHERE (CAST(:code AS text) IS NULL OR b.code = :code)
   AND (:everybody OR b.uploader_id = :uploader)
 GROUP BY b.id, o.id ORDER BY b.id DESC LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """One certificate with what the workbook and the printed paper need.

    Names and numbers come whole; hours are halves of a class hour, marks tenths. `number` is None
    until 证书归集 gave one, `serial` empty while it is held. `code` is the project's or the case's,
    `owner_id` the provider, body, authority or organiser. Days of a class are those of training;
    `kind` to `held_on` are those of the other routes.
    """

    id: int
    serial: str
    number: str | None
    route: str
    name: str
    provider_name: str
    level: str
    inscription: str
    issued_on: datetime
    verify_token: str
    state: str
    reason: str
    project_id: int | None
    code: str
    channel: str
    district_id: int | None
    owner_id: int
    district: str
    class_no: int
    sex: str
    phone: str
    learner_id: int
    enrolment_id: int | None
    claim_id: int | None
    document_kind: str
    document_number: str
    kind: str
    source_number: str
    evaluated_on: date | None
    result: str
    case_title: str
    held_on: date | None
    case_year: int | None
    opens_on: date | None
    ended_on: date | None
    half_hours: int
    theory: int | None
    practice: int | None
    total: int | None
    batch: str
    held_for: str | None
    replaces: str | None
    replaces_number: str | None

    @property
    def issued_day(self) -> date:
        """The day of issue in Shanghai."""
        return shanghai_day(self.issued_on)


@dataclass(frozen=True, slots=True)
class PublicCertificate:
    """What anybody may see who holds the printed code: the name only masked.

    `stands` says that the city's system has it; else it waits for its number, or is void.
    """

    serial: str
    number: str | None
    masked_name: str
    provider_name: str
    level: str
    inscription: str
    issued_day: date
    state: str

    @property
    def stands(self) -> bool:
        """Whether 证书归集 accepted it."""
        return self.state == "accepted"


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch and how far it got. The centre's own have no uploader: it uploads all training."""

    id: int
    code: str
    route: str
    uploader_id: int | None
    uploader_zh: str | None
    uploader_en: str | None
    state: str
    made_at: datetime
    answered_at: datetime | None
    workbook_sha256: str
    certificates: int
    accepted: int
    refused: int
    dropped: int


def batch_rows(session: Session, batch_id: int) -> list[CertificateRow]:
    """The certificates of a batch in the order of their serials; empty for an unknown batch."""
    rows = session.connection().execute(_OF_BATCH, {"id": batch_id}).mappings()
    return [_opened(session, row) for row in rows]


def of_project(session: Session, project_id: int) -> list[CertificateRow]:
    """The certificates of a project in the order of their serials."""
    rows = session.connection().execute(_OF_PROJECT, {"id": project_id}).mappings()
    return [_opened(session, row) for row in rows]


def by_serial(session: Session, serial: str) -> CertificateRow:
    """One certificate. Raises NotFound; whether the asker may see it is the caller's to check."""
    row = session.connection().execute(_OF_SERIAL, {"serial": serial}).mappings().first()
    if row is None:
        raise NotFound
    return _opened(session, row)


def by_token(session: Session, token: str) -> PublicCertificate:
    """The certificate behind a printed code, for the public page. Raises NotFound."""
    row = session.connection().execute(_BY_TOKEN, {"token": token}).first()
    if row is None:
        raise NotFound
    return PublicCertificate(
        serial=row.serial,
        number=row.number,
        masked_name=mask_name(vault.unseal(session, CERTIFICATE_NAME, row.id, row.name_sealed)),
        provider_name=row.provider_name,
        level=row.level,
        inscription=row.inscription,
        issued_day=shanghai_day(row.issued_on),
        state=row.state,
    )


def _opened(session: Session, row: RowMapping) -> CertificateRow:
    """A row of _ROWS with its sealed values open."""
    clear = {name: value for name, value in row.items() if not name.endswith("_sealed")}
    return CertificateRow(
        **clear,
        name=vault.unseal(session, CERTIFICATE_NAME, row["id"], row["name_sealed"]),
        reason=vault.unseal(session, CERTIFICATE_REASON, row["id"], row["reason_sealed"]),
        phone=_phone(session, row),
        source_number=(
            vault.unseal(session, CLAIM_SOURCE, row["claim_id"], row["source_number_sealed"])
            if row["claim_id"]
            else ""
        ),
        document_number=vault.unseal(
            session, LEARNER_NUMBER, row["learner_id"], row["number_sealed"]
        ),
    )


def _phone(session: Session, row: RowMapping) -> str:
    if row["claim_id"]:
        return vault.unseal(session, CLAIM_PHONE, row["claim_id"], row["claim_phone_sealed"])
    return vault.unseal(session, ENROLMENT_PHONE, row["enrolment_id"], row["phone_sealed"])


def batches(
    session: Session, limit: int = 100, *, uploader: int | None = None
) -> Sequence[BatchView]:
    """The newest batches first: all of them, or those of one uploader."""
    asked = {"code": None, "limit": limit, "everybody": uploader is None, "uploader": uploader}
    rows = session.connection().execute(_BATCHES, asked)
    return [BatchView(**row._mapping) for row in rows]  # noqa: SLF001


def batch_by_code(session: Session, code: str) -> BatchView:
    """A batch by its code. Raises NotFound."""
    asked = {"code": code, "limit": 1, "everybody": True, "uploader": None}
    row = session.connection().execute(_BATCHES, asked).first()
    if row is None:
        raise NotFound
    return BatchView(**row._mapping)  # noqa: SLF001
