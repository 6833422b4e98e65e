"""The contests' share of each district as it is, and as it would be after a batch (C39, A21).

A certificate without a district stands outside numerator and denominator. What is to come counts
in the year of its case, as `counted` will count it once it is issued.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import text
from sqlmodel import Session

from states.actor import Actor
from states.errors import BadInput
from states.records import route_cases
from states.records.candidates import NO_CERTIFICATE_OF_CLAIM
from states.records.case_board import CaseFile
from states.records.counted import ACTIVE, COUNTED
from states.rules.cases.contest_guards import the_contest
from states.rules.cases.kinds import CaseStage
from states.rules.deadlines import shanghai_day
from states.rules.routes import Route
from states.rules.shares import Share, Standing, standing
from states.rules.targets import the_terms

_SHARES = text(f"""
WITH {COUNTED}
SELECT o.id, o.name_zh, o.name_en,
       count(c.id) FILTER (WHERE c.route = '{Route.CONTEST}') AS contest,
       count(c.id) FILTER (WHERE c.route <> '{Route.CONTEST}') AS others,
       (SELECT max(w.up_to) FROM share_waiver w
         WHERE w.district_id = o.id AND w.year = :year AND w.granted) AS up_to
  FROM office o
  LEFT JOIN counted c ON c.district_id = o.id
 WHERE o.id = ANY(:districts)
 GROUP BY o.id
 ORDER BY o.id
""")  # noqa: S608
# Awarded in a confirmed contest, without a certificate, or held by one that is void by now.
_WAITING = text(f"""
SELECT coalesce(m.district_id, k.district_id) AS district_id,
       count(DISTINCT (m.learner_id, m.level)) AS n
  FROM route_case k
  JOIN claim m ON m.case_id = k.id AND m.awarded AND m.learner_id <> ALL(:but)
 WHERE k.route = '{Route.CONTEST}' AND k.year = :year
   AND k.stage IN ('{CaseStage.CONFIRMED}', '{CaseStage.COLLECTED}')
   AND coalesce(m.district_id, k.district_id) = ANY(:districts)
   AND ({NO_CERTIFICATE_OF_CLAIM}
        OR EXISTS (SELECT 1 FROM certificate x WHERE x.claim_id = m.id AND x.state = 'held'))
   AND NOT EXISTS (SELECT 1 FROM certificate a WHERE a.learner_id = m.learner_id
                      AND a.level = m.level AND a.state = ANY(:active))
 GROUP BY 1
