"""No path from an answer to a person after the close: not by number, order, day or transaction."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, inspect, text
from sqlmodel import Session, select

from states.errors import BadInput
from states.records import invitations, survey_watch, surveys, vault
from states.records.db import engine, transaction
from states.records.places import ANSWER_COMMENT
from states.records.tables import SurveyAnswer, SurveyInvitation
from states.rules.facts import Resumed, ScoresConfirmed, Suspended, Terminated
from states.rules.machine import midnight
from states.rules.stages import Stage
from tests.desks import Class
from tests.house import a_house

MANY = 12
ONE_DAY = timedelta(days=1)
_CLOSING_DAY = text("SELECT max(closes_on) FROM survey_invitation")
_TABLES = text("""
SELECT relname FROM pg_class
 WHERE relkind = 'r' AND relnamespace = CAST('public' AS regnamespace) ORDER BY relname
""")
_SAME_TRANSACTION = text("""
SELECT count(*) FROM survey_invitation i JOIN survey_answer a ON a.xmin = i.xmin
""")


@pytest.fixture
def bind(migrated: str) -> Iterator[Engine]:
    made = engine(migrated)
    yield made
    made.dispose()


def a_survey(session: Session) -> Class:
    """Twelve learners may answer."""
    life = Class(session, a_house(session)).held(MANY).scores(*["pass"] * MANY)
    life.says(ScoresConfirmed(class_no=1), life.house.second)
    return life


def answer_one_after_another(bind: Engine, life: Class, nonces: list[str]) -> list[str]:
    """Each in a transaction of its own, as over the web; answers the numbers of those."""
    numbers = []
    for place, nonce in enumerate(nonces):
        with transaction(bind) as session:
            token = invitations.token_for(nonce)
            keys = surveys.invitation(session, token).questions.keys
            said = dict.fromkeys(keys, 1 + place % 5)
            surveys.answer(session, token, ratings=said, comment=f"意见{place}", at=life.at)
            survey_watch.note(
                session, life.class_id, connection=f"203.0.113.{place}", ratings=said, at=life.at
            )
            numbers.append(str(session.connection().scalar(text("SELECT txid_current()"))))
    return numbers


def closes(bind: Engine, life: Class) -> None:
    with transaction(bind) as session:
        life.session = session
        life.wait(days=8)


def comments(session: Session) -> list[str]:
    """In the order of the answers' numbers."""
    rows = session.exec(select(SurveyAnswer).order_by("id")).all()
    return [vault.unseal(session, ANSWER_COMMENT, row.id, row.comment_sealed) for row in rows]


def test_nothing_leads_from_an_answer_to_a_person_after_the_close(bind: Engine) -> None:
    with transaction(bind) as session:
        life = a_survey(session)
        nonces = life.nonces()
    numbers = answer_one_after_another(bind, life, nonces)
    with Session(bind) as session:
        assert session.connection().scalar(_SAME_TRANSACTION) == MANY, "this is what must go"
        in_order, before = comments(session), set(session.exec(select(SurveyAnswer.id)))
    closes(bind, life)
    with Session(bind) as session:
        assert session.connection().scalar(_SAME_TRANSACTION) == 0
        assert tables_written_by(session, numbers) == {"survey_invitation"}
        after = session.exec(select(SurveyAnswer)).all()
        assert not before & {one.id for one in after}
        assert {one.on_day for one in after} == {closing_day(session)}
        assert sorted(comments(session)) == sorted(in_order)
        assert comments(session) != in_order, "one in 479 million is left in order"
        (result,) = surveys.result_of(session, life.class_id)
        assert (result.answers, result.sums["overall"]) == (MANY, 33)


def closing_day(session: Session) -> date:
    found: date = session.connection().execute(_CLOSING_DAY).scalar_one()
    return found


def tables_written_by(session: Session, numbers: list[str]) -> set[str]:
    """Where the transactions of the answers still show."""
    tables = session.connection().scalars(_TABLES).all()
    asked = "SELECT count(*) FROM {} WHERE CAST(xmin AS text) = ANY(:numbers)"
    return {
        name
        for name in tables
        if session.connection().scalar(text(asked.format(name)), {"numbers": numbers})
    }


def test_an_invitation_knows_whether_it_was_used_and_not_when() -> None:
    columns = set(inspect(SurveyInvitation).columns.keys())
    assert columns == {
        "id", "class_id", "population", "enrolment_id", "employer", "email_sealed", "nonce",
        "token_hash", "closes_on", "answered",
    }  # fmt: skip


