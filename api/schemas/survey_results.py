"""Survey results for programs."""

from api.schemas.base import Out, Words
from states.records.survey_board import By


class MeanOut(Out):
    """The mean of one question, of five points."""

    key: str
    words: Words
    mean: float


class SideOut(Out):
    """One population: all `answers`, and the `told` ones that the results are of.

    `told` is 0 or at least 5; fewer answers wait until there are five of small classes together.
    """

    invited: int
    answers: int
    told: int
    satisfied: int
    means: list[MeanOut]


class GroupOut(Out):
    """Classes put together; `alike` counts answers that came too much alike."""

    key: str
    name: Words
    classes: int
    alike: int
    learners: SideOut
    employers: SideOut


class ResultsOut(Out):
    """Results of closed surveys by class, provider, district or month of closing."""

    by: By
    groups: list[GroupOut]
    total: GroupOut
