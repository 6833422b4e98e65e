"""A case of another route in words: its stages, its ledger, what it lacks, its people."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from api.auth import Signed
from api.errors import finding_line
from api.lists import OVERSEERS
from api.pages.wording import name_of, source_of
from states.records.case_board import ON_A_PAGE, CaseFile
from states.records.dossiers import EntryRow
from states.rules.cases.kinds import CaseKind, CaseStage
from states.rules.cases.machine import findings_for_next
from states.rules.deadlines import shanghai_day
from states.rules.routes import Route
from states.rules.stages import Role
from states.rules.words import Language, has, say
from templates.shapes import Entry, FindingLine, SideExit, StageStep

TONES = {
    CaseStage.COLLECTED: "chip-green", CaseStage.CONFIRMED: "chip-green",
    CaseStage.RETURNED: "chip-amber", CaseStage.REJECTED: "chip-red",
    CaseStage.WITHDRAWN: "chip-grey",
}  # fmt: skip
"""How the chip of a stage is coloured; the others are blue."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Some(Generic[T]):
    """Some lines of many: nobody scrolls through thousands."""

    lines: Sequence[T]
    page: int
    last: int
    total: int

    @classmethod
    def of(cls, lines: Sequence[T], page: int) -> "Some[T]":
        """Page `page`, or the last one there is."""
        last = max(-(-len(lines) // ON_A_PAGE), 1)
        page = min(max(page, 1), last)
        return cls(lines[(page - 1) * ON_A_PAGE : page * ON_A_PAGE], page, last, len(lines))

    @classmethod
    def these(cls, lines: Sequence[T], page: int, total: int) -> "Some[T]":
        """The lines of page `page`, of so many in all."""
        return cls(lines, page, max(-(-total // ON_A_PAGE), 1), total)


def place_of(me: Signed, place: str) -> str:
    """Where the navigation finds a route's pages: who oversees all has one place for them."""
    return "routes" if me.role in OVERSEERS else place


def steps_of(file: CaseFile, lang: Language) -> list[StageStep]:
    """The straight path, with the day on which each stage was reached last."""
    path, stage = file.book.path, file.dossier.stage
    reached = {path[0]: file.case.filed_at}
    for entry in file.entries:
        if entry.to_stage in path:
            reached[CaseStage(entry.to_stage)] = entry.at
    now = path.index(stage) if stage in path else _left_at(file)
    return [
        StageStep(
            label=stage_words(file.case.route, one, lang),
            state="done" if place < now else "current" if place == now else "ahead",
            on=shanghai_day(reached[one]) if place <= now and one in reached else None,
        )
        for place, one in enumerate(path)
    ]


def _left_at(file: CaseFile) -> int:
    """From which stage of the path the case left it."""
    sources = [e.from_stage for e in file.entries if e.to_stage == file.dossier.stage]
    path = [str(stage) for stage in file.book.path]
    return path.index(sources[-1]) if sources and sources[-1] in path else 0


def side_of(file: CaseFile, lang: Language) -> SideExit | None:
    """Why the case stands beside its path, or nothing."""
    stage = file.dossier.stage
    if stage in file.book.path:
        return None
    return SideExit(
        label=stage_words(file.case.route, stage, lang),
        since=shanghai_day(file.case.stage_since),
        reason=file.dossier.reason,
        tone="danger" if stage is CaseStage.REJECTED else "warning",
        waits_for=name_of_office(file, lang) if stage is CaseStage.RETURNED else "",
    )


def name_of_office(file: CaseFile, lang: Language) -> str:
    return file.office.name_zh if lang == "zh" else file.office.name_en


def findings_of(file: CaseFile, lang: Language) -> list[FindingLine]:
    """What the next stage still lacks, and what is only worth a word."""
    return [finding_line(f, lang) for f in findings_for_next(file.dossier, file.book)]


def entries_of(file: CaseFile, me: Signed, lang: Language) -> list[Entry]:
    """The timeline, newest first."""
    route = file.case.route
    return [_entry(row, me, lang, route=route) for row in reversed(file.entries)]


def stage_words(route: str, stage: str, lang: Language) -> str:
    """The stage's name: a list is handed in where a contest is filed."""
    of_list = f"list_{stage}"
    is_list = route != Route.CONTEST and has("case_stage", of_list)
    return say("case_stage", of_list if is_list else stage, lang)


def _entry(row: EntryRow, me: Signed, lang: Language, *, route: str) -> Entry:
    moved = row.kind == "move"
    own = row.office is not None and row.office.zh == me.office.name_zh
    known = own or me.role in OVERSEERS or me.office.kind == "district"
    automatic = row.role is Role.SYSTEM
    return Entry(
        at=row.at,
        sentence=_move(row, lang, route) if moved else _fact(row, lang),
        who=row.person if known and not automatic else say("role", row.role, lang),
        office="" if automatic else name_of(row.office, lang),
        kind="move" if moved else "fact",
        note="" if moved else _note(row, lang),
        number=row.seq,
    )


def _move(row: EntryRow, lang: Language, route: str) -> str:
    arrow = say("case_arrow", row.name, lang)
    stage = stage_words(route, row.to_stage or "", lang)
    clause = source_of(row.clause, lang)
    return _begun(say("moved", "of_case", lang, arrow=arrow, stage=stage, clause=clause))


def _fact(row: EntryRow, lang: Language) -> str:
    return _begun(say("case_fact", row.name, lang))


def _begun(said: str) -> str:
    return said[:1].upper() + said[1:]


def _note(row: EntryRow, lang: Language) -> str:
    told = row.payload
    text = str(told.get("text", ""))
    match row.name:
        case CaseKind.CONTEST_FILED | CaseKind.LIST_HANDED_IN | CaseKind.COLLECTED:
            text = say("case_told", row.name, lang, **told)
        case CaseKind.FILING_ACCEPTED if told["number"]:
            text = say("case_told", row.name, lang, **told)
        case CaseKind.RESULTS_IMPORTED:
            tied = told["low"] != told["high"]
            text = say("case_told", "results_tied" if tied else row.name, lang, **told)
        case CaseKind.CUT_DECIDED:
            text = f"{say('case_told', 'cut_' + told['bound'], lang)}: {text}"
    return text
