"""What people of the other routes leave in the records, emptied when their case's time is over.

Counted from the contest's day, else from the day on which the case came to its end. A claim that
came to a certificate is kept as long as a learner who did.
"""

from collections.abc import Mapping

from sqlalchemy import TextClause, text

PEOPLE = "case_people"


def _counted(gone: str) -> TextClause:
    """`gone` empties rows and answers their case_id."""
    return text(f"""
WITH ended AS (
  SELECT k.id, coalesce(k.held_on, CAST(k.stage_since AT TIME ZONE 'Asia/Shanghai' AS date))
           AS ended_on
    FROM route_case k WHERE k.stage IN ('collected', 'rejected', 'withdrawn')
), forgotten AS (
  SELECT id, case_id FROM claim WHERE forgotten_at = :at
), gone AS ({gone})
SELECT coalesce(d.code, '') AS district, k.district_id, k.office_id AS provider_id,
       count(*) AS things, count(DISTINCT k.id) AS classes
  FROM gone g
  JOIN route_case k ON k.id = g.case_id
  LEFT JOIN office d ON d.id = k.district_id
 GROUP BY d.code, k.district_id, k.office_id
""")  # noqa: S608  statements of this file


STEPS: Mapping[str, TextClause] = {
    PEOPLE: _counted("""
UPDATE claim m SET name_sealed = '', phone_sealed = '', source_number_sealed = '', school = '',
       employer = '', employer_uscc = '', forgotten_at = :at
  FROM ended k
 WHERE k.id = m.case_id AND m.forgotten_at IS NULL AND k.ended_on <= CASE
         WHEN EXISTS (SELECT 1 FROM certificate x WHERE x.claim_id = m.id AND x.state <> 'dropped')
         THEN CAST(:learner_with_certificate AS date)
         ELSE CAST(:learner_without_certificate AS date) END
RETURNING m.case_id"""),
    "case_certificate_names": _counted("""
UPDATE certificate x SET name_sealed = '', reason_sealed = '' FROM forgotten m
 WHERE m.id = x.claim_id AND (x.name_sealed <> '' OR x.reason_sealed <> '')
RETURNING m.case_id"""),
}
