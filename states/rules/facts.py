"""What may be recorded about a project: the shape of every fact's content."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from states.rules.facts_of_returns import ScoreCorrected, ScoreCorrectionDecided
from states.rules.facts_of_rules import ClassMoveDecided, ClassMoveProposed, ClassRepinned
from states.rules.facts_of_supervision import (
    CheckRecorded,
    CheckReviewed,
    RectificationReported,
)
from states.rules.facts_of_teaching import AttendanceRecorded, TimetableFiled
from states.rules.facts_of_time import (
    DeadlineExtended,
    OrderAnswered,
    OrderClosed,
    OrderGiven,
    SilenceNoted,
    SilenceWarned,
    TakenUp,
    Urged,
)
from states.rules.kinds import Count, HalfHours, Kind, OfClass, Payload, ShortText, Text
from states.rules.stages import Channel, Mode, Stage

__all__ = ["Fact", "Kind"]


class Unit(Payload):
    """One unit of the course plan. `half_hours` counts halves of a class hour (课时)."""

    name: ShortText
    half_hours: Annotated[int, Field(gt=0, le=400)]
    mode: Mode
    teacher: ShortText


class PlanSubmitted(Payload):
    """The training plan (C12). Its licence fields are taken from the register at submission."""

    kind: Literal[Kind.PLAN_SUBMITTED] = Kind.PLAN_SUBMITTED
    title: ShortText
    channel: Channel
    units: Annotated[tuple[Unit, ...], Field(min_length=1, max_length=60)]
    class_count: Annotated[int, Field(ge=1, le=40)] = 1
    class_size: Annotated[int, Field(ge=1, le=500)]
    opens_on: date
    ends_on: date
    employer: str = Field(default="", max_length=120)
    employer_uscc: str = Field(default="", max_length=18)
    employer_email: str = Field(default="", max_length=254)
    licence_valid_until: date | None = None
    licence_covers: bool = False


class ReviewSigned(Payload):
    """A district reviewer's signature under the plan (C12)."""

    kind: Literal[Kind.REVIEW_SIGNED] = Kind.REVIEW_SIGNED
    text: str = Field(default="", max_length=2000)


class _Reasoned(Payload):
    code: ShortText
    text: Text


class SentBack(_Reasoned):
    """退回: back to the provider; the case stays alive and its clock stands still."""

    kind: Literal[Kind.SENT_BACK] = Kind.SENT_BACK


class Rejected(_Reasoned):
    """不予通过: the end of the case, with a reason."""

    kind: Literal[Kind.REJECTED] = Kind.REJECTED


class _Explained(Payload):
    text: Text


class Withdrawn(_Explained):
    """撤回 by the provider."""

    kind: Literal[Kind.WITHDRAWN] = Kind.WITHDRAWN


class Suspended(_Explained):
    """挂起: the clock is stopped by the district. The door fills in the stage that is held."""

    kind: Literal[Kind.SUSPENDED] = Kind.SUSPENDED
    held_stage: Stage | None = None


class Resumed(_Explained):
    """The project goes on where it was suspended."""

    kind: Literal[Kind.RESUMED] = Kind.RESUMED


class Terminated(_Explained):
    """终止 by the district."""

    kind: Literal[Kind.TERMINATED] = Kind.TERMINATED


class WaiverRequested(_Explained):
    """Asks that a SHOULD (原则上) rule be waived for `subject` (a class number, or empty)."""

    kind: Literal[Kind.WAIVER_REQUESTED] = Kind.WAIVER_REQUESTED
    rule: ShortText
    subject: str = Field(default="", max_length=8)


class WaiverGranted(Payload):
    """A second person grants the open request for the same rule and subject."""

    kind: Literal[Kind.WAIVER_GRANTED] = Kind.WAIVER_GRANTED
    rule: ShortText
    subject: str = Field(default="", max_length=8)


class ClassOpened(OfClass):
    """Opening filing (开班备案), with the regime, standard and bank pinned at the first session.

    Its licence fields are taken from the register at filing (C11); filed anew, they are read anew.
    """

    kind: Literal[Kind.CLASS_OPENED] = Kind.CLASS_OPENED
    class_id: int
    opens_on: date
    ends_on: date
    regime: str
    standard: str
    bank: str
    reason: str
    licence_valid_until: date | None = None
    licence_covers: bool = False


