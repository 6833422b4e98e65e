"""Numbers given one after the other without a gap: the giver's transaction holds the counter."""

from sqlalchemy import text
from sqlmodel import Session

from states.records.tables import Office
from states.rules.routes import Route

_TAKE = text("""
INSERT INTO counter (name, last) VALUES (:name, :count)
ON CONFLICT (name) DO UPDATE SET last = counter.last + :count
RETURNING last
""")


def take(session: Session, name: str, count: int = 1) -> range:
    """The next `count` numbers of a series; nobody else gets any until this transaction ends."""
    last = session.connection().execute(_TAKE, {"name": name, "count": count}).scalar_one()
    return range(last - count + 1, last + 1)


def next_project_code(session: Session, district_id: int, year: int) -> str:
    """The code of a new project, such as HP-2026-001."""
    office = session.get_one(Office, district_id)
    (number,) = take(session, f"project/{office.code}/{year}")
    return f"{office.code}-{year}-{number:03}"


def next_case_code(session: Session, office_id: int, route: Route, *, year: int) -> str:
    """The code of a new case of another route, such as HP-BW-2026-001."""
    office = session.get_one(Office, office_id)
    kind = _CASE_LETTERS[route]
    (number,) = take(session, f"case/{office.code}/{kind}/{year}")
    return f"{office.code}-{kind}-{year}-{number:03}"


_CASE_LETTERS = {Route.CONTEST: "BW", Route.EVALUATION: "PJ", Route.EXAM: "KS"}
"""比武, 评价, 考试."""
