"""Which classes a monthly return names: each stands in one return, in that of its own month first.

A draft of an earlier month that is compiled late takes back what a later draft has taken
meanwhile. What somebody has signed is left alone; the checks then name the return that holds it.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from states.records import return_deltas

# A district's drafts are compiled one after the other: they share their classes.
_TAKE_TURNS = text("SELECT id FROM office WHERE id = :district_id FOR NO KEY UPDATE")
_LATER = text("""
SELECT id FROM monthly_return
 WHERE district_id = :district_id AND month > :month AND state IN ('draft', 'returned')
 ORDER BY id FOR UPDATE
""")
_CONFIRMED_BEFORE = """
(SELECT max(f.at) FROM fact f
  WHERE f.project_id = p.id AND f.kind = 'scores_confirmed'
    AND CAST(f.payload->>'class_no' AS int) = c.no) < :until
"""
_TAKE_BACK = text(f"""
DELETE FROM returned_class rc USING training_class c, project p
 WHERE rc.return_id = ANY(:later) AND c.id = rc.class_id AND p.id = c.project_id
   AND {_CONFIRMED_BEFORE}
""")  # noqa: S608  a constant of this file
_CLEAR = text("DELETE FROM returned_class WHERE return_id = :id")
_NAME = text(f"""
INSERT INTO returned_class (class_id, return_id, scores_seq)
SELECT c.id, :id, (SELECT max(s.fact_seq) FROM score s WHERE s.class_id = c.id)
  FROM project p
  JOIN training_class c ON c.project_id = p.id
 WHERE p.district_id = :district_id AND p.stage = 'surveyed' AND {_CONFIRMED_BEFORE}
ON CONFLICT (class_id) DO NOTHING
""")  # noqa: S608


def take_turns(session: Session, district_id: int) -> None:
    """Wait until nobody else compiles for this district."""
    session.connection().execute(_TAKE_TURNS, {"district_id": district_id})


def name(session: Session, draft: Mapping[str, Any]) -> list[int]:
    """Put into a draft (`id`, `district_id`, `month`, `until`) what it is to report.

    Answers the later drafts that may have lost something to it: they are to be counted anew.
    """
    later = list(session.connection().execute(_LATER, draft).scalars())
    session.connection().execute(_CLEAR, draft)
    session.connection().execute(_TAKE_BACK, {**draft, "later": later})
    session.connection().execute(_NAME, draft)
    return_deltas.carry(session, {**draft, "later": later})
    return later
