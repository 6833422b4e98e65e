"""A class of sample people that has begun, for stories of supervision."""

from datetime import timedelta

from sqlmodel import Session

from api.sample_offices import actors
from states.records import clock
from tests.desks import Class, learners
from tests.house import sample_house


def a_running_class(session: Session) -> Class:
    """HP-2026-001, class 1: eleven learners, begun on 8 April 2026; today is the 9th; committed."""
    people = actors(session)
    house = sample_house(people)
    life = Class(session, house).filed().enrols(learners(11)).wait(days=7)
    clock.move(session, by=timedelta(days=8))
    session.commit()
    return life
