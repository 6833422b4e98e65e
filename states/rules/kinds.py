"""Every kind of fact by name, and what their contents are made of."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
HalfHours = Annotated[int, Field(ge=0, le=2000)]
Count = Annotated[int, Field(ge=0, le=100_000)]


class Kind(StrEnum):
    """Every kind of fact. Who may record it, and in which stages, stands in the rulebook."""

    PLAN_SUBMITTED = "plan_submitted"
    REVIEW_SIGNED = "review_signed"
    SENT_BACK = "sent_back"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    TERMINATED = "terminated"
    WAIVER_REQUESTED = "waiver_requested"
    WAIVER_GRANTED = "waiver_granted"
    CLASS_OPENED = "class_opened"
    ROSTER_IMPORTED = "roster_imported"
    ADMISSION_DECIDED = "admission_decided"
    INTAKE_CLOSED = "intake_closed"
    TRAINING_REGISTERED = "training_registered"
    CLASS_ENDED = "class_ended"
    SCORES_IMPORTED = "scores_imported"
    SCORES_CONFIRMED = "scores_confirmed"
    SURVEY_OPENED = "survey_opened"
    SURVEY_SUMMED_UP = "survey_summed_up"
    RETURN_ACCEPTED = "return_accepted"
    CERTIFICATES_BATCHED = "certificates_batched"
    RECEIPT_IMPORTED = "receipt_imported"
    CERTIFICATE_DROPPED = "certificate_dropped"
    TIMETABLE_FILED = "timetable_filed"
    ATTENDANCE_RECORDED = "attendance_recorded"
    CHECK_RECORDED = "check_recorded"
    RECTIFICATION_REPORTED = "rectification_reported"
    CHECK_REVIEWED = "check_reviewed"
    SCORE_CORRECTED = "score_corrected"
    SCORE_CORRECTION_DECIDED = "score_correction_decided"
    CLASS_REPINNED = "class_repinned"
    CLASS_MOVE_PROPOSED = "class_move_proposed"
    CLASS_MOVE_DECIDED = "class_move_decided"
    DEADLINE_EXTENDED = "deadline_extended"
    URGED = "urged"
    SILENCE_WARNED = "silence_warned"
    SILENCE_NOTED = "silence_noted"
    TAKEN_UP = "taken_up"
    ORDER_GIVEN = "order_given"
    ORDER_ANSWERED = "order_answered"
    ORDER_CLOSED = "order_closed"


class Payload(BaseModel):
    """The content of a fact: frozen, and nothing in it that its kind does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class OfClass(Payload):
    """About one class of the project, by its number."""

    class_no: Annotated[int, Field(ge=1, le=40)]
