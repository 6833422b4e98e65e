"""Rule versions: proposed by one, published by another, counted, never overlapping, all kept."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from states import actions
from states.errors import BadInput, NotAllowed, NotYours
from states.records import adoption, rule_versions, what_if
from states.records.acts import latest
from states.records.projects import load
from states.rules.law import the_law
from states.rules.stages import Stage
from states.rules.versions import RuleVersion, VersionKind
from states.rules.what_if import Effect, law_with_notice_on
from tests.house import NOON, House, Life, a_house, a_plan, two_officers

JUNE = date(2026, 6, 1)
BANK = RuleVersion(
    kind=VersionKind.BANK, id="bank-2026", title="考核题库（2026）", document="示例文件第1号",
    effective_from=JUNE, succeeds="2025", pass_tenths=700, full_tenths=1000,
)  # fmt: skip
NOTICE = RuleVersion(
    kind=VersionKind.REGIME, id="notice-2", title="示例通知第2号", document="示例通知第2号",
    effective_from=JUNE, succeeds="2026-67", half_hours=88, online_percent=40, class_least=5,
    class_most=60,
)  # fmt: skip


@pytest.fixture
def house(session: Session) -> House:
    return a_house(session)


class Bureau:
    """Two officers at work."""

    def __init__(self, session: Session, house: House) -> None:
        self.session, self.house, self.at = session, house, NOON
        self.first, self.second = two_officers(session)

    def proposes(self, version: RuleVersion = BANK, **told: str | int | bool | None) -> int:
        given: dict[str, Any] = {"note": "", "retroactive": False, "corrects_id": None} | told
        return rule_versions.propose(self.session, version, actor=self.first, at=self.at, **given)

    def publishes(self, proposal: int) -> what_if.Reach:
        reach = rule_versions.publish(self.session, proposal, actor=self.second, at=self.at)
        adoption.refresh(self.session)
        return reach

    def refuses(self, version: RuleVersion, **told: str | int | bool | None) -> str:
        with pytest.raises(BadInput) as caught:
            self.proposes(version, **told)
        return str(caught.value.params["why"])


@pytest.fixture
def bureau(session: Session, house: House) -> Bureau:
    return Bureau(session, house)


def pinned(life: Life) -> tuple[str, str, str]:
    (project,) = load(life.session, [life.id])
    klass = project.dossier(life.at, life.at.date()).classes[1]
    row = life.session.execute(
        text("SELECT regime, standard, bank FROM training_class WHERE project_id = :id"),
        {"id": life.id},
    ).one()
    assert tuple(row) == (klass.regime, klass.standard, klass.bank)
    return klass.regime, klass.standard, klass.bank


def test_one_person_proposes_and_another_publishes(bureau: Bureau, house: House) -> None:
    with pytest.raises(NotYours):
        rule_versions.propose(
            bureau.session, BANK, note="", retroactive=False, corrects_id=None,
            actor=house.centre, at=NOON,
        )  # fmt: skip
    proposal = bureau.proposes()
    adoption.refresh(bureau.session)
    assert the_law().pin(JUNE).bank == "2025", "a proposal binds nobody"
    with pytest.raises(NotAllowed):
        rule_versions.publish(bureau.session, proposal, actor=bureau.first, at=NOON)
    bureau.publishes(proposal)
    assert the_law().pin(JUNE).bank == "bank-2026"
    assert the_law().pin(JUNE - timedelta(days=1)).bank == "2025"
    assert [a.name for a in latest(bureau.session)] == [
        "rule_version_published", "rule_version_proposed"
    ]  # fmt: skip
    with pytest.raises(BadInput):
        bureau.publishes(proposal)


def test_the_database_itself_asks_for_another_person_and_keeps_every_step(bureau: Bureau) -> None:
    proposal = bureau.proposes()
    copy = (
        "INSERT INTO rule_version (step, proposal_id, kind, name, effective_from, content, digest,"
        " note, proposed_by, person_id, at) SELECT 'published', id, kind, name, effective_from,"
        " content, digest, note, proposed_by, proposed_by, at FROM rule_version WHERE id = :id"
    )
    for statement in (copy, "UPDATE rule_version SET note = 'x'", "DELETE FROM rule_version"):
        with pytest.raises(IntegrityError), bureau.session.begin_nested():
            bureau.session.execute(text(statement), {"id": proposal} if ":id" in statement else {})


def test_what_is_under_way_keeps_its_bank_and_what_waits_takes_the_new_one_over(
    session: Session, house: House, bureau: Bureau
) -> None:
    running = Life(session, house).running()
    waiting = Life(session, house).approved(a_plan(opens_on=date(2026, 6, 8)))
    waiting.opened(on=date(2026, 6, 8))
    planned = Life(session, house).approved(a_plan(opens_on=date(2026, 6, 15)))
    bureau.at = datetime(2026, 4, 20, 4, tzinfo=UTC)
    found = rule_versions.preview(session, BANK, at=bureau.at)
    effects = {line.project_id: (line.verdict.effect, line.verdict.why) for line in found}
    assert effects == {
        running.id: (Effect.SAME, "untouched"),
        waiting.id: (Effect.CHANGES, "waiting"),
        planned.id: (Effect.CHANGES, "planned"),
    }
    assert pinned(waiting)[2] == "2025", "a preview saves nothing"
    reach = bureau.publishes(bureau.proposes())
    assert (reach.changes, reach.projects, reach.same, reach.keeps) == (2, 2, 1, 0)
    unsettled = session.execute(text("SELECT id FROM project WHERE unsettled ORDER BY id"))
    assert unsettled.scalars().all() == [waiting.id, planned.id]
    for life in (running, waiting, planned):
        life.at = max(life.at, bureau.at)
        life.wait(days=1)
    assert (pinned(running)[2], pinned(waiting)[2]) == ("2025", "bank-2026")
    planned.opened(on=date(2026, 6, 15))
    assert pinned(planned)[2] == "bank-2026"
    running.wait(days=60)
    assert pinned(running)[2] == "2025"


def test_a_stricter_notice_never_undoes_what_was_approved_and_the_replay_says_so(
    session: Session, house: House, bureau: Bureau
) -> None:
    approved = Life(session, house).approved(a_plan(opens_on=date(2026, 6, 8)))
    waits = Life(session, house).proposed(a_plan(opens_on=date(2026, 6, 8)))
    bureau.at = datetime(2026, 4, 2, 4, tzinfo=UTC)
    bureau.publishes(bureau.proposes(NOTICE))
    assert the_law().regimes["notice-2"].limits.hours.half_hours == 88
    for life in (approved, waits):
        life.wait(days=2)
        (project,) = load(session, [life.id])
        assert actions.replay(project.recorded, at=life.at) is project.stage
    regimes = session.execute(text("SELECT regime FROM project ORDER BY id")).scalars().all()
    assert regimes == ["notice-2", "notice-2"]
    (project,) = load(session, [approved.id])
    assert project.stage is Stage.APPROVED
    assert {f.code for f in waits.outcome.findings} >= {
        "plan_reaches_the_hours", "plan_online_share_is_at_most_half"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"id": "2025"}, "rule_name_is_taken"),
        ({"id": "bank-b"}, "rule_day_is_taken"),
        ({"id": "bank-b", "effective_from": date(2026, 5, 1)}, "rule_comes_before_the_newest"),
        ({"id": "bank-b", "effective_from": date(2026, 7, 1)}, "rule_succeeds_another"),
    ],
)
def test_versions_never_overlap(bureau: Bureau, changed: dict[str, Any], why: str) -> None:
    bureau.publishes(bureau.proposes())
    assert bureau.refuses(BANK.model_copy(update=changed)) == why
    later = {"id": "bank-b", "effective_from": date(2026, 7, 1), "succeeds": "bank-2026"}
    bureau.proposes(BANK.model_copy(update=later))


def test_two_proposals_for_one_day_cannot_both_be_published(bureau: Bureau) -> None:
    one, other = bureau.proposes(), bureau.proposes(BANK.model_copy(update={"id": "bank-b"}))
    bureau.publishes(one)
    with pytest.raises(BadInput) as caught:
        bureau.publishes(other)
    assert caught.value.params["why"] == "rule_day_is_taken"
    rule_versions.withdraw(
        bureau.session, other, reason="已有同日版本", actor=bureau.first, at=NOON
    )
    with pytest.raises(BadInput):
        bureau.publishes(other)


def test_reaching_back_over_open_classes_must_be_said_and_moves_none(
    session: Session, house: House, bureau: Bureau
) -> None:
    running = Life(session, house).running()
    bureau.at = datetime(2026, 4, 20, 4, tzinfo=UTC)
    back = BANK.model_copy(update={"effective_from": date(2026, 4, 1)})
    assert bureau.refuses(back) == "rule_version_reaches_back"
    reach = bureau.publishes(bureau.proposes(back, retroactive=True))
    assert (reach.changes, reach.keeps, reach.back) == (0, 1, 1)
    running.wait(days=30)
    assert pinned(running)[2] == "2025"


def test_a_mistake_of_the_same_day_is_withdrawn_and_succeeded_and_both_stay(
    session: Session, house: House, bureau: Bureau
) -> None:
    waiting = Life(session, house).approved(a_plan(opens_on=date(2026, 6, 8)))
    waiting.opened(on=date(2026, 6, 8))
    mistake = bureau.proposes()
    bureau.publishes(mistake)
    waiting.wait(days=0)
    assert pinned(waiting)[2] == "bank-2026"
    right = BANK.model_copy(update={"id": "bank-2026-a", "pass_tenths": 600})
    bureau.at += timedelta(hours=2)
    bureau.publishes(bureau.proposes(right, corrects_id=mistake, note="合格分误填"))
    waiting.at = bureau.at
    waiting.wait(days=1)
    assert pinned(waiting)[2] == "bank-2026-a"
    new, old = rule_versions.all_versions(session)
    assert (old.withdrawn_note, old.stands, new.corrects, new.stands) == (
        "合格分误填", False, "bank-2026", True
    )  # fmt: skip
    assert the_law().banks["bank-2026"].pass_tenths == 700, "it still explains whom it bound"


def test_what_took_effect_on_an_earlier_day_is_corrected_no_more(bureau: Bureau) -> None:
    first = bureau.proposes()
    bureau.publishes(first)
    bureau.at = datetime(2026, 6, 1, 4, tzinfo=UTC)
    right = BANK.model_copy(update={"id": "bank-b", "effective_from": date(2026, 6, 2)})
    assert bureau.refuses(right, corrects_id=first) == "rule_version_too_late_to_correct"


def test_another_date_of_the_notice_names_the_classes_it_would_concern(
    session: Session, house: House
) -> None:
    running = Life(session, house).running()
    later = law_with_notice_on(the_law(), date(2026, 4, 10))
    at = datetime(2026, 4, 20, 4, tzinfo=UTC)
    (line,) = what_if.lines(session, VersionKind.REGIME, now=the_law(), then=later, at=at)
    assert (line.project_id, line.verdict.effect, line.verdict.why) == (
        running.id, Effect.KEEPS, "under_way"
    )  # fmt: skip


def test_news_are_read_by_each_person(bureau: Bureau) -> None:
    me = bureau.house.centre.person_id
    assert me
    assert rule_versions.newest_news(bureau.session) == 0
    proposal = bureau.proposes()
    assert rule_versions.newest_news(bureau.session) == 0, "a proposal is nobody's news"
    bureau.publishes(proposal)
    newest = rule_versions.newest_news(bureau.session)
    assert newest > rule_versions.seen_by(bureau.session, me)
    rule_versions.note_read(bureau.session, me, newest, at=NOON)
    assert rule_versions.seen_by(bureau.session, me) == newest


MANY = 3000
_PROJECTS = text("""
INSERT INTO project (code, title, channel, district_id, provider_id, regime, stage, moves,
                     ledger_seq, unsettled, proposed_at, stage_since, approved_at, running_at,
                     send_back_code, send_back_text, stop_text)
