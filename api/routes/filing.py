"""Filing a class with the city's training information system (C14), for programs."""

from fastapi import APIRouter, Response

from api import told
from api.desk import AtDesk, Desk
from api.once import Once
from api.schemas.files import FilingOut
from states.records import filings
from states.records.class_board import class_board

router = APIRouter(prefix="/projects/{code}/classes/{no}/filing", tags=["classes"])


@router.get("", responses=told.problems(401, 404))
def look(desk: AtDesk, code: str, *, no: int) -> FilingOut:
    """How far the class got. The city's reasons for a refusal stand on the page of the class."""
    return _told(desk, code, no)


@router.post("", response_model=FilingOut, responses=told.problems(401, 403, 404, 409, 422))
def send(desk: AtDesk, once: Once, *, code: str, no: int) -> Response:
    """Promise to send the class; the worker does it and records the number the city gives."""
    filings.want(desk.session, desk.find(code), no, actor=desk.actor, at=desk.at)
    return once.json(_told(desk, code, no))


def _told(desk: Desk, code: str, no: int) -> FilingOut:
    board = class_board(desk.session, desk.actor, code, no=no, at=desk.at)
    filing = filings.filing_of(desk.session, board.klass.id)
    number, on = board.registration or ("", None)
    waits = filing is not None and not board.facts.registered and filing.state in {"wanted", "sent"}
    return FilingOut(
        state=filings.state_of(board.facts, filing),
        number=number,
        registered_on=on,
        days_late=board.facts.days_late_registered,
        attempts=filing.attempts if filing else 0,
        again=filing.again if filing and waits else None,
    )
