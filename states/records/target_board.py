"""How far the year's target is reached: by district, route and month, with the contests' share.

Persons and certificates are counted apart. A person counts once in a year, in the district, route
and month of one certificate (`counted.PERSONS`), so that districts and routes add up to the city.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from states.actor import Actor
from states.records import quotas
from states.records.campaigns import reach
from states.records.counted import ACTIVE, COUNTED, PERSONS
from states.records.quotas import District
from states.records.share_board import stands
from states.rules import targets
from states.rules.deadlines import shanghai_day
from states.rules.routes import Route
from states.rules.shares import Share, Standing
from states.rules.targets import Calendar, Colour, the_terms

_COUNTS = text(f"""
WITH {COUNTED}, {PERSONS}
SELECT c.district_id, c.route,
       CAST(extract(MONTH FROM least(c.day, make_date(:year, 12, 31))) AS int) AS month,
       count(*) AS active,
       count(*) FILTER (WHERE c.numbered) AS certificates,
       count(p.id) FILTER (WHERE c.numbered) AS persons,
       count(p.id) FILTER (WHERE NOT c.numbered) AS waiting,
       count(p.id) FILTER (WHERE c.numbered AND c.day > :recent
                             AND c.route <> '{Route.EXAM}') AS recent
  FROM counted c
  LEFT JOIN persons p ON p.id = c.id
 WHERE CAST(:office AS bigint) IS NULL OR c.district_id = :office
 GROUP BY c.district_id, c.route, month
""")  # noqa: S608
_WAIVED = text("""
SELECT district_id, max(up_to) FROM share_waiver WHERE year = :year AND granted GROUP BY district_id
""")
_MONTHS = 12
NOWHERE = District(0, "", "未归属区", "No district")


@dataclass(slots=True)
class Tally:
    """What was counted. Persons have a certificate with a number; those waiting have none yet."""

    persons: Counter[str] = field(default_factory=Counter)
    months: Counter[tuple[int, str]] = field(default_factory=Counter)
    active: Counter[str] = field(default_factory=Counter)
    certificates: int = 0
    waiting: int = 0
    recent: int = 0

    def add(self, row: Any) -> None:  # noqa: ANN401  a row of _COUNTS
        self.persons[row.route] += row.persons
        self.months[row.month, row.route] += row.persons
        self.active[row.route] += row.active
        self.certificates += row.certificates
        self.waiting += row.waiting
        self.recent += row.recent

    @property
    def total(self) -> int:
        """Persons by all routes."""
        return self.persons.total()

    def until(self, month: int) -> int:
        """Persons from January to a month."""
        return sum(count for (of, _), count in self.months.items() if of <= month)

    @property
    def share(self) -> Share:
        """Certificates through contests and through others, from their issue on."""
        contest = self.active[Route.CONTEST]
        return Share(contest, self.active.total() - contest)


@dataclass(frozen=True, slots=True)
class Progress:
    """One district, the city, or what belongs to no district. `quota` None: none was set."""

    district: District
    quota: int | None
    tally: Tally
    calendar: Calendar
    up_to: int | None = None

    @property
    def colour(self) -> Colour | None:
        if self.quota is None:
            return None
        return targets.colour(self.tally.total, self.quota, self.calendar)

    @property
    def forecast(self) -> int:
        return targets.forecast(self.tally.total, self.tally.recent, self.calendar)

    @property
    def standing(self) -> Standing:
        return stands(self.tally.share)

    @property
    def room(self) -> int:
        """How many certificates of contests still fit below the limit, or how many are too many."""
        return self.tally.share.room(the_terms().contest_share.at_most_percent)


@dataclass(frozen=True, slots=True)
class Board:
    """A year's progress as one may see it: `city` and `nowhere` only where all districts are.

    `target` None: the city has none for this year.
    """

    year: int
    today: date
    target: int | None
    calendar: Calendar
    districts: tuple[Progress, ...]
    city: Progress | None
    nowhere: Progress | None

    @property
    def whole(self) -> Progress:
        """The city, or the one district that may be seen."""
        return self.city or self.districts[0]

    @property
    def months(self) -> int:
        """How many months of the year have begun: all of one that is over or to come."""
        return self.today.month if self.year == self.today.year else _MONTHS

    @property
    def without_quota(self) -> list[District]:
        """The districts that the quotas of the year leave out; none where there are no quotas."""
        left_out = [one.district for one in self.districts if one.quota is None]
        return left_out if len(left_out) < len(self.districts) else []

    @property
    def quotas(self) -> int:
        """The sum of what the districts shown were asked for."""
        return sum(one.quota or 0 for one in self.districts)


def board(session: Session, actor: Actor, *, at: datetime, year: int | None = None) -> Board:
    """The board of a year, this year's by default. Raises NotYours."""
    office, today = reach(actor), shanghai_day(at)
    year = year or today.year
    calendar = Calendar.of(year, today)
    tallies = _tallies(session, year, office, recent=_recent(year, today, calendar))
    shown = [one for one in quotas.districts(session) if office in (None, one.id)]
    numbers = quotas.standing_numbers(session, year)
    waived = dict(session.connection().execute(_WAIVED, {"year": year}).tuples().all())
    districts = tuple(
        Progress(
            one, numbers.get(one.id), tallies.get(one.id, Tally()), calendar, waived.get(one.id)
        )
        for one in shown
    )
    target = the_terms().target(year)
    nowhere = Progress(NOWHERE, None, tallies.get(None, Tally()), calendar)
    city = Progress(District(0, "", "全市", "Whole city"), target, _sum(tallies), calendar)
    whole = office is None
    return Board(
        year, today, target, calendar, districts, city if whole else None,
        nowhere if whole else None,
    )  # fmt: skip


def _recent(year: int, today: date, calendar: Calendar) -> date:
    """The day before the forecast's window, which ends today or with the year."""
    end = min(today, date(year, 12, 31))
    return end - timedelta(days=targets.window(calendar))


def _tallies(
    session: Session, year: int, office: int | None, *, recent: date
) -> Mapping[int | None, Tally]:
    asked = {"year": year, "office": office, "active": ACTIVE, "recent": recent, "learner": None}
    found: dict[int | None, Tally] = {}
    for row in session.connection().execute(_COUNTS, asked):
        found.setdefault(row.district_id, Tally()).add(row)
    return found


def _sum(tallies: Mapping[int | None, Tally]) -> Tally:
    return Tally(
        persons=_merged(one.persons for one in tallies.values()),
        months=_merged(one.months for one in tallies.values()),
        active=_merged(one.active for one in tallies.values()),
        certificates=sum(one.certificates for one in tallies.values()),
        waiting=sum(one.waiting for one in tallies.values()),
        recent=sum(one.recent for one in tallies.values()),
    )


def _merged(counters: Iterable[Counter[Any]]) -> Counter[Any]:
    merged: Counter[Any] = Counter()
    for one in counters:
        merged.update(one)
    return merged