SELECT 'MANY-' || n, '示例' || n, 'district_project_training', :district, :provider, '2026-67',
       'running', 0, 0, false, now(), now(), now(), now(), '', '', ''
  FROM generate_series(1, :many) n
""")
_CLASSES = text("""
INSERT INTO training_class (project_id, no, opens_on, ends_on, regime, standard, bank, reason)
SELECT id, 1, DATE '2026-05-01' + CAST(id % 60 AS int), DATE '2026-08-01', '2026-67', '2025',
       '2025', 'opened_under_the_notice' FROM project WHERE code LIKE 'MANY-%'
""")


def test_a_what_if_of_thousands_of_classes_asks_two_questions(
    session: Session, house: House
) -> None:
    offices = {"district": house.district_id, "provider": house.provider.office_id}
    session.execute(_PROJECTS, {**offices, "many": MANY})
    session.execute(_CLASSES)
    asked: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        asked.append(statement)

    bind = session.connection().engine
    event.listen(bind, "before_cursor_execute", note)
    try:
        found = rule_versions.preview(session, BANK, at=datetime(2026, 5, 10, 4, tzinfo=UTC))
    finally:
        event.remove(bind, "before_cursor_execute", note)
    reach = what_if.reach_of(found)
    assert len(asked) == 2
    assert reach.changes + reach.same == MANY
    late = session.execute(text("SELECT count(*) FROM training_class WHERE opens_on >= :day"),
                           {"day": JUNE}).scalar_one()  # fmt: skip
    assert reach.changes == late
