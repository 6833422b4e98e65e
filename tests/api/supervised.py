"""A class of sample people that has begun, for stories of supervision."""

from datetime import timedelta

from sqlmodel import Session

from api.sample_offices import actors
from states.records import clock
from tests.desks import Class, learners
from tests.house import House


def a_running_class(session: Session) -> Class:
    """HP-2026-001, class 1: eleven learners, begun on 8 April 2026; today is the 9th; committed."""
    people = actors(session)
    house = House(
        district_id=people["hp-supervise"].office_id or 0, provider=people["p001"],
        first=people["hp-review-1"], second=people["hp-review-2"], examiner=people["hp-exam"],
        centre=people["centre-1"], supervisor=people["hp-supervise"],
    )  # fmt: skip
    life = Class(session, house).filed().enrols(learners(11)).wait(days=7)
    clock.move(session, by=timedelta(days=8))
    session.commit()
    return life
