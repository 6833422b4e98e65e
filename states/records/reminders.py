"""Climbs the ladders: every rung that a day has reached, once, and one letter for each reader.

All of it is one statement: that a rung was reached, who reads of it, the letters, and the next rung
of each deadline. A worker that dies on the way has done nothing; the next one does it all.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from sqlalchemy import text
from sqlmodel import Session

from states.records.db import WAKE_CHANNEL
from states.rules.law import Law

# Whoever settles a project holds its row first and then writes its timers. So do we, by number as
# the sweep of the projects does: nobody waits for somebody who waits for them.
_HOLD = text("""
SELECT p.id FROM project p
 WHERE p.id IN (SELECT t.project_id FROM timer t WHERE t.rung_on <= :day)
 ORDER BY p.id FOR NO KEY UPDATE
""")
# The planner takes the parts of the statement for a few rows and would look up the readers of ten
# thousand deadlines one by one.
_MANY_AT_ONCE = text("SET LOCAL enable_nestloop = off")
# What a letter lists is found when it is sent, so nobody is reminded of what is done by then. A
# letter of the same day that still waits takes what comes to it.
_CLIMB = text("""
WITH ladder AS (
  SELECT * FROM jsonb_to_recordset(CAST(:ladders AS jsonb)) AS l(ladder text, rung int, reader text)
), due AS (
  SELECT t.*, coalesce(p.provider_id, 0) AS provider_id,
         coalesce(p.district_id, r.district_id) AS district_id
    FROM timer t
    LEFT JOIN project p ON p.id = t.project_id
    LEFT JOIN monthly_return r ON r.id = t.return_id
   WHERE t.rung_on <= :day
     FOR UPDATE OF t
), reached AS (
  INSERT INTO reminder (project_id, return_id, duty, subject, due_on, rung, on_day, at)
  SELECT d.project_id, d.return_id, d.duty, d.subject, d.due_on, n.rung - 1, n.day, :now
    FROM due d CROSS JOIN unnest(d.rungs) WITH ORDINALITY AS n(day, rung)
   WHERE n.day BETWEEN d.rung_on AND :day
  ON CONFLICT DO NOTHING
  RETURNING id, project_id, return_id, duty, subject, due_on, rung
), asked AS (
  SELECT x.id AS reminder_id, x.rung, d.id AS timer_id, l.reader, d.not_by, d.in_hand_of,
         d.provider_id, d.district_id,
         CASE l.reader
           WHEN 'district_head' THEN 'district_head'
           WHEN 'bureau' THEN 'bureau_officer'
           WHEN 'head' THEN CASE split_part(d.role, '_', 1)
             WHEN 'provider' THEN 'provider_head'
             WHEN 'district' THEN 'district_head' ELSE 'bureau_officer' END
           ELSE d.role END AS role
    FROM reached x
    JOIN due d ON coalesce(d.project_id, 0) = coalesce(x.project_id, 0)
              AND coalesce(d.return_id, 0) = coalesce(x.return_id, 0)
              AND d.duty = x.duty AND d.subject = x.subject
    JOIN ladder l ON l.ladder = d.ladder AND l.rung = x.rung
), holding AS (
  SELECT k.*, a.person_id
    FROM asked k
    JOIN appointment a ON a.role = k.role AND a.since <= :day AND coalesce(a.until, :day) >= :day
     AND CASE split_part(k.role, '_', 1) WHEN 'provider' THEN a.office_id = k.provider_id
         WHEN 'district' THEN a.office_id = k.district_id ELSE true END
     AND NOT a.person_id = ANY(k.not_by)
), own AS (
  SELECT h.* FROM holding h
   WHERE h.reader <> 'responsible' OR h.person_id = h.in_hand_of OR NOT EXISTS (
     SELECT 1 FROM holding o WHERE o.reminder_id = h.reminder_id AND o.person_id = o.in_hand_of)
), deputies AS (
  SELECT o.reminder_id, o.timer_id, v.deputy_id AS person_id, o.rung
    FROM own o
    JOIN deputy v ON v.person_id = o.person_id AND v.since <= :day AND v.until >= :day
     AND NOT v.deputy_id = ANY(o.not_by)
   WHERE o.reader IN ('responsible', 'duty') AND NOT EXISTS (
     SELECT 1 FROM reminder_reader w JOIN reminder e ON e.id = w.reminder_id
       JOIN reached x ON x.id = o.reminder_id
      WHERE w.person_id = v.deputy_id AND w.as_what = 'deputy' AND e.duty = x.duty
        AND e.subject = x.subject AND e.due_on = x.due_on
        AND e.project_id IS NOT DISTINCT FROM x.project_id
        AND e.return_id IS NOT DISTINCT FROM x.return_id)
), readers AS (
  SELECT DISTINCT ON (reminder_id, person_id) reminder_id, timer_id, person_id, as_what, rung
    FROM (SELECT reminder_id, timer_id, person_id, reader AS as_what, rung, 0 AS place FROM own
          UNION ALL
          SELECT DISTINCT ON (timer_id, person_id)
                 reminder_id, timer_id, person_id, 'deputy', rung, 1
            FROM (SELECT * FROM deputies ORDER BY timer_id, person_id, rung) v) r
   ORDER BY reminder_id, person_id, place
), latest AS (
  SELECT DISTINCT ON (r.person_id, r.timer_id) r.person_id, r.rung, d.*
    FROM readers r JOIN due d ON d.id = r.timer_id
   ORDER BY r.person_id, r.timer_id, r.rung DESC
), letters AS (
  SELECT l.person_id, 'reminder/' || l.person_id || '/' || CAST(:day AS text) AS key,
         jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
           'project', l.project_id, 'return', l.return_id, 'duty', l.duty, 'subject', l.subject,
           'due', l.due_on, 'rung', l.rung)) ORDER BY l.due_on, l.id) AS items
    FROM latest l GROUP BY l.person_id
), promised AS (
  INSERT INTO outbox AS m (key, letter, person_id, language, context, duty, subject, state,
                      promised_at, not_before, attempts, lease, message_id, answer)
  SELECT r.key, 'daily_reminder', r.person_id, s.language,
         jsonb_build_object('items', r.items), '', '', 'promised', :now, :now, 0, '', md5(r.key), ''
    FROM letters r JOIN person s ON s.id = r.person_id
  ON CONFLICT (key) DO UPDATE SET context = jsonb_build_object(
    'items', m.context->'items' || (excluded.context->'items'))
  RETURNING id, person_id
), told AS (
  INSERT INTO reminder_reader (reminder_id, person_id, as_what, mail_id)
  SELECT r.reminder_id, r.person_id, r.as_what, m.id
    FROM readers r JOIN promised m ON m.person_id = r.person_id
), onward AS (
  UPDATE timer t SET rung_on = (SELECT min(r) FROM unnest(t.rungs) r WHERE r > :day)
    FROM due d WHERE t.id = d.id
)
SELECT (SELECT count(*) FROM reached) AS rungs, (SELECT count(*) FROM promised) AS letters,
       CASE WHEN EXISTS (SELECT 1 FROM promised) THEN pg_notify(:channel, '') END
""")


def climb(session: Session, law: Law, *, day: date, now: datetime) -> tuple[int, int]:
    """Reach every rung up to `day`; answers how many, and how many letters were promised.

    Whatever a stopped service has missed is made good in one letter for each person.
    """
    asked = {
        "ladders": json.dumps(list(_ladders(law))), "day": day, "now": now, "channel": WAKE_CHANNEL
    }  # fmt: skip
    session.connection().execute(_HOLD, {"day": day})
    session.connection().execute(_MANY_AT_ONCE)
    row = session.connection().execute(_CLIMB, asked).one()
    return int(row.rungs), int(row.letters)


def _ladders(law: Law) -> Iterator[Mapping[str, str | int]]:
    """Who reads of which rung, for every ladder of every regime."""
    for book in law.regimes.values():
        for name, ladder in book.reminders.ladders.items():
            for rung, step in enumerate(ladder):
                for reader in step.to:
                    yield {"ladder": f"{book.id}/{name}", "rung": rung, "reader": reader}
