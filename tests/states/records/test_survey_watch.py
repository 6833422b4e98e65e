"""E57: fives from one connection within a minute are counted, and nobody is remembered."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from states.records import survey_watch
from states.records.tables import SurveyConnection, SurveyWatch
from tests.desks import Class
from tests.house import a_house

HOME, OFFICE = "203.0.113.7", "2001:db8::17"


@pytest.fixture
def life(session: Session) -> Class:
    return Class(session, a_house(session)).surveying()


def sends(life: Class, *seconds: int, points: int = 5, by: str = HOME) -> None:
    """Answers at these seconds, all of the same points."""
    for second in seconds:
        note(life, life.at + timedelta(seconds=second), points=points, by=by)


def note(life: Class, at: datetime, *, points: int, by: str) -> None:
    ratings = {"content": points, "overall": points}
    survey_watch.note(life.session, life.class_id, connection=by, ratings=ratings, at=at)


def counted(life: Class) -> int:
    survey_watch.close(life.session, life.class_id)
    return survey_watch.alike(life.session, life.class_id)


@pytest.mark.parametrize(
    ("seconds", "flagged"),
    [
        ((0,), 0),
        ((0, 60), 2),
        ((0, 61), 0),
        ((0, 10, 20, 60), 4),
        ((0, 30, 100, 130, 140), 5),
        ((0, 100, 200), 0),
    ],
)
def test_e57_all_fives_from_one_address_within_sixty_seconds(
    life: Class, seconds: tuple[int, ...], flagged: int
) -> None:
    sends(life, *seconds)
    assert counted(life) == flagged


def test_another_address_or_another_mark_is_not_counted(life: Class) -> None:
    sends(life, 0)
    sends(life, 5, by=OFFICE)
    sends(life, 6, 7, points=4)
    assert counted(life) == 0


def test_an_answer_that_is_not_all_fives_leaves_no_trace(life: Class) -> None:
    sends(life, 0, 1, points=4)
    assert life.session.exec(select(SurveyWatch)).all() == []
    assert life.session.exec(select(SurveyConnection)).all() == []


def test_the_address_is_nowhere_and_two_classes_know_it_by_other_names(session: Session) -> None:
    house = a_house(session)
    for one in (Class(session, house).surveying(), Class(session, house).surveying()):
        sends(one, 0)
    first, second = session.exec(select(SurveyConnection)).all()
    assert first.fingerprint != second.fingerprint
    assert HOME.encode() not in first.fingerprint + second.fingerprint


def test_when_the_survey_closes_only_a_number_stays(life: Class) -> None:
    sends(life, 0, 1, 2)
    assert survey_watch.alike(life.session, life.class_id) == 0, "not while answers come in"
    life.wait(days=8)
    life.session.expire_all()
    (kept,) = life.session.exec(select(SurveyWatch)).all()
    assert (kept.salt, kept.alike) == (None, 3)
    assert life.session.exec(select(SurveyConnection)).all() == []
    sends(life, 4)
    survey_watch.close(life.session, life.class_id)
    assert survey_watch.alike(life.session, life.class_id) == 3
