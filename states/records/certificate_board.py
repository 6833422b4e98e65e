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
    ENROLMENT_PHONE,
    LEARNER_NUMBER,
)
from states.rules.deadlines import shanghai_day
from states.rules.identity import mask_name

_ROWS = """
SELECT x.id, x.serial, x.number, x.name_sealed, x.provider_name, x.level, x.inscription,
       x.issued_on, x.verify_token, x.state, x.reason_sealed, x.project_id, p.code,
       p.channel, p.district_id,
       p.provider_id, d.name_zh AS district, c.no AS class_no, e.sex, e.phone_sealed,
       e.id AS enrolment_id, l.id AS learner_id, l.document_kind, l.number_sealed, c.opens_on,
       coalesce(CAST(ended.payload->>'ended_on' AS date), c.ends_on) AS ended_on,
       coalesce(CAST(ended.payload->>'delivered_half_hours' AS int), 0) AS half_hours,
       s.theory, s.practice, s.total, b.code AS batch
  FROM certificate x
  JOIN certificate_batch b ON b.id = x.batch_id
  JOIN project p ON p.id = x.project_id
  JOIN office d ON d.id = p.district_id
  JOIN enrolment e ON e.id = x.enrolment_id
  JOIN learner l ON l.id = e.learner_id
  JOIN training_class c ON c.id = e.class_id
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
SELECT b.id, b.code, b.state, b.made_at, b.answered_at, b.workbook_sha256,
       count(x.id) AS certificates,
       count(*) FILTER (WHERE x.state = 'accepted') AS accepted,
       count(*) FILTER (WHERE x.state = 'refused') AS refused,
       count(*) FILTER (WHERE x.state = 'dropped') AS dropped
  FROM certificate_batch b LEFT JOIN certificate x ON x.batch_id = b.id
 WHERE CAST(:code AS text) IS NULL OR b.code = :code
 GROUP BY b.id ORDER BY b.id DESC LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """One certificate with what the workbook and the printed paper need.

    Names and numbers come whole; hours are halves of a class hour, marks tenths. `number` is None
    until 证书归集 gave one.
    """

    id: int
    serial: str
    number: str | None
    name: str
    provider_name: str
    level: str
    inscription: str
    issued_on: datetime
    verify_token: str
    state: str
    reason: str
    project_id: int
    code: str
    channel: str
    district_id: int
    provider_id: int
    district: str
    class_no: int
    sex: str
    phone: str
    enrolment_id: int
    document_kind: str
    document_number: str
    opens_on: date
    ended_on: date
    half_hours: int
    theory: int | None
    practice: int | None
    total: int | None
    batch: str

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

    @property
    def is_void(self) -> bool:
        """Whether it was given up."""
        return self.state == "dropped"


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch and how far it got."""

    id: int
    code: str
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
    clear = {
        name: value
        for name, value in row.items()
        if not name.endswith("_sealed") and name != "learner_id"
    }
    return CertificateRow(
        **clear,
        name=vault.unseal(session, CERTIFICATE_NAME, row["id"], row["name_sealed"]),
        reason=vault.unseal(session, CERTIFICATE_REASON, row["id"], row["reason_sealed"]),
        phone=vault.unseal(session, ENROLMENT_PHONE, row["enrolment_id"], row["phone_sealed"]),
        document_number=vault.unseal(
            session, LEARNER_NUMBER, row["learner_id"], row["number_sealed"]
        ),
    )


def batches(session: Session, limit: int = 100) -> Sequence[BatchView]:
    """All batches, the newest first."""
    rows = session.connection().execute(_BATCHES, {"code": None, "limit": limit})
    return [BatchView(**row._mapping) for row in rows]  # noqa: SLF001


def batch_by_code(session: Session, code: str) -> BatchView:
    """A batch by its code. Raises NotFound."""
    row = session.connection().execute(_BATCHES, {"code": code, "limit": 1}).first()
    if row is None:
        raise NotFound
    return BatchView(**row._mapping)  # noqa: SLF001
