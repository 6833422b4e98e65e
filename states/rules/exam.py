"""The university exam: which printed grade and result lead to which level (C27, C28, A16)."""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

CLAUSE = "C27"
GRADE_CLAUSE = "A16"


class ExamResult(StrEnum):
    """Both pass: 合格 and 优秀 (A16). Any other word does not."""

    PASS = "pass"  # noqa: S105 -- a mark, not a secret
    EXCELLENT = "excellent"


RESULT_BY_WORD: Mapping[str, ExamResult] = MappingProxyType(
    {"合格": ExamResult.PASS, "优秀": ExamResult.EXCELLENT}
)
GRADE_WORD: Mapping[int, str] = MappingProxyType({1: "一级", 2: "二级", 3: "三级", 4: "四级"})
_GRADE_BY_WORD = {word: grade for grade, word in GRADE_WORD.items()}
PAPERS: Mapping[str, frozenset[int]] = MappingProxyType(
    {
        "大学信息技术+人工智能基础": frozenset({1}),
        "人工智能技术及应用": frozenset({2, 3}),
        "人工智能": frozenset({4}),
    }
)
"""The subjects of the exam about artificial intelligence, and the grades that each may print."""
_ABOUT = "人工智能"
_COLLEGE = re.compile(r"(?:大学|学院|高等专科学校|分校|校区)(?:\(.*\))?$")
_NO_COLLEGE = ("中学", "小学", "中等", "技工", "技师", "培训")


def grade_of(word: str) -> int | None:
    """一级, 1级 or 1 -> 1. None for anything else, also for 二三级, which is a paper (E54)."""
    bare = word.removesuffix("级")
    if bare in {"1", "2", "3", "4"}:
        return int(bare)
    return _GRADE_BY_WORD.get(word)


def subject_of(word: str) -> str:
    """The subject without title marks: 《人工智能》 -> 人工智能."""
    return word.strip("《》")


def is_about_ai(subject: str) -> bool:
    """The notice speaks of 人工智能科目 only."""
    return _ABOUT in subject


def paper_prints(subject: str, grade: int) -> bool:
    """Whether the subject's paper can lead to this grade; a subject we do not know may."""
    return grade in PAPERS.get(subject, {grade})


def looks_like_college(school: str) -> bool:
    """Whether the name is one of a 高等院校: a hint only, the exam authority knows better."""
    return _COLLEGE.search(school) is not None and not any(word in school for word in _NO_COLLEGE)
