"""Facts as programs send them, with invented examples."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from api.schemas.base import In
from api.schemas.time import TimeIn
from states.rules import facts
from states.rules.facts import Kind
from states.rules.kinds import ShortText, Text
from states.rules.stages import Channel

_UNITS = [
    {"name": "大模型基础", "half_hours": 40, "mode": "offline", "teacher": "示例教师"},
    {"name": "提示词实训", "half_hours": 40, "mode": "online", "teacher": "示例教师"},
]


_PLAN: dict[str, Any] = {
    "kind": "plan_submitted",
    "title": "人工智能推介官（基础）示例班",
    "channel": "district_project_training",
    "units": _UNITS,
    "class_count": 1,
    "class_size": 20,
    "opens_on": "2026-04-13",
    "ends_on": "2026-04-24",
}


class PlanIn(In):
    """A training plan. The licence is looked up in the register, not sent."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [_PLAN]})

    kind: Literal[Kind.PLAN_SUBMITTED] = Kind.PLAN_SUBMITTED
    title: ShortText
    channel: Channel
    units: Annotated[tuple[facts.Unit, ...], Field(min_length=1, max_length=60)]
    class_count: Annotated[int, Field(ge=1, le=40)] = 1
    class_size: Annotated[int, Field(ge=1, le=500)]
    opens_on: date
    ends_on: date
    employer: str = Field(default="", max_length=120)
    employer_uscc: str = Field(default="", max_length=18)
    employer_email: str = Field(default="", max_length=254)


class SuspendIn(In):
    """挂起: the door notes in which stage the project was held."""

    kind: Literal[Kind.SUSPENDED] = Kind.SUSPENDED
    text: Text


class AdmissionIn(In):
    """The district decides about one learner (A06); the class is known by the enrolment."""

    kind: Literal[Kind.ADMISSION_DECIDED] = Kind.ADMISSION_DECIDED
    enrolment_id: int
    admit: bool
    text: Text


SimpleFact = Annotated[
    PlanIn | facts.ReviewSigned | facts.SentBack | facts.Rejected | facts.Withdrawn | SuspendIn
    | facts.Resumed | facts.Terminated | facts.WaiverRequested | facts.WaiverGranted | AdmissionIn
    | facts.IntakeClosed | facts.TrainingRegistered | facts.ClassEnded | facts.ScoresConfirmed
    | facts.CertificateDropped | TimeIn,
    Field(discriminator="kind"),
]  # fmt: skip
"""Facts that need nothing but their words. Openings and workbooks have doors of their own."""


FACT_EXAMPLES: dict[str, Any] = {
    "sign": {"summary": "A reviewer signs", "value": {"kind": "review_signed"}},
    "send_back": {
        "summary": "A reviewer sends the plan back",
        "value": {"kind": "sent_back", "code": "incomplete", "text": "请补充师资证明。"},
    },
    "register": {
        "summary": "The class stands in the city's system",
        "value": {
            "kind": "training_registered",
            "class_no": 1,
            "number": "PX-2026-0001",
            "registered_on": "2026-04-14",
        },
    },
    "end": {
        "summary": "The class was held",
        "value": {
            "kind": "class_ended",
            "class_no": 1,
            "ended_on": "2026-04-24",
            "delivered_half_hours": 80,
            "online_half_hours": 40,
        },
    },
    "confirm": {
        "summary": "A second person confirms the scores",
        "value": {"kind": "scores_confirmed", "class_no": 1},
    },
    "extend": {
        "summary": "The district gives more time",
        "value": {
            "kind": "deadline_extended",
            "duty": "resubmit",
            "until": "2026-05-08",
            "text": "机构补充材料尚需时日。",
        },
    },
    "remind": {"summary": "Whoever waits reminds", "value": {"kind": "urged", "duty": "review"}},
    "order": {
        "summary": "The bureau gives an order",
        "value": {
            "kind": "order_given",
            "to": "district_reviewer",
            "due_on": "2026-04-30",
            "text": "请于期限内完成审核并反馈。",
        },
    },
    "plan": {"summary": "The provider answers a send-back", "value": _PLAN},
}
