"""No path from an answer to a person after the close: not by number, order, day or transaction."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, inspect, text
from sqlmodel import Session, select

from states.records import invitations, survey_watch, surveys, vault
from states.records.db import engine, transaction
from states.records.places import ANSWER_COMMENT
from states.records.tables import SurveyAnswer, SurveyInvitation
from states.rules.facts import ScoresConfirmed
from tests.desks import Class
from tests.house import a_house

MANY = 12
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
        assert {one.on_day for one in after} == {surveys_end(session)}
        assert sorted(comments(session)) == sorted(in_order)
        assert comments(session) != in_order, "one in 479 million is left in order"
        (result,) = surveys.result_of(session, life.class_id)
        assert (result.answers, result.sums["overall"]) == (MANY, 33)


def surveys_end(session: Session) -> object:
    return session.connection().scalar(text("SELECT max(closes_on) FROM survey_invitation"))


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
