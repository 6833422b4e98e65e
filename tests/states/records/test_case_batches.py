"""Batches of the other uploaders: a contest's winners down to their numbers, within the share."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, col, select

from states.actor import Actor
from states.errors import BadInput, NotYours
from states.records import batches, certificate_board, certificates, receipts, secrets
from states.records.certificate_queue import ready, visible_batch
from states.records.db import engine, transaction
from states.records.tables import Appointment, Certificate, Claim, Office, RouteCase
from states.rules.cases.kinds import CaseStage
from states.rules.routes import Route
from states.rules.shares import Share
from states.rules.stages import Role
from tests.city import City, a_city
from tests.desks import ReceiptRow
from tests.house import NOON, everything_prints
from tests.keys import MASTERS
from tests.route_house import Contest, Organised, awarded, organised

DISTRICTS, ISSUERS = 4, 50


def in_a_big_district(session: Session, told: Organised) -> Contest:
    """A contest to be, in a district that has certificates enough of the other routes."""
    there = Office(kind="district", code="PD", name_zh="浦东新区", name_en="Pudong New Area")
    session.add(there)
    session.flush()
    here = told.house.district_id
    City(session, told.house, here, there.id).gives(Route.EVALUATION, 20, here)
    return Contest(session, told)


@pytest.fixture
def contest(session: Session) -> Contest:
    """A confirmed contest with five winners."""
    held = in_a_big_district(session, organised(session)).held(*range(1000, 900, -10))
    return held.confirmed(held.house.second)


def batch_of(contest: Contest) -> int:
    made = batches.make_batch(
        contest.session, actor=contest.house.first, at=contest.at, fit=everything_prints,
        route=Route.CONTEST,
    )  # fmt: skip
    assert made
    return made


def answers(contest: Contest, batch: int, *, refused: int = 0) -> receipts.Receipt:
    """The city accepts all of a batch but the last ones."""
    rows = certificate_board.batch_rows(contest.session, batch)
    told = [
        ReceiptRow(place, row.serial, accepted=False, reason="照片不符")
        if place >= len(rows) - refused
        else ReceiptRow(place, row.serial, certificate_number=f"YB{row.serial}")
        for place, row in enumerate(rows)
    ]
    return receipts.import_receipt(
        contest.session, batch_id=batch, rows=told, filename="receipt.xlsx", sha256="3" * 64,
        actor=contest.house.first, at=contest.at,
    )  # fmt: skip


def test_the_district_numbers_the_winners_and_the_case_comes_to_its_end(contest: Contest) -> None:
    (line,) = ready(contest.session, contest.house.first)
    assert (line.route, line.people) == (Route.CONTEST, 5)
    batch = batch_of(contest)
    rows = certificate_board.batch_rows(contest.session, batch)
    assert {(row.provider_name, row.level) for row in rows} == {("上海示例行业协会", "basic")}
    assert [row.serial for row in rows] == [f"AIP-2026-{n:06}" for n in range(1, 6)]
    answers(contest, batch)
    assert contest.case().stage == contest.replayed() == CaseStage.COLLECTED
    assert not ready(contest.session, contest.house.first)


def test_a_refused_winner_is_put_right_or_given_up_by_the_district(contest: Contest) -> None:
    batch = batch_of(contest)
    assert answers(contest, batch, refused=2).refused == 2
    assert contest.case().stage == CaseStage.CONFIRMED
    first, second = certificate_board.batch_rows(contest.session, batch)[-2:]
    told: dict[str, Any] = {"actor": contest.house.first, "at": contest.at}
    with pytest.raises(NotYours):
        certificates.release(
            contest.session, certificate_id=first.id, actor=contest.house.centre, at=contest.at
        )
    certificates.release(contest.session, certificate_id=first.id, **told)
    assert certificates.drop(contest.session, certificate_id=second.id, text="放弃", **told) is None
    assert contest.case().stage == CaseStage.CONFIRMED
    answers(contest, batch_of(contest))
    assert contest.case().stage == CaseStage.COLLECTED
    assert contest.replayed() is CaseStage.COLLECTED


def test_winners_who_hold_one_already_are_held_and_the_case_does_not_wait_for_them(
    session: Session, contest: Contest
) -> None:
    learners = list(session.exec(select(Claim.learner_id).where(col(Claim.awarded))))[-5:]
    there = session.exec(select(Office).where(Office.code == "PD")).one()
    City(session, contest.house, contest.house.district_id, there.id, iter(range(900, 999))
         ).gives(Route.EXAM, 5, there.id, learners=learners)  # fmt: skip
    made = batches.make_batch(
        session, actor=contest.house.first, at=contest.at, fit=everything_prints,
        route=Route.CONTEST,
    )  # fmt: skip
    assert made is None, "nobody is left to be numbered"
    held = session.exec(select(Certificate).where(Certificate.state == "held")).all()
    assert {one.learner_id for one in held} == set(learners)
    assert contest.case().stage == CaseStage.COLLECTED


def test_a_batch_belongs_to_its_uploader(contest: Contest) -> None:
    batch_of(contest)
    (batch,) = certificate_board.batches(contest.session, uploader=contest.house.district_id)
    code = batch.code
    assert code.startswith("HP-")
    own = visible_batch(contest.session, contest.house.first, code, change=True)
    assert visible_batch(contest.session, contest.house.centre, code) == own
    for actor in (contest.house.provider, contest.organiser):
        with pytest.raises(NotYours):
            batches.make_batch(
                contest.session, actor=actor, at=NOON, fit=everything_prints, route=Route.CONTEST
            )


def test_a_batch_that_would_take_the_district_above_its_share_numbers_nobody(
    session: Session,
) -> None:
    told = organised(session)
    contest = Contest(session, told).held(900, 800)
    contest.confirmed(told.house.second)
    with pytest.raises(BadInput) as refused:
        batch_of(contest)
    assert refused.value.params["why"] == "share_needs_waiver"


@pytest.fixture
def shared(migrated: str) -> Iterator[Engine]:
    secrets.use(b"stories" * 5, MASTERS)
    made = engine(migrated, pool_size=24)
    yield made
    made.dispose()


def districts_of(session: Session, others: int) -> list[Actor]:
    """Districts with so many certificates of other routes, each with a person who batches."""
    city = a_city(session)
    found = []
    for number in range(DISTRICTS):
        office = Office(kind="district", code=f"D{number}", name_zh="示例区", name_en="District")
        session.add(office)
        session.flush()
        city.gives(Route.TRAINING, others - number, office.id, state="issued")
        person = city.house.first.person_id or 0
        session.add(
            Appointment(
                person_id=person, office_id=office.id, role=Role.REVIEWER, since=NOON.date()
            )
        )
        found.append(Actor(person, office.id, Role.REVIEWER, "story"))
    return found


def a_winner(session: Session, actor: Actor, number: int) -> None:
    case = RouteCase(
        code=f"W{number}", route=Route.CONTEST, title="示例", office_id=actor.office_id or 0,
        district_id=actor.office_id, stage="confirmed", filed_at=NOON, stage_since=NOON,
    )  # fmt: skip
    session.add(case)
    session.flush()
    awarded(session, case.id, [number])


def test_of_two_hundred_who_issue_at_once_none_passes_the_share_unseen(shared: Engine) -> None:
    with transaction(shared) as session:
        actors = districts_of(session, 70)

    def issues(number: int) -> bool:
        actor = actors[number % DISTRICTS]
        with transaction(shared) as session:
            a_winner(session, actor, number)
            try:
                batches.make_batch(
                    session, actor=actor, at=NOON, fit=everything_prints, route=Route.CONTEST
                )
            except BadInput:
                session.rollback()
                return False
            return True

    with ThreadPoolExecutor(20) as pool:
        passed = list(pool.map(issues, range(DISTRICTS * ISSUERS)))
    # 3/7 of the other routes' certificates at most: 30 % of all (C39).
    expected = [Share(3 * (70 - number) // 7, 70 - number) for number in range(DISTRICTS)]
    with Session(shared) as session:
        found = session.connection().execute(text("SELECT serial FROM certificate ORDER BY id"))
        serials = sorted(serial for serial in found.scalars() if serial.startswith("AIP"))
        counts = {
            row.district_id: row.n
            for row in session.connection().execute(
                text(
                    "SELECT district_id, count(*) AS n FROM certificate"
                    " WHERE route = 'skills_contest' GROUP BY district_id"
                )
            )
        }
    assert [counts[actor.office_id] for actor in actors] == [one.contest for one in expected]
    assert passed.count(True) == len(serials) == sum(one.contest for one in expected)
    assert serials == [f"AIP-2026-{n:06}" for n in range(1, len(serials) + 1)]
