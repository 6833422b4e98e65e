"""Monthly returns as lists: a district's months, and for the centre who has not reported yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import RowMapping, text
from sqlmodel import Session

from states.actor import Actor
from states.errors import NotFound, NotYours
from states.records.boards import Names
from states.records.returns import ReturnView, view
from states.rules.deadlines import shanghai_day
from states.rules.months import month_before, return_due_on
from states.rules.stages import MUNICIPAL_ROLES, Role

ORDER = {"": 0, "draft": 1, "returned": 2, "prepared": 3, "submitted": 4, "accepted": 5}
"""Who has not reported stands first; an empty state is a return that nobody has begun."""
REPORTED = frozenset({"submitted", "accepted"})
READERS = MUNICIPAL_ROLES
OF_DISTRICT = frozenset({Role.REVIEWER, Role.DISTRICT_HEAD})
"""Who reads the returns of the own district."""

# One that was given back stays so in every list until somebody signs it again.
_STATE = "CASE WHEN r.state = 'draft' AND r.returned_text <> '' THEN 'returned' ELSE r.state END"
# A district owes the months by whose end it had a project.
_OWES = """
(r.id IS NOT NULL OR EXISTS (
  SELECT 1 FROM project p WHERE p.district_id = o.id AND p.proposed_at < timezone(
    'Asia/Shanghai', CAST(CAST({month} AS text) || '-01' AS timestamp) + interval '1 month')))
"""
_OF_DISTRICT = text(f"""
SELECT r.id, r.month, {_STATE} AS state, r.submitted_at, r.decided_at, r.version,
       CAST(coalesce(r.figures->>'passed', '0') AS int) AS passed,
       jsonb_array_length(coalesce(r.figures->'classes', '[]')) AS classes,
       o.name_zh, o.name_en, true AS owes
  FROM monthly_return r JOIN office o ON o.id = r.district_id
 WHERE r.district_id = :district_id ORDER BY r.month DESC
""")  # noqa: S608  constants of this file
_OF_MONTH = text(f"""
SELECT r.id, CAST(:month AS text) AS month, coalesce({_STATE}, '') AS state, r.submitted_at,
       r.decided_at, coalesce(r.version, 0) AS version,
       CAST(coalesce(r.figures->>'passed', '0') AS int) AS passed,
       jsonb_array_length(coalesce(r.figures->'classes', '[]')) AS classes,
       o.name_zh, o.name_en,
       {_OWES.format(month=":month")} AS owes
  FROM office o
  LEFT JOIN monthly_return r ON r.district_id = o.id AND r.month = :month
 WHERE o.kind = 'district'
 ORDER BY o.code
""")  # noqa: S608
_OPEN = text(f"""
SELECT m.month, count(*) AS districts,
       count(*) FILTER (WHERE {_STATE} = 'returned') AS given_back
  FROM (SELECT DISTINCT month FROM monthly_return WHERE month < :due) m
 CROSS JOIN office o
  LEFT JOIN monthly_return r ON r.district_id = o.id AND r.month = m.month
 WHERE o.kind = 'district' AND coalesce(r.state, '') NOT IN ('submitted', 'accepted')
   AND {_OWES.format(month="m.month")}
 GROUP BY m.month ORDER BY m.month
""")  # noqa: S608
_MONTHS = text("SELECT DISTINCT month FROM monthly_return ORDER BY month DESC LIMIT 24")
_PERSONS = text("SELECT id, name FROM person WHERE id = ANY(:ids)")


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """One return of a list; `id` is None and `state` empty where nobody has begun it.

    `late`: sent after its day, or not sent although its day is over. `owes` is false for a
    district that had no project by the end of the month.
    """

    id: int | None
    month: str
    state: str
    district: Names
    passed: int
    classes: int
    submitted_at: datetime | None
    due_on: date
    late: bool
    owes: bool

    @property
    def reported(self) -> bool:
        """Whether the centre has it."""
        return self.state in REPORTED

    @property
    def overdue(self) -> bool:
        """Whether it is still owed after its day."""
        return self.owes and self.late and not self.reported


@dataclass(frozen=True, slots=True)
class OpenMonth:
    """A month that is over and not reported by so many districts; to some it was given back."""

    month: str
    districts: int
    given_back: int


def is_late(state: str, submitted_at: datetime | None, *, due: date, at: datetime) -> bool:
    """Sent after its day, or not with the centre although its day is over (E47)."""
    sent = submitted_at if state in REPORTED else None
    return shanghai_day(sent or at) > due


def of_district(session: Session, actor: Actor, at: datetime) -> list[ReturnLine]:
    """The months of the asker's own district, newest first."""
    rows = session.connection().execute(_OF_DISTRICT, {"district_id": actor.office_id})
    return [_line(row, at) for row in rows.mappings()]


def of_month(session: Session, month: str, at: datetime) -> list[ReturnLine]:
    """All districts that run projects, those who have not reported first."""
    return [line for line in of_districts(session, month, at) if line.owes]


def of_districts(session: Session, month: str, at: datetime) -> list[ReturnLine]:
    """Every district: who has not reported first, who owes nothing last."""
    rows = session.connection().execute(_OF_MONTH, {"month": month}).mappings()
    lines = [_line(row, at) for row in rows]
    return sorted(lines, key=lambda line: (not line.owes, ORDER[line.state]))


def older_open(session: Session, at: datetime) -> list[OpenMonth]:
    """The months before the one that is due that some district still owes, the oldest first."""
    rows = session.connection().execute(_OPEN, {"due": month_before(at)})
    return [OpenMonth(**row._mapping) for row in rows]  # noqa: SLF001  SQLAlchemy's public name


def months(session: Session, at: datetime) -> list[str]:
    """The months that have returns, and the one that is due now, newest first."""
    known = set(session.connection().execute(_MONTHS).scalars())
    return sorted(known | {month_before(at)}, reverse=True)


def visible_return(session: Session, actor: Actor, return_id: int) -> ReturnView:
    """A return that the asker may see: the district's own, or any for centre and auditor.

    Raises NotFound; NotYours for roles that have nothing to do with returns.
    """
    if actor.role not in READERS | OF_DISTRICT:
        raise NotYours
    found = view(session, return_id)
    if actor.role in OF_DISTRICT and actor.office_id != found.district_id:
        raise NotFound
    return found


def names_of(session: Session, ids: set[int]) -> Mapping[int, str]:
    """The names of those who signed."""
    return {row.id: row.name for row in session.connection().execute(_PERSONS, {"ids": list(ids)})}


def _line(row: RowMapping, at: datetime) -> ReturnLine:
    due = return_due_on(str(row["month"]))
    sent = row["submitted_at"]
    return ReturnLine(
        id=int(str(row["id"])) if row["id"] else None,
        month=str(row["month"]),
        state=str(row["state"]),
        district=Names(str(row["name_zh"]), str(row["name_en"])),
        passed=int(str(row["passed"])),
        classes=int(str(row["classes"])),
        submitted_at=sent,
        due_on=due,
        late=is_late(row["state"], sent, due=due, at=at),
        owes=bool(row["owes"]),
    )
