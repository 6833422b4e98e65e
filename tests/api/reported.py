"""A class of sample people that was surveyed and reported, for stories of returns."""

from datetime import datetime, timedelta

from sqlmodel import Session

from api.sample_offices import actors
from states.records import clock
from tests.desks import Class
from tests.house import NOON, House, sample_house


def a_surveyed_class(session: Session) -> Class:
    """HP-2026-001, class 1: six learners, surveyed in May; today is 2 June 2026; committed."""
    life = Class(session, a_house_of_the_sample(session)).surveyed()
    life.at = datetime.fromisoformat("2026-06-02T01:00:00+00:00")
    return _until_now(session, life)


def a_reported_class(session: Session) -> Class:
    """The same class in an accepted return of May; committed."""
    return _until_now(session, Class(session, a_house_of_the_sample(session)).reported())


def a_house_of_the_sample(session: Session) -> House:
    """Huangpu with its sample people, and the first provider."""
    people = actors(session)
    return sample_house(people)


def _until_now(session: Session, life: Class) -> Class:
    clock.move(session, by=life.at - NOON + timedelta(hours=1))
    session.commit()
    return life
