"""The notice's table of routes, read back word for word."""

import pytest

from states.rules.routes import (
    TERMS,
    Level,
    Route,
    Sealer,
    Uploader,
    certificate_title,
    leads_to,
    level_of_exam,
)


def test_every_route_has_its_terms() -> None:
    assert set(TERMS) == set(Route)


def test_training_and_contests_never_lead_to_the_advanced_level() -> None:
    assert [route for route in Route if leads_to(route, Level.ADVANCED)] == [
        Route.EVALUATION,
        Route.EXAM,
    ]


def test_only_the_exam_has_the_joint_inscription() -> None:
    joint = "上海市人力资源和社会保障局、上海市教育委员会监制"
    alone = "上海市人力资源和社会保障局监制"
    assert {route: TERMS[route].inscription for route in Route} == {
        Route.TRAINING: alone,
        Route.EVALUATION: alone,
        Route.EXAM: joint,
        Route.CONTEST: alone,
    }


def test_uploader_and_sealer_are_different_bodies_for_training_and_contests() -> None:
    assert (TERMS[Route.TRAINING].uploader, TERMS[Route.TRAINING].sealer) == (
        Uploader.CENTRE,
        Sealer.PROVIDER,
    )
    assert (TERMS[Route.CONTEST].uploader, TERMS[Route.CONTEST].sealer) == (
        Uploader.DISTRICT,
        Sealer.ORGANISER,
    )


def test_the_title_has_full_width_brackets() -> None:
    assert certificate_title(Level.BASIC) == "人工智能推介官（基础）"
    assert certificate_title(Level.ADVANCED) == "人工智能推介官（高级）"


def test_the_first_exam_grade_is_basic_and_the_others_advanced() -> None:
    assert [level_of_exam(grade) for grade in range(1, 5)] == [Level.BASIC] + [Level.ADVANCED] * 3
    with pytest.raises(ValueError, match="grades 1 to 4"):
        level_of_exam(5)
