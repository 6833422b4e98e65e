"""What the records know of the people on a roster: their other classes, certificates, likenesses.

The same document is one person in every class, district and route; different documents that look
like one person's are only pointed out, and nobody is ever merged (E37).
"""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Row, text
from sqlmodel import Session

from states.records import vault
from states.records.classes import ClassView
from states.records.rosters import REFUSED, RosterRow
from states.rules.deadlines import shanghai_day
from states.rules.doubles import Elsewhere, certificate_is_held, enrolled_twice
from states.rules.findings import Finding
from states.rules.routes import Level

_KNOWN = text("""
SELECT l.id, g.sheet_row
  FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS g(sheet_row int, document text, number text)
  JOIN learner l ON l.document_kind = g.document AND l.number_index = decode(g.number, 'base64')
""")
# A class of a project that came to nothing binds nobody; one that has closed binds by its days.
_CLASSES = text("""
WITH elsewhere AS (
  SELECT learner_id, class_id FROM enrolment
   WHERE learner_id = ANY(:learners) AND class_id <> :class_id AND verdict <> 'refused'
), own AS (
  SELECT held_on, starts, ends FROM class_session
   WHERE class_id = :class_id AND superseded_seq IS NULL
), timed AS (
  SELECT s.class_id, bool_or(own.held_on IS NOT NULL) AS clashes
    FROM class_session s
    LEFT JOIN own ON own.held_on = s.held_on AND own.starts < s.ends AND s.starts < own.ends
   WHERE s.class_id IN (SELECT class_id FROM elsewhere) AND s.superseded_seq IS NULL
   GROUP BY s.class_id
)
SELECT e.learner_id, c.opens_on, c.ends_on, c.no, p.code,
       p.stage IN ('approved', 'running', 'suspended') AS goes_on,
       p.district_id = (SELECT district_id FROM project WHERE id = :project_id) AS near,
       CASE WHEN EXISTS (SELECT 1 FROM own) THEN t.clashes END AS clashes
  FROM elsewhere e
  JOIN training_class c ON c.id = e.class_id
  JOIN project p ON p.id = c.project_id AND p.stage NOT IN ('withdrawn', 'rejected', 'terminated')
  LEFT JOIN timed t ON t.class_id = c.id
 ORDER BY p.code, c.no
""")
_CERTIFICATES = text("""
SELECT e.learner_id, min(x.issued_on) AS issued_on
  FROM enrolment e JOIN certificate x ON x.enrolment_id = e.id
 WHERE e.learner_id = ANY(:learners) AND e.class_id <> :class_id
   AND x.level = :level AND x.state <> 'dropped'
 GROUP BY e.learner_id
""")
_ALIKE = text("""
SELECT e.id, l.document_kind, c.no, p.code,
       p.district_id = (SELECT district_id FROM project WHERE id = :project_id) AS near
  FROM enrolment e
  JOIN enrolment o ON o.likeness = e.likeness AND o.learner_id <> e.learner_id
  JOIN learner l ON l.id = o.learner_id
  JOIN training_class c ON c.id = o.class_id
  JOIN project p ON p.id = c.project_id
 WHERE e.class_id = :class_id
 ORDER BY e.sheet_row, p.code, c.no, o.id
""")


@dataclass(frozen=True, slots=True)
class Alike:
    """Somebody under another document who may be the learner of `enrolment_id`.

    `klass` is where they learn, empty in another district.
    """

    enrolment_id: int
    document_kind: str
    klass: str


def known(
    session: Session, rows: Iterable[RosterRow], klass: ClassView
) -> Mapping[int, tuple[Finding, ...]]:
    """What the records hold against the rows that would learn: sheet row -> findings.

    A few queries for the whole roster. The class itself does not count: a roster may come again.
    """
    places = dict(_learners(session, rows))
    if not places:
        return {}
    found: dict[int, list[Finding]] = {}
    for learner, finding in _findings(session, list(places), klass):
        found.setdefault(places[learner], []).append(finding)
    return {row: tuple(findings) for row, findings in found.items()}


def alike(session: Session, klass: ClassView) -> list[Alike]:
    """Who of a class may be the same person as somebody under another document, here or elsewhere.

    For the district's eyes: a provider is told of nobody else's learners.
    """
    asked = {"class_id": klass.id, "project_id": klass.project_id}
    return [
        Alike(row.id, row.document_kind, _name(row))
        for row in session.connection().execute(_ALIKE, asked)
    ]


def _learners(session: Session, rows: Iterable[RosterRow]) -> Iterator[tuple[int, int]]:
    """(learner, sheet row) of everybody whom the records know already."""
    given = [
        {
            "sheet_row": row.sheet_row,
            "document": row.document,
            "number": base64.b64encode(vault.blind_index(session, row.number)).decode(),
        }
        for row in rows
        if row.number and row.verdict != REFUSED
    ]
    found = session.connection().execute(_KNOWN, {"rows": json.dumps(given)})
    return ((row.id, row.sheet_row) for row in found)


def _findings(
    session: Session, learners: list[int], klass: ClassView
) -> Iterator[tuple[int, Finding]]:
    asked = {
        "learners": learners, "class_id": klass.id, "project_id": klass.project_id,
        "level": Level.BASIC,
    }  # fmt: skip
    for row in session.connection().execute(_CLASSES, asked):
        other = Elsewhere(row.opens_on, row.ends_on, _name(row), row.goes_on, row.clashes)
        if finding := enrolled_twice(other, klass.opens_on, klass.ends_on):
            yield row.learner_id, finding
    for row in session.connection().execute(_CERTIFICATES, asked):
        yield row.learner_id, certificate_is_held(shanghai_day(row.issued_on))


def _name(row: Row[tuple[object, ...]]) -> str:
    return f"{row.code}/{row.no}" if row.near else ""
