"""Facts about scores that were settled already: corrected by one person, decided by another (E49).

Only results stand here; marks stand beside the rows, words about persons are sealed there.
"""

from typing import Literal

from pydantic import Field

from states.rules.kinds import Kind, OfClass, Text

Result = Literal["pass", "fail", "absent", "misconduct"]


class _OfCorrection(OfClass):
    correction_id: int
    enrolment_id: int


class ScoreCorrected(_OfCorrection):
    """The examiner registers another result of one learner; it waits for a second person."""

    kind: Literal[Kind.SCORE_CORRECTED] = Kind.SCORE_CORRECTED
    before: Result
    after: Result
    text: Text


class ScoreCorrectionDecided(_OfCorrection):
    """A second person confirms a correction, or declines it with a reason."""

    kind: Literal[Kind.SCORE_CORRECTION_DECIDED] = Kind.SCORE_CORRECTION_DECIDED
    confirmed: bool
    text: str = Field(default="", max_length=2000)
