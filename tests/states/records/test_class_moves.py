"""A class under way is moved to other rules only by two persons, with a reason (A02)."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session

from states import actions
from states.actor import Actor
from states.errors import BadInput, NotAllowed, NotYours
from states.records import adoption, class_moves, rule_versions
from states.records.class_moves import Rules
from states.records.inspections import Act
from states.records.projects import load
from states.rules.deadlines import shanghai_day
from states.rules.dossier import ClassFacts
from states.rules.facts import ClassEnded, ScoresImported
from states.rules.law import the_law
from states.rules.passport import flags, why
from tests.house import House, Life, a_house, two_officers
from tests.states.records.test_rule_versions import BANK

NEW = Rules("2026-67", "2025", "bank-2026")


@pytest.fixture
def house(session: Session) -> House:
    return a_house(session)


class Story:
    """A running class, a bank that was published after it opened, and two officers."""

    def __init__(self, session: Session, house: House) -> None:
        self.session, self.house = session, house
        self.first, self.second = two_officers(session)
        self.life = Life(session, house).running()
        self.life.at = datetime(2026, 4, 20, 4, tzinfo=UTC)
        proposal = rule_versions.propose(
            session, BANK, note="", retroactive=False, corrects_id=None, actor=self.first,
            at=self.life.at,
        )  # fmt: skip
        rule_versions.publish(session, proposal, actor=self.second, at=self.life.at)
        adoption.refresh(session)

    def act(self, actor: Actor) -> Act:
        return Act(self.life.id, actor, self.life.at)

    def proposes(self, rules: Rules = NEW, *, words: str = "示例理由") -> None:
        class_moves.propose(self.session, 1, rules, words=words, act=self.act(self.first))

    def decides(self, actor: Actor, *, moved: bool = True, words: str = "") -> None:
        class_moves.decide(self.session, 1, moved=moved, words=words, act=self.act(actor))

    @property
    def klass(self) -> ClassFacts:
        (project,) = load(self.session, [self.life.id])
        at = self.life.at
        assert actions.replay(project.recorded, at=at) is project.stage
        return project.dossier(at, shanghai_day(at)).classes[1]

    def row(self) -> tuple[str, date | None]:
        found = self.session.execute(text("SELECT bank, moved_on FROM training_class")).one()
        return found.bank, found.moved_on


@pytest.fixture
def story(session: Session, house: House) -> Story:
    return Story(session, house)


def test_two_persons_move_a_class_and_its_passport_says_so(story: Story) -> None:
    story.proposes()
    assert (story.klass.bank, story.row()) == ("2025", ("2025", None)), "a proposal moves nothing"
    with pytest.raises(NotAllowed) as caught:
        story.decides(story.first)
    assert [f.code for f in caught.value.findings] == ["class_move_needs_another_person"]
    story.decides(story.second)
    klass = story.klass
    assert klass.moved
    assert (klass.bank, klass.moved.text, klass.moved.on) == (
        "bank-2026", "示例理由", date(2026, 4, 20)
    )  # fmt: skip
    assert story.row() == ("bank-2026", date(2026, 4, 20))
    assert why(klass, the_law(), today=date(2026, 4, 21)).code == "opened_under_the_notice"
    assert flags(klass, the_law()) == ()
    story.life.wait(days=60)
    assert story.klass.bank == "bank-2026"


def test_a_declined_move_changes_nothing_and_needs_a_reason(story: Story) -> None:
    story.proposes()
    with pytest.raises(BadInput):
        story.decides(story.second, moved=False)
    story.decides(story.second, moved=False, words="不宜变更")
    assert (story.klass.bank, story.klass.move_proposed, story.klass.moved) == ("2025", None, None)
    with pytest.raises(NotAllowed):
        story.decides(story.second)
    story.proposes()


@pytest.mark.parametrize(
    ("rules", "code"),
    [(Rules("2026-67", "2025", "2025"), "class_move_changes_nothing"), (NEW, "class_move_is_open")],
)
def test_what_may_not_be_proposed(story: Story, rules: Rules, code: str) -> None:
    if code == "class_move_is_open":
        story.proposes()
    with pytest.raises(NotAllowed) as caught:
        story.proposes(rules)
    assert code in [f.code for f in caught.value.findings]


def test_unknown_versions_no_reason_and_other_roles_are_refused(story: Story) -> None:
    for rules, words in ((Rules("2026-67", "2025", "bank-x"), "x"), (NEW, " ")):
        with pytest.raises(BadInput):
            story.proposes(rules, words=words)
    with pytest.raises(NotYours):
        class_moves.propose(story.session, 1, NEW, words="x", act=story.act(story.house.centre))


def test_with_scores_in_it_is_too_late(story: Story) -> None:
    story.proposes()
    story.life.says(
        ClassEnded(
            class_no=1, ended_on=date(2026, 5, 8), delivered_half_hours=80, online_half_hours=40
        ),
        story.house.provider,
        days=19,
    )
    story.life.says(
        ScoresImported(
            class_no=1, sheet_sha256="1" * 64, assessed_on=date(2026, 5, 9), passed=25, failed=5,
            absent=0,
        ),
        story.house.examiner,
    )  # fmt: skip
    with pytest.raises(NotAllowed) as caught:
        story.decides(story.second)
    assert [f.code for f in caught.value.findings] == ["class_move_comes_too_late"]
    story.decides(story.second, moved=False, words="已登记成绩")
    with pytest.raises(NotAllowed) as caught:
        story.proposes()
    assert [f.code for f in caught.value.findings] == ["class_move_comes_too_late"]
