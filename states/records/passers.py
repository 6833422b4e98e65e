"""The passers that a monthly return names, for the sheet that goes to the centre (C18)."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import RowMapping, text
from sqlmodel import Session

from states.records import vault
from states.records.places import ENROLMENT_NAME, ENROLMENT_PHONE, LEARNER_NUMBER
from states.rules.identity import mask_number, mask_phone

# Everything but the person stands in the figures, and stays as it was signed. Returns that were
# signed before the figures held so much are filled up from the records.
_OF_RETURN = text("""
SELECT p.code, c.no AS class_no, coalesce(k.channel, p.channel) AS channel,
       coalesce(k.provider_zh, o.name_zh) AS provider, coalesce(k.uscc, o.uscc, '') AS uscc,
       e.id AS enrolment_id, e.name_sealed, e.phone_sealed, l.id AS learner_id, l.document_kind,
       l.number_sealed, coalesce(k.opens_on, c.opens_on) AS opens_on,
       coalesce(k.ended_on, CAST(ended.payload->>'ended_on' AS date), c.ends_on) AS ended_on,
       coalesce(k.half_hours, CAST(ended.payload->>'delivered_half_hours' AS int), 0)
         AS half_hours,
       coalesce(k.online_half_hours, CAST(ended.payload->>'online_half_hours' AS int), 0)
         AS online_half_hours,
       s.assessed_on, s.theory, s.practice, s.total, coalesce(k.bank, c.bank) AS bank,
       coalesce(k.regime, c.regime) AS regime
  FROM returned_class rc
  JOIN monthly_return r ON r.id = rc.return_id
  JOIN training_class c ON c.id = rc.class_id
  JOIN project p ON p.id = c.project_id
  JOIN office o ON o.id = p.provider_id
  JOIN enrolment e ON e.class_id = c.id
  JOIN learner l ON l.id = e.learner_id
  JOIN score s ON s.enrolment_id = e.id AND s.result = 'pass'
   AND s.fact_seq = rc.scores_seq
  LEFT JOIN LATERAL jsonb_to_recordset(r.figures->'classes') AS k(
    class_id bigint, channel text, provider_zh text, uscc text, opens_on date, ended_on date,
    half_hours int, online_half_hours int, bank text, regime text) ON k.class_id = c.id
  LEFT JOIN LATERAL (SELECT payload FROM fact f
                      WHERE f.project_id = p.id AND f.kind = 'class_ended'
                        AND CAST(f.payload->>'class_no' AS int) = c.no
                      ORDER BY f.seq DESC LIMIT 1) ended ON true
 WHERE rc.return_id = :id
 ORDER BY p.code, c.no, e.sheet_row, e.id
""")


_CORRECTED = text("""
SELECT k.id, r.month, p.code, c.no AS class_no, e.id AS enrolment_id, e.name_sealed,
       l.id AS learner_id, l.document_kind, l.number_sealed, k.before_result, k.before_total,
       k.after_result, k.after_total, k.decided_at
  FROM score_correction k
  JOIN enrolment e ON e.id = k.enrolment_id
  JOIN learner l ON l.id = e.learner_id
  JOIN training_class c ON c.id = k.class_id
  JOIN project p ON p.id = c.project_id
  JOIN returned_class rc ON rc.class_id = c.id
  JOIN monthly_return r ON r.id = rc.return_id
 WHERE k.return_id = :id ORDER BY p.code, c.no, k.decided_seq
""")


@dataclass(frozen=True, slots=True)
class Corrected:
    """Somebody whose score a return corrects, whole; `month` is of the return that counted it."""

    month: str
    code: str
    class_no: int
    name: str
    document_kind: str
    document_number: str
    before_result: str
    before_total: int | None
    after_result: str
    after_total: int | None
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Passer:
    """A passer named in a return, whole; hours are halves of a class hour, marks tenths."""

    code: str
    class_no: int
    channel: str
    provider: str
    uscc: str
    name: str
    document_kind: str
    document_number: str
    phone: str
    opens_on: date
    ended_on: date
    half_hours: int
    online_half_hours: int
    assessed_on: date
    theory: int | None
    practice: int | None
    total: int | None
    bank: str
    regime: str


def passers_of(session: Session, return_id: int) -> list[Passer]:
    """Everybody in the return, by project, class and row."""
    rows = session.connection().execute(_OF_RETURN, {"id": return_id}).mappings()
    return [_opened(session, row) for row in rows]


def corrected_of(session: Session, return_id: int) -> list[Corrected]:
    """Everybody whose score the return corrects, by project and class."""
    rows = session.connection().execute(_CORRECTED, {"id": return_id}).mappings()
    return [_opened_correction(session, row) for row in rows]


def corrected_masked(one: Corrected) -> Corrected:
    """The same for whoever may not take numbers out."""
    return replace(one, document_number=mask_number(one.document_number))


def masked(passer: Passer) -> Passer:
    """The same passer for whoever may not take numbers out."""
    return replace(
        passer,
        document_number=mask_number(passer.document_number),
        phone=mask_phone(passer.phone),
    )


def _opened_correction(session: Session, row: RowMapping) -> Corrected:
    apart = {"id", "enrolment_id", "learner_id", "name_sealed", "number_sealed"}
    number = row["number_sealed"]
    return Corrected(
        **{k: v for k, v in row.items() if k not in apart},
        name=vault.unseal(session, ENROLMENT_NAME, row["enrolment_id"], row["name_sealed"]),
        document_number=vault.unseal(session, LEARNER_NUMBER, row["learner_id"], number),
    )


def _opened(session: Session, row: RowMapping) -> Passer:
    enrolment, learner = row["enrolment_id"], row["learner_id"]
    apart = {"enrolment_id", "learner_id"}
    clear = {k: v for k, v in row.items() if k not in apart and not k.endswith("_sealed")}
    return Passer(
        **clear,
        name=vault.unseal(session, ENROLMENT_NAME, enrolment, row["name_sealed"]),
        phone=vault.unseal(session, ENROLMENT_PHONE, enrolment, row["phone_sealed"]),
        document_number=vault.unseal(session, LEARNER_NUMBER, learner, row["number_sealed"]),
    )
