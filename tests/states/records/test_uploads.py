"""Workbooks between trial and import: sealed, one worker at a time, gone after a day."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from states.errors import NotFound
from states.records import uploads
from states.records.uploads import HandedIn
from tests.desks import Class
from tests.house import a_house

NAME, CONTENT = "张示例的花名册.xlsx", "张示例,319900199501010003".encode()


@pytest.fixture
def life(session: Session) -> Class:
    return Class(session, a_house(session)).filed()


@pytest.fixture
def token(life: Class) -> str:
    sheet = HandedIn("roster", life.class_id, NAME, CONTENT, "0" * 64)
    return uploads.keep(life.session, sheet, life.house.provider)


def test_its_office_finds_it_whole_and_nobody_else_does(life: Class, token: str) -> None:
    upload = uploads.find(life.session, life.house.provider, token)
    assert (upload.kind, upload.class_no, upload.state) == ("roster", 1, "waiting")
    assert upload.filename == NAME
    assert uploads.content(life.session, upload.id) == CONTENT
    for other in (life.house.first, life.house.examiner, life.house.centre):
        with pytest.raises(NotFound):
            uploads.find(life.session, other, token)


def test_neither_name_nor_content_nor_result_lies_open(life: Class, token: str) -> None:
    upload = uploads.find(life.session, life.house.provider, token)
    uploads.conclude(life.session, upload.id, "tried", result={"name": "张示例"})
    row = life.session.connection().execute(text("SELECT * FROM upload")).one()
    stored = b"".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    assert "张示例".encode() not in stored
    assert b"319900" not in stored
    assert uploads.find(life.session, life.house.provider, token).result == {"name": "张示例"}


def test_only_one_works_on_it_until_the_transaction_ends(
    bind: Engine, life: Class, token: str
) -> None:
    upload = uploads.find(life.session, life.house.provider, token)
    held = text("SELECT pg_advisory_xact_lock(:room, :id)")
    with bind.begin() as another_process:
        another_process.execute(held, {"room": uploads._ROOM, "id": upload.id})
        assert uploads.take(life.session, upload.id) is None
    assert uploads.take(life.session, upload.id) == "waiting"


def test_what_has_expired_is_not_found_and_is_thrown_away(life: Class, token: str) -> None:
    upload = uploads.find(life.session, life.house.provider, token)
    assert upload.expires_at - upload.at == timedelta(hours=24)
    expire = text("UPDATE upload SET expires_at = now() - interval '1 second'")
    life.session.connection().execute(expire)
    with pytest.raises(NotFound):
        uploads.find(life.session, life.house.provider, token)
    assert uploads.newest(life.session, life.house.provider, life.class_id) == {}
    assert uploads.purge(life.session) == 1
