"""Who is in the next batch, who is not and why, and what it makes of the contests' shares.

`looked_at` is what the making of a batch itself asks; `preview` only looks, and holds nobody up.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlmodel import Session

from states.records import vault
from states.records.candidates import Candidate, everybody, holders
from states.records.places import LEARNER_NUMBER
from states.records.quota_effect import QuotaEffect, towards
from states.records.share_board import Effect, by_year, foreseen, people_by_year
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

    @property
    def had(self) -> str:
        """The state of the certificate that they have already, "" for none."""
        return self.candidate.known.state if self.candidate.known else ""


@dataclass(frozen=True, slots=True)
class Lot:
    """Whom the pre-flight lets go, by what they need, and whom it holds (`second`).

    `first` get a certificate, `freed` have one and get its serial, `again` only have to be sent.
    """

    first: Sequence[Candidate]
    freed: Sequence[Candidate]
    again: Sequence[Candidate]
    second: Sequence[Candidate]

    @classmethod
    def of(cls, found: Sequence[Previewed]) -> "Lot":
        goes, held = (
            [one for one in found if one.judged.place is place]
            for place in (Place.GOES, Place.HELD)
        )
        return cls(
            first=[one.candidate for one in goes if not one.had],
            freed=[one.candidate for one in goes if one.had == "held"],
            again=[one.candidate for one in goes if one.had == "released"],
            second=[one.candidate for one in held if not one.had],
        )

    @property
    def new(self) -> list[Candidate]:
        """Those who are numbered now."""
        return [*self.first, *self.freed]


@dataclass(frozen=True, slots=True)
class Preview:
    """The next batch of a route before it is made.

    `people` have no certificate yet, `known` have one: it is sent `again` because it was put right,
    or is `freed` because it is no longer held.
    """

    route: Route
    people: Sequence[Previewed]
    known: Sequence[Previewed]
    lot: Lot
    effects: Sequence[Effect]
    quotas: Sequence[QuotaEffect]

    def at(self, place: Place) -> list[Previewed]:
        """Those who come to be there; of those who go only the people."""
        known = () if place is Place.GOES else self.known
        return [one for one in (*self.people, *known) if one.judged.place is place]

    @property
    def again(self) -> int:
        """How many are sent again."""
        return len(self.lot.again)

    @property
    def freed(self) -> int:
        """How many are no longer held."""
        return len(self.lot.freed)

    @property
    def certificates(self) -> int:
        """How many the batch would hold."""
        return len(self.lot.new) + self.again


def looked_at(
    session: Session,
    route: Route,
    uploader_id: int | None,
    *,
    fit: Fit,
    at: datetime,
    hold: bool,
) -> list[Previewed]:
    """Everybody who might be in the next batch, as the pre-flight found them.

    Raises NotYours as `waiting` does.
    """
    people = everybody(session, route, uploader_id, hold=hold)
    return judged(session, people, fit=fit, route=route, at=at)


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
    found = looked_at(session, route, uploader_id, fit=fit, at=at, hold=False)
    lot = Lot.of(found)
    return Preview(
        route=route,
        people=[one for one in found if not one.had],
        known=[one for one in found if one.had],
        lot=lot,
        effects=tuple(_effects(session, route, lot.new, at=at)),
        quotas=tuple(_quotas(session, lot.new, at=at)),
    )


def _effects(
    session: Session, route: Route, new: Sequence[Candidate], *, at: datetime
) -> Iterator[Effect]:
    """What the batch would do to the share of each year, with the contests' people who wait.

    Whoever is numbered in this batch waits no more: contests give the basic level (C34).
    """
    numbered = {one.learner_id for one in new if one.level is Level.BASIC}
    for year, counts in sorted(by_year(session, new, at=at).items()):
        yield from foreseen(session, route, counts, year=year, but=numbered)


def _quotas(session: Session, new: Sequence[Candidate], *, at: datetime) -> Iterator[QuotaEffect]:
    """How far the batch brings each district, by the years in which its people count."""
    for year, people in sorted(people_by_year(session, new, at=at).items()):
        yield from towards(session, people, year=year)


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
        numbered=one.known is not None and one.known.state == "released",
    )


def _where(row: Row[Any]) -> str:
    klass = f"-{row.no:02}" if row.no else ""
    return f"{row.code}{klass}/{row.sheet_row}"


def _previewed(one: Candidate, found: Judged, facts: Mapping[_Key, Row[Any]]) -> Previewed:
    row = facts[_key(one)]
    return Previewed(one, row.code, row.no, row.sheet_row, found)
