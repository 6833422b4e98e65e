"""What pages show of the cases of a route: the list of whoever looks, and one case's whole file."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, func, select, text
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from states.actor import Actor
from states.records import route_cases
from states.records.boards import Names
from states.records.dossiers import EntryRow
from states.records.tables import Claim, Office, RouteCase, RouteFact
from states.rules.cases.book import RouteBook, book_on
from states.rules.cases.dossier import CaseDossier, fold
from states.rules.cases.kinds import CaseKind, CaseStage
from states.rules.deadlines import shanghai_day
from states.rules.dossier import Recorded
from states.rules.routes import Route
from states.rules.stages import Role

ON_A_PAGE = 100
_ENTRIES = text("""
SELECT l.seq, l.at, l.kind, l.name, l.from_stage, l.to_stage, l.role, l.clause, l.regime,
       l.person_id, p.name AS person, o.name_zh, o.name_en, f.payload
  FROM ledger l
  LEFT JOIN route_fact f ON f.case_id = l.case_id AND f.seq = l.seq
  LEFT JOIN person p ON p.id = l.person_id
  LEFT JOIN office o ON o.id = l.office_id
 WHERE l.case_id = :id AND l.kind <> 'act'
 ORDER BY l.seq
""")


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case in a list, with how many it names and awards.

    `open_rows`: rows of a list that were refused and wait to be mended or left out.
    """

    code: str
    title: str
    kind: str
    stage: CaseStage
    stage_since: datetime
    held_on: date | None
    office: Names
    district: Names | None
    people: int
    awarded: int
    open_rows: int


@dataclass(frozen=True, slots=True)
class CaseFile:
    """One case as its page shows it. `entries` are in the order of the ledger."""

    case: RouteCase
    office: Office
    district: Office | None
    dossier: CaseDossier
    book: RouteBook
    entries: tuple[EntryRow, ...]

    def may(self, actor: Actor, kind: str) -> bool:
        """Whether this role may record that kind of fact in the stage in which the case is."""
        return any(
            rule.kind == kind and actor.role in rule.who and self.dossier.stage in rule.stages
            for rule in self.book.facts
        )


def list_of(
    session: Session, actor: Actor, route: Route, *, page: int = 1
) -> tuple[list[CaseLine], int]:
    """A page of the cases that somebody may see, the newest first, and how many there are."""
    mine = (col(RouteCase.route) == route, route_cases.visible(actor))
    total = session.scalar(select(func.count()).select_from(RouteCase).where(*mine)) or 0
    office, district = aliased(Office), aliased(Office)
    counts = (
        select(
            func.count().label("people"),
            func.count(case((col(Claim.awarded), 1))).label("awarded"),
        )
        .where(col(Claim.case_id) == RouteCase.id)
        .lateral()
    )
    found = session.execute(
        select(RouteCase, office, district, counts.c.people, counts.c.awarded, _open_rows())
        .join(office, col(office.id) == RouteCase.office_id)
        .outerjoin(district, col(district.id) == RouteCase.district_id)
        .join(counts, onclause=text("true"))
        .where(*mine)
        .order_by(col(RouteCase.id).desc())
        .limit(ON_A_PAGE)
        .offset((page - 1) * ON_A_PAGE)
        .execution_options(populate_existing=True)
    )
    return [_line(*row) for row in found], total


def _open_rows() -> ColumnElement[int]:
    """Refused rows, as long as the list that names them is the last that was said."""
    refused = col(RouteFact.payload)["refused"].as_integer()
    said = case((col(RouteFact.kind) == CaseKind.LIST_HANDED_IN, refused), else_=0)
    return (
        select(said)
        .where(col(RouteFact.case_id) == RouteCase.id)
        .order_by(col(RouteFact.seq).desc())
        .limit(1)
        .scalar_subquery()
    )


def file_of(session: Session, actor: Actor, code: str, *, route: Route, today: date) -> CaseFile:
    """The file of a case. Raises NotFound, also for one that is not the asker's to see."""
    found = route_cases.find(session, actor, code, route=route)
    entries = _entries(session, found.id)
    recorded = (
        Recorded(entry.seq, entry.name, entry.payload, entry.person_id, entry.at)
        for entry in entries
        if entry.kind == "fact"
    )
    return CaseFile(
        case=found,
        office=session.get_one(Office, found.office_id),
        district=session.get(Office, found.district_id) if found.district_id else None,
        dossier=fold(recorded, route=route, stage=CaseStage(found.stage), today=today),
        book=book_on(route, shanghai_day(found.filed_at)),
        entries=entries,
    )


def _line(  # noqa: PLR0917  a row of the list
    found: RouteCase,
    office: Office,
    district: Office | None,
    people: int,
    awarded: int,
    open_rows: int,
) -> CaseLine:
    return CaseLine(
        code=found.code, title=found.title, kind=found.kind, stage=CaseStage(found.stage),
        stage_since=found.stage_since, held_on=found.held_on,
        office=Names(office.name_zh, office.name_en),
        district=Names(district.name_zh, district.name_en) if district else None,
        people=people, awarded=awarded, open_rows=open_rows,
    )  # fmt: skip


def _entries(session: Session, case_id: int) -> tuple[EntryRow, ...]:
    rows = session.connection().execute(_ENTRIES, {"id": case_id})
    return tuple(
        EntryRow(
            seq=row.seq, at=row.at, kind=row.kind, name=row.name, from_stage=row.from_stage,
            to_stage=row.to_stage, role=Role(row.role), clause=row.clause, regime=row.regime,
            person_id=row.person_id, person=row.person or "",
            office=Names(row.name_zh, row.name_en) if row.name_zh else None,
            payload=dict(row.payload or {}),
        )
        for row in rows
    )  # fmt: skip
