"""A draw is kept with all that is needed to repeat it, and nobody draws outside their district."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from states.actor import Actor
from states.errors import BadInput, NotFound, NotYours
from states.records import campaigns, inspections
from states.records.acts import latest
from states.records.campaign_board import CampaignLine, campaign, picks
from states.records.campaign_board import campaigns as listed
from states.records.campaigns import Order, draw, draw_again, preview
from states.records.inspections import Act, Check
from states.records.tables import CampaignPick
from states.rules.stages import Role
from states.rules.supervision import Manner
from tests.desks import Class, learners
from tests.house import House, a_house

TEN = Order("四月抽查", Manner.ON_SITE, 10, seed="2026-04")


@pytest.fixture
def house(session: Session) -> House:
    return a_house(session)


@pytest.fixture
def life(session: Session, house: House) -> Class:
    """A class that began this morning, with eleven learners."""
    return Class(session, house).filed().enrols(learners(11)).wait(days=7)


def code_of(life: Class) -> str:
    return life.outcome.code


def drawn(life: Class, order: Order, who: Actor | None = None) -> CampaignLine:
    who = who or life.house.supervisor
    (number,) = draw(life.session, order, actor=who, at=life.at)
    return campaign(life.session, who, number)


def test_one_running_class_is_drawn_and_the_ledger_knows_the_seed(life: Class) -> None:
    made = drawn(life, TEN)
    assert (made.size, made.picks, made.done, made.seed) == (1, 1, 0, "2026-04")
    (pick,) = picks(life.session, made.id)
    assert pick.key == f"{code_of(life)}/1"
    act = next(a for a in latest(life.session) if a.about == f"campaign/{made.id}")
    assert act.name == campaigns.DRAWN
    assert act.detail == {"seed": "2026-04", "digest": made.population_digest, "percent": 10}


def test_ten_percent_of_eleven_learners_are_two(life: Class) -> None:
    order = Order("电话回访", Manner.PHONE, 10, code=code_of(life), class_no=1)
    before = preview(life.session, order, actor=life.house.supervisor, at=life.at)
    made = drawn(life, order)
    assert (before.size, before.picks) == (made.size, made.picks) == (11, 2)
    assert {pick.enrolment_id for pick in picks(life.session, made.id)} <= set(life.known())
    assert len(made.seed) == 16  # nobody gave one


def test_a_draw_repeated_gives_the_same_also_when_the_world_moved_on(life: Class) -> None:
    order = Order("电话回访", Manner.PHONE, 30, code=code_of(life), class_no=1)
    made = drawn(life, order)
    life.enrols(learners(4))
    again = draw_again(life.session, life.house.centre, made.id)
    assert (again.same_list, again.same_picks, len(again.population)) == (True, True, 11)


def test_a_draw_that_was_tampered_with_is_found_out(life: Class) -> None:
    order = Order("电话回访", Manner.PHONE, 30, code=code_of(life), class_no=1)
    made = drawn(life, order)
    first = life.session.exec(
        select(CampaignPick).where(CampaignPick.campaign_id == made.id, CampaignPick.place == 1)
    ).one()
    listed = draw_again(life.session, life.house.centre, made.id).population
    taken = {pick.key for pick in picks(life.session, made.id)}
    first.key = next(key for key in listed if key not in taken)
    life.session.flush()
    again = draw_again(life.session, life.house.centre, made.id)
    assert (again.same_list, again.same_picks) == (True, False)
    life.session.connection().execute(text("UPDATE campaign SET population = '[\"x\"]'"))
    assert not draw_again(life.session, life.house.centre, made.id).same_list


def test_a_check_of_a_pick_moves_the_bar(life: Class) -> None:
    made = drawn(life, TEN)
    (pick,) = picks(life.session, made.id)
    check = Check(1, Manner.ON_SITE, date(2026, 4, 8), pick_id=pick.id)
    inspections.record_check(life.session, check, Act(life.id, life.house.supervisor, life.at))
    (line,) = listed(life.session, life.house.supervisor)
    assert (line.picks, line.done) == (1, 1)
    (looked,) = picks(life.session, made.id)
    assert looked.checked_on == date(2026, 4, 8)


def test_a_learner_that_was_drawn_is_the_one_to_be_checked(life: Class) -> None:
    order = Order("电话回访", Manner.PHONE, 10, code=code_of(life), class_no=1)
    pick = picks(life.session, drawn(life, order).id)[0]
    another = next(one for one in life.known() if one != pick.enrolment_id)
    by = Act(life.id, life.house.supervisor, life.at)
    for learner in (another, None):
        check = Check(1, Manner.PHONE, date(2026, 4, 8), enrolment_id=learner, pick_id=pick.id)
        with pytest.raises(BadInput):
            inspections.record_check(life.session, check, by)
    check = Check(
        1, Manner.PHONE, date(2026, 4, 8), enrolment_id=pick.enrolment_id, pick_id=pick.id
    )
    inspections.record_check(life.session, check, by)


def test_the_centre_draws_for_every_district_that_trains(life: Class) -> None:
    made = drawn(life, TEN, life.house.centre)
    assert made.ordered
    (seen,) = listed(life.session, life.house.supervisor)
    assert (seen.id, seen.ordered) == (made.id, True)
    with pytest.raises(NotYours):
        draw(
            life.session, Order("x", Manner.PHONE, 10, code=code_of(life), class_no=1),
            actor=life.house.centre, at=life.at,
        )  # fmt: skip


def test_a_class_that_has_not_begun_or_has_ended_is_not_drawn(life: Class) -> None:
    life.ends()
    with pytest.raises(BadInput) as refused:
        drawn(life, TEN)
    assert refused.value.params["why"] == "nobody_to_draw"
    Class(life.session, life.house, at=life.at).filed(on=life.at.date() + timedelta(days=3))
    assert preview(life.session, TEN, actor=life.house.supervisor, at=life.at).size == 0


@pytest.mark.parametrize(
    ("order", "why"),
    [
        (Order("x", Manner.PHONE, 0), "percent_of_nothing"),
        (Order("x", Manner.PHONE, 101), "percent_of_nothing"),
        (Order("x", Manner.PHONE, 10, seed="s" * 65), "seed_too_long"),
        (Order(" ", Manner.PHONE, 10), "name_is_required"),
    ],
)
def test_an_order_that_is_not_right_draws_nothing(life: Class, order: Order, why: str) -> None:
    with pytest.raises(BadInput) as refused:
        drawn(life, order)
    assert refused.value.params["why"] == why


def test_another_districts_draw_is_not_there(life: Class) -> None:
    made = drawn(life, TEN)
    neighbour = Actor(99, life.house.district_id + 1000, Role.SUPERVISOR)
    assert listed(life.session, neighbour) == []
    for look in (campaign, draw_again):
        with pytest.raises(NotFound):
            look(life.session, neighbour, made.id)
    order = Order("x", Manner.PHONE, 10, code=code_of(life), class_no=1)
    with pytest.raises(NotFound):
        draw(life.session, order, actor=neighbour, at=life.at)
    for who in (life.house.provider, life.house.examiner):
        with pytest.raises(NotYours):
            draw(life.session, TEN, actor=who, at=life.at)


def test_ten_thousand_classes_are_drawn_in_a_handful_of_statements(life: Class) -> None:
    life.session.connection().execute(
        text("""
        INSERT INTO training_class (project_id, no, opens_on, ends_on, regime, standard, bank,
                                    reason)
        SELECT project_id, n, opens_on, ends_on, regime, standard, bank, reason
          FROM training_class, generate_series(2, 10000) AS n
        """)
    )
    made = drawn(life, TEN)
    assert (made.size, made.picks) == (10_000, 1_000)
    assert draw_again(life.session, life.house.supervisor, made.id).same_picks
    keys = life.session.exec(
        select(CampaignPick.key).where(col(CampaignPick.campaign_id) == made.id)
    ).all()
    assert len(set(keys)) == 1_000
