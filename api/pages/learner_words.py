"""The learners of a class in words: who they are, masked, and why each may learn or may not."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api.errors import words_for
from api.pages.names import shown_name
from states.records.acquaintances import Alike
from states.records.class_board import ClassBoard
from states.records.classes import LearnerView
from states.rules.identity import mask_number
from states.rules.law import the_law
from states.rules.stages import Channel
from states.rules.words import Language, has, say

ON_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence about a learner, and what it rests on."""

    sentence: str
    clause: str


@dataclass(frozen=True, slots=True)
class LearnerLine:
    """One learner of the table; the number is masked for everybody. Marks are tenths.

    `hints` name other papers that may be the same person's; only a district is told of them.
    """

    id: int
    sheet_row: int
    name: str
    document: str
    number: str
    category: str
    verdict: str
    why: tuple[Reason, ...]
    hints: tuple[str, ...]
    result: str
    theory: int | None
    practice: int | None
    forgotten: bool


@dataclass(frozen=True, slots=True)
class LearnerPage:
    """Some of the learners: nobody scrolls through thousands."""

    lines: Sequence[LearnerLine]
    page: int
    last: int

    @classmethod
    def of(cls, lines: Sequence[LearnerLine], page: int) -> "LearnerPage":
        """Page `page`, or the last one there is."""
        last = max(-(-len(lines) // ON_A_PAGE), 1)
        page = min(page, last)
        return cls(lines[(page - 1) * ON_A_PAGE : page * ON_A_PAGE], page, last)


class LearnerWords:
    """The words of a class's learners. `names`: whether the reader needs whole names."""

    def __init__(
        self, board: ClassBoard, lang: Language, *, names: bool, alike: Sequence[Alike]
    ) -> None:
        self._board, self._lang, self._names = board, lang, names
        rulebook = the_law().regimes[board.klass.regime]
        self._rules = rulebook.channels[Channel(board.project.channel)].learners
        self._hints: dict[int, list[Alike]] = defaultdict(list)
        for hint in alike:
            self._hints[hint.enrolment_id].append(hint)
        self._said: dict[int, list[dict[str, object]]] = defaultdict(list)
        for found in board.judged.findings if board.judged else ():
            self._said[found["row"]].append(found)

    def lines(self) -> list[LearnerLine]:
        """In the order of the sheet."""
        return [self._line(learner) for learner in self._board.learners]

    def _line(self, learner: LearnerView) -> LearnerLine:
        return LearnerLine(
            id=learner.id,
            sheet_row=learner.sheet_row,
            name=shown_name(learner.name, self._lang, whole=self._names),
            document=self._known("document", learner.document_kind),
            number=mask_number(learner.document_number) or "—",
            category=self._known("category", learner.category),
            verdict=learner.verdict,
            why=tuple(self._why(learner)),
            hints=tuple(map(self._hint, self._hints[learner.id])),
            result=learner.result or "",
            theory=learner.theory,
            practice=learner.practice,
            forgotten=learner.forgotten,
        )

    def _why(self, learner: LearnerView) -> Iterator[Reason]:
        """The verdict first, unless it is still open; then what the rules said of the row."""
        said = self._said[learner.sheet_row]
        if learner.verdict != "manual_review":
            asked = [str(found["clause"]) for found in said if found["verdict"] == "manual_review"]
            yield self._decided(learner, asked[0]) if asked else self._eligible(learner)
        for found in said:
            params = found["params"] if isinstance(found["params"], dict) else {}
            sentence = words_for("row", str(found["code"]), self._lang, params)
            yield Reason(sentence, str(found["clause"]))
        if self._names and not learner.forgotten:
            yield Reason(self._snapshot(learner), "A09")

    def _decided(self, learner: LearnerView, clause: str) -> Reason:
        return Reason(say("why", f"decided_{learner.verdict}", self._lang), clause)

    def _eligible(self, learner: LearnerView) -> Reason:
        """Judged on the opening day (A09); students by their own measure (A07)."""
        limited = learner.category in self._rules.age_limits_for
        sentence = say(
            "why", "eligible" if limited else "eligible_student", self._lang,
            opens=self._board.klass.opens_on.isoformat(),
            category=self._known("category", learner.category),
            channel=say("channel", self._board.project.channel, self._lang),
        )  # fmt: skip
        return Reason(sentence, self._rules.clause if limited else "A07")

    def _snapshot(self, learner: LearnerView) -> str:
        """What the opening day's verdict rests on and the table does not show."""
        retirement = self._known("retirement", learner.retirement or "unknown")
        hukou = learner.hukou or "—"
        return say("why", "judged_on", self._lang, hukou=hukou, retirement=retirement)

    def _hint(self, alike: Alike) -> str:
        document = self._known("document", alike.document_kind)
        code = "alike" if alike.klass else "alike_in_another_district"
        return say("why", code, self._lang, document=document, klass=alike.klass)

    def _known(self, section: str, code: str) -> str:
        return say(section, code, self._lang) if has(section, code) else code
