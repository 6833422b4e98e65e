"""A project's ledger told in words: who did what, what it said, and which move followed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from api.auth import Signed
from api.pages.order_told import told_of_order
from api.pages.order_words import may_see
from api.pages.wording import name_of, reason_code, rule_words, source_of
from states.records.boards import Lately
from states.records.dossiers import EntryRow, ProjectFile
from states.rules.disclosure import LEAST
from states.rules.duty_words import duty_words
from states.rules.facts import Kind
from states.rules.halves import hours
from states.rules.stages import MUNICIPAL_ROLES, Mode, Role
from states.rules.words import Language, say
from templates.shapes import Change, Entry

Payload = Mapping[str, Any]
_ORDERS = frozenset({Kind.ORDER_GIVEN, Kind.ORDER_ANSWERED, Kind.ORDER_CLOSED})


def entries_of(file: ProjectFile, me: Signed, lang: Language) -> list[Entry]:
    """The timeline, newest first."""
    plans = _plans_before(file)
    seen = [row for row in file.entries if _may_see(row, file, me)]
    return [_entry(row, me, lang, before=plans.get(row.seq)) for row in reversed(seen)]


def _may_see(row: EntryRow, file: ProjectFile, me: Signed) -> bool:
    """Orders between the offices above a provider are not the provider's to read."""
    if row.kind != "fact" or row.name not in _ORDERS:
        return True
    return may_see(file.dossier.clocks.orders[row.payload["no"]], me.role)


def _plans_before(file: ProjectFile) -> dict[int, Payload]:
    """For every plan but the first, the one it replaced."""
    plans = [e for e in file.entries if e.kind == "fact" and e.name == Kind.PLAN_SUBMITTED]
    return {new.seq: old.payload for old, new in pairwise(plans)}


def _entry(row: EntryRow, me: Signed, lang: Language, *, before: Payload | None) -> Entry:
    moved, automatic = row.kind == "move", row.role is Role.SYSTEM
    known = _may_know(row, me)
    return Entry(
        at=row.at,
        sentence=_move(row, lang) if moved else _fact(row, lang),
        who=say("role", row.role, lang) if automatic or not known else row.person,
        office="" if automatic else name_of(row.office, lang),
        kind="move" if moved else "system" if automatic else "fact",
        note="" if moved else _note(row, lang),
        changes=tuple(_changes(before, row.payload, lang)) if before else (),
        number=row.seq,
    )


def _may_know(row: EntryRow, me: Signed) -> bool:
    """Within an office, and to those who oversee it, persons have names; to others, roles."""
    own = row.office is not None and row.office.zh == me.office.name_zh
    return own or me.role in MUNICIPAL_ROLES or me.office.kind == "district"


def _move(row: EntryRow, lang: Language) -> str:
    arrow, stage = say("arrow", row.name, lang), say("stage", row.to_stage or "", lang)
    clause = source_of(row.clause, lang)
    return say("moved", "to", lang, arrow=arrow, stage=stage, clause=clause)


def _fact(row: EntryRow, lang: Language) -> str:
    fact, no = say("fact", row.name, lang), row.payload.get("class_no")
    said = say("moved", "of_class", lang, fact=fact, no=no) if no else fact
    return said[:1].upper() + said[1:]


def _note(row: EntryRow, lang: Language) -> str:
    teller = _TELLERS.get(row.name)
    told = teller(row.payload, lang) if teller else ""
    code, text = row.payload.get("code", ""), row.payload.get("text", "")
    reason = reason_code(code, lang) if code else ""
    rule = rule_words(row.payload.get("rule", ""), lang)
    return ": ".join(part for part in (told, rule, reason, text) if part)


def _plan(said: Payload, lang: Language) -> str:
    units = said["units"]
    online = sum(unit["half_hours"] for unit in units if unit["mode"] == Mode.ONLINE)
    return say(
        "told", "plan", lang,
        hours=hours(sum(unit["half_hours"] for unit in units)), online=hours(online),
        opens_on=said["opens_on"], count=said["class_count"], size=said["class_size"],
    )  # fmt: skip


def _ended(said: Payload, lang: Language) -> str:
    return say(
        "told", "ended", lang, ended_on=said["ended_on"],
        delivered=hours(said["delivered_half_hours"]), online=hours(said["online_half_hours"]),
    )  # fmt: skip


def _check(said: Payload, lang: Language) -> str:
    found = [say("fault", fault["code"], lang) for fault in said["faults"]]
    return say(
        "told", "check_found" if found else "check_fine", lang,
        manner=say("manner", said["manner"], lang), checked_on=said["checked_on"],
        count=len(found), faults=("、" if lang == "zh" else ", ").join(found),
    )  # fmt: skip


def _recheck(said: Payload, lang: Language) -> str:
    code = "recheck_accepted" if said["accepted"] else "recheck_refused"
    return say("told", code, lang, **said)


def summed(said: Payload, lang: Language) -> str:
    """What a survey came to; too few answers are only counted."""
    return say(
        "told", "summed", lang,
        learner=_part(said["learner_answers"], said["learner_satisfied"], lang),
        employer=_part(said["employer_answers"], said["employer_satisfied"], lang),
    )  # fmt: skip


def _part(answers: int, satisfied: int | None, lang: Language) -> str:
    few = satisfied is None or answers < LEAST
    return say("told", "summed_few" if few else "summed_part", lang,
               answers=answers, satisfied=satisfied)  # fmt: skip


