"""An evaluation that leads to the advanced level: its kinds, and what its certificate tells.

The numbers of 职业技能等级证书 are 人社鉴发〔2019〕2号; they are only used to check a source.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from states.rules.identity import Flaw

CLAUSE = "C24"
NUMBER_CLAUSE = "人社鉴发〔2019〕2号"
SHANGHAI = "31"
ISSUED_WITHIN = timedelta(days=90)
"""A certificate of late December is numbered in January. Source: system default."""
_MILLENNIUM = 2000


class EvaluationKind(StrEnum):
    """The three evaluations of the notice, 三(一)."""

    TRAINER = "ai_trainer_skill_level"
    MODEL_USE = "model_application_ability"
    LABELLING = "data_annotation_ability"


_WORDS = {
    EvaluationKind.TRAINER: "人工智能训练师技能等级评价 人工智能训练师职业技能等级评价 "
    "人工智能训练师技能等级 人工智能训练师",
    EvaluationKind.MODEL_USE: "人工智能模型运用专项职业能力评价 人工智能模型运用专项职业能力 "
    "人工智能模型运用",
    EvaluationKind.LABELLING: "人工智能数据标注专项职业能力评价 人工智能数据标注专项职业能力 "
    "人工智能数据标注",
}
EVALUATION_BY_WORD: Mapping[str, EvaluationKind] = MappingProxyType(
    {word: kind for kind, words in _WORDS.items() for word in words.split()}
)
EVALUATION_WORD: Mapping[EvaluationKind, str] = MappingProxyType(
    {kind: words.split()[0] for kind, words in _WORDS.items()}
)
_GRADES = {5: "五级 初级工", 4: "四级 中级工", 3: "三级 高级工", 2: "二级 技师", 1: "一级 高级技师"}
GRADE_WORD: Mapping[int, str] = MappingProxyType(
    {grade: words.split()[0] for grade, words in _GRADES.items()}
)
_GRADE_BY_WORD = {word: grade for grade, words in _GRADES.items() for word in words.split()}


class SourceForm(StrEnum):
    """By which rule a source certificate is numbered."""

    SKILL_LEVEL = "skill_level"
    MASTER = "master_technician"
    OLD_QUALIFICATION = "old_qualification"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Source:
    """A number that stands. Year of issue and grade are 0 where its rule does not tell them."""

    number: str
    form: SourceForm
    year: int = 0
    grade: int = 0


_SKILL_LEVEL = re.compile(r"[YS]\d{4}(?P<province>\d{2})\d{6}(?P<year>\d{2})(?P<grade>[1-5])\d{6}")
_MASTER = re.compile(r"[A-Z]{2}\d{20}")
_OLD = re.compile(r"(?P<year>\d{2})(?P<province>\d{2})\d{6}(?P<grade>[1-5])\d{5}")
_FREE = re.compile(r"[0-9A-Z\u4e00-\u9fff〔〕()\[\]/-]{6,40}")


def grade_of(word: str) -> int | None:
    """三级, 三级/高级工, 高级工（三级） or 3 -> 3; None for a word that names no single grade."""
    bare = word.removesuffix("级") if word[:1].isdecimal() else word
    if bare in {"1", "2", "3", "4", "5"}:
        return int(bare)
    named = {_GRADE_BY_WORD.get(part) for part in re.split(r"[/、()（）]", word) if part}
    return named.pop() if len(named) == 1 else None


def read_source(number: str, kind: EvaluationKind) -> Source | Flaw:
    """What the number of the evaluation's own certificate tells, or why it cannot be one.

    `number` is folded to half-width capitals. Those of special abilities follow a rule that is
    not public: of them only the length is judged (section 2.6).
    """
    if kind is not EvaluationKind.TRAINER:
        if _FREE.fullmatch(number):
            return Source(number, SourceForm.FREE)
        return Flaw("source_number_unusual", {"length": len(number)})
    if match := _SKILL_LEVEL.fullmatch(number):
        return _of_this_city(match, SourceForm.SKILL_LEVEL)
    if match := _OLD.fullmatch(number):
        return _of_this_city(match, SourceForm.OLD_QUALIFICATION)
    if _MASTER.fullmatch(number):
        return Source(number, SourceForm.MASTER)
    return Flaw("source_number_malformed", {"length": len(number)})


def disagreement(source: Source, *, evaluated_on: date, grade: int | None) -> Flaw | None:
    """Why a sound number is not that of this row: issued in another year, or of another grade."""
    years = {evaluated_on.year, (evaluated_on + ISSUED_WITHIN).year}
    if source.year and source.year not in years:
        return Flaw("source_year_differs", {"number": source.year, "written": evaluated_on.year})
    if source.grade and grade and source.grade != grade:
        return Flaw(
            "source_grade_differs",
            {"number": GRADE_WORD[source.grade], "written": GRADE_WORD[grade]},
        )
    return None


def _of_this_city(match: re.Match[str], form: SourceForm) -> Source | Flaw:
    """The notice speaks of this city's evaluations."""
    if match["province"] != SHANGHAI:
        return Flaw("source_of_another_city", {"province": match["province"]})
    year = _MILLENNIUM + int(match["year"])
    return Source(match[0], form, year, grade=int(match["grade"]))
