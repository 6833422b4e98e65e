"""Which certificates count in a year's figures, spelled once for every query (A20, A21).

A certificate counts from its issue on while it is active; `numbered` once the city has given its
number. Its year is that of its case: in which the contest was held, the exam taken, the evaluation
made (trap 22); in training, which has no case, that of its issue in Shanghai. One that replaces
another counts on the day of the first: a reprint moves nobody to another year.
"""

from states.records.tables.returns import ACTIVE_STATES

ACTIVE = list(ACTIVE_STATES)

_FIRST_ISSUE = """
       WITH RECURSIVE back AS (
         SELECT x.issued_on, x.replaces
          UNION ALL
         SELECT b.issued_on, b.replaces FROM back JOIN certificate b ON b.id = back.replaces
       ) SELECT min(issued_on) FROM back"""
COUNTED = f"""
counted AS (
  SELECT x.id, x.learner_id, x.district_id, x.route, x.state = 'accepted' AS numbered, d.day,
         CAST(coalesce(r.year, extract(YEAR FROM d.day)) AS int) AS year
    FROM certificate x
   CROSS JOIN LATERAL (
     SELECT CAST(CASE WHEN x.replaces IS NULL THEN x.issued_on ELSE ({_FIRST_ISSUE}) END
                 AT TIME ZONE 'Asia/Shanghai' AS date) AS day) d
    LEFT JOIN claim k ON k.id = x.claim_id
    LEFT JOIN route_case r ON r.id = k.case_id
   WHERE x.state = ANY(:active)
     AND (CAST(:year AS int) IS NULL OR coalesce(r.year, extract(YEAR FROM d.day)) = :year)
     AND (CAST(:learner AS bigint) IS NULL OR x.learner_id = :learner)
)"""  # noqa: S608  names of ours
"""Asks for `active`, and for `year` and `learner`, each None for all."""

PERSONS = """
persons AS (
  SELECT DISTINCT ON (learner_id, year) id FROM counted
   ORDER BY learner_id, year, numbered DESC, district_id IS NULL, day, id
)"""
"""Every person once a year: by the first certificate with a number, rather one with a district."""
