"""Who stands in for whom: named for some days, and noted in the ledger."""

from datetime import date, datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from states.actor import Actor
from states.errors import BadInput
from states.records import acts
from states.records.tables import Deputy

NAMED = "deputy_named"
_COLLEAGUES = text("""
SELECT 1 FROM appointment a JOIN appointment b ON b.office_id = a.office_id
 WHERE a.person_id = :one AND b.person_id = :other
   AND b.since <= :since AND coalesce(b.until, :until) >= :until
""")


def name(  # noqa: PLR0913  who stands in for whom, and when
    session: Session,
    *,
    person_id: int,
    deputy_id: int,
    since: date,
    until: date,
    actor: Actor,
    at: datetime,
) -> Deputy:
    """Let somebody stand in for a colleague from a day until one, both counted.

    Raises BadInput(why="deputy_is_oneself" | "days_are_in_order" | "deputy_is_named_already"
    | "deputy_of_another_office").
    """
    made = Deputy(
        person_id=person_id, deputy_id=deputy_id, since=since, until=until, at=at,
        granted_by=actor.person_id,
    )  # fmt: skip
    if why := _flaw(session, made):
        raise BadInput(why=why)
    session.add(made)
    session.flush()
    detail: dict[str, str | int | bool] = {"since": since.isoformat(), "until": until.isoformat()}
    acts.note(session, NAMED, actor=actor, at=at, about=f"deputy/{made.id}", detail=detail)
    return made


def _flaw(session: Session, told: Deputy) -> str:
    """Why this deputy cannot be named; empty when they can."""
    if told.person_id == told.deputy_id:
        return "deputy_is_oneself"
    if told.until < told.since:
        return "days_are_in_order"
    days = {"since": told.since, "until": told.until}
    pair = {"one": told.person_id, "other": told.deputy_id}
    if session.connection().execute(_COLLEAGUES, days | pair).first() is None:
        return "deputy_of_another_office"
    overlapping = select(Deputy).where(
        Deputy.person_id == told.person_id, Deputy.deputy_id == told.deputy_id,
        col(Deputy.since) <= told.until, col(Deputy.until) >= told.since,
    )  # fmt: skip
    return "deputy_is_named_already" if session.exec(overlapping).first() else ""
