"""Whole values are shown for a reason, to whoever works with the learner, and that is on record."""

import pytest
from sqlmodel import Session

from states.actor import Actor
from states.errors import BadInput, NotFound, NotYours
from states.records import looking
from states.records.classes import roster_of
from states.rules.stages import Role
from tests.desks import Class, card_of, learners
from tests.house import a_house


@pytest.fixture
def life(session: Session) -> Class:
    return Class(session, a_house(session)).filed().enrols(learners(3))


def look(life: Class, actor: Actor, reason: str = "identity") -> looking.Seen:
    learner = roster_of(life.session, life.class_id)[0]
    return looking.look(
        life.session, learner, project_id=life.id, reason=reason, actor=actor, at=life.at
    )


def test_a_look_shows_everything_and_leaves_a_trace_without_it(life: Class) -> None:
    seen = look(life, life.house.first)
    assert (seen.name, seen.document_number) == ("张示例", card_of(3))
    learner = roster_of(life.session, life.class_id)[0]
    (act,) = looking.looks_at(life.session, learner.id, project_id=life.id)
    assert (act.name, act.detail) == ("personal_data_shown", {"reason": "identity"})
    assert (act.role, act.person) == (Role.REVIEWER, "示例2")
    assert seen.document_number not in str(act)


def test_whoever_does_not_work_with_learners_sees_none(life: Class) -> None:
    for role in (Role.AUDITOR, Role.ADMINISTRATOR):
        with pytest.raises(NotYours):
            look(life, Actor(person_id=None, office_id=None, role=role))


def test_a_reason_is_one_of_the_list(life: Class) -> None:
    with pytest.raises(BadInput):
        look(life, life.house.first, "curiosity")


def test_a_learner_of_another_class_is_not_there(life: Class) -> None:
    with pytest.raises(NotFound):
        looking.learner_of(roster_of(life.session, life.class_id), 0)
