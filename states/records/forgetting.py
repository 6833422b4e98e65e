"""Forgetting people whose time is over: tried out, proposed, approved by another, announced, done.

One forgetting is open at a time. It means what was due on its day `as_of`; from the end of the
notice on the flow does it, and until then any officer of the centre can stop it.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from states.actor import SYSTEM, Actor
from states.errors import BadInput, NotAllowed, NotFound, NotYours
from states.records import acts, outbox, traces
from states.records.traces import LEARNERS, PEOPLE, Emptied
from states.rules.deadlines import shanghai_day
from states.rules.findings import SYSTEM_DEFAULT, Finding
from states.rules.retention import the_retention
from states.rules.stages import Role

PROPOSED, APPROVED, STOPPED = "forgetting_proposed", "forgetting_approved", "forgetting_stopped"
"""The acts in the ledger."""
LETTER = "forgetting_announced"
CLASSES = "classes"
_OWNERS = (Role.PROVIDER, Role.EVALUATOR, Role.EXAM_AUTHORITY, Role.ORGANISER)
"""Whoever may have named people; an office has only one of these roles."""
_PAGES = {Role.CENTRE: "/keeping", Role.PROVIDER: "/projects", Role.REVIEWER: "/projects"}

_PROPOSE = text("""
INSERT INTO forgetting (as_of, reason, state, proposed_by, proposed_at, trial, stopped_text, counts)
VALUES (:as_of, :reason, 'proposed', :person_id, :at, CAST(:trial AS jsonb), '', '{}')
ON CONFLICT DO NOTHING RETURNING id
""")
_HOLD = text("""
SELECT id, as_of, state, proposed_by, due_on FROM forgetting WHERE id = :id FOR UPDATE
""")
_APPROVE = text("""
UPDATE forgetting SET state = 'approved', approved_by = :person_id, approved_at = :at,
       due_on = :due_on
 WHERE id = :id
""")
_STOP = text("""
UPDATE forgetting SET state = 'stopped', stopped_by = :person_id, stopped_at = :at,
       stopped_text = :text
 WHERE id = :id
