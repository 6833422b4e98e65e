"""Survey results for programs: what the page of surveys shows, with the same filters."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api import told
from api.deps import Db, SignedIn
from api.schemas.base import Words
from api.schemas.survey_results import GroupOut, MeanOut, ResultsOut, SideOut
from states.records.invitations import EMPLOYER, LEARNER
from states.records.survey_board import By, Group, Wanted, survey_board
from states.records.survey_sums import Side
from states.rules.questions import questions_ever

router = APIRouter(prefix="/surveys", tags=["surveys"])


@router.get("", responses=told.problems(401, 403, 422))
def results(
    session: Db, me: SignedIn, *, wanted: Annotated[Wanted, Depends(Wanted)], by: By = By.CLASS
) -> ResultsOut:
    """Closed surveys that you may see; fewer than five answers together are only counted."""
    board = survey_board(session, me.actor, by=by, wanted=wanted)
    groups = [_group(group) for group in board.groups]
    return ResultsOut(by=by, groups=groups, total=_group(board.total))


def _group(group: Group) -> GroupOut:
    return GroupOut(
        key=group.key,
        name=Words(zh=group.names.zh, en=group.names.en),
        classes=group.classes,
        alike=group.alike,
        learners=_side(group.learner, LEARNER),
        employers=_side(group.employer, EMPLOYER),
    )


def _side(side: Side, population: str) -> SideOut:
    tally = side.told
    means = [
        MeanOut(key=key, words=Words(zh=question.zh, en=question.en), mean=float(mean))
        for key, question in questions_ever(population).items()
        if (mean := tally.mean(key)) is not None
    ]
    return SideOut(
        invited=side.invited,
        answers=side.answers,
        told=tally.answers,
        satisfied=tally.satisfied,
        means=means,
    )
