"""The share before a decision: what is confirmed and waits is foreseen, and counted once (C39)."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session

from states.errors import BadInput
from states.records import batches, case_board, preflight_board, share_board
from states.records.preflight_board import Preview
from states.records.share_board import Effect
from states.rules.routes import Route
from states.rules.shares import Share
from states.rules.stages import Role
from tests.city import City
from tests.desks import Class
from tests.house import NOON
from tests.route_house import Contest, Organised, organised
from tests.share_house import held, won

YEARS_END = NOON.replace(month=12)
DECEMBER = date(2026, 12, 20)


def anything(_: str) -> str:
    return ""


@pytest.fixture
def told(session: Session) -> Organised:
    return organised(session)


def beside(told: Organised, session: Session, others: int, *, at: datetime = NOON) -> None:
    """So many certificates of another route in the district."""
    here = told.house.district_id
    City(session, told.house, here, here).gives(Route.TRAINING, others, here, at=at)


def foreseen(contest: Contest, role: Role = Role.REVIEWER) -> list[Effect]:
    """What its page says to somebody of a role."""
    actor = contest.organiser if role is Role.ORGANISER else replace(contest.house.first, role=role)
    file = case_board.file_of(
        contest.session, contest.organiser, contest.outcome.code, route=Route.CONTEST,
        today=contest.at.date(),
    )  # fmt: skip
    return share_board.of_contest(contest.session, actor, file)


def preview(session: Session, told: Organised, *, at: datetime) -> Preview:
    return preflight_board.preview(
        session, Route.CONTEST, told.house.district_id, fit=anything, at=at
    )


def numbers(session: Session, told: Organised, *, at: datetime) -> int | None:
    return batches.make_batch(
        session, actor=told.house.first, at=at, fit=anything, route=Route.CONTEST
    )


# ── Waiting for a number ────────────────────────────────────────────────────────────────────────
def test_a_confirmed_contest_is_foreseen_before_the_next_and_the_batch_counts_it_once(
    session: Session, told: Organised
) -> None:
    beside(told, session, 100)
    won(Contest(session, told), 30, first=1)
    second = held(Contest(session, told), 30, first=101)
    (effect,) = foreseen(second)
    assert (effect.before, effect.after, effect.waiting) == (Share(0, 100), Share(60, 100), 30)
    second.confirmed(told.house.second)
    assert foreseen(second) == [], "it is decided"
    (batch,) = preview(session, told, at=second.at).effects
    assert (batch.after, batch.waiting) == (Share(60, 100), 0), "the batch takes all of them"
    with pytest.raises(BadInput) as refused:
        numbers(session, told, at=second.at)
    assert (refused.value.params["contest"], refused.value.params["total"]) == (60, 160)


def test_a_filing_is_told_of_those_who_wait_and_its_organiser_of_nothing(
    session: Session, told: Organised
) -> None:
    beside(told, session, 100)
    won(Contest(session, told), 30, first=1)
    filed = Contest(session, told).filed(expected=60)
    for role in (Role.REVIEWER, Role.SUPERVISOR, Role.CENTRE, Role.AUDITOR):
        (effect,) = foreseen(filed, role)
        assert (effect.after, effect.waiting, effect.allowed) == (Share(60, 100), 30, False)
    assert foreseen(filed, Role.ORGANISER) == []


def test_who_has_a_number_by_now_waits_no_more(session: Session, told: Organised) -> None:
    beside(told, session, 100)
    first = won(Contest(session, told), 30, first=1)
    assert numbers(session, told, at=first.at)
    (effect,) = foreseen(Contest(session, told).filed(expected=20))
    assert (effect.before, effect.after, effect.waiting) == (Share(30, 100), Share(40, 100), 0)


def test_a_person_who_won_twice_or_holds_one_waits_once_or_not_at_all(
    session: Session, told: Organised
) -> None:
    contests = [won(Contest(session, told), 3, first=first) for first in (1, 2)]
    (effect,) = foreseen(filed := Contest(session, told).filed(expected=2))
    assert effect.waiting == 4, "persons 1 to 3 and 2 to 4"
    learners = session.connection().execute(
        text("SELECT learner_id FROM claim WHERE case_id = :id AND awarded"),
        {"id": contests[0].id},
    )
    here = told.house.district_id
    City(session, told.house, here, here).gives(
        Route.EXAM, 3, None, learners=list(learners.scalars())
    )
    (effect,) = foreseen(filed)
    assert effect.waiting == 1


def test_a_batch_of_training_is_told_of_the_winners_but_not_twice_of_its_own(
    session: Session, told: Organised
) -> None:
    life = Class(session, told.house).reported()
    won(Contest(session, told), 5, first=1)

    def effect() -> Effect:
        found = preflight_board.preview(session, Route.TRAINING, None, fit=anything, at=life.at)
        (only,) = found.effects
        return only

    assert (effect().after, effect().waiting) == (Share(5, 4), 5)
    session.execute(
        text("UPDATE claim SET learner_id = (SELECT min(learner_id) FROM enrolment)"
             " WHERE id = (SELECT min(id) FROM claim WHERE awarded)")
    )  # fmt: skip
    assert (effect().after, effect().waiting) == (Share(4, 4), 4)


# ── The turn of the year ────────────────────────────────────────────────────────────────────────
def test_a_contest_of_december_is_held_to_its_own_year_when_it_is_numbered_in_january(
    session: Session, told: Organised
) -> None:
    beside(told, session, 100)
    late = held(Contest(session, told, at=YEARS_END), 43, first=1, held_on=DECEMBER)
    late.at = NOON.replace(year=2027, month=1, day=12)
    (effect,) = foreseen(late)
    assert (effect.year, effect.after) == (2026, Share(43, 100))
    late.confirmed(told.house.second)
    (batch,) = preview(session, told, at=late.at).effects
    assert (batch.year, batch.after) == (2026, Share(43, 100))
    with pytest.raises(BadInput) as refused:
        numbers(session, told, at=late.at)
    assert refused.value.params["year"] == 2026


def test_what_is_numbered_in_january_adds_to_the_year_of_its_day(
    session: Session, told: Organised
) -> None:
    beside(told, session, 100)
    late = won(Contest(session, told, at=YEARS_END), 30, first=1, held_on=DECEMBER)
    january = NOON.replace(year=2027, month=1, day=12)
    assert numbers(session, told, at=january)
    here: dict[int | None, int] = {told.house.district_id: 0}
    for year, share in ((2026, Share(30, 100)), (2027, Share(0, 0))):
        (effect,) = share_board.effect(session, Route.CONTEST, here, year=year)
        assert effect.before == share
    assert late.case().year == 2026


def test_a_batch_of_two_years_is_held_to_both(session: Session, told: Organised) -> None:
    january = NOON.replace(year=2027, month=1, day=12)
    beside(told, session, 100)
    beside_then = City(session, told.house, told.house.district_id, told.house.district_id)
    beside_then.numbers = iter(range(1000, 2000))
    beside_then.gives(Route.TRAINING, 10, told.house.district_id, at=january)
    won(Contest(session, told, at=YEARS_END), 30, first=1, held_on=DECEMBER)
    newer = won(Contest(session, told), 5, first=101)
    session.execute(text("UPDATE route_case SET year = 2027 WHERE id = :id"), {"id": newer.id})
    effects = preview(session, told, at=january).effects
    assert [(one.year, one.after) for one in effects] == [
        (2026, Share(30, 100)), (2027, Share(5, 10)),
    ]  # fmt: skip
    with pytest.raises(BadInput) as refused:
        numbers(session, told, at=january)
    assert refused.value.params["year"] == 2027
