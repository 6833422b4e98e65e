"""People of a contest are forgotten too: winners when their certificate's time is over."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from states.records import certificate_board, chain, claims, forgetting, traces
from states.records.tables import Claim, Learner, Mail
from tests.route_house import Contest, organised
from tests.states.records.test_case_batches import answers, batch_of, in_a_big_district

LATER = datetime(2040, 6, 1, tzinfo=UTC)


@pytest.fixture
def collected(session: Session) -> Contest:
    """Ten took part, five have their certificate, and one of these was asked to be replaced."""
    contest = in_a_big_district(session, organised(session)).held(*range(1000, 900, -10))
    contest.confirmed(contest.house.second)
    batch = batch_of(contest)
    answers(contest, batch)
    one = certificate_board.batch_rows(session, batch)[0]
    chain.ask(
        session, one.id, chain.REPLACE, reason="本人遗失", actor=contest.house.first, at=contest.at
    )
    return contest


def forget(session: Session, as_of: date) -> dict[str, int]:
    counts = forgetting.counted(traces.empty(session, as_of, at=LATER))
    session.expire_all()
    return {kind: n for kind, n in forgetting.totals(counts).items() if kind.startswith("case_")}


def test_who_took_part_goes_after_three_years_and_winners_after_ten(
    session: Session, collected: Contest
) -> None:
    assert forget(session, date(2029, 4, 18)) == {}
    assert forget(session, date(2029, 4, 19)) == {"case_people": 5}
    shown = claims.of_case(session, collected.id)
    assert [bool(one.name) for one in shown] == [True] * 5 + [False] * 5
    # With them go those who fill the district's statistics.
    assert forget(session, date(2036, 4, 19)) == {"case_people": 25, "case_certificate_names": 5}
    people = session.exec(select(Learner).join(Claim)).all()
    numbers = {(one.number_sealed, one.number_index) for one in people if one.id}
    assert (b"", None) in numbers
    assert session.connection().execute(
        text("SELECT count(*) FROM certificate_change WHERE reason_sealed <> ''")
    ).scalar() == 0  # fmt: skip
    assert {claim.score for claim in session.exec(select(Claim)) if claim.awarded}, "results stay"


def test_a_learner_of_a_case_is_no_stray(session: Session, collected: Contest) -> None:
    before = len(claims.of_case(session, collected.id))
    traces.clear_leftovers(session)
    assert len(claims.of_case(session, collected.id)) == before


def test_the_organiser_and_the_district_are_told(session: Session, collected: Contest) -> None:
    house = collected.house
    number = forgetting.propose(
        session, date(2029, 4, 19), "保存期满", actor=house.centre, at=LATER
    )
    second = type(house.centre)(
        house.first.person_id, house.centre.office_id, house.centre.role, "s"
    )
    forgetting.approve(session, number, actor=second, at=LATER)
    letters = session.exec(select(Mail).where(Mail.letter == forgetting.LETTER)).all()
    told = {letter.person_id for letter in letters}
    assert {collected.organiser.person_id, house.first.person_id} <= told
    assert {letter.context["learners"] for letter in letters} == {5}
