"""Projects for programs: list, propose, look, and record the simple facts."""

import base64
import binascii
from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from api import told
from api.deps import Db, Now, SignedIn
from api.desk import AtDesk
from api.once import Once
from api.schemas.facts import FACT_EXAMPLES, SimpleFact
from api.schemas.projects import MailOut, OutcomeOut, ProjectOut, ProjectPage, Proposal
from states.errors import BadInput
from states.records import boards, dossiers
from states.records.boards import Wanted
from states.rules.deadlines import shanghai_day
from states.rules.stages import Channel, Stage

router = APIRouter(prefix="/projects", tags=["projects"])
Seen = Annotated[
    int | None, Query(alias="moves", description="`moves` of the project as you saw it.")
]


@router.get("", responses=told.problems(401, 422))
def list_projects(  # noqa: PLR0913  each filter is a parameter of the address
    session: Db,
    me: SignedIn,
    *,
    stage: Stage | None = None,
    district: str = "",
    channel: Channel | None = None,
    q: Annotated[str, Query(max_length=100)] = "",
    cursor: str = "",
) -> ProjectPage:
    """The projects you may see, newest first, by pages that stay right while others write."""
    wanted = Wanted(stage or "", district, channel or "", q, after=_place(cursor))
    found, more = boards.listed(session, me.actor, wanted)
    return ProjectPage(
        items=[told.line(line) for line in found],
        next=_cursor(found[-1].id) if more else None,
    )


@router.post(
    "",
    status_code=201,
    response_model=OutcomeOut,
    responses=told.problems(401, 403, 422),
)
def propose(desk: AtDesk, once: Once, proposal: Proposal) -> Response:
    """Hand in a plan: a project begins."""
    return once.json(told.outcome(desk.propose(proposal.plan, proposal.district)), 201)


@router.get("/{code}", responses=told.problems(401, 404))
def look(session: Db, me: SignedIn, now: Now, *, code: str) -> ProjectOut:
    """Where a project stands, what is missing, who acts next, and all that happened."""
    file = dossiers.read(session, me.actor, code, at=now, today=shanghai_day(now))
    return told.project(file)


@router.post(
    "/{code}/facts",
    response_model=OutcomeOut,
    responses=told.problems(401, 403, 404, 409, 422),
)
def record(
    desk: AtDesk,
    once: Once,
    *,
    code: str,
    fact: Annotated[SimpleFact, Body(discriminator="kind", openapi_examples=FACT_EXAMPLES)],
    moves: Seen = None,
) -> Response:
    """Record a fact; every move that the rules now allow is made in the same transaction."""
    return once.json(told.outcome(desk.record(code, fact, seen_moves=moves)))


@router.get("/{code}/mails", responses=told.problems(401, 404))
def mails(session: Db, me: SignedIn, now: Now, *, code: str) -> list[MailOut]:
    """What was promised to whom about this project, and how far it got."""
    file = dossiers.read(session, me.actor, code, at=now, today=shanghai_day(now))
    return [told.mail(row) for row in file.mails]


def _cursor(last: int) -> str:
    return base64.urlsafe_b64encode(str(last).encode()).decode().rstrip("=")


def _place(cursor: str) -> int | None:
    if not cursor:
        return None
    try:
        return int(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise BadInput(why="bad_cursor") from error
