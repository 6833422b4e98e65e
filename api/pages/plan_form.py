"""The proposal form: what was typed, what is not right about it, and what the rules say of it."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from starlette.datastructures import FormData

from api.schemas.facts import PlanIn
from states.records.tables import Office
from states.rules.dossier import Dossier, Plan
from states.rules.facts import Unit
from states.rules.halves import hours
from states.rules.law import NothingInForce, the_law
from states.rules.stages import Channel, Mode, Stage
from states.rules.uscc import fold_uscc, uscc_flaw
from states.rules.words import Language, say

SINGLE = (
    "title", "channel", "district", "opens_on", "ends_on", "class_count", "class_size",
    "employer", "employer_uscc", "employer_email",
)  # fmt: skip
UNIT = ("unit_name", "unit_hours", "unit_mode", "unit_teacher")
WITH_EMPLOYER = frozenset({Channel.TARGETED, Channel.ENTERPRISE})
NAMES = (*SINGLE, *UNIT)
EMPTY_ROWS = 3
LONGEST_NAME = 120
_LONGEST = {"title": 120, "employer": 120, "employer_email": 254}
_BOUNDS = {"class_count": (1, 40), "class_size": (1, 500)}
_VERBATIM = frozenset({"title", "employer", "unit_name", "unit_teacher"})
MOST_UNIT_HOURS = 200


@dataclass(frozen=True, slots=True)
class UnitTyped:
    """One row of the table of units, as typed."""

    name: str = ""
    hours: str = ""
    mode: str = Mode.OFFLINE.value
    teacher: str = ""

    @property
    def empty(self) -> bool:
        return not (self.name or self.hours or self.teacher)


@dataclass(frozen=True, slots=True)
class Typed:
    """The whole form as typed; `errors` maps fields to sentences ("unit_hours_2" for a row)."""

    values: Mapping[str, str]
    units: tuple[UnitTyped, ...]
    errors: Mapping[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str:
        return self.values.get(name, "")

    def error(self, name: str) -> str:
        return self.errors.get(name, "")


def blank() -> Typed:
    return Typed({"class_count": "1"}, (UnitTyped(),) * EMPTY_ROWS)


def typed(form: FormData) -> Typed:
    """What was sent: full-width digits and stray blanks are forgiven."""
    columns = [[_folded(name, value) for value in form.getlist(name)] for name in UNIT]
    rows = zip(*columns, strict=False)
    return Typed(
        {name: _folded(name, form.get(name, "")) for name in SINGLE},
        tuple(UnitTyped(*row) for row in rows) or (UnitTyped(),),
    )


def example(today: date, district: str) -> Typed:
    """A plan that passes every check, opening two weeks from today."""
    calendar = the_law().calendar
    opens = calendar.working_day_on_or_after(today + timedelta(days=14)).day
    values = {
        "title": "人工智能推介官（基础）示例项目", "channel": Channel.DISTRICT_PROJECT.value,
        "district": district, "opens_on": opens.isoformat(),
        "ends_on": calendar.nth_working_day_after(opens, 9).day.isoformat(),
        "class_count": "1", "class_size": "30",
    }  # fmt: skip
    offline, online = Mode.OFFLINE.value, Mode.ONLINE.value
    units = (
        UnitTyped("人工智能通识与推介官职责", "6", online, "示例教师甲"),
        UnitTyped("大模型应用基础", "10", online, "示例教师甲"),
        UnitTyped("提示词设计实训", "8", offline, "示例教师乙"),
        UnitTyped("办公与营销场景应用实训", "10", offline, "示例教师乙"),
        UnitTyped("推介演示与综合演练", "6", offline, "示例教师丙"),
    )
    return Typed(values, units)


def of_plan(plan: Mapping[str, object], district: str) -> Typed:
    """A recorded plan, back in the form to be completed."""
    units = plan["units"]
    rows = tuple(
        UnitTyped(unit["name"], hours(unit["half_hours"]), unit["mode"], unit["teacher"])
        for unit in (units if isinstance(units, list) else [])
    )
    values = {name: str(plan.get(name, "")) for name in SINGLE}
    return Typed(values | {"district": district}, rows)


def checked(said: Typed, lang: Language) -> tuple[Typed, PlanIn | None]:
    """The form with its errors, or without any and with the plan it makes."""
    reader = _Reader(lang)
    plan = reader.plan(said)
    return replace(said, errors=reader.errors), None if reader.errors else plan()


class _Reader:
    """Reads field by field and gathers what is not right."""

    def __init__(self, lang: Language) -> None:
        self._lang = lang
        self.errors: dict[str, str] = {}

    def plan(self, said: Typed) -> Callable[[], PlanIn]:
        """Reads everything; the plan itself is made only when nothing was wrong."""
        units = self._units(said.units)
        values = {
            "title": self._text(said, "title"), "channel": self._channel(said),
            "class_count": self._count(said, "class_count"),
            "class_size": self._count(said, "class_size"), **self._days(said),
        }  # fmt: skip
        if not said.value("district"):
            self._wrong("district", "choose")
        employer = self._employer(said)
        return lambda: PlanIn.model_validate({**values, **employer, "units": units})

    def _text(self, said: Typed, name: str, *, required: bool = True) -> str:
        text = said.value(name)
        if required and not text:
            self._wrong(name, "required")
        if len(text) > _LONGEST[name]:
            self._wrong(name, "long", most=_LONGEST[name])
        return text

    def _channel(self, said: Typed) -> str:
        if said.value("channel") not in set(Channel):
            self._wrong("channel", "choose")
        return said.value("channel")

    def _count(self, said: Typed, name: str) -> int:
        least, most = _BOUNDS[name]
        text = said.value(name)
        if not text:
            self._wrong(name, "required")
        elif not text.isdecimal():
            self._wrong(name, "number")
        elif not least <= int(text) <= most:
            self._wrong(name, "range", least=least, most=most)
        else:
            return int(text)
        return 0

    def _days(self, said: Typed) -> dict[str, date | None]:
        opens, ends = self._day(said, "opens_on"), self._day(said, "ends_on")
        if opens and ends and ends < opens:
            self.errors["ends_on"] = say("plan_error", "order", self._lang)
        if opens and not _is_under_law(opens):
            self.errors["opens_on"] = say("plan_error", "too_early", self._lang)
        return {"opens_on": opens, "ends_on": ends}

    def _day(self, said: Typed, name: str) -> date | None:
        day = day_of(said.value(name))
        if day is None:
            self._wrong(name, "day" if said.value(name) else "required")
        return day

    def _employer(self, said: Typed) -> dict[str, str]:
        """Asked for in two channels; the rules, not the form, insist on it."""
        if said.value("channel") not in WITH_EMPLOYER:
            return {}
        code, address = fold_uscc(said.value("employer_uscc")), said.value("employer_email")
        if code and uscc_flaw(code):
            self.errors["employer_uscc"] = say("plan_error", "uscc", self._lang)
        if address and not _is_address(address):
            self.errors["employer_email"] = say("plan_error", "email", self._lang)
        name = self._text(said, "employer")
        return {"employer": name, "employer_uscc": code, "employer_email": address}

    def _units(self, rows: tuple[UnitTyped, ...]) -> list[Unit]:
        found = [self._unit(n, row) for n, row in enumerate(rows) if not row.empty]
        if not found:
            self.errors["unit_name_0"] = say("plan_error", "units", self._lang)
        return [unit for unit in found if unit]

    def _unit(self, n: int, row: UnitTyped) -> Unit | None:
        halves = half_hours_of(row.hours)
        wrong = [
            ("unit_name", "long" if row.name else "required",
             not 0 < len(row.name) <= LONGEST_NAME),
            ("unit_hours", "half", halves is None),
            ("unit_mode", "choose", row.mode not in set(Mode)),
            ("unit_teacher", "required" if not row.teacher else "long",
             not 0 < len(row.teacher) <= LONGEST_NAME),
        ]  # fmt: skip
        for name, why, is_wrong in wrong:
            if is_wrong:
                self._wrong(name, why, row=n, most=LONGEST_NAME)
        if halves is None or any(is_wrong for _, _, is_wrong in wrong):
            return None
        return Unit(name=row.name, half_hours=halves, mode=Mode(row.mode), teacher=row.teacher)

    def _wrong(self, name: str, why: str, row: int | None = None, **params: object) -> None:
        label = say("plan_field", name, self._lang)
        place = name if row is None else f"{name}_{row}"
        label = label if row is None else f"{label} {row + 1}"
        self.errors[place] = say("plan_error", why, self._lang, label=label, **params)


def draft(said: Typed, office: Office | None, *, at: datetime, today: date) -> Dossier:
    """A dossier of what is typed so far, for the rules to judge: gaps count as nothing."""
    known = [(half_hours_of(unit.hours) or 0, unit.mode) for unit in said.units]
    opens = day_of(said.value("opens_on")) or today
    channel = said.value("channel")
    plan = Plan(
        title=said.value("title"),
        channel=Channel(channel) if channel in set(Channel) else Channel.DISTRICT_PROJECT,
        total_half_hours=sum(halves for halves, _ in known),
        online_half_hours=sum(halves for halves, mode in known if mode == Mode.ONLINE),
        class_count=_number(said.value("class_count")),
        class_size=_number(said.value("class_size")),
        opens_on=opens if _is_under_law(opens) else today,
        ends_on=day_of(said.value("ends_on")) or opens,
        employer=said.value("employer"),
        licence_valid_until=office.licence_valid_until if office else None,
        licence_covers=office.licence_covers if office else False,
        submitted_by=None,
        submitted_at=at,
    )
    return Dossier(stage=Stage.PROPOSED, at=at, today=today, plan=plan)


def half_hours_of(text: str) -> int | None:
    """Class hours in steps of 0.5, as halves; None for anything else."""
    try:
        halves = Decimal(text) * 2
    except InvalidOperation:
        return None
    if not halves.is_finite() or halves != int(halves) or not 0 < halves <= 2 * MOST_UNIT_HOURS:
        return None
    return int(halves)


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _is_address(text: str) -> bool:
    local, at, domain = text.partition("@")
    return bool(local and at and "." in domain and " " not in text)


def _is_under_law(day: date) -> bool:
    try:
        the_law().pin(day)
    except NothingInForce:
        return False
    return True


def _folded(name: str, value: object) -> str:
    """Figures in half width; names keep the brackets they were given."""
    text = value.strip() if isinstance(value, str) else ""
    return text if name in _VERBATIM else unicodedata.normalize("NFKC", text)


def moves_of(form: FormData) -> int:
    """How many moves the project had made when its form was shown."""
    text = form.get("moves", "")
    return int(text) if isinstance(text, str) and text.isdecimal() else 0
