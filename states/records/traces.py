"""What people leave in the records, found and emptied: who it was goes, what was counted stays.

Only classes of projects that have come to an end are looked at. A class is *whole* when all its
learners are forgotten: then goes too what was written about the class by people who watched it.
Facts, ledger, results, hours, sums and the numbers of certificates are never touched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import TextClause, text
from sqlmodel import Session

from states.records import case_traces, uploads
from states.rules.deadlines import shanghai_day
from states.rules.machine import midnight
from states.rules.retention import the_retention
from states.rules.stages import FINAL_STAGES

LEARNERS = "learners"
PEOPLE = frozenset({LEARNERS, case_traces.PEOPLE})
"""The kinds that are people; all others are what people left."""

_CLOSED = ", ".join(f"'{stage}'" for stage in sorted(FINAL_STAGES))


def _counted(gone: str, before: str = "") -> TextClause:
    """`gone` empties rows and answers their class_id; `before` are common tables it needs."""
    return text(f"""
WITH ended AS (
  SELECT c.id, coalesce(
           (SELECT CAST(f.payload->>'ended_on' AS date) FROM fact f
             WHERE f.project_id = p.id AND f.kind = 'class_ended'
               AND CAST(f.payload->>'class_no' AS int) = c.no
             ORDER BY f.seq DESC LIMIT 1), c.ends_on) AS ended_on
    FROM training_class c JOIN project p ON p.id = c.project_id AND p.stage IN ({_CLOSED})
), whole AS (
  SELECT c.id FROM ended c
   WHERE c.ended_on <= :learner_without_certificate
     AND NOT EXISTS (SELECT 1 FROM enrolment e WHERE e.class_id = c.id AND e.forgotten_at IS NULL)
), forgotten AS (
  SELECT id, class_id FROM enrolment WHERE forgotten_at = :at
){before}, gone AS ({gone})
SELECT coalesce(d.code, '') AS district, p.district_id, p.provider_id,
       count(*) AS things, count(DISTINCT c.id) AS classes
  FROM gone g
  LEFT JOIN training_class c ON c.id = g.class_id
  LEFT JOIN project p ON p.id = c.project_id
  LEFT JOIN office d ON d.id = p.district_id
 GROUP BY d.code, p.district_id, p.provider_id
""")  # noqa: S608  statements of this file


# People come first: by the moment at which they were forgotten the other steps know them.
_STEPS: Mapping[str, TextClause] = {
    **case_traces.STEPS,
    LEARNERS: _counted("""
UPDATE enrolment e SET name_sealed = '', phone_sealed = '', email_sealed = '',
       employer_email_sealed = '', likeness = NULL, birth = NULL, school = '', hukou = '',
       retirement = '', forgotten_at = :at
  FROM ended c
 WHERE c.id = e.class_id AND e.forgotten_at IS NULL AND c.ended_on <= CASE
         WHEN EXISTS (SELECT 1 FROM certificate x WHERE x.enrolment_id = e.id
                         AND x.state <> 'dropped')
         THEN CAST(:learner_with_certificate AS date)
         ELSE CAST(:learner_without_certificate AS date) END
RETURNING e.class_id"""),
    "exam_numbers": _counted("""
UPDATE score SET exam_number = '' WHERE exam_number <> ''
   AND enrolment_id IN (SELECT id FROM forgotten)
RETURNING class_id"""),
    "attendance_reasons": _counted("""
UPDATE attendance a SET reason_sealed = '' FROM forgotten e
 WHERE e.id = a.enrolment_id AND a.reason_sealed <> ''
RETURNING e.class_id"""),
    "certificate_names": _counted("""
UPDATE certificate x SET name_sealed = '', reason_sealed = '' FROM forgotten e
 WHERE e.id = x.enrolment_id AND (x.name_sealed <> '' OR x.reason_sealed <> '')
RETURNING e.class_id"""),
    "certificate_changes": _counted("""
