"""Classes of sample people whose surveys have closed, for stories of their results."""

from datetime import timedelta

from sqlmodel import Session

from api.sample_offices import actors
from states.records import clock
from states.rules.facts import ScoresConfirmed
from tests.desks import Class, learners
from tests.house import House, sample_house


def an_open_survey(session: Session) -> Class:
    """HP-2026-001, class 1: five learners were invited today; committed."""
    life = Class(session, _house(session)).surveying()
    clock.move(session, to=life.at)
    session.commit()
    return life


def closed_surveys(session: Session, *classes: tuple[int, ...]) -> None:
    """A project of district HP for each class, with the points of its learners.

    Today is 2 June 2026; committed.
    """
    house = _house(session)
    for points in classes:
        life = Class(session, house).filed().enrols(learners(6)).wait(days=7)
        life.ends().scores(*["pass"] * 6)
        life.says(ScoresConfirmed(class_no=1), house.second)
        for nonce, given in zip(life.nonces(), points, strict=False):
            life.answers(nonce, given)
        life.wait(days=8)
    clock.move(session, by=timedelta(days=62))
    session.commit()


def _house(session: Session) -> House:
    people = actors(session)
    return sample_house(people)
