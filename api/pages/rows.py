"""Projects as lines of a list: whose turn it is, how long they have, and counts by stage."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from api.auth import Signed
from api.pages.deadline_words import who_of
from api.pages.wording import clock_of, duty_words, name_of
from states.records.boards import Line
from states.rules.deadlines import shanghai_day
from states.rules.stages import FINAL_STAGES, STRAIGHT_PATH, Role, Stage
from states.rules.words import Language, say
from templates.shapes import Clock


@dataclass(frozen=True, slots=True)
class Row:
    """One line. `who` and `what` are empty where nobody has anything left to do."""

    href: str
    code: str
    title: str
    channel: str
    stage: str
    tone: str
    provider: str
    district: str
    who: str
    what: str
    since: date
    clock: Clock | None
    mine: bool
    second_signature: bool


@dataclass(frozen=True, slots=True)
class StageLink:
    """A stage with its count, and the list it opens."""

    label: str
    count: int
    href: str
    active: bool


_TONES = {
    Stage.CERTIFIED: "chip-green", Stage.RETURNED: "chip-amber", Stage.SUSPENDED: "chip-amber",
    Stage.REJECTED: "chip-red", Stage.TERMINATED: "chip-red", Stage.WITHDRAWN: "chip-grey",
}  # fmt: skip


def project_row(line: Line, me: Signed, lang: Language, *, today: date) -> Row:
    """A project or one duty of it."""
    due = line.due
    again = due is not None and due.duty == "review" and line.signed_by_me
    return Row(
        href=f"/projects/{line.code}",
        code=line.code,
        title=line.title,
        channel=say("channel", line.channel, lang),
        stage=say("stage", line.stage, lang),
        tone=_TONES.get(line.stage, "chip-blue"),
        provider=name_of(line.provider, lang),
        district=name_of(line.district, lang),
        who=_who(line, lang),
        what=_what(line, lang),
        since=due.since if due else shanghai_day(line.stage_since),
        clock=clock_of(due, today, lang) if due else _wakes(line),
        mine=due is not None and due.role is me.role and not again,
        second_signature=again,
    )


def _who(line: Line, lang: Language) -> str:
    if line.due:
        names = name_of(line.provider, lang), name_of(line.district, lang)
        return who_of(line.due.role, lang, provider=names[0], district=names[1])
    return "" if line.stage in FINAL_STAGES else say("role", Role.SYSTEM, lang)


def _what(line: Line, lang: Language) -> str:
    if line.due:
        return duty_words(line.due, lang)
    if line.stage is Stage.APPROVED:
        return say("next", "wait_opening", lang)
    if line.stage in (Stage.RUNNING, Stage.ASSESSED):
        return say("next", "wait_survey", lang)
    return ""


def _wakes(line: Line) -> Clock | None:
    return Clock(state="ok", due=shanghai_day(line.wake_at)) if line.wake_at else None


def stage_links(counts: Mapping[Stage, int], lang: Language, active: str = "") -> list[StageLink]:
    """The straight path with its counts."""
    return [_link(stage, counts, lang, active=active) for stage in STRAIGHT_PATH]


def side_counts(counts: Mapping[Stage, int], lang: Language, active: str = "") -> list[StageLink]:
    """The side exits that hold any project."""
    sides = [stage for stage in Stage if stage not in STRAIGHT_PATH and counts[stage]]
    return [_link(stage, counts, lang, active=active) for stage in sides]


def _link(stage: Stage, counts: Mapping[Stage, int], lang: Language, *, active: str) -> StageLink:
    href = f"/projects?{urlencode({'stage': stage.value})}"
    return StageLink(say("stage", stage, lang), counts[stage], href, stage == active)
