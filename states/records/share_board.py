"""The contests' share of each district as it is, and as it would be after a batch (C39, A21).

A certificate without a district stands outside numerator and denominator.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from states.errors import BadInput
from states.records.counted import ACTIVE, COUNTED
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
# Another kind of row lock than foreign keys take: only whoever looks at the share waits here.
_HOLD = text("SELECT id FROM office WHERE id = ANY(:districts) ORDER BY id FOR NO KEY UPDATE")


@dataclass(frozen=True, slots=True)
class Effect:
    """What certificates to come would make of a district's share."""

    district_id: int
    zh: str
    en: str
    before: Share
    after: Share
    up_to: int | None

    @property
    def standing(self) -> Standing:
        """Where it would stand, whatever was waived."""
        return stands(self.after)

    @property
    def allowed(self) -> bool:
        """Within the limit, or within what two persons let pass."""
        limit = max(the_terms().contest_share.at_most_percent, self.up_to or 0)
        return self.after.within(limit)


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
    return [_effect(row, route, known[row.id]) for row in _rows(session, asked)]


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


def _rows(session: Session, asked: Mapping[str, object]) -> Sequence[Any]:
    return session.connection().execute(_SHARES, asked).all()


def _effect(row: Any, route: str, count: int) -> Effect:  # noqa: ANN401  a row of _SHARES
    before = Share(row.contest, row.others)
    return Effect(row.id, row.name_zh, row.name_en, before, before.plus(route, count), row.up_to)


def _refused(one: Effect) -> BadInput:
    return BadInput(
        why="share_needs_waiver", district=one.zh, contest=one.after.contest, total=one.after.total,
        limit=the_terms().contest_share.at_most_percent,
    )  # fmt: skip
