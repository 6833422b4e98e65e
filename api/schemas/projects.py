"""Projects as programs see them."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from api.schemas.base import FindingOut, In, Out, Words
from api.schemas.facts import PlanIn
from states.rules.stages import Channel, Role, Stage


class Proposal(In):
    """A plan and the district that it is handed to, by the code of its office."""

    district: str = Field(examples=["HP"])
    plan: PlanIn


class OfficeOut(Out):
    kind: str = Field(examples=["district"])
    code: str = Field(examples=["HP"])
    name: Words


class DueOut(Out):
    """An open duty: what, whose, until when, and by which rule."""

    duty: str = Field(examples=["review"])
    words: Words
    subject: str = ""
    role: Role
    since: date
    due_on: date
    provisional: bool
    source: str


class DeadlineOut(DueOut):
    """An open duty with its ladder: the days on which it is reminded of, and how silence ends."""

    counted_on: date = Field(description="The last day by the rule alone, before more time.")
    rungs: list[date]
    silence: str | None = Field(description="escalate, return, terminate; null for nothing.")
    silent_on: date | None


class ProjectLine(Out):
    """A project in a list."""

    code: str = Field(examples=["HP-2026-001"])
    title: str
    channel: Channel
    stage: Stage
    stage_since: datetime
    district: Words
    provider: Words
    due: DueOut | None = None


class ProjectPage(Out):
    """One page of a list; `next` is the cursor of the page after, or null at the end."""

    items: list[ProjectLine]
    next: str | None = None


class EntryOut(Out):
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


class FlagOut(Out):
    """Another day of a class would give other rules; it changes nothing."""

    code: str = Field(examples=["filed_under_others"])
    sentence: Words


class ClassLine(Out):
    """A class, and the rules that are pinned to it."""

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
    because: Words = Field(description="Why it runs under its regime, in a sentence.")
    flags: list[FlagOut]
    moved_on: date | None = Field(description="By decision of two persons, to these rules.")


class ProjectOut(Out):
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
    deadlines: list[DeadlineOut]
    classes: list[ClassLine]
    timeline: list[EntryOut]


class OutcomeOut(Out):
    """What recording a fact came to."""

    code: str = Field(examples=["HP-2026-001"])
    stage: Stage
    moved_to: list[Stage]
    missing: list[FindingOut]
    ledger_seq: int
    seq: int | None


class MailOut(Out):
    """A promised letter and how far it got. Letters to people outside are counted, not named."""

    id: int | None = Field(description="For /mails/{id}; none where several are counted.")
    letter: str
    state: str
    copies: int
    promised_at: datetime
    done_at: datetime | None
    attempts: int
    office: Words | None