class RosterImported(OfClass):
    """A roster was read: what its rows deserved, as counts. The people stand elsewhere."""

    kind: Literal[Kind.ROSTER_IMPORTED] = Kind.ROSTER_IMPORTED
    sheet_sha256: str
    admitted: Count
    manual_review: Count
    refused: Count


class AdmissionDecided(OfClass):
    """The district decided one learner whom the rules left to manual review (A06)."""

    kind: Literal[Kind.ADMISSION_DECIDED] = Kind.ADMISSION_DECIDED
    enrolment_id: int
    admit: bool
    text: Text


class IntakeClosed(_Explained):
    """No further class of the plan will be opened."""

    kind: Literal[Kind.INTAKE_CLOSED] = Kind.INTAKE_CLOSED


class TrainingRegistered(OfClass):
    """The class stands in 上海市职业培训信息管理系统 (C14) under this number."""

    kind: Literal[Kind.TRAINING_REGISTERED] = Kind.TRAINING_REGISTERED
    number: ShortText
    registered_on: date


class ClassEnded(OfClass):
    """The class was held: what was delivered, in half class hours."""

    kind: Literal[Kind.CLASS_ENDED] = Kind.CLASS_ENDED
    ended_on: date
    delivered_half_hours: HalfHours
    online_half_hours: HalfHours


class ScoresImported(OfClass):
    """The district registered the scores of the class (C17)."""

    kind: Literal[Kind.SCORES_IMPORTED] = Kind.SCORES_IMPORTED
    sheet_sha256: str
    assessed_on: date
    passed: Count
    failed: Count
    absent: Count
    missing: Count = 0


class ScoresConfirmed(OfClass):
    """A second person of the district confirmed the registered scores."""

    kind: Literal[Kind.SCORES_CONFIRMED] = Kind.SCORES_CONFIRMED


class SurveyOpened(OfClass):
    """Links went to the assessed learners and to their employers (C19, C20)."""

    kind: Literal[Kind.SURVEY_OPENED] = Kind.SURVEY_OPENED
    closes_on: date
    learners: Count
    employers: Count


class SurveySummedUp(OfClass):
    """The survey window closed and its answers were added up (C21).

    How many were satisfied is left out where fewer than five answered.
    """

    kind: Literal[Kind.SURVEY_SUMMED_UP] = Kind.SURVEY_SUMMED_UP
    learner_answers: Count
    learner_satisfied: Count | None
    employer_answers: Count
    employer_satisfied: Count | None


class ReturnAccepted(Payload):
    """The centre accepted the monthly return that names these classes (C18)."""

    kind: Literal[Kind.RETURN_ACCEPTED] = Kind.RETURN_ACCEPTED
    return_id: int
    month: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}$")]
    class_nos: tuple[int, ...]


class CertificatesBatched(Payload):
    """The centre numbered certificates for passers of this project (C22)."""

    kind: Literal[Kind.CERTIFICATES_BATCHED] = Kind.CERTIFICATES_BATCHED
    batch_id: int | None = None
    count: Count
    held: Count = 0


class ReceiptImported(Payload):
    """证书归集 answered: how many of this project's certificates stand, and how many do not."""

    kind: Literal[Kind.RECEIPT_IMPORTED] = Kind.RECEIPT_IMPORTED
    batch_id: int
    accepted: Count
    refused: Count


class CertificateDropped(_Explained):
    """A refused certificate is given up, with the reason."""

    kind: Literal[Kind.CERTIFICATE_DROPPED] = Kind.CERTIFICATE_DROPPED
    certificate_id: int


Fact = Annotated[
    PlanSubmitted | ReviewSigned | SentBack | Rejected | Withdrawn | Suspended | Resumed
    | Terminated | WaiverRequested | WaiverGranted | ClassOpened | RosterImported
    | AdmissionDecided | IntakeClosed | TrainingRegistered | ClassEnded | ScoresImported
    | ScoresConfirmed | SurveyOpened | SurveySummedUp | ReturnAccepted | CertificatesBatched
    | ReceiptImported | CertificateDropped | TimetableFiled | AttendanceRecorded
    | CheckRecorded | RectificationReported | CheckReviewed | ScoreCorrected
    | ScoreCorrectionDecided | ClassRepinned | ClassMoveProposed | ClassMoveDecided
    | DeadlineExtended | Urged | SilenceWarned | SilenceNoted | TakenUp | OrderGiven
    | OrderAnswered | OrderClosed,
    Field(discriminator="kind"),
]  # fmt: skip
"""Any fact, told apart by its kind."""
