"""What a monthly return corrects, and what later ones correct in it, put into words."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from states.records.return_deltas import Delta
from states.rules.disclosure import Tally
from states.rules.words import Language, say


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """One corrected score. `other` is the return at the other end, None where it is to come."""

    place: str
    href: str
    other: int | None
    month: str
    before: str
    after: str
    passed_before: int
    passed_after: int
    decided_on: str


def carried_lines(figures: Mapping[str, Any], lang: Language) -> list[CorrectionLine]:
    """What this return corrects, each with the return that counted it before."""
    told = figures.get("corrections", [])
    return [_line(one, lang, other=one["corrects"], month=one["month"]) for one in told]


def correcting_lines(deltas: Iterable[Delta], lang: Language) -> list[CorrectionLine]:
    """What was corrected in this return, each with the return that carries it."""
    return [
        _line(asdict(one), lang, other=one.carried_by, month=one.carried_in or "") for one in deltas
    ]


def scored(result: str, tenths: int | None, lang: Language) -> str:
    """A result with its mark: 合格 (83.0)."""
    word = say("result", result, lang)
    return word if tenths is None else f"{word} ({tenths // 10}.{tenths % 10})"


def tally_of(figures: Mapping[str, Any], whom: str) -> Tally:
    """What a return may tell of a population's answers."""
    told = figures.get("surveys", {}).get(whom, {})
    return Tally(
        told.get("told", 0), told.get("satisfied", 0), told.get("sums", {}), told.get("rated", {})
    )


def class_code(told: Mapping[str, Any]) -> str:
    """HP-2026-001-01."""
    return f"{told['project']}-{told['class_no']:02}"


def _line(
    told: Mapping[str, Any], lang: Language, *, other: int | None, month: str
) -> CorrectionLine:
    return CorrectionLine(
        place=f"{class_code(told)}/{told['sheet_row']}",
        href=f"/projects/{told['project']}/classes/{told['class_no']}#corrections",
        other=other,
        month=month,
        before=scored(told["before"], told["before_total"], lang),
        after=scored(told["after"], told["after_total"], lang),
        passed_before=told["passed_before"],
        passed_after=told["passed_after"],
        decided_on=told["decided_on"],
    )