def _timetable(said: Payload, lang: Language) -> str:
    return say(
        "told", "timetable", lang, sessions=said["sessions"],
        hours=hours(said["planned_half_hours"]), online=hours(said["planned_online_half_hours"]),
    )  # fmt: skip


def _attendance(said: Payload, lang: Language) -> str:
    return say(
        "told", "attendance", lang, marks=said["marks"], corrected=said["corrected"],
        hours=hours(said["held_half_hours"]), online=hours(said["held_online_half_hours"]),
    )  # fmt: skip


def _plainly(code: str) -> Callable[[Payload, Language], str]:
    return lambda said, lang: say("told", code, lang, **said)


def _corrected(said: Payload, lang: Language) -> str:
    return say(
        "told", "corrected", lang,
        before=say("result", said["before"], lang), after=say("result", said["after"], lang),
    )  # fmt: skip


def _decided(said: Payload, lang: Language) -> str:
    return say("told", f"correction_{'confirmed' if said['confirmed'] else 'declined'}", lang)


def _class_move(said: Payload, lang: Language) -> str:
    return say("told", "class_moved" if said["moved"] else "class_not_moved", lang)


def _of_duty(code: str) -> Callable[[Payload, Language], str]:
    def tell(said: Payload, lang: Language) -> str:
        duty = duty_words(said["duty"], said["subject"], lang)
        return say("told", code, lang, **{**said, "duty": duty})

    return tell


def _of_order(kind: Kind) -> Callable[[Payload, Language], str]:
    return lambda said, lang: told_of_order(kind, said, lang)


_TELLERS: Mapping[str, Callable[[Payload, Language], str]] = {
    Kind.PLAN_SUBMITTED: _plan,
    Kind.CLASS_ENDED: _ended,
    Kind.CLASS_OPENED: _plainly("opened"),
    Kind.ROSTER_IMPORTED: _plainly("roster"),
    Kind.TRAINING_REGISTERED: _plainly("registered"),
    Kind.SCORES_IMPORTED: _plainly("scores"),
    Kind.SURVEY_OPENED: _plainly("survey"),
    Kind.SURVEY_SUMMED_UP: summed,
    Kind.RETURN_ACCEPTED: _plainly("return"),
    Kind.CERTIFICATES_BATCHED: _plainly("batch"),
    Kind.RECEIPT_IMPORTED: _plainly("receipt"),
    Kind.TIMETABLE_FILED: _timetable,
    Kind.ATTENDANCE_RECORDED: _attendance,
    Kind.CHECK_RECORDED: _check,
    Kind.RECTIFICATION_REPORTED: _plainly("fault_no"),
    Kind.CHECK_REVIEWED: _recheck,
    Kind.SCORE_CORRECTED: _corrected,
    Kind.SCORE_CORRECTION_DECIDED: _decided,
    Kind.CLASS_REPINNED: _plainly("pinned"),
    Kind.CLASS_MOVE_PROPOSED: _plainly("pinned"),
    Kind.CLASS_MOVE_DECIDED: _class_move,
    Kind.DEADLINE_EXTENDED: _of_duty(Kind.DEADLINE_EXTENDED),
    Kind.URGED: _of_duty(Kind.URGED),
    Kind.SILENCE_WARNED: _of_duty(Kind.SILENCE_WARNED),
    Kind.SILENCE_NOTED: _of_duty(Kind.SILENCE_NOTED),
    Kind.TAKEN_UP: _of_duty(Kind.TAKEN_UP),
    Kind.ORDER_GIVEN: _of_order(Kind.ORDER_GIVEN),
    Kind.ORDER_ANSWERED: _of_order(Kind.ORDER_ANSWERED),
    Kind.ORDER_CLOSED: _of_order(Kind.ORDER_CLOSED),
}


def _changes(old: Payload, new: Payload, lang: Language) -> Iterator[Change]:
    """What a completed plan changed, field by field; the units as one line."""
    for field in ("title", "opens_on", "ends_on", "class_count", "class_size", "employer"):
        if old.get(field) != new.get(field):
            label = say("plan_field", field, lang)
            yield Change(label=label, old=str(old.get(field)), new=str(new.get(field)))
    if old["units"] != new["units"]:
        label = say("plan_field", "unit_name", lang)
        yield Change(label=label, old=_units(old, lang), new=_units(new, lang))


def _units(plan: Payload, lang: Language) -> str:
    return "; ".join(
        f"{unit['name']} {hours(unit['half_hours'])} ({say('mode', unit['mode'], lang)})"
        for unit in plan["units"]
    )


@dataclass(frozen=True, slots=True)
class LatelyLine:
    """One event of some project, in a sentence."""

    at: datetime
    href: str
    title: str
    sentence: str
    who: str
    moved: bool


def lately_line(row: Lately, me: Signed, lang: Language) -> LatelyLine:
    """An entry of somebody's ledger as the desk tells it; persons only within their own office."""
    if row.kind == "move":
        said = say("act_then", "stage", lang, stage=say("stage", row.to_stage or "", lang))
    else:
        said = say("fact", row.name, lang)
    own = row.office is not None and row.office.zh == me.office.name_zh
    who = row.person if own and row.kind != "move" else name_of(row.office, lang)
    return LatelyLine(
        row.at, f"/projects/{row.code}", row.title, said,
        "" if row.kind == "move" else who or say("role", Role.SYSTEM, lang), row.kind == "move",
    )  # fmt: skip
