"""One project in the words of its reader: next step, what is missing, its classes and letters."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from api.auth import Signed
from api.errors import finding_line
from api.pages.deadline_words import who_of
from api.pages.passport_words import flag_marks, passport_of
from api.pages.telling import summed
from api.pages.wording import clock_of, duty_words, mail_line, name_of
from states.records.boards import Due
from states.records.dossiers import ProjectFile
from states.rules.binding import book_of
from states.rules.deadlines import shanghai_day
from states.rules.dossier import ClassFacts
from states.rules.facts import Kind
from states.rules.findings import Finding, Weight
from states.rules.guards import CURES
from states.rules.halves import hours
from states.rules.law import the_law
from states.rules.machine import findings_for_next
from states.rules.stages import FINAL_STAGES, Mode, Role, Stage
from states.rules.words import Language, say
from templates.filters import date_words
from templates.shapes import Clock, FindingLine, MailLine, NextStep, Passport

_ORDER = {Weight.MUST: 0, Weight.SHOULD: 1, Weight.NOTE: 2}
_OF_CLASS = frozenset({
    Kind.ROSTER_IMPORTED, Kind.ADMISSION_DECIDED, Kind.CLASS_ENDED, Kind.TRAINING_REGISTERED,
    Kind.SCORES_IMPORTED, Kind.SCORES_CONFIRMED, Kind.CHECK_REVIEWED,
    Kind.SCORE_CORRECTED, Kind.SCORE_CORRECTION_DECIDED,
})  # fmt: skip
_AT_THE_CENTRE = frozenset({Kind.CERTIFICATES_BATCHED, Kind.RECEIPT_IMPORTED})


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit of the plan as the table shows it."""

    name: str
    hours: str
    mode: str
    teacher: str
    online: bool


@dataclass(frozen=True, slots=True)
class ClassLine:
    """A class with how far it is, and what its survey said once summed up."""

    facts: ClassFacts
    href: str
    passport: Passport
    flags: tuple[str, ...]
    summed: str
    open_findings: int


