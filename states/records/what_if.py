"""Every class that a change of rules could reach, judged under both laws; nothing is saved."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from states.records.boards import Names
from states.rules.deadlines import shanghai_day
from states.rules.law import Law
from states.rules.stages import FINAL_STAGES, Stage
from states.rules.versions import VersionKind
from states.rules.what_if import Effect, Pinned, Standing, Verdict, both_keys, judge

# One row a filed class, and one for the classes of an approved plan that are still to be filed.
_ALL = text("""
SELECT p.id, p.code, p.title, p.stage, c.no, c.opens_on, c.regime, c.standard, c.bank,
       c.moved_on IS NOT NULL AS moved, 1 AS classes, p.district_id, p.provider_id
  FROM training_class c JOIN project p ON p.id = c.project_id
UNION ALL
SELECT p.id, p.code, p.title, p.stage, NULL, CAST(f.payload->>'opens_on' AS date), '', '', '',
       false, CAST(f.payload->>'class_count' AS int) - coalesce(filed.classes, 0),
       p.district_id, p.provider_id
  FROM project p
  JOIN LATERAL (SELECT payload FROM fact WHERE project_id = p.id AND kind = 'plan_submitted'
                 ORDER BY seq DESC LIMIT 1) f ON true
  LEFT JOIN (SELECT project_id, count(*) AS classes FROM training_class GROUP BY project_id) filed
    ON filed.project_id = p.id
 WHERE p.stage IN ('approved', 'running', 'suspended')
   AND CAST(f.payload->>'class_count' AS int) > coalesce(filed.classes, 0)
   AND NOT EXISTS (SELECT 1 FROM fact WHERE project_id = p.id AND kind = 'intake_closed')
""")
_OFFICES = text("SELECT id, code, name_zh, name_en FROM office")


@dataclass(frozen=True, slots=True)
class Line:
    """One class, or the classes that one plan still has to file (`no` is None then)."""

    project_id: int
    project: str
    title: str
    district: Names
    district_code: str
    provider: Names
    no: int | None
    classes: int
    opens_on: date
    standing: Standing
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Reach:
    """How many classes a change reaches; `back` are those it names but must leave alone."""

    changes: int
    keeps: int
    same: int
    projects: int
    back: int

    def as_json(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in Reach.__slots__}


def lines(
    session: Session, kind: VersionKind, *, now: Law, then: Law, at: datetime
) -> Sequence[Line]:
    """Every class under both laws: those that change first, then by district, project and class."""
    offices = {row.id: row for row in session.connection().execute(_OFFICES)}
    today = shanghai_day(at)
    found = list(_lines(session, kind, now=now, then=then, today=today, offices=offices))
    return sorted(found, key=_order)


def reach_of(found: Sequence[Line]) -> Reach:
    """The counts of what was found."""
    counted: Counter[Effect] = Counter()
    for line in found:
        counted[line.verdict.effect] += line.classes
    changing = {line.project for line in found if line.verdict.effect is Effect.CHANGES}
    return Reach(
        changes=counted[Effect.CHANGES],
        keeps=counted[Effect.KEEPS],
        same=counted[Effect.SAME],
        projects=len(changing),
        back=sum(line.classes for line in found if line.verdict.why in {"under_way", "closed"}),
    )


def _lines(
    session: Session, kind: VersionKind, *, now: Law, then: Law, today: date,
    offices: Mapping[int, Any],
) -> Iterator[Line]:  # fmt: skip
    keys: dict[date, tuple[str, str] | None] = {}
    for row in session.connection().execute(_ALL):
        standing = _standing(row, today)
        # A class that is still to be filed opens no earlier than today, whatever its plan says.
        opens_on = max(row.opens_on, today) if standing is Standing.PLANNED else row.opens_on
        klass = Pinned(standing, opens_on, getattr(row, kind), row.moved)
        if opens_on not in keys:
            keys[opens_on] = both_keys(opens_on, kind, now=now, then=then)
        told = keys[opens_on]
        if told is None:
            continue
        verdict = judge(klass, by_now=told[0], by_then=told[1])
        district, provider = offices[row.district_id], offices[row.provider_id]
        yield Line(
            project_id=row.id, project=row.code, title=row.title,
            district=Names(district.name_zh, district.name_en), district_code=district.code,
            provider=Names(provider.name_zh, provider.name_en), no=row.no, classes=row.classes,
            opens_on=opens_on, standing=standing, verdict=verdict,
        )  # fmt: skip


def _standing(row: Any, today: date) -> Standing:  # noqa: ANN401  a row of _ALL
    if Stage(row.stage) in FINAL_STAGES:
        return Standing.CLOSED
    if row.no is None:
        return Standing.PLANNED
    return Standing.OPENED if row.opens_on <= today else Standing.WAITING


_EFFECTS = tuple(Effect)


def _order(line: Line) -> tuple[int, str, str, int]:
    effect = _EFFECTS.index(line.verdict.effect)
    return effect, line.district_code, line.project, line.no or 0
