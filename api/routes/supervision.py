"""Supervision for programs: draws that can be repeated, checks, and what becomes of findings."""

from typing import Any

from fastapi import APIRouter, Response
from pydantic import TypeAdapter

from api import told
from api.deps import Db, SignedIn
from api.desk import AtDesk
from api.once import Once
from api.routes.projects import Seen
from api.schemas.projects import OutcomeOut
from api.schemas.supervision import (
    CampaignOut,
    CampaignWholeOut,
    CheckIn,
    CheckOut,
    DrawIn,
    DrawnOut,
    OpenFaultOut,
    PickOut,
    RecheckIn,
    RectificationIn,
)
from states.records import campaign_board, campaigns, check_board, inspections, scope
from states.records.campaign_board import CampaignLine
from states.records.campaigns import Order
from states.records.inspections import Check, Found

router = APIRouter(tags=["supervision"])
_REFUSALS = told.problems(401, 403, 404, 409, 422)
_CHECKS = TypeAdapter(list[CheckOut])


@router.get("/supervision/campaigns", responses=told.problems(401, 403))
def list_campaigns(session: Db, me: SignedIn) -> list[CampaignOut]:
    """The draws you may see, the newest first."""
    lines = campaign_board.campaigns(session, me.actor)
    return [CampaignOut(**_campaign(line)) for line in lines]


@router.post(
    "/supervision/campaigns", status_code=201, response_model=DrawnOut,
    responses=_REFUSALS,
)  # fmt: skip
def draw(desk: AtDesk, once: Once, asked: DrawIn) -> Response:
    """Draw once for your district; from the centre once for every district that trains now."""
    order = Order(**asked.model_dump())
    made = campaigns.draw(desk.session, order, actor=desk.actor, at=desk.at)
    lines = [campaign_board.campaign(desk.session, desk.actor, number) for number in made]
    drawn = DrawnOut(campaigns=[CampaignOut(**_campaign(line)) for line in lines])
    return once.json(drawn, 201)


@router.get("/supervision/campaigns/{number}", responses=told.problems(401, 403, 404))
def look(session: Db, me: SignedIn, number: int) -> CampaignWholeOut:
    """A draw with its picks and its list, drawn again and compared."""
    line = campaign_board.campaign(session, me.actor, number)
    again = campaigns.draw_again(session, me.actor, number)
    return CampaignWholeOut(
        **_campaign(line),
        drawn=[_pick(pick) for pick in campaign_board.picks(session, number)],
        population=list(again.population),
        drawn_again_is_the_same=again.same_list and again.same_picks,
    )


@router.get("/supervision/faults", responses=told.problems(401, 403))
def open_faults(session: Db, me: SignedIn) -> list[OpenFaultOut]:
    """Findings that are not crossed off, the most urgent first."""
    return [
        OpenFaultOut(
            words=told.words("fault", line.fault),
            **{n: getattr(line, n) for n in OpenFaultOut.model_fields if n != "words"},
        )
        for line in check_board.open_faults(session, me.actor)
    ]


@router.get("/projects/{code}/checks", responses=told.problems(401, 404))
def checks(session: Db, me: SignedIn, code: str) -> list[CheckOut]:
    """All checks of a project, newest first; the centre and the auditor get no words."""
    project = scope.find(session, me.actor, code)
    found = check_board.checks_of(session, project.id, reader=me.role)
    return _CHECKS.validate_python(found, from_attributes=True)


@router.post("/projects/{code}/classes/{no}/checks", response_model=OutcomeOut, responses=_REFUSALS)
def record_check(
    desk: AtDesk, once: Once, *, code: str, no: int, said: CheckIn, moves: Seen = None
) -> Response:
    """Write a check down; the provider is told of every finding."""
    found = tuple(Found(**fault.model_dump()) for fault in said.faults)
    check = Check(class_no=no, found=found, **said.model_dump(exclude={"faults"}))
    act = desk.act(code, seen_moves=moves)
    return once.json(told.outcome(inspections.record_check(desk.session, check, act)))


@router.post(
    "/projects/{code}/faults/{number}/rectification",
    response_model=OutcomeOut, responses=_REFUSALS,
)  # fmt: skip
def rectify(
    desk: AtDesk, once: Once, *, code: str, number: int, said: RectificationIn, moves: Seen = None
) -> Response:
    """The provider reports that a finding is put right (整改)."""
    act = desk.act(code, seen_moves=moves)
    outcome = inspections.report_rectification(desk.session, number, said.words, act=act)
    return once.json(told.outcome(outcome))


@router.post(
    "/projects/{code}/faults/{number}/recheck", response_model=OutcomeOut, responses=_REFUSALS
)
def recheck(
    desk: AtDesk, once: Once, *, code: str, number: int, said: RecheckIn, moves: Seen = None
) -> Response:
    """The district looked again (复查): crossed off (销号), or back with a new day."""
    outcome = inspections.recheck(
        desk.session, number, act=desk.act(code, seen_moves=moves), **said.model_dump()
    )
    return once.json(told.outcome(outcome))


def _campaign(line: CampaignLine) -> dict[str, Any]:
    shared = {n: getattr(line, n) for n in CampaignOut.model_fields if hasattr(line, n)}
    district = told.named(line.district)
    return shared | {"district": district, "ordered_by_centre": line.ordered}


def _pick(pick: campaign_board.PickLine) -> PickOut:
    shared = {n: getattr(pick, n) for n in PickOut.model_fields}
    return PickOut(**shared | {"enrolment_id": pick.enrolment_id or None})
