"""What the page of a class says of its move to other rules, to whoever may propose or decide it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from api.auth import Signed
from api.pages.passport_words import title_of
from states.records.class_board import ClassBoard
from states.rules.facts import Kind
from states.rules.law import Law, the_law
from states.rules.repinning import AXES
from states.rules.versions import VersionKind
from states.rules.what_if import dated_versions
from states.rules.words import Language, say
from templates.shapes import Option

Choice = tuple[str, str, Sequence[Option], str]


@dataclass(frozen=True, slots=True)
class MoveWords:
    """An open proposal in words, or the choices for one: (axis, label, options, now)."""

    proposed: Sequence[str] = ()
    reason: str = ""
    on: date | None = None
    may_propose: bool = False
    may_decide: bool = False
    is_mine: bool = False
    choices: Sequence[Choice] = ()


def move_words(board: ClassBoard, me: Signed, lang: Language) -> MoveWords:
    """Everybody sees what waits; officers of the bureau may act while there are no scores."""
    klass, told = board.facts, board.facts.move_proposed
    officer = board.may(me.actor, Kind.CLASS_MOVE_PROPOSED) and not klass.scores_seq
    if told is None:
        choices = _choices(board, lang) if officer else ()
        return MoveWords(may_propose=officer, choices=choices)
    mine = told.by == me.actor.person_id
    return MoveWords(
        proposed=[
            _change(axis, str(getattr(klass, axis)), str(getattr(told, axis)), lang=lang)
            for axis in AXES
            if getattr(klass, axis) != getattr(told, axis)
        ],
        reason=told.text, on=told.on, is_mine=mine,
        may_decide=board.may(me.actor, Kind.CLASS_MOVE_DECIDED) and not mine,
    )  # fmt: skip


def _change(axis: str, before: str, after: str, *, lang: Language) -> str:
    titles = title_of(axis, before, lang), title_of(axis, after, lang)
    return say("move", "change", lang, axis=say("passport", axis, lang),
               before=titles[0], after=titles[1])  # fmt: skip


def _choices(board: ClassBoard, lang: Language) -> Sequence[Choice]:
    law = the_law()
    return [
        (axis, say("passport", axis, lang), _options(law, axis, kind, board=board, lang=lang),
         str(getattr(board.facts, axis)))
        for axis, kind in AXES.items()
    ]  # fmt: skip


def _options(
    law: Law, axis: str, kind: VersionKind, *, board: ClassBoard, lang: Language
) -> Sequence[Option]:
    keys = [key for _, key in dated_versions(law, kind)]
    now = str(getattr(board.facts, axis))
    return [
        Option(value=key, label=title_of(axis, key, lang)) for key in dict.fromkeys([*keys, now])
    ]