def test_closing_twice_mixes_once(bind: Engine) -> None:
    with transaction(bind) as session:
        life = a_survey(session)
        nonces = life.nonces()
    answer_one_after_another(bind, life, nonces[:3])
    closes(bind, life)
    closes(bind, life)
    with Session(bind) as session:
        assert sorted(comments(session)) == ["意见0", "意见1", "意见2"]


@pytest.mark.parametrize("ends", [False, True])
def test_a_survey_of_a_stopped_project_is_parted_by_its_date(bind: Engine, *, ends: bool) -> None:
    with transaction(bind) as session:
        life = a_survey(session)
        nonces = life.nonces()
    answer_one_after_another(bind, life, nonces[:6])
    with transaction(bind) as session:
        life.session = session
        life.says(Suspended(text="核查"), life.house.first)
        if ends:
            life.says(Terminated(text="终止"), life.house.first)
    with transaction(bind) as session:
        last = closing_day(session)
        assert surveys.over(session, last) == [], "the closing day still counts"
        assert surveys.over(session, last + ONE_DAY) == [(life.class_id, last)]
        surveys.part(session, life.class_id, day=last)
    with transaction(bind) as session:
        assert session.connection().scalar(_SAME_TRANSACTION) == 0
        assert session.connection().scalar(text("SELECT count(*) FROM survey_connection")) == 0
        assert surveys.over(session, last + ONE_DAY) == []
        assert len(comments(session)) == 6
        assert surveys.result_of(session, life.class_id) == []


def test_a_resumed_project_adds_up_what_was_parted_meanwhile(bind: Engine) -> None:
    with transaction(bind) as session:
        life = a_survey(session)
        nonces = life.nonces()
    answer_one_after_another(bind, life, nonces[:6])
    with transaction(bind) as session:
        life.session = session
        life.says(Suspended(text="核查"), life.house.first)
        surveys.part(session, life.class_id, day=closing_day(session))
    with transaction(bind) as session:
        life.session = session
        life.says(Resumed(text="核查完毕"), life.house.first, days=30)
        life.wait(days=0)
        assert life.outcome.stage is Stage.SURVEYED
        (result,) = surveys.result_of(session, life.class_id)
        assert (result.answers, result.sums["overall"]) == (6, 16)
        assert survey_watch.alike(session, life.class_id) == 0


def the_last_second(session: Session) -> datetime:
    return midnight(closing_day(session) + ONE_DAY) - timedelta(seconds=1)


def answers_late(session: Session, nonce: str, at: datetime) -> None:
    token = invitations.token_for(nonce)
    keys = surveys.invitation(session, token).questions.keys
    surveys.answer(session, token, ratings=dict.fromkeys(keys, 1), comment="赶上了", at=at)


def test_an_answer_in_flight_at_the_closing_midnight_is_counted_and_mixed(bind: Engine) -> None:
    with transaction(bind) as session:
        life = a_survey(session)
        nonces = life.nonces()
    answer_one_after_another(bind, life, nonces[:5])
    with ThreadPoolExecutor(1) as another, Session(bind) as slow:
        answers_late(slow, nonces[5], the_last_second(slow))
        closing = another.submit(closes, bind, life)
        with pytest.raises(TimeoutError):
            closing.result(timeout=1)
        slow.commit()
        closing.result(timeout=30)
    with Session(bind) as session:
        (result,) = surveys.result_of(session, life.class_id)
        assert (result.answers, len(comments(session))) == (6, 6)
        assert session.connection().scalar(_SAME_TRANSACTION) == 0


def test_an_answer_that_comes_while_the_survey_is_added_up_is_late(bind: Engine) -> None:
    with transaction(bind) as session:
        life = a_survey(session)
        nonces = life.nonces()
    answer_one_after_another(bind, life, nonces[:5])

    def answers() -> str:
        with pytest.raises(BadInput) as refused, transaction(bind) as session:
            answers_late(session, nonces[6], the_last_second(session))
        return str(refused.value.params["why"])

    with ThreadPoolExecutor(1) as another, transaction(bind) as session:
        life.session = session
        life.wait(days=8)
        late = another.submit(answers)
        with pytest.raises(TimeoutError):
            late.result(timeout=1)
        session.commit()
        assert late.result(timeout=30) == "survey_closed"
    with Session(bind) as session:
        assert len(comments(session)) == 5
        (progress,) = surveys.progress_of(session, life.class_id)
        assert progress.answers == 5
