"""Waivers of the contests' share: asked with a reason, decided by another person, all listed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from states.actor import Actor
from states.errors import BadInput, NotAllowed, NotFound, NotYours
from states.records import acts, vault
from states.records.boards import Names
from states.records.campaigns import reach
from states.records.places import WAIVER_REASON
from states.records.share_board import effect, hold
from states.records.tables import ShareWaiver
from states.rules.findings import Finding
from states.rules.routes import Route
from states.rules.shares import Share
from states.rules.stages import Role
from states.rules.targets import the_terms

ASKED, DECIDED = "share_waiver_asked", "share_waiver_decided"
MAY_ASK = frozenset({Role.REVIEWER})
MAY_DECIDE = frozenset({Role.REVIEWER, Role.CENTRE})
_WHOLE = 100

_OPEN = text("""
SELECT 1 FROM share_waiver WHERE district_id = :district AND year = :year AND granted IS NULL
""")
_FIND = text("""
SELECT asked_by, granted FROM share_waiver
 WHERE id = :id AND (CAST(:office AS bigint) IS NULL OR district_id = :office) FOR UPDATE
""")
_DECIDE = text("""
UPDATE share_waiver SET granted = :granted, decided_by = :person, decided_at = :at WHERE id = :id
""")
_REGISTER = text("""
SELECT w.id, w.year, w.up_to, w.contest, w.total, w.reason_sealed, w.asked_at, w.granted,
       w.decided_at, w.asked_by, a.name AS asker, d.name AS decider, o.name_zh, o.name_en
  FROM share_waiver w
  JOIN office o ON o.id = w.district_id
  JOIN person a ON a.id = w.asked_by
  LEFT JOIN person d ON d.id = w.decided_by
 WHERE w.year = :year AND (CAST(:office AS bigint) IS NULL OR w.district_id = :office)
 ORDER BY w.granted IS NOT NULL, w.id DESC
""")


@dataclass(frozen=True, slots=True)
class Waiver:
    """A line of the register. `share` is where the district stood when it asked."""

    id: int
    year: int
    district: Names
    up_to: int
    share: Share
    reason: str
    asked_by: int
    asker: str
    asked_at: datetime
    granted: bool | None
    decider: str
    decided_at: datetime | None


def ask(session: Session, *, year: int, up_to: int, reason: str, actor: Actor, at: datetime) -> int:
    """Ask that one's own district may go above the limit, up to so many percent. Answers the id.

    Raises NotYours, BadInput(why="reason_missing" | "waiver_share_unreadable" | "waiver_is_open").
    """
    if actor.role not in MAY_ASK or actor.office_id is None or actor.person_id is None:
        raise NotYours
    if not reason.strip():
        raise BadInput(why="reason_missing")
    if not the_terms().contest_share.at_most_percent < up_to <= _WHOLE:
        raise BadInput(why="waiver_share_unreadable")
    hold(session, [actor.office_id])
    (now,) = effect(session, Route.CONTEST, {actor.office_id: 0}, year=year)
    asked = {"district": actor.office_id, "year": year}
    if session.connection().execute(_OPEN, asked).first():
        raise BadInput(why="waiver_is_open")
    (number,) = vault.next_ids(session, "share_waiver", 1)
    session.add(
        ShareWaiver(
            id=number, district_id=actor.office_id, year=year, up_to=up_to,
            contest=now.before.contest, total=now.before.total,
            reason_sealed=vault.seal(session, WAIVER_REASON, number, reason.strip()),
            asked_by=actor.person_id, asked_at=at,
        )
    )  # fmt: skip
    session.flush()
    detail: dict[str, str | int | bool] = {"year": year, "up_to": up_to}
    acts.note(session, ASKED, actor=actor, at=at, about=f"waiver/{number}", detail=detail)
    return number


def decide(session: Session, waiver_id: int, *, granted: bool, actor: Actor, at: datetime) -> None:
    """Grant or refuse: another person of the district, or the centre.

    Raises NotYours, NotFound, NotAllowed (the same person), BadInput(why="waiver_is_decided").
    """
    if actor.role not in MAY_DECIDE:
        raise NotYours
    asked = {"id": waiver_id, "office": reach(actor)}
    found = session.connection().execute(_FIND, asked).first()
    if found is None:
        raise NotFound
    if found.granted is not None:
        raise BadInput(why="waiver_is_decided")
    if found.asked_by == actor.person_id:
        raise NotAllowed([Finding("share_waiver_needs_another_person", "A21")])
    values = {"id": waiver_id, "granted": granted, "person": actor.person_id, "at": at}
    session.connection().execute(_DECIDE, values)
    acts.note(
        session, DECIDED, actor=actor, at=at, about=f"waiver/{waiver_id}",
        detail={"granted": granted},
    )  # fmt: skip


def register(session: Session, actor: Actor, year: int) -> list[Waiver]:
    """A year's waivers in one's reach, the open ones first. Raises NotYours."""
    asked = {"year": year, "office": reach(actor)}
    return [_waiver(session, row) for row in session.connection().execute(_REGISTER, asked)]


def _waiver(session: Session, row: Any) -> Waiver:  # noqa: ANN401  a row of _REGISTER
    return Waiver(
        id=row.id, year=row.year, district=Names(row.name_zh, row.name_en), up_to=row.up_to,
        share=Share(row.contest, row.total - row.contest),
        reason=vault.unseal(session, WAIVER_REASON, row.id, row.reason_sealed),
        asked_by=row.asked_by, asker=row.asker, asked_at=row.asked_at, granted=row.granted,
        decider=row.decider or "", decided_at=row.decided_at,
    )  # fmt: skip
