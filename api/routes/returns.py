"""Monthly returns for programs: looked at, signed by two persons, accepted or given back."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlalchemy import text
from sqlmodel import Session

from api import told
from api.deps import Db, SignedIn
from api.desk import AtDesk, Desk
from api.once import Once, OnceOnly
from api.schemas.base import Out, Reason, Words
from api.schemas.returns import (
    DeltaOut,
    Month,
    ReturnOut,
    Signing,
    ToRevokeOut,
    WholeReturnOut,
)
from states.actor import Actor
from states.errors import NotYours
from states.records import return_board, return_deltas, returns
from states.records.returns import ReturnView
from states.rules.stages import Role

router = APIRouter(prefix="/returns", tags=["returns"])
Version = Annotated[int, Query(description="`version` of the return as you saw it.")]
_REFUSALS = told.problems(401, 403, 404, 409, 422)

_LIST = text("""
SELECT id FROM monthly_return
 WHERE (CAST(:month AS text) = '' OR month = :month)
   AND (CAST(:state AS text) = '' OR state = :state)
   AND (CAST(:office AS bigint) IS NULL OR district_id = :office)
 ORDER BY month DESC, id LIMIT 200
""")


@router.get("", responses=told.problems(401, 403))
def list_returns(session: Db, me: SignedIn, *, month: str = "", state: str = "") -> list[ReturnOut]:
    """The returns you may see, the newest month first: a district's own, all for the centre."""
    asked = {"month": month, "state": state, "office": _reach(me.actor)}
    found = session.connection().execute(_LIST, asked).scalars().all()
    return [_told(returns.view(session, number)) for number in found]


@router.get("/{number}", responses=told.problems(401, 403, 404))
def look(session: Db, me: SignedIn, number: int) -> WholeReturnOut:
    """One return with its figures, its checks, and what was corrected since."""
    return _whole(session, return_board.visible_return(session, me.actor, number))


@router.post("", status_code=201, response_model=ReturnOut, responses=_REFUSALS)
def compile_now(desk: AtDesk, once: Once, asked: Month) -> Response:
    """Make or refresh the draft of one's own district for a month that is over.

    The flow does it on the first of the next month.
    """
    if desk.actor.role is not Role.REVIEWER or desk.actor.office_id is None:
        raise NotYours
    number = returns.compile_return(
        desk.session, district_id=desk.actor.office_id, month=asked.month, at=desk.at
    )
    return once.json(_told(returns.view(desk.session, number)), 201)


@router.post("/{number}/prepare", response_model=ReturnOut, responses=_REFUSALS)
def prepare(
    desk: AtDesk, once: Once, *, number: int, version: Version, signing: Signing | None = None
) -> Response:
    """The first person of the district signs for the figures."""
    returns.sign_prepared(
        desk.session, number, actor=desk.actor, at=desk.at, seen=version,
        responsible=signing.responsible if signing else "",
    )  # fmt: skip
    return _answer(desk, once, number)


@router.post("/{number}/submit", response_model=ReturnOut, responses=_REFUSALS)
def submit(desk: AtDesk, once: Once, *, number: int, version: Version) -> Response:
    """A second person signs, and the return goes to the centre."""
    returns.sign_checked_and_submit(
        desk.session, number, actor=desk.actor, at=desk.at, seen=version
    )
    return _answer(desk, once, number)


@router.post("/{number}/accept", response_model=ReturnOut, responses=_REFUSALS)
def accept(desk: AtDesk, once: Once, *, number: int, version: Version) -> Response:
    """The centre accepts; the projects in it move on."""
    returns.accept(
        desk.session, number, actor=desk.actor, at=desk.at, seen=version, settle=desk.settle
    )
    return _answer(desk, once, number)


@router.post("/{number}/give-back", response_model=ReturnOut, responses=_REFUSALS)
def give_back(
    desk: AtDesk, once: Once, *, number: int, version: Version, reason: Reason
) -> Response:
    """Send it back with a reason."""
    returns.give_back(
        desk.session, number, text=reason.text, actor=desk.actor, at=desk.at, seen=version
    )
    return _answer(desk, once, number)


def _answer(desk: Desk, once: OnceOnly, number: int) -> Response:
    return once.json(_told(returns.view(desk.session, number)))


def _reach(actor: Actor) -> int | None:
    """The district whose returns one sees; None for all. Raises NotYours."""
    if actor.role in return_board.READERS:
        return None
    if actor.role not in return_board.OF_DISTRICT:
        raise NotYours
    return actor.office_id


def _whole(session: Session, found: ReturnView) -> WholeReturnOut:
    later = return_deltas.correcting(session, found.id)
    revoked = return_deltas.to_revoke(session, found.id)
    return WholeReturnOut(
        **_told(found).model_dump(),
        findings=[told.finding(one) for one in returns.findings_of(session, found)],
        corrected_by=[DeltaOut(**_named(one, DeltaOut)) for one in later],
        to_revoke=[ToRevokeOut(**_named(one, ToRevokeOut)) for one in revoked],
    )


def _named(one: object, shape: type[Out]) -> dict[str, Any]:
    return {name: getattr(one, name) for name in shape.model_fields}


def _told(found: ReturnView) -> ReturnOut:
    names = Words(zh=found.district_zh, en=found.district_en)
    shared: dict[str, Any] = {
        name: getattr(found, name) for name in ReturnOut.model_fields if name != "district"
    }
    return ReturnOut(district=names, **shared)