class ProjectWords:
    """The words of one project's page, for one reader."""

    def __init__(self, file: ProjectFile, me: Signed, *, lang: Language, today: date) -> None:
        self._file, self._me, self._lang, self._today = file, me, lang, today
        self.provider = name_of(file.provider, lang)
        self.district = name_of(file.district, lang)
        self.stage = say("stage", file.project.stage, lang)
        self.channel = say("channel", file.project.channel, lang)
        self._book = book_of(file.dossier, the_law())
        self.regime = getattr(self._book.title, lang)

    @cached_property
    def _findings(self) -> list[Finding]:
        found = findings_for_next(self._file.dossier, the_law())
        return sorted(found, key=lambda finding: _ORDER[finding.weight])

    @property
    def missing(self) -> list[FindingLine]:
        """What the next move lacks, the heaviest first, each with a way to it."""
        return [self._missing(finding) for finding in self._findings]

    def _missing(self, finding: Finding) -> FindingLine:
        line = finding_line(finding, self._lang)
        return replace(line, href=self._way_to(finding))

    def _way_to(self, finding: Finding) -> str:
        """Where this reader can cure it; empty when it is not theirs to do, or waits for a day."""
        cure = CURES[finding.code]
        if finding.weight is Weight.SHOULD:
            return "#acts"
        if cure is None or self._me.role not in self._book.fact_rules[cure].who:
            return "/returns" if cure is Kind.RETURN_ACCEPTED and self._in_district else ""
        if cure in _OF_CLASS and finding.subject:
            return f"{self.path}/classes/{finding.subject}"
        if cure in _AT_THE_CENTRE:
            return "/certificates"
        return self._on_this_page(cure)

    def _on_this_page(self, cure: Kind) -> str:
        if self._me.role not in self._book.fact_rules[cure].who:
            return ""
        if self._file.dossier.stage not in self._book.fact_rules[cure].stages:
            return ""
        places = {
            Kind.PLAN_SUBMITTED: f"{self.path}/plan", Kind.CLASS_OPENED: "#classes",
            Kind.RETURN_ACCEPTED: "/returns",
        }  # fmt: skip
        return places.get(cure, "#acts")

    @property
    def _in_district(self) -> bool:
        return self._me.role in (Role.REVIEWER, Role.EXAMINER)

    @property
    def path(self) -> str:
        return f"/projects/{self._file.project.code}"

    @property
    def next_step(self) -> NextStep | None:
        """Who acts next; None when the project is closed."""
        if self._file.dossier.stage in FINAL_STAGES:
            return None
        if self._file.duties:
            return self._of_duty(self._file.duties[0])
        return self._without_duty()

    def _of_duty(self, due: Due) -> NextStep:
        again = due.duty == "review" and self._file.dossier.signers
        signed = self._me.actor.person_id in self._file.dossier.signers
        what = say("next", "second_signature", self._lang) if again else duty_words(due, self._lang)
        since, starts = date_words(due.since, self._lang), say("starts", due.duty, self._lang)
        return NextStep(
            who=self._who(due.role),
            what=what,
            why=say(
                "next",
                "ahead" if due.since > self._today else "since",
                self._lang,
                day=since,
                starts=starts,
            ),
            clock=clock_of(due, self._today, self._lang),
            mine=self._me.role is due.role and not (again and signed),
        )

    def _without_duty(self) -> NextStep:
        stage = self._file.dossier.stage
        if stage is Stage.SUSPENDED:
            who = self._who(Role.REVIEWER)
            return NextStep(who=who, what=say("next", "resume", self._lang),
                            mine=self._me.role is Role.REVIEWER)  # fmt: skip
        cured = [f for f in self._findings if f.weight is not Weight.NOTE and CURES[f.code]]
        if cured:
            return self._of_finding(cured[0])
        return self._of_time(stage)

    def _of_finding(self, finding: Finding) -> NextStep:
        cure = CURES[finding.code]
        who = self._book.fact_rules[cure].who if cure else frozenset({Role.SYSTEM})
        role = next(role for role in Role if role in who)
        line = finding_line(finding, self._lang)
        return NextStep(
            who=self._who(role), what=line.todo, why=line.sentence, mine=self._me.role is role
        )

    def _of_time(self, stage: Stage) -> NextStep:
        """Nobody is asked: a day has to come."""
        code = "wait_opening" if stage is Stage.APPROVED else "wait_survey"
        wake = self._file.project.wake_at
        return NextStep(
            who=say("role", Role.SYSTEM, self._lang),
            what=say("next", code, self._lang),
            clock=Clock(state="ok", due=shanghai_day(wake)) if wake else None,
        )

    def _who(self, role: Role) -> str:
        return who_of(role, self._lang, provider=self.provider, district=self.district)

    @property
    def units(self) -> list[UnitLine]:
        """The units of the plan as last submitted."""
        submitted = self._file.newest(Kind.PLAN_SUBMITTED)
        return [
            UnitLine(
                unit["name"], hours(unit["half_hours"]), say("mode", unit["mode"], self._lang),
                unit["teacher"], unit["mode"] == Mode.ONLINE,
            )
            for unit in (submitted.payload["units"] if submitted else [])
        ]  # fmt: skip

    @property
    def classes(self) -> list[ClassLine]:
        """The classes in order of their number."""
        classes = sorted(self._file.dossier.classes.values(), key=lambda klass: klass.no)
        said = dict(self._summed())
        return [
            ClassLine(
                facts=klass,
                href=f"{self.path}/classes/{klass.no}",
                passport=passport_of(klass, self._lang, today=self._today),
                flags=flag_marks(klass, self._lang),
                summed=said.get(klass.no, ""),
                open_findings=self._file.dossier.open_faults(klass.no),
            )
            for klass in classes
        ]

    def _summed(self) -> Iterator[tuple[int, str]]:
        for entry in self._file.entries:
            if entry.name == Kind.SURVEY_SUMMED_UP:
                said = entry.payload
                yield said["class_no"], summed(said, self._lang)

    @property
    def mails(self) -> list[MailLine]:
        """The letters of the project, newest first; persons masked."""
        return [mail_line(row, self._lang) for row in self._file.mails]