""")
_DUE = text("SELECT id FROM forgetting WHERE state = 'approved' AND due_on <= :today ORDER BY id")
_DONE = text("""
UPDATE forgetting SET state = 'done', done_at = :at, counts = CAST(:counts AS jsonb) WHERE id = :id
""")

Counts = Mapping[str, Mapping[str, int]]
"""By the code of a district (empty: of none) how many of each kind; and how many classes."""


def trial(session: Session, as_of: date, *, at: datetime) -> Counts:
    """What would be forgotten: done by the very statements, then taken back."""
    return counted(_tried(session, as_of, at))


def propose(session: Session, as_of: date, reason: str, *, actor: Actor, at: datetime) -> int:
    """Propose to forget what was due on `as_of`; answers its id.

    Raises NotYours, and BadInput(why="forgetting_lies_ahead" | "reason_missing" |
    "nobody_to_forget" | "forgetting_is_open").
    """
    _only_centre(actor)
    if as_of > shanghai_day(at):
        raise BadInput(why="forgetting_lies_ahead")
    if not reason.strip():
        raise BadInput(why="reason_missing")
    found = trial(session, as_of, at=at)
    if not found:
        raise BadInput(why="nobody_to_forget")
    values = {
        "as_of": as_of, "reason": reason.strip(), "trial": json.dumps(found),
        "person_id": actor.person_id, "at": at,
    }  # fmt: skip
    made = session.connection().execute(_PROPOSE, values).scalar()
    if made is None:
        raise BadInput(why="forgetting_is_open")
    _note(session, PROPOSED, made, actor=actor, at=at, detail=totals(found))
    return int(made)


def approve(session: Session, forgetting_id: int, *, actor: Actor, at: datetime) -> date:
    """A second person approves, and those concerned are told; answers when the notice ends.

    Raises NotYours, NotFound, BadInput(why="forgetting_is_decided"), and NotAllowed for whoever
    proposed it.
    """
    _only_centre(actor)
    held = _held(session, forgetting_id, "proposed")
    if held.proposed_by == actor.person_id:
        raise NotAllowed([Finding("forgetting_needs_another_person", SYSTEM_DEFAULT)])
    due_on = shanghai_day(at) + timedelta(days=the_retention().notice_days)
    values = {"id": forgetting_id, "person_id": actor.person_id, "at": at, "due_on": due_on}
    session.connection().execute(_APPROVE, values)
    _note(session, APPROVED, forgetting_id, actor=actor, at=at, detail={"due_on": str(due_on)})
    _announce(session, forgetting_id, _tried(session, held.as_of, at), at=at)
    return due_on


def stop(session: Session, forgetting_id: int, words: str, *, actor: Actor, at: datetime) -> None:
    """Call it off, for a reason, whoever proposed or approved it.

    Raises NotYours, NotFound, BadInput(why="reason_missing" | "forgetting_is_decided").
    """
    _only_centre(actor)
    if not words.strip():
        raise BadInput(why="reason_missing")
    _held(session, forgetting_id, "proposed", "approved")
    values = {"id": forgetting_id, "person_id": actor.person_id, "at": at, "text": words.strip()}
    session.connection().execute(_STOP, values)
    _note(session, STOPPED, forgetting_id, actor=actor, at=at)


def due(session: Session, today: date) -> Sequence[int]:
    """Approved ones whose notice is over."""
    return session.connection().execute(_DUE, {"today": today}).scalars().all()


def execute(session: Session, forgetting_id: int, *, at: datetime) -> Counts | None:
    """Forget for good; None when it is not, or no longer, to be done. Raises NotFound."""
    held = _hold(session, forgetting_id)
    if held.state != "approved" or held.due_on > shanghai_day(at):
        return None
    found = counted(traces.empty(session, held.as_of, at=at))
    values = {"id": forgetting_id, "at": at, "counts": json.dumps(found)}
    session.connection().execute(_DONE, values)
    _note(session, acts.FORGOTTEN, forgetting_id, actor=SYSTEM, at=at, detail=totals(found))
    return found


def counted(found: Sequence[Emptied]) -> Counts:
    """By district: classes, and things of each kind."""
    counts: dict[str, Counter[str]] = {}
    for one in found:
        of_district = counts.setdefault(one.district, Counter())
        of_district[one.kind] += one.things
        if one.kind in PEOPLE:
            of_district[CLASSES] += one.classes
    return {district: dict(counts[district]) for district in sorted(counts)}


def totals(counts: Counts) -> dict[str, int]:
    """The sums over all districts, as the ledger keeps them."""
    whole: Counter[str] = Counter()
    for of_district in counts.values():
        whole.update(of_district)
    return dict(whole)


def _tried(session: Session, as_of: date, at: datetime) -> Sequence[Emptied]:
    point = session.connection().begin_nested()
    try:
        return traces.empty(session, as_of, at=at)
    finally:
        point.rollback()


def _announce(
    session: Session, forgetting_id: int, found: Sequence[Emptied], *, at: datetime
) -> None:
    """A letter to each office that has people among them, with its counts, and to the centre."""
    people = [one for one in found if one.kind in PEOPLE]
    told: dict[tuple[Role, int | None], Counter[str]] = {(Role.CENTRE, None): Counter()}
    for one in people:
        readers = [(Role.CENTRE, None), *((role, one.provider_id) for role in _OWNERS)]
        if one.district_id:
            readers.append((Role.REVIEWER, one.district_id))
        for reader in readers:
            told.setdefault(reader, Counter()).update(learners=one.things, classes=one.classes)
    for (role, office), counts in told.items():
        outbox.promise_to_role(
            session,
            key=f"forgetting/{forgetting_id}/{office or 'centre'}/{role}",
            letter=LETTER,
            role=role,
            office_id=office,
            context={
                "forgetting": forgetting_id,
                "page": _PAGES.get(role, "/certificates"),
                LEARNERS: counts[LEARNERS],
                CLASSES: counts[CLASSES],
            },
            at=at,
        )


def _held(session: Session, forgetting_id: int, *states: str) -> Any:  # noqa: ANN401  a row of _HOLD
    held = _hold(session, forgetting_id)
    if held.state not in states:
        raise BadInput(why="forgetting_is_decided")
    return held


def _hold(session: Session, forgetting_id: int) -> Any:  # noqa: ANN401
    held = session.connection().execute(_HOLD, {"id": forgetting_id}).first()
    if held is None:
        raise NotFound
    return held


def _only_centre(actor: Actor) -> None:
    if actor.role is not Role.CENTRE:
        raise NotYours


def _note(
    session: Session,
    name: str,
    forgetting_id: int,
    *,
    actor: Actor,
    at: datetime,
    detail: Mapping[str, str | int] | None = None,
) -> None:
    about = f"forgetting/{forgetting_id}"
    acts.note(session, name, actor=actor, at=at, about=about, detail=detail)
