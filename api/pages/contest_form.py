"""The filing form of a contest: what was typed, and what is not right about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from pydantic import ValidationError
from starlette.datastructures import FormData

from api.errors import words_for
from states.rules.cases.facts import ContestFiled
from states.rules.words import Language, has, say

NAMES = tuple(name for name in ContestFiled.model_fields if name != "kind")


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as typed; `errors` maps fields to sentences."""

    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str:
        return self.values.get(name, "")

    def error(self, name: str) -> str:
        return self.errors.get(name, "")


def typed(form: FormData) -> Typed:
    """What was sent, without outer blanks."""
    return Typed({name: str(form.get(name, "")).strip() for name in (*NAMES, "district")})


def filled(filing: ContestFiled, district: str) -> Typed:
    """The last filing, to be put right."""
    told = filing.model_dump(mode="json", exclude={"kind"})
    return Typed({name: str(value) for name, value in told.items()} | {"district": district})


def example(today: date, bank: str) -> Typed:
    """A filing that passes, for a contest four weeks from today."""
    return Typed(
        {
            "title": "人工智能应用岗位练兵技能比武",
            "held_on": (today + timedelta(days=28)).isoformat(),
            "place": "示例职工技能实训中心",
            "entrants": "本区企业在职职工",
            "expected": "100",
            "bank": bank,
            "ranking": "理论30%、实操70%，百分制，按总分由高到低排名",
            "tie_break": "none",
            "judges": "裁判长1人、裁判4人，与参赛企业有关联的回避",
            "funding": "由主办单位承担",
            "emergency": "备用考场一处；断网时改用离线题包",
            "contact": "示例联系人",
        }
    )


def checked(form: Typed, lang: Language) -> ContestFiled | Typed:
    """The filing, or the form again with a sentence for every field that is not right."""
    try:
        return ContestFiled.model_validate({name: form.value(name) for name in NAMES})
    except ValidationError as error:
        return Typed(form.values, _errors(error, lang))


def _errors(error: ValidationError, lang: Language) -> dict[str, str]:
    told: dict[str, str] = {}
    for found in error.errors():
        kind = found["type"]
        empty = kind == "string_too_short" or found.get("input") == ""
        code = "missing" if empty else kind if has("field", kind) else "other"
        params = {key: str(value) for key, value in found.get("ctx", {}).items()}
        told[str(found["loc"][0])] = words_for("field", code, lang, params)
    return told


def tie_breaks(lang: Language) -> dict[str, str]:
    """The two ways to rank equals, in words."""
    return {code: say("tie_break", code, lang) for code in ("faster", "none")}