UPDATE certificate_change h SET name_sealed = '', old_name_sealed = '', reason_sealed = ''
  FROM certificate x
  LEFT JOIN forgotten e ON e.id = x.enrolment_id
  LEFT JOIN claim m ON m.id = x.claim_id AND m.forgotten_at = :at
 WHERE x.id = h.certificate_id AND (e.id IS NOT NULL OR m.id IS NOT NULL)
   AND h.reason_sealed <> ''
RETURNING e.class_id"""),
    # A roster that came again has left decisions about rows that are no longer there.
    "remarks": _counted("""
UPDATE remark r SET text_sealed = '' FROM (
  SELECT f.project_id, f.seq, c.id AS class_id
    FROM fact f JOIN training_class c ON c.project_id = f.project_id
                                     AND c.no = CAST(f.payload->>'class_no' AS int)
   WHERE f.kind IN ('admission_decided', 'score_corrected', 'score_correction_decided')
     AND (CAST(f.payload->>'enrolment_id' AS bigint) IN (SELECT id FROM forgotten)
       OR c.id IN (SELECT id FROM whole))
   UNION ALL
  SELECT f.project_id, f.seq, e.class_id
    FROM fact f JOIN certificate x ON x.id = CAST(f.payload->>'certificate_id' AS bigint)
    JOIN forgotten e ON e.id = x.enrolment_id
   WHERE f.kind = 'certificate_dropped') AS said
 WHERE r.project_id = said.project_id AND r.seq = said.seq AND r.text_sealed <> ''
RETURNING said.class_id"""),
    # What a mail server answered may quote the address.
    "mail_addresses": _counted(
        """
UPDATE survey_invitation i SET email_sealed = '' FROM asked a
 WHERE a.id = i.id AND i.email_sealed <> ''
RETURNING i.class_id""",
        before=""", asked AS (
  SELECT id FROM survey_invitation
   WHERE enrolment_id IN (SELECT id FROM forgotten)
      OR (enrolment_id IS NULL AND class_id IN (SELECT id FROM whole))
), letters AS (
  UPDATE outbox SET answer = ''
   WHERE letter IN ('survey_learner', 'survey_employer') AND answer <> ''
     AND CAST(context->>'invitation' AS bigint) IN (SELECT id FROM asked)
), answers AS (
  UPDATE mail_event SET answer = ''
   WHERE answer <> '' AND mail_id IN (
         SELECT id FROM outbox WHERE letter IN ('survey_learner', 'survey_employer')
            AND CAST(context->>'invitation' AS bigint) IN (SELECT id FROM asked))
)""",
    ),
    "check_notes": _counted(
        "SELECT class_id FROM notes UNION ALL SELECT class_id FROM faults "
        "UNION ALL SELECT class_id FROM rounds",
        before=""", looked AS (
  SELECT id, class_id FROM inspection
   WHERE enrolment_id IN (SELECT id FROM forgotten) OR class_id IN (SELECT id FROM whole)
), notes AS (
  UPDATE inspection i SET note_sealed = '' FROM looked l WHERE l.id = i.id AND i.note_sealed <> ''
  RETURNING l.class_id
), faults AS (
  UPDATE inspection_fault f SET text_sealed = '' FROM looked l
   WHERE l.id = f.inspection_id AND f.text_sealed <> ''
  RETURNING l.class_id
), rounds AS (
  UPDATE rectification r SET text_sealed = '', review_sealed = ''
    FROM inspection_fault f JOIN looked l ON l.id = f.inspection_id
   WHERE f.id = r.fault_id AND (r.text_sealed <> '' OR r.review_sealed <> '')
  RETURNING l.class_id
)""",
    ),
    "survey_comments": _counted("""
UPDATE survey_answer SET comment_sealed = '' WHERE comment_sealed <> ''
   AND class_id IN (SELECT id FROM whole)
RETURNING class_id"""),
    "filing_answers": _counted("""
UPDATE class_filing SET answer_sealed = '' WHERE answer_sealed <> ''
   AND class_id IN (SELECT id FROM whole)
RETURNING class_id"""),
    # Photographs show people. Without its key a file is unreadable; the worker removes it.
    "photographs": _counted("""
