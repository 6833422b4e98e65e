"""The ways to a certificate: each route's level, uploader, sealer and exact inscription (C22-C36).

Nothing else in the house may spell an inscription or decide which level a route can lead to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Level(StrEnum):
    """The two levels of the certificate (A25)."""

    BASIC = "basic"
    ADVANCED = "advanced"


class Route(StrEnum):
    """How a person came to a certificate."""

    TRAINING = "training"
    EVALUATION = "skill_level_evaluation"
    EXAM = "university_it_exam"
    CONTEST = "skills_contest"


class Uploader(StrEnum):
    """Who uploads the route's people through certificate aggregation (证书归集)."""

    CENTRE = "municipal_employment_centre"
    EVALUATION_BODY = "evaluation_body"
    EXAM_AUTHORITY = "education_exam_authority"
    DISTRICT = "district_hrss"


class Sealer(StrEnum):
    """Whose official seal a certificate carries."""

    PROVIDER = "training_provider"
    EVALUATION_BODY = "evaluation_body"
    EXAM_AUTHORITY = "education_exam_authority"
    ORGANISER = "contest_organiser"


@dataclass(frozen=True)
class Terms:
    """What the notice fixes for one route; `clauses` are the notice's, for findings and docs."""

    levels: tuple[Level, ...]
    uploader: Uploader
    sealer: Sealer
    inscription: str
    clauses: tuple[str, ...]


_HRSS = "上海市人力资源和社会保障局监制"
_HRSS_AND_EDUCATION = "上海市人力资源和社会保障局、上海市教育委员会监制"

TERMS: Mapping[Route, Terms] = MappingProxyType(
    {
        Route.TRAINING: Terms(
            levels=(Level.BASIC,),
            uploader=Uploader.CENTRE,
            sealer=Sealer.PROVIDER,
            inscription=_HRSS,
            clauses=("C07", "C08", "C09", "C22", "C23"),
        ),
        Route.EVALUATION: Terms(
            levels=(Level.ADVANCED,),
            uploader=Uploader.EVALUATION_BODY,
            sealer=Sealer.EVALUATION_BODY,
            inscription=_HRSS,
            clauses=("C24", "C25", "C26"),
        ),
        Route.EXAM: Terms(
            levels=(Level.BASIC, Level.ADVANCED),
            uploader=Uploader.EXAM_AUTHORITY,
            sealer=Sealer.EXAM_AUTHORITY,
            inscription=_HRSS_AND_EDUCATION,
            clauses=("C27", "C28", "C29", "C30"),
        ),
        Route.CONTEST: Terms(
            levels=(Level.BASIC,),
            uploader=Uploader.DISTRICT,
            sealer=Sealer.ORGANISER,
            inscription=_HRSS,
            clauses=("C31", "C34", "C35", "C36"),
        ),
    }
)

_TITLES = MappingProxyType(
    {Level.BASIC: "人工智能推介官（基础）", Level.ADVANCED: "人工智能推介官（高级）"}
)
_HIGHEST_EXAM_GRADE = 4


def certificate_title(level: Level) -> str:
    """The certificate's name, in the one spelling used everywhere (A25)."""
    return _TITLES[level]


def leads_to(route: Route, level: Level) -> bool:
    """Whether the notice knows a way from `route` to `level`: never advanced by training."""
    return level in TERMS[route].levels


def level_of_exam(grade: int) -> Level:
    """The level for grade 1-4 printed on the result (C27, C28, A16). Raises ValueError else."""
    if not 1 <= grade <= _HIGHEST_EXAM_GRADE:
        raise ValueError(f"the exam has the grades 1 to {_HIGHEST_EXAM_GRADE}, not {grade}")
    return Level.BASIC if grade == 1 else Level.ADVANCED
