"""Records put into the words and shapes of the page parts: clocks, strips, passports, mail."""

import re
from datetime import date, datetime

from states.records.boards import Due, Names
from states.records.dossiers import MailRow, ProjectFile
from states.records.outbox import NOT_WANTED
from states.records.tables import Office
from states.rules.deadlines import shanghai_day
from states.rules.duty_words import duty_words as words_of_duty
from states.rules.findings import SYSTEM_DEFAULT
from states.rules.identity import mask_name
from states.rules.law import the_law
from states.rules.routes import Route
from states.rules.stages import FINAL_STAGES, STRAIGHT_PATH, Stage
from states.rules.words import Language, has, say
from templates.shapes import Clock, MailLine, SideExit, StageStep

SOON = 2
"""Working days left from which on a clock turns amber."""

_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+")
_PLACES = {
    Route.TRAINING: "projects", Route.EVALUATION: "evaluations", Route.EXAM: "exams",
    Route.CONTEST: "contests",
}  # fmt: skip
_RULES = {"class_size_is_usual": ("check", "size")}
_MAIL_STATES = {
    "promised": "waiting", "deferred": "waiting", "leased": "sending", "accepted": "sent",
    "refused": "refused", "bounced": "bounced", "moot": "moot",
}  # fmt: skip


def name_of(office: Office | Names | None, lang: Language) -> str:
    """An office's name; empty for nobody's."""
    if office is None:
        return ""
    if isinstance(office, Names):
        return office.zh if lang == "zh" else office.en
    return office.name_zh if lang == "zh" else office.name_en


def path_of(route: Route, code: str) -> str:
    """The page of the project or case that a certificate rests on."""
    return f"/{_PLACES[route]}/{code}"


def source_of(clause: str, lang: Language) -> str:
    """Where a rule comes from: its clause, or that the system chose it."""
    if clause != SYSTEM_DEFAULT:
        return clause
    return "系统默认" if lang == "zh" else "system default"


def duty_words(due: Due, lang: Language) -> str:
    """What is to be done, and for which class."""
    return words_of_duty(due.duty, due.subject, lang)


def clock_of(due: Due, today: date, lang: Language) -> Clock:
    """How long the duty still has, in working days."""
    starts = say("starts", due.duty, lang) if has("starts", due.duty) else ""
    rule = f"{starts} ({source_of(due.source, lang)})"
    if due.provisional:
        return Clock(state="provisional", due=due.due_on, rule=rule, since=due.since)
    days = days_until(due.due_on, today)
    state = "red" if due.due_on < today else "amber" if days <= SOON else "ok"
    return Clock(state=state, days=days, due=due.due_on, rule=rule, since=due.since)  # type: ignore[arg-type]


def days_until(day: date, today: date) -> int:
    """Working days from today to a day; negative when it is past."""
    calendar = the_law().calendar
    if day >= today:
        return calendar.working_days_between(today, day)
    # A day past is late even when only days off lie in between.
    return -max(1, calendar.working_days_between(day, today))


def strip_of(file: ProjectFile, lang: Language) -> list[StageStep]:
    """The seven stages with the days on which they were reached."""
    reached = STRAIGHT_PATH.index(straight_stage(file))
    certified = file.project.stage == Stage.CERTIFIED
    return [
        StageStep(
            label=say("stage", stage, lang),
            state="done" if n < reached or certified else "current" if n == reached else "ahead",
            on=_day(getattr(file.project, f"{stage}_at")) if n <= reached else None,
        )
        for n, stage in enumerate(STRAIGHT_PATH)
    ]


def straight_stage(file: ProjectFile) -> Stage:
    """Where the project stands on the straight path, or where it left it."""
    stage = Stage(file.project.stage)
    if stage in STRAIGHT_PATH:
        return stage
    dated = [s for s in STRAIGHT_PATH if getattr(file.project, f"{s}_at") is not None]
    return dated[-1]


def side_exit_of(file: ProjectFile, lang: Language) -> SideExit | None:
    """Why the project is off the straight path."""
    project, stage = file.project, Stage(file.project.stage)
    if stage in STRAIGHT_PATH:
        return None
    waits = file.provider if stage is Stage.RETURNED else file.district
    return SideExit(
        label=say("stage", stage, lang),
        since=shanghai_day(project.stage_since),
        reason=_reason(file, lang),
        tone="danger" if stage in FINAL_STAGES else "warning",
        waits_for="" if stage in FINAL_STAGES else name_of(waits, lang),
    )


def _reason(file: ProjectFile, lang: Language) -> str:
    project = file.project
    if project.stage == Stage.RETURNED:
        return f"{reason_code(project.send_back_code, lang)}: {project.send_back_text}"
    return project.stop_text


def reason_code(code: str, lang: Language) -> str:
    """A reason code in words; one that is no longer listed as it stands."""
    return say("send_back", code, lang) if has("send_back", code) else code


def rule_words(rule: str, lang: Language) -> str:
    """The rule that a waiver speaks of, by the name of its line in the check of a plan."""
    return say(*_RULES[rule], lang) if rule in _RULES else rule


def moot_words(answer: str, lang: Language) -> str:
    """Why a letter was not sent in the end: its matter was settled, or its reader wants none."""
    return say("mail_note", "not_wanted" if answer == NOT_WANTED else "moot", lang)


def mail_line(row: MailRow, lang: Language) -> MailLine:
    """A promised letter: to which role of which office, and how far it got; the person masked."""
    office = name_of(row.office, lang) or say("mail_note", "outside", lang, copies=row.copies)
    role = say("role", row.role, lang) if row.role else ""
    note = moot_words(row.answer, lang) if row.state == "moot" else masked_answer(row.answer)
    return MailLine(
        subject=say("mail_name", row.letter, lang) if has("mail_name", row.letter) else row.letter,
        office=" · ".join(filter(None, (office, role, masked(row.person)))),
        address=masked_address(row.email),
        state=_MAIL_STATES[row.state],  # type: ignore[arg-type]
        promised_at=row.promised_at,
        sent_at=row.done_at if row.state == "accepted" else None,
        answer=note,
        attempts=row.attempts,
        href=f"/mails/{row.id}" if row.copies == 1 else "",
    )


def masked(name: str) -> str:
    """A person's name for somebody who need not know it; empty for nobody's."""
    return mask_name(name) if name else ""


def masked_address(address: str) -> str:
    """w***@example.invalid."""
    local, at, domain = address.partition("@")
    return f"{local[:1]}***@{domain}" if at else ""


def masked_answer(answer: str) -> str:
    """What a mail server said, without the addresses that it may quote."""
    return _ADDRESS.sub(lambda found: masked_address(found[0]), answer)


def _day(moment: datetime | None) -> date | None:
    return shanghai_day(moment) if moment else None
