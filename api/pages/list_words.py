"""A list of passers in the words of its reader: who acts next, who signed, whom it names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from api.auth import Signed
from api.list_words import MAY_KNOW_NAMES, shown
from api.lists import ListDesk
from api.pages.case_words import Some, stage_words
from api.pages.wording import name_of
from states.records.case_board import CaseFile, CaseLine
from states.records.claims import ClaimView
from states.records.dossiers import EntryRow
from states.rules.cases.facts import ListHandedIn
from states.rules.cases.kinds import CaseKind, CaseStage
from states.rules.cases.list_guards import refused_rows
from states.rules.routes import Route
from states.rules.words import Language, say
from templates.shapes import NextStep

WAITING = frozenset({CaseStage.FILED, CaseStage.CONFIRMED})
"""Where a list waits for its own office."""


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody in the list. `how` is the kind of evaluation or the school, `result` its words."""

    sheet_row: int
    name: str
    document: str
    how: str
    result: str
    level: str
    source: str
    evaluated_on: date | None


@dataclass(frozen=True, slots=True)
class ListLine:
    """A list among others, with who acts next; `mine` when that is the reader's office."""

    line: CaseLine
    stage: str
    next: str
    mine: bool

    @classmethod
    def of(cls, line: CaseLine, lists: ListDesk, lang: Language) -> "ListLine":
        """`lists` is the desk at which the reader sits."""
        route = lists.kind.route
        code = "refused" if line.open_rows else line.stage
        waits = line.stage in WAITING
        words = say("list_next", code, lang) if waits else ""
        return cls(line, stage_words(route, line.stage, lang), words, waits and lists.may_hand_in)


class ListWords:
    """The words of one list's page, for one reader."""

    def __init__(self, file: CaseFile, me: Signed, *, lang: Language) -> None:
        self._file, self._me, self._lang = file, me, lang
        self.office = name_of(file.office, lang)
        self.stage = stage_words(file.case.route, file.dossier.stage, lang)

    @property
    def listed(self) -> ListHandedIn:
        """The list as last handed in; every case of these routes has one from its first fact on."""
        if self._file.dossier.listed is None:
            raise LookupError("a case of this route without a list")
        return self._file.dossier.listed

    @property
    def waits_for_a_word(self) -> bool:
        """Whether refused rows still wait to be mended or left out."""
        return self._file.dossier.stage is CaseStage.FILED and refused_rows(self._file.dossier) > 0

    @property
    def is_first_person(self) -> bool:
        """Whether the reader handed the list in, and so cannot confirm it."""
        return self._file.dossier.filed_by == self._me.actor.person_id

    def may(self, kind: CaseKind) -> bool:
        """Whether the reader's role may say this now."""
        return self._file.may(self._me.actor, kind)

    @property
    def next_step(self) -> NextStep | None:
        """Who acts next; nobody at the end."""
        dossier = self._file.dossier
        if dossier.stage not in WAITING:
            return None
        code = "refused" if self.waits_for_a_word else dossier.stage
        own = self._me.role in MAY_KNOW_NAMES
        mine = own and (code != CaseStage.FILED or not self.is_first_person)
        return NextStep(who=self.office, what=say("list_next", code, self._lang), mine=mine)

    def signed(self, kind: CaseKind) -> EntryRow | None:
        """Who last said this, and when."""
        said = [row for row in self._file.entries if row.name == kind]
        return said[-1] if said else None

    def people(self, claims: Sequence[ClaimView], page: int) -> Some[PersonLine]:
        """Page `page` of the people, or the last one there is."""
        return Some.of([self._person(one) for one in claims], page)

    def _person(self, one: ClaimView) -> PersonLine:
        seen = shown(one, names=self._me.role in MAY_KNOW_NAMES)
        return PersonLine(
            sheet_row=one.sheet_row,
            name=seen.name,
            document=seen.document,
            how=self._how(one),
            result=self._result(one),
            level=say("level", one.level, self._lang),
            source=seen.source,
            evaluated_on=one.evaluated_on,
        )

    def _how(self, one: ClaimView) -> str:
        if self._file.case.route == Route.EXAM:
            return one.school
        return say("evaluation", one.kind, self._lang)

    def _result(self, one: ClaimView) -> str:
        if self._file.case.route == Route.EXAM:
            grade = say("exam_grade", one.kind, self._lang)
            return f"{grade} · {say('exam_result', one.result, self._lang)}"
        return say("evaluation_grade", one.result, self._lang) if one.result else ""
