"""Any order of facts and moves: the stage is always the replay of the facts, and never skips."""

import contextlib
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, text
from sqlmodel import Session

from states import actions
from states.actor import Actor
from states.errors import DubanError
from states.records import secrets
from states.records.projects import load
from states.rules import facts as said
from states.rules.facts_of_returns import Result, ScoreCorrected, ScoreCorrectionDecided
from states.rules.facts_of_rules import ClassMoveDecided, ClassMoveProposed
from states.rules.facts_of_supervision import (
    CheckRecorded,
    CheckReviewed,
    FaultFound,
    RectificationReported,
)
from states.rules.law import the_law
from states.rules.machine import targets
from states.rules.stages import STRAIGHT_PATH
from states.rules.supervision import Manner
from tests.house import Life, a_house, a_plan, two_officers
from tests.keys import MASTERS


class AnyOrder(RuleBasedStateMachine):
    """A project in the hands of people who try everything, in any order, at any time."""

    bind: Engine

    def __init__(self) -> None:
        super().__init__()
        secrets.use(b"any order" * 4, MASTERS)
        self.connection = self.bind.connect()
        self.outer = self.connection.begin()
        self.session = Session(
            self.connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        self.house = a_house(self.session)
        self.officers = two_officers(self.session)
        self.life = Life(self.session, self.house)

    @initialize(begins=st.sampled_from(["proposed", "approved", "running", "assessed"]))
    def begins(self, begins: str) -> None:
        getattr(self.life, begins)()

    def teardown(self) -> None:
        self.session.close()
        self.outer.rollback()
        self.connection.close()

    def tries(self, fact: said.Fact, actor: Actor) -> None:
        """Record the fact if the rules let it in; a refusal must leave nothing behind."""
        self.life.settle = self.settle_now
        with contextlib.suppress(DubanError), self.session.begin_nested():
            self.life.says(fact, actor)

    settle_now = True
    faults = 0

    @rule(now=st.booleans())
    def switches_settling(self, *, now: bool) -> None:
        self.settle_now = now

    @rule(days=st.integers(0, 40))
    def time_passes(self, days: int) -> None:
        self.life.wait(days=days)

    @rule(who=st.sampled_from(["first", "second", "provider"]))
    def signs(self, who: str) -> None:
        self.tries(said.ReviewSigned(), getattr(self.house, who))

    @rule()
    def sends_back(self) -> None:
        self.tries(said.SentBack(code="hours", text="请补正"), self.house.first)

    @rule(online=st.sampled_from([40, 41]))
    def resubmits(self, online: int) -> None:
        plan = a_plan(online=online, offline=80 - online)
        self.tries(plan, self.house.provider)

    @rule()
    def opens(self) -> None:
        with contextlib.suppress(DubanError), self.session.begin_nested():
            self.life.opened(on=self.life.at.date() + timedelta(days=1))

    @rule(hours=st.sampled_from([78, 80]))
    def ends(self, hours: int) -> None:
        fact = said.ClassEnded(
            class_no=1,
            ended_on=self.life.at.date(),
            delivered_half_hours=hours,
            online_half_hours=40,
        )
        self.tries(fact, self.house.provider)

    @rule(missing=st.sampled_from([0, 1]))
    def scores(self, missing: int) -> None:
        fact = said.ScoresImported(
            class_no=1,
            sheet_sha256="2" * 64,
            assessed_on=self.life.at.date(),
            passed=20,
            failed=10 - missing,
            absent=0,
            missing=missing,
        )
        self.tries(fact, self.house.examiner)

    @rule(who=st.sampled_from(["first", "examiner"]))
    def confirms(self, who: str) -> None:
        self.tries(said.ScoresConfirmed(class_no=1), getattr(self.house, who))

    @rule(after=st.sampled_from(["fail", "absent"]), number=st.integers(1, 2))
    def corrects(self, after: Result, number: int) -> None:
        fact = ScoreCorrected(
            class_no=1, correction_id=number, enrolment_id=number, before="pass", after=after,
            text="登分有误",
        )  # fmt: skip
        self.tries(fact, self.house.examiner)

    @rule(number=st.integers(1, 2), confirmed=st.booleans())
    def decides(self, number: int, *, confirmed: bool) -> None:
        fact = ScoreCorrectionDecided(
            class_no=1, correction_id=number, enrolment_id=number, confirmed=confirmed
        )
        self.tries(fact, self.house.second)

    @rule()
    def reports(self) -> None:
        fact = said.ReturnAccepted(return_id=1, month="2026-05", class_nos=(1,))
        self.tries(fact, self.house.centre)

    @rule(count=st.sampled_from([19, 20]))
    def certifies(self, count: int) -> None:
        self.tries(said.CertificatesBatched(batch_id=1, count=count), self.house.centre)
        self.tries(said.ReceiptImported(batch_id=1, accepted=count, refused=0), self.house.centre)

    @rule(days=st.integers(-1, 10), fine=st.booleans())
    def checks(self, days: int, *, fine: bool) -> None:
        due_on = self.life.at.date() + timedelta(days=days)
        self.faults += not fine
        found = FaultFound(fault_id=self.faults, code="other", due_on=due_on)
        fact = CheckRecorded(
            class_no=1, check_id=1, manner=Manner.VIDEO, checked_on=self.life.at.date(),
            faults=() if fine else (found,),
        )  # fmt: skip
        self.tries(fact, self.house.supervisor)

    @rule(fault=st.integers(1, 3))
    def puts_right(self, fault: int) -> None:
        self.tries(RectificationReported(class_no=1, fault_id=fault), self.house.provider)

    @rule(fault=st.integers(1, 3), accepted=st.booleans())
    def rechecks(self, fault: int, *, accepted: bool) -> None:
        fact = CheckReviewed(
            class_no=1, fault_id=fault, accepted=accepted, due_on=self.life.at.date()
        )
        self.tries(fact, self.house.supervisor)

    @rule(regime=st.sampled_from(["2025", "2026-67"]), who=st.sampled_from([0, 1]))
    def proposes_a_move(self, regime: str, who: int) -> None:
        fact = ClassMoveProposed(
            class_no=1, regime=regime, standard="2025", bank="2025", text="示例"
        )
        self.tries(fact, self.officers[who])

    @rule(who=st.sampled_from([0, 1]), moved=st.booleans(), back=st.integers(1, 3))
    def decides_a_move(self, who: int, *, moved: bool, back: int) -> None:
        seq = self.life.outcome.ledger_seq - back
        self.tries(ClassMoveDecided(class_no=1, proposal=seq, moved=moved), self.officers[who])

    @rule(kind=st.sampled_from([said.Suspended, said.Resumed, said.Terminated]))
    def interferes(self, kind: type[said.Suspended]) -> None:
        self.tries(kind(text="核查"), self.house.second)

    @invariant()
    def the_stage_is_the_replay_of_the_facts(self) -> None:
        self.life.wait(days=0)
        (project,) = load(self.session, [self.life.id])
        assert actions.replay(project.recorded, at=self.life.at) is project.stage

    @invariant()
    def the_ledger_has_no_gap_and_every_move_is_an_arrow(self) -> None:
        rows = self.session.execute(
            text("SELECT * FROM ledger WHERE project_id = :id ORDER BY seq"), {"id": self.life.id}
        ).all()
        assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
        moves = [(row.from_stage, row.to_stage) for row in rows if row.kind == "move"]
        assert set(moves) <= arrows()
        assert all(one[1] == following[0] for one, following in pairwise(moves))


def arrows() -> set[tuple[str, str]]:
    """Every arrow that the rulebooks draw."""
    return {
        (str(source), str(target))
        for book in the_law().regimes.values()
        for arrow in book.arrows
        for source in arrow.source
        for target in targets(arrow, book)
    }


@pytest.mark.parametrize("examples", [40])
def test_any_order_of_facts_and_moves(bind: Engine, examples: int) -> None:
    AnyOrder.bind = bind
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_straight_path_alone_needs_every_stage() -> None:
    assert {(str(a), str(b)) for a, b in pairwise(STRAIGHT_PATH)} <= arrows()
    assert date(2026, 3, 19) == the_law().regimes["2026-67"].opens_from
