"""The deadlines of a project in words: whose turn, by which rule, how it pushes, how it may end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from api.auth import Signed
from api.errors import finding_line
from api.pages.ladder_words import LadderWords, RungLine
from api.pages.wording import clock_of, name_of, source_of
from states.records.boards import due_of
from states.records.dossiers import ProjectFile
from states.records.ladder_board import Reached, RungKey
from states.rules.admission_of_time import Standing, time_objections
from states.rules.deadlines import Deadline, open_deadlines, paused_deadlines, subject_of
from states.rules.duty_words import duty_words
from states.rules.facts_of_time import Urged
from states.rules.law import the_law
from states.rules.stages import DISTRICT_ROLES, PROVIDER_ROLES, Role
from states.rules.words import Language, say
from templates.filters import date_words
from templates.shapes import Clock, FindingLine


@dataclass(frozen=True, slots=True)
class DeadlineLine:
    """One open duty with everything that is known of its clock, and what this reader may do."""

    what: str
    who: str
    clock: Clock
    began: str
    rule: str
    granted: str
    silence: str
    rungs: tuple[RungLine, ...]
    duty: str = ""
    subject: str = ""
    urged: str = ""
    may_urge: bool = False
    urge_blocked: tuple[FindingLine, ...] = ()
    may_extend: bool = False
    last_extension: date | None = None
    first_extension: date | None = None
    take_up: str = ""


@dataclass(frozen=True, slots=True)
class PausedLine:
    """A duty whose clock stands still."""

    what: str
    who: str
    clock: Clock


@dataclass(frozen=True, slots=True)
class DeadlineWords:
    """The deadlines of one project for one reader."""

    file: ProjectFile
    me: Signed
    lang: Language
    today: date
    reached: Mapping[RungKey, Reached] = field(default_factory=dict)

    @property
    def lines(self) -> list[DeadlineLine]:
        """Every open duty, the most urgent first."""
        found = open_deadlines(self.file.dossier, the_law())
        return [self._line(one) for one in found if one.duty != "take_up"]

    @property
    def paused(self) -> list[PausedLine]:
        """Every duty whose clock stands still, and whom it waits for."""
        return [
            PausedLine(
                what=duty_words(one.duty, one.subject, self.lang),
                who=self.who(one.who),
                clock=Clock(
                    state="paused", days=one.days_left, since=one.since,
                    waits_for=self.who(one.waits_for),
                ),
            )
            for one in paused_deadlines(self.file.dossier, the_law())
        ]  # fmt: skip

    def who(self, role: Role) -> str:
        """A role with the office of this project in which it counts."""
        return who_of(
            role, self.lang, provider=name_of(self.file.provider, self.lang),
            district=name_of(self.file.district, self.lang),
        )  # fmt: skip

    @property
    def _standing(self) -> Standing:
        return Standing(self.me.role, self.file.dossier, the_law())

    def _line(self, one: Deadline) -> DeadlineLine:
        standing, lang = self._standing, self.lang
        before = self.file.dossier.clocks.urged.get(one.key)
        may_urge, may_extend = standing.may_urge(one), standing.may_extend(one)
        last = standing.last_extension(one)
        late = self.file.dossier.clocks.is_silent(one.key, one.due_on)
        return DeadlineLine(
            what=duty_words(one.duty, one.subject, lang),
            who=self.who(one.who),
            clock=clock_of(due_of(one), self.today, lang),
            began=say("next", "ahead" if one.since > self.today else "since", lang,
                      day=date_words(one.since, lang), starts=say("starts", one.duty, lang)),
            rule=source_of(one.source, lang),
            granted=self._granted(one),
            silence=self._silence(one),
            rungs=LadderWords(self.reached, self.today, lang).lines(
                one.duty, one.subject, one.due_on,
                days=one.rungs, ladder=standing.book.ladder(one.ladder),
            ),
            duty=one.duty,
            subject=one.subject,
            urged=say("deadline", "urged", lang, count=before.count,
                      day=date_words(before.last, lang)) if before else "",
            may_urge=may_urge,
            urge_blocked=self._urge_blocked(one) if may_urge else (),
            may_extend=may_extend and last is not None and last[0] >= self.today,
            first_extension=max(one.due_on, self.today),
            last_extension=last[0] if last else None,
            take_up=self._take_up(one) if late else "",
        )  # fmt: skip

    def _granted(self, one: Deadline) -> str:
        if one.counted_on == one.due_on:
            return ""
        day = date_words(one.counted_on, self.lang)
        return say("deadline", "granted", self.lang, day=day)

    def _silence(self, one: Deadline) -> str:
        if one.silence is None or one.silent_on is None:
            return say("silence", "none", self.lang)
        return say("silence", one.silence, self.lang, day=date_words(one.silent_on, self.lang))

    def _urge_blocked(self, one: Deadline) -> tuple[FindingLine, ...]:
        trial = Urged(duty=one.duty, subject=one.subject, since=one.since, to=one.who, count=1)
        found = time_objections(trial, self._standing)
        return tuple(finding_line(finding, self.lang) for finding in found)

    def _take_up(self, one: Deadline) -> str:
        """Whether it waits for the bureau ("open"), may be taken up here ("offered"), or was."""
        items = open_deadlines(self.file.dossier, the_law())
        waits = any(i.duty == "take_up" and i.subject == subject_of(one) for i in items)
        if not waits:
            return "taken"
        return "offered" if self.me.role is Role.BUREAU else "open"


def who_of(role: Role, lang: Language, *, provider: str, district: str) -> str:
    """A role in words, with its office."""
    words = say("role", role, lang)
    office = provider if role in PROVIDER_ROLES else district if role in DISTRICT_ROLES else ""
    return f"{office} · {words}" if office else words