UPDATE attachment a SET key_sealed = '', withdrawn_at = :at, not_before = now()
  FROM training_class c
 WHERE c.project_id = a.project_id AND c.no = a.class_no AND c.id IN (SELECT id FROM whole)
   AND a.kind = 'photo' AND a.withdrawn_at IS NULL
RETURNING c.id AS class_id"""),
    "reports": _counted("""
UPDATE import_report r SET filename_sealed = '', findings_sealed = ''
 WHERE r.findings_sealed <> '' AND (
         r.class_id IN (SELECT id FROM whole)
      OR r.class_id IN (SELECT id FROM ended WHERE ended_on <= :upload_report)
      OR (r.class_id IS NULL
          AND CAST(r.at AT TIME ZONE 'Asia/Shanghai' AS date) <= :upload_report))
RETURNING r.class_id"""),
    "document_numbers": _counted("""
UPDATE learner l SET number_sealed = '', number_index = NULL
 WHERE l.number_index IS NOT NULL
   AND (EXISTS (SELECT 1 FROM enrolment e WHERE e.learner_id = l.id AND e.forgotten_at = :at)
     OR EXISTS (SELECT 1 FROM claim m WHERE m.learner_id = l.id AND m.forgotten_at = :at))
   AND NOT EXISTS (
     SELECT 1 FROM enrolment e WHERE e.learner_id = l.id AND e.forgotten_at IS NULL)
   AND NOT EXISTS (SELECT 1 FROM claim m WHERE m.learner_id = l.id AND m.forgotten_at IS NULL)
RETURNING (SELECT max(e.class_id) FROM enrolment e
            WHERE e.learner_id = l.id AND e.forgotten_at = :at) AS class_id"""),
}  # fmt: skip
KINDS = tuple(_STEPS)

# Whoever is being named once more at this moment must be seen by the last step.
_HOLD = text("""
SELECT l.id FROM learner l
 WHERE EXISTS (SELECT 1 FROM enrolment e WHERE e.learner_id = l.id AND e.forgotten_at = :at)
    OR EXISTS (SELECT 1 FROM claim m WHERE m.learner_id = l.id AND m.forgotten_at = :at)
 ORDER BY l.id FOR UPDATE
""")
_ANSWERED = text("DELETE FROM request_key WHERE at < :before")
_STRAY = (
    "NOT EXISTS (SELECT 1 FROM enrolment e WHERE e.learner_id = l.id)"
    " AND NOT EXISTS (SELECT 1 FROM claim m WHERE m.learner_id = l.id)"
)
_STRAYS = text(f"SELECT l.id FROM learner l WHERE {_STRAY} FOR UPDATE SKIP LOCKED")  # noqa: S608
_DROP_STRAYS = text(f"DELETE FROM learner l WHERE l.id = ANY(:ids) AND {_STRAY}")  # noqa: S608


@dataclass(frozen=True, slots=True)
class Emptied:
    """How many things of one kind, in how many classes or cases, an office had emptied.

    The receipts of certificate batches belong to no class: they have no district.
    """

    kind: str
    district: str
    district_id: int | None
    provider_id: int | None
    things: int
    classes: int


def empty(session: Session, as_of: date, *, at: datetime) -> Sequence[Emptied]:
    """Empty everything that is due on the day `as_of`; `at` becomes the moment of forgetting."""
    asked = {**the_retention().due(as_of), "at": at}
    found = []
    for kind, step in _STEPS.items():
        if kind == "document_numbers":
            session.connection().execute(_HOLD, {"at": at})
        rows = session.connection().execute(step, asked).mappings()
        found += [Emptied(kind=kind, **row) for row in rows]
    return found


def clear_leftovers(session: Session) -> None:
    """Throw away what nobody will ask for any more, by the machine's own clock.

    Answers of repeated requests, expired uploads, and learners of no class and no case at
    all: those of a roster or list that came again with another number.
    """
    kept = the_retention().repeated_answer
    before = midnight(kept.last_due(shanghai_day(datetime.now(UTC))))
    session.connection().execute(_ANSWERED, {"before": before})
    uploads.purge(session)
    strays = session.connection().execute(_STRAYS).scalars().all()
    session.connection().execute(_DROP_STRAYS, {"ids": list(strays)})
