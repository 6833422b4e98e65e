"""What the checks of a monthly return look at, read from the records (C18)."""

from sqlalchemy import text
from sqlmodel import Session

from states.rules.deadlines import shanghai_day
from states.rules.machine import midnight
from states.rules.months import first_after
from states.rules.return_checks import Draft, SamePerson, WaitingClass

_NAMED = text("""
SELECT p.code, c.no, p.stage <> 'surveyed' AS stopped,
       rc.scores_seq < (SELECT max(s.fact_seq) FROM score s WHERE s.class_id = c.id) AS stale,
       EXISTS (SELECT 1 FROM score_correction k
                WHERE k.class_id = c.id AND k.state = 'open') AS undecided
  FROM returned_class rc
  JOIN training_class c ON c.id = rc.class_id
  JOIN project p ON p.id = c.project_id
 WHERE rc.return_id = :id ORDER BY p.code, c.no
""")
# Assessed by the end of the month and in no return, or in a later one that it may be taken out of:
# a later draft is no obstacle, a signed one that is not accepted (`held_in`) has to be given back.
_WAITING = text("""
SELECT * FROM (
  SELECT p.code, c.no, p.stage,
         max(CAST(f.payload->>'assessed_on' AS date)) AS assessed_on,
         max(f.seq) FILTER (WHERE f.kind = 'scores_imported') AS scored,
         max(f.seq) FILTER (WHERE f.kind = 'scores_confirmed') AS confirmed,
         max(f.at) FILTER (WHERE f.kind = 'scores_confirmed') AS confirmed_at,
         max(CAST(f.payload->>'closes_on' AS date)) AS closes_on,
         bool_or(f.kind = 'survey_summed_up') AS summed_up,
         max(r.month) FILTER (WHERE r.state IN ('prepared', 'submitted')) AS held_in
    FROM project p
    JOIN training_class c ON c.project_id = p.id
    JOIN fact f ON f.project_id = p.id AND CAST(f.payload->>'class_no' AS int) = c.no
     AND f.kind IN ('scores_imported', 'scores_confirmed', 'survey_opened', 'survey_summed_up')
    LEFT JOIN returned_class rc ON rc.class_id = c.id
    LEFT JOIN monthly_return r ON r.id = rc.return_id
   WHERE p.district_id = :district_id
     AND p.stage IN ('running', 'assessed', 'surveyed', 'suspended')
     AND (r.id IS NULL OR r.month > :month AND r.state <> 'accepted')
   GROUP BY p.id, c.id) told
 WHERE assessed_on < CAST(:first_after AS date)
   AND (held_in IS NULL OR confirmed_at < :until)
 ORDER BY code, no
""")
# The same person: twice in here, in another return, or with a certificate of the level.
_DOUBLES = text("""
WITH here AS (
  SELECT e.learner_id, e.id, p.code || '-' || lpad(CAST(c.no AS text), 2, '0') || '/'
         || e.sheet_row AS place
    FROM returned_class rc
    JOIN score s ON s.class_id = rc.class_id AND s.fact_seq = rc.scores_seq AND s.result = 'pass'
    JOIN enrolment e ON e.id = s.enrolment_id
    JOIN training_class c ON c.id = rc.class_id
    JOIN project p ON p.id = c.project_id
   WHERE rc.return_id = :id
)
SELECT 'twice' AS kind, array_agg(place ORDER BY place) AS places, '' AS month
  FROM here GROUP BY learner_id HAVING count(*) > 1
UNION ALL
SELECT 'certified', array_agg(DISTINCT h.place), ''
  FROM here h
  JOIN certificate x ON x.learner_id = h.learner_id AND x.level = 'basic'
   AND x.state IN ('issued', 'accepted', 'refused', 'released')
   AND x.enrolment_id IS DISTINCT FROM h.id
 GROUP BY h.learner_id
UNION ALL
SELECT 'reported', array_agg(DISTINCT h.place), max(r.month)
  FROM here h
  JOIN enrolment e ON e.learner_id = h.learner_id AND e.id <> h.id
  JOIN returned_class rc ON rc.class_id = e.class_id AND rc.return_id <> :id
  JOIN score s ON s.enrolment_id = e.id AND s.fact_seq = rc.scores_seq AND s.result = 'pass'
  JOIN monthly_return r ON r.id = rc.return_id
   AND r.state IN ('prepared', 'submitted', 'accepted')
 GROUP BY h.learner_id
 ORDER BY 1, 2
""")


def read(session: Session, return_id: int, district_id: int, *, month: str) -> Draft:
    """The draft of a return as the checks see it, in three queries."""
    ends = first_after(month)
    asked = {
        "id": return_id, "district_id": district_id, "month": month, "first_after": ends,
        "until": midnight(ends),
    }  # fmt: skip
    named = session.connection().execute(_NAMED, asked).all()
    doubles = session.connection().execute(_DOUBLES, asked).mappings()
    return Draft(
        ends_before=ends,
        stale=[f"{row.code}-{row.no:02}" for row in named if row.stale],
        stopped=[f"{row.code}-{row.no:02}" for row in named if row.stopped],
        undecided=[f"{row.code}-{row.no:02}" for row in named if row.undecided],
        waiting=_waiting(session, asked),
        doubles=[SamePerson(**row) for row in doubles],
    )


def _waiting(session: Session, asked: dict[str, object]) -> list[WaitingClass]:
    return [
        WaitingClass(
            code=f"{row.code}-{row.no:02}",
            stage=row.stage,
            confirmed_on=shanghai_day(row.confirmed_at)
            if row.confirmed and row.confirmed > row.scored
            else None,
            closes_on=row.closes_on,
            summed_up=row.summed_up,
            held_in=row.held_in or "",
        )
        for row in session.connection().execute(_WAITING, asked)
    ]
