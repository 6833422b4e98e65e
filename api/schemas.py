"""What programs send and get: the shapes of the JSON API, with invented examples."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from states.rules import facts
from states.rules.facts import Kind
from states.rules.kinds import ShortText, Text
from states.rules.stages import Channel, Role, Stage


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class Words(_Out):
    """One sentence in both languages."""

    zh: str
    en: str


# ── What is sent ────────────────────────────────────────────────────────────────────────────────
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


class PlanIn(_In):
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


class Proposal(_In):
    """A plan and the district that it is handed to, by the code of its office."""

    district: str = Field(examples=["HP"])
    plan: PlanIn


class SuspendIn(_In):
    """挂起: the door notes in which stage the project was held."""

    kind: Literal[Kind.SUSPENDED] = Kind.SUSPENDED
    text: Text


class AdmissionIn(_In):
    """The district decides about one learner (A06); the class is known by the enrolment."""

    kind: Literal[Kind.ADMISSION_DECIDED] = Kind.ADMISSION_DECIDED
    enrolment_id: int
    admit: bool
    text: Text


SimpleFact = Annotated[
    PlanIn | facts.ReviewSigned | facts.SentBack | facts.Rejected | facts.Withdrawn | SuspendIn
    | facts.Resumed | facts.Terminated | facts.WaiverRequested | facts.WaiverGranted | AdmissionIn
    | facts.IntakeClosed | facts.TrainingRegistered | facts.ClassEnded | facts.ScoresConfirmed
    | facts.CertificateDropped,
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
    "plan": {"summary": "The provider answers a send-back", "value": _PLAN},
}


class Opening(_In):
    """开班备案: first and last session of a class; the first decides its rules (C45, C46)."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [{"class_no": 1, "opens_on": "2026-04-13", "ends_on": "2026-04-24"}]
        },
    )

    class_no: Annotated[int, Field(ge=1, le=40)] = 1
    opens_on: date
    ends_on: date


class Credentials(_In):
    """Login and password."""

    login: str = Field(max_length=120, examples=["hp-review-1"])
    password: str = Field(max_length=500)


class SampleEntry(_In):
    """Sample mode on this machine only: any appointment of a sample person."""

    appointment_id: int


class Ratings(_In):
    """A survey's answer: a rating from 1 to 5 for every question of its set."""

    ratings: dict[str, Annotated[int, Field(ge=1, le=5)]]
    comment: str = Field(default="", max_length=2000)


class ClockStep(_In):
    """Where the movable date goes: to a moment, or forward by days and hours."""

    to: AwareDatetime | None = None
    days: int = Field(default=0, ge=0, le=400)
    hours: int = Field(default=0, ge=0, le=10_000)


class Month(_In):
    month: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", examples=["2026-04"])


class Reason(_In):
    text: Text


# ── What is answered ────────────────────────────────────────────────────────────────────────────
class FindingOut(_Out):
    """A rule's objection: what is missing, by which clause, and what to do about it."""

    code: str = Field(examples=["persons_of_the_district_signed"])
    clause: str = Field(examples=["C12"])
    weight: str = Field(examples=["must"])
    subject: str = Field(default="", description="Number of the class it concerns, or empty.")
    sentence: Words
    todo: Words
    params: dict[str, Any] = {}


class FieldFlaw(_Out):
    """One part of a request that is not right."""

    where: str
    code: str
    sentence: Words


class ProblemOut(_Out):
    """RFC 9457 problem details; `findings` names what is missing, `fields` what is not right."""

    type: str = Field(examples=["urn:duban:problem:not_allowed"])
    title: str
    status: int
    detail: str
    instance: str
    code: str
    sentence: Words
    request_id: str
    findings: list[FindingOut] = []
    fields: list[FieldFlaw] = []


class OfficeOut(_Out):
    kind: str = Field(examples=["district"])
    code: str = Field(examples=["HP"])
    name: Words


class SessionOut(_Out):
    """A session; its token is the bearer token of further requests."""

    token: str
    role: Role
    office: OfficeOut


class SamplePersonOut(_Out):
    """Somebody whom sample mode lets one enter as."""

    appointment_id: int
    name: str
    role: Role
    office: OfficeOut


class DueOut(_Out):
    """An open duty: what, whose, until when, and by which rule."""

    duty: str = Field(examples=["review"])
    words: Words
    subject: str = ""
    role: Role
    since: date
    due_on: date
    provisional: bool
    source: str


class ProjectLine(_Out):
    """A project in a list."""

    code: str = Field(examples=["HP-2026-001"])
    title: str
    channel: Channel
    stage: Stage
    stage_since: datetime
    district: Words
    provider: Words
    due: DueOut | None = None


class ProjectPage(_Out):
    """One page of a list; `next` is the cursor of the page after, or null at the end."""

    items: list[ProjectLine]
    next: str | None = None


