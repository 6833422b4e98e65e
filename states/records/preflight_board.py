"""Who would be in the next batch, who would not and why, and what it would make of the shares.

`judged` is what the making of a batch itself asks; `preview` only looks, and holds nobody up.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlmodel import Session

from states.records import vault
from states.records.candidates import STILL_PASSES, Candidate, holders, waiting
from states.records.places import LEARNER_NUMBER
from states.records.share_board import Effect, effect
from states.records.tables.returns import ACTIVE_STATES
from states.rules.deadlines import shanghai_day
from states.rules.preflight import Applicant, Judged, Place, judge
from states.rules.routes import Level, Route

Fit = Callable[[str], str]
"""The characters of a name that cannot be printed; "" when all can."""
_Key = tuple[int | None, int | None]
"""Enrolment or claim."""

_ENROLLED = text("""
SELECT e.id, p.code, c.no, e.sheet_row, e.learner_id, l.document_kind, l.number_sealed,
       EXISTS (SELECT 1 FROM fact f
                WHERE f.project_id = p.id AND f.kind = 'survey_summed_up'
                  AND CAST(f.payload->>'class_no' AS int) = c.no) AS surveyed,
       EXISTS (SELECT 1 FROM returned_class k
                 JOIN monthly_return r ON r.id = k.return_id AND r.state = 'accepted'
                WHERE k.class_id = c.id) AS returned
  FROM enrolment e
  JOIN learner l ON l.id = e.learner_id
  JOIN training_class c ON c.id = e.class_id
  JOIN project p ON p.id = c.project_id
 WHERE e.id = ANY(:ids)
""")
_CLAIMED = text("""
SELECT m.id, k.code, 0 AS no, m.sheet_row, m.learner_id, l.document_kind, l.number_sealed,
       true AS surveyed, true AS returned
  FROM claim m
  JOIN learner l ON l.id = m.learner_id
  JOIN route_case k ON k.id = m.case_id
 WHERE m.id = ANY(:ids)
""")
_SERIALS = text("SELECT id, coalesce(serial, '') AS serial FROM certificate WHERE id = ANY(:ids)")
_ACTIVE = ", ".join(f"'{state}'" for state in ACTIVE_STATES)
# Certificates that there are already: put right, or no longer in the shadow of another one.
_OLD = text(f"""
SELECT x.state, x.district_id, count(DISTINCT (x.learner_id, x.level)) AS n
  FROM certificate x
  LEFT JOIN claim m ON m.id = x.claim_id
  LEFT JOIN route_case k ON k.id = m.case_id
 WHERE x.route = :route AND x.state IN ('released', 'held') AND {STILL_PASSES}
   AND (x.route = 'training' OR :uploader = CASE WHEN k.route = 'skills_contest'
                                                 THEN k.district_id ELSE k.office_id END)
   AND (x.state = 'released' OR NOT EXISTS (
         SELECT 1 FROM certificate a WHERE a.learner_id = x.learner_id
            AND a.level = x.level AND a.state IN ({_ACTIVE})))
 GROUP BY x.state, x.district_id
""")  # noqa: S608  constants of the tables and the candidates


@dataclass(frozen=True, slots=True)
class Previewed:
    """One person who waits, and what the pre-flight says; the name comes whole.

    `code` is the project's or case's, `class_no` 0 outside training, `sheet_row` that of the list.
    """

    candidate: Candidate
    code: str
    class_no: int
    sheet_row: int
    judged: Judged


@dataclass(frozen=True, slots=True)
class Preview:
    """The next batch of a route before it is made.

    `again` were refused and put right, `freed` are no longer held: both go besides the people.
    """

    route: Route
    people: Sequence[Previewed]
    again: int
    freed: int
    effects: Sequence[Effect]

    def at(self, place: Place) -> list[Previewed]:
        """Those who come to be there."""
        return [one for one in self.people if one.judged.place is place]

    @property
    def certificates(self) -> int:
        """How many the batch would hold."""
        return len(self.at(Place.GOES)) + self.again + self.freed


def judged(
    session: Session, people: Sequence[Candidate], *, fit: Fit, route: Route, at: datetime
) -> list[Previewed]:
    """The pre-flight of these people, in their order, in four queries."""
    facts = _facts(session, people)
    known = holders(session, [one.learner_id for one in people])
    rows = session.connection().execute(_SERIALS, {"ids": list(known.values())})
    serials = {row.id: row.serial for row in rows}
    found = judge(
        [_applicant(session, one, facts[_key(one)], fit=fit, route=route) for one in people],
        {key: serials[held] for key, held in known.items()},
        shanghai_day(at),
    )
    return [_previewed(*each, facts) for each in zip(people, found, strict=True)]


def preview(
    session: Session, route: Route, uploader_id: int | None, *, fit: Fit, at: datetime
) -> Preview:
    """What a batch made now would hold. Raises NotYours as `waiting` does."""
    people = waiting(session, route, uploader_id, hold=False)
    found = judged(session, people, fit=fit, route=route, at=at)
    asked = {"route": route, "uploader": uploader_id}
    old = session.connection().execute(_OLD, asked).all()
    counts = Counter(one.candidate.district_id for one in found if _goes(one))
    for row in old:
        counts[row.district_id] += row.n if row.state == "held" else 0
    year = shanghai_day(at).year
    return Preview(
        route=route,
        people=found,
        again=sum(row.n for row in old if row.state == "released"),
        freed=sum(row.n for row in old if row.state == "held"),
        effects=effect(session, route, counts, year=year) if counts else (),
    )


def _goes(one: Previewed) -> bool:
    return one.judged.place is Place.GOES


def _key(one: Candidate) -> _Key:
    return one.enrolment_id, one.claim_id


def _facts(session: Session, people: Sequence[Candidate]) -> Mapping[_Key, Row[Any]]:
    """A row of _ENROLLED or _CLAIMED for everybody."""
    enrolled = {"ids": [one.enrolment_id for one in people if one.enrolment_id]}
    claimed = {"ids": [one.claim_id for one in people if one.claim_id]}
    line = session.connection()
    return {(row.id, None): row for row in line.execute(_ENROLLED, enrolled)} | {
        (None, row.id): row for row in line.execute(_CLAIMED, claimed)
    }


def _applicant(
    session: Session,
    one: Candidate,
    row: Row[Any],
    *,
    fit: Fit,
    route: Route,
) -> Applicant:
    return Applicant(
        where=_where(row),
        learner_id=one.learner_id,
        route=route,
        level=Level(one.level),
        name=one.name,
        document_kind=row.document_kind,
        document_number=vault.unseal(session, LEARNER_NUMBER, row.learner_id, row.number_sealed),
        missing_glyphs=fit(one.name),
        surveyed=row.surveyed,
        returned=row.returned,
    )


def _where(row: Row[Any]) -> str:
    klass = f"-{row.no:02}" if row.no else ""
    return f"{row.code}{klass}/{row.sheet_row}"


def _previewed(one: Candidate, found: Judged, facts: Mapping[_Key, Row[Any]]) -> Previewed:
    row = facts[_key(one)]
    return Previewed(one, row.code, row.no, row.sheet_row, found)