""")  # noqa: S608  names of ours
# Another kind of row lock than foreign keys take: only whoever looks at the share waits here.
_HOLD = text("SELECT id FROM office WHERE id = ANY(:districts) ORDER BY id FOR NO KEY UPDATE")
_UNDECIDED = frozenset({CaseStage.FILED, CaseStage.ACCEPTED, CaseStage.HELD})


class ToCome(Protocol):
    """Somebody who is about to be numbered."""

    @property
    def case_id(self) -> int | None: ...
    @property
    def district_id(self) -> int | None: ...
    @property
    def learner_id(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Effect:
    """What certificates to come would make of a district's share of a year.

    Of those in `after`, `waiting` are of contests confirmed before, which have no number yet.
    """

    district_id: int
    zh: str
    en: str
    year: int
    before: Share
    after: Share
    up_to: int | None
    waiting: int = 0

    @property
    def standing(self) -> Standing:
        """Where it would stand, whatever was waived."""
        return stands(self.after)

    @property
    def allowed(self) -> bool:
        """Within the limit, or within what two persons let pass."""
        limit = max(the_terms().contest_share.at_most_percent, self.up_to or 0)
        return self.after.within(limit)

    def with_waiting(self, count: int) -> "Effect":
        """The same after those are numbered, too, who wait."""
        return replace(self, after=self.after.plus(Route.CONTEST, count), waiting=count)


def stands(share: Share) -> Standing:
    """Where a share stands by the terms of this release."""
    terms = the_terms().contest_share
    return standing(share, warn_from=terms.warn_from_percent, at_most=terms.at_most_percent)


def effect(
    session: Session, route: str, counts: Mapping[int | None, int], *, year: int
) -> list[Effect]:
    """What so many new certificates of a route, by district, would do; None has no share."""
    known = {district: count for district, count in counts.items() if district is not None}
    asked = {"districts": list(known), "year": year, "active": ACTIVE, "learner": None}
    found = session.connection().execute(_SHARES, asked)
    return [_effect(row, route, known[row.id], year=year) for row in found]


def foreseen(
    session: Session,
    route: str,
    counts: Mapping[int | None, int],
    *,
    year: int,
    but: Collection[int] = (),
) -> list[Effect]:
    """The same for whoever decides: together with the contests' people who wait for a number.

    Those of other routes who wait would only make it look better. `but` are learners whom `counts`
    counts already.
    """
    effects = effect(session, route, counts, year=year)
    asked = {
        "districts": [one.district_id for one in effects], "year": year, "active": ACTIVE,
        "but": list(but),
    }  # fmt: skip
    waiting = dict(session.connection().execute(_WAITING, asked).tuples().all())
    return [one.with_waiting(waiting.get(one.district_id, 0)) for one in effects]


def of_contest(session: Session, actor: Actor, file: CaseFile) -> list[Effect]:
    """What a contest would do, for whoever decides on it; nothing once that is done (C39).

    Half of those expected, later those who are to be awarded.
    """
    told = file.dossier
    if told.stage not in _UNDECIDED or actor.role in route_cases.OWN_OFFICE:
        return []
    filing = the_contest(told)
    count = filing.expected // 2 if told.awarded is None else told.awarded
    counts = {file.case.district_id: count}
    return foreseen(session, Route.CONTEST, counts, year=filing.held_on.year)


def people_by_year(
    session: Session, people: Iterable[ToCome], *, at: datetime
) -> dict[int, dict[int | None, list[int]]]:
    """Their learners by district, in the year they count in: their case's, else of the issue."""
    known = list(people)
    cases = route_cases.years(session, {one.case_id for one in known if one.case_id})
    found: dict[int, dict[int | None, list[int]]] = defaultdict(lambda: defaultdict(list))
    for one in known:
        year = cases.get(one.case_id or 0, shanghai_day(at).year)
        found[year][one.district_id].append(one.learner_id)
    return found


def by_year(
    session: Session, people: Iterable[ToCome], *, at: datetime
) -> dict[int, Counter[int | None]]:
    """How many of them count in each district of a year."""
    return {
        year: Counter({district: len(ids) for district, ids in by_district.items()})
        for year, by_district in people_by_year(session, people, at=at).items()
    }


def hold_share(
    session: Session, route: str, counts: Mapping[int | None, int], *, year: int
) -> list[Effect]:
    """The same, while nobody else can add to these districts until the transaction ends.

    Raises BadInput(why="share_needs_waiver") when more contest certificates would leave a district
    above the limit and above what was waived.
    """
    hold(session, [district for district in counts if district is not None])
    effects = effect(session, route, counts, year=year)
    for one in effects:
        if one.after.contest > one.before.contest and not one.allowed:
            raise _refused(one)
    return effects


def hold(session: Session, districts: Sequence[int]) -> None:
    """Whoever else looks at these districts' shares to change them waits for this transaction."""
    session.connection().execute(_HOLD, {"districts": list(districts)})


def _effect(row: Any, route: str, count: int, *, year: int) -> Effect:  # noqa: ANN401  of _SHARES
    before = Share(row.contest, row.others)
    after = before.plus(route, count)
    return Effect(row.id, row.name_zh, row.name_en, year, before, after, row.up_to)


def _refused(one: Effect) -> BadInput:
    return BadInput(
        why="share_needs_waiver", district=one.zh, district_en=one.en, year=one.year,
        contest=one.after.contest, total=one.after.total,
        limit=the_terms().contest_share.at_most_percent,
    )  # fmt: skip