class EntryOut(_Out):
    """One ledger entry; facts and moves are numbered together without a gap."""

    seq: int
    at: datetime
    kind: Literal["fact", "move"]
    name: str
    words: Words
    from_stage: Stage | None = None
    to_stage: Stage | None = None
    role: Role
    office: Words | None = None
    clause: str
    regime: str


class ClassLine(_Out):
    """A class, and the rules that were pinned to it on its opening day."""

    no: int
    opens_on: date
    ends_on: date
    regime: str
    standard: str
    bank: str
    reason: str
    admitted: int
    manual_review: int
    ended_on: date | None
    passed: int
    failed: int
    absent: int
    missing_scores: int
    scores_confirmed: bool
    survey_closes_on: date | None
    survey_summed_up: bool
    reported_month: str


class ProjectOut(_Out):
    """One project: where it stands, what is missing, who acts next, and all that happened."""

    id: int
    code: str = Field(examples=["HP-2026-001"])
    title: str
    channel: Channel
    district: OfficeOut
    provider: OfficeOut
    regime: str
    stage: Stage
    stage_since: datetime
    moves: int = Field(description="Send it back as `moves` to be refused when the page is stale.")
    missing: list[FindingOut]
    notes: list[FindingOut]
    next_step: DueOut | None
    deadlines: list[DueOut]
    classes: list[ClassLine]
    timeline: list[EntryOut]


class OutcomeOut(_Out):
    """What recording a fact came to."""

    code: str = Field(examples=["HP-2026-001"])
    stage: Stage
    moved_to: list[Stage]
    missing: list[FindingOut]
    ledger_seq: int
    seq: int | None


class RowOut(_Out):
    """What one row of a workbook deserves; the row is the sheet's own, from 1."""

    sheet_row: int
    verdict: str
    code: str
    clause: str
    column: str
    sentence: Words


class UploadOut(_Out):
    """What became of a workbook. Without `imported` nothing of it was stored but this report."""

    imported: bool
    rows: int
    accepted: int
    findings: list[RowOut]
    notes: list[FindingOut]
    outcome: OutcomeOut | None = None


class LearnerOut(_Out):
    """A learner of a class. The document number is masked."""

    enrolment_id: int
    sheet_row: int
    name: str
    document: str
    category: str
    verdict: str
    result: str | None


class ClassOut(ClassLine):
    """A class with its learners."""

    learners: list[LearnerOut]


class QuestionOut(_Out):
    key: str
    words: Words


class QuestionsOut(_Out):
    """What the holder of a one-time link is asked."""

    population: str
    title: str
    provider: Words
    closes_on: date
    answered: bool
    questions: list[QuestionOut]


class ReturnOut(_Out):
    """A district's monthly return. Send `version` back to be refused when it has moved."""

    id: int
    district: Words
    district_code: str
    month: str
    state: Literal["draft", "prepared", "submitted", "accepted", "returned"]
    version: int
    compiled_at: datetime
    prepared_at: datetime | None
    submitted_at: datetime | None
    decided_at: datetime | None
    returned_text: str
    figures: dict[str, Any]


class MailOut(_Out):
    """A promised letter and how far it got. Letters to people outside are counted, not named."""

    letter: str
    state: str
    copies: int
    promised_at: datetime
    done_at: datetime | None
    attempts: int
    office: Words | None


class BatchOut(_Out):
    """What the centre uploads at once, and how far it got."""

    code: str = Field(examples=["2026-05-01"])
    state: Literal["made", "sent", "answered"]
    made_at: datetime
    answered_at: datetime | None
    certificates: int
    accepted: int
    refused: int
    dropped: int


class ReceiptOut(_Out):
    """What a receipt came to."""

    accepted: int
    refused: int
    unchanged: int
    findings: list[RowOut]


class CertificateOut(_Out):
    """A certificate; the number is the city's, the serial ours."""

    id: int
    serial: str
    number: str | None
    masked_name: str
    class_no: int
    state: str
    reason: str
    batch: str


class VerifiedOut(_Out):
    """What anybody who holds the printed code may see."""

    serial: str
    number: str | None
    masked_name: str
    provider: str
    level: str
    inscription: str
    issued_on: date
    stands: bool


class HealthOut(_Out):
    """Whether the web can serve, and how the other parts fare."""

    ok: bool
    database: bool
    worker_seen_seconds_ago: int | None
    prefect: bool | None = Field(description="Whether the worker can reach the orchestrator.")
    mails_waiting: int
    unsettled: int


class SweepOut(_Out):
    name: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    handled: int
    failed: int
    runs: int


class OperationsOut(_Out):
    """What is promised and done, and when each sweep last ran."""

    health: HealthOut
    projects: dict[str, int]
    mails: dict[str, int]
    ledger_entries: int
    certificates: dict[str, int]
    timers: int
    next_wake_at: datetime | None
    sweeps: list[SweepOut]
    failures: int


class ClockOut(_Out):
    """The office's time. A virtual one is movable."""

    now: datetime
    virtual: bool


class Done(_Out):
    ok: bool = True
