"""`duban bounce`, as a mail server pipes to it and an administrator runs it."""

from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import Session, select
from typer.testing import CliRunner

from api.cli import cli
from states.records import db, secrets
from states.records.tables import Mail
from states.settings import Settings
from tests.bounces import STEM, a_reply, a_report, out_of_office
from tests.desks import Class
from tests.house import a_house

shell = CliRunner()


@pytest.fixture
def house(postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DUBAN_DATABASE_URL", postgres)
    monkeypatch.setenv("DUBAN_DATA_DIR", str(tmp_path))
    told = Settings(database_url=SecretStr(postgres), data_dir=tmp_path)
    secrets.use(told.secret_key(), told.master_keys())
    db.migrate(postgres)
    return postgres


@pytest.fixture
def stem(house: str) -> str:
    """A letter that was accepted."""
    bind = db.engine(house)
    with db.transaction(bind) as session:
        Class(session, a_house(session)).proposed()
        mail = session.exec(select(Mail)).first()
        assert mail is not None
        mail.state = "accepted"
        session.add(mail)
        stem = mail.message_id
    bind.dispose()
    return stem


def state_of(house: str, stem: str) -> str:
    bind = db.engine(house)
    with Session(bind) as session:
        found = session.exec(select(Mail.state).where(Mail.message_id == stem)).one()
    bind.dispose()
    return found


def test_a_bounce_is_piped_in(house: str, stem: str) -> None:
    answer = shell.invoke(cli, ["bounce"], input=a_report(stem))
    assert answer.exit_code == 0
    assert "已登记为退信" in answer.output
    assert "came back" in answer.output
    assert "@" not in answer.output
    assert state_of(house, stem) == "bounced"
    assert "nothing changed" in shell.invoke(cli, ["bounce"], input=a_report(stem)).output


def test_files_are_read_one_after_another(house: str, stem: str, tmp_path: Path) -> None:
    raws = [a_report(STEM), out_of_office(), a_reply(), a_report(stem)]
    files = [tmp_path / f"{place}.eml" for place in range(len(raws))]
    for file, raw in zip(files, raws, strict=True):
        file.write_bytes(raw)
    answer = shell.invoke(cli, ["bounce", *map(str, files)])
    assert answer.exit_code == 0
    said = answer.output.splitlines()
    assert len(said) == len(raws)
    assert "no letter of ours" in said[0]
    assert "automatic reply" in said[1]
    assert "a person should read it" in said[2]
    assert "came back" in said[3]


def test_without_a_database_the_mail_server_is_asked_to_come_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUBAN_DATA_DIR", str(tmp_path))
    answer = shell.invoke(cli, ["bounce"], input=a_report())
    assert answer.exit_code == 75


def test_a_file_that_is_not_there_is_said(house: str, tmp_path: Path) -> None:
    assert shell.invoke(cli, ["bounce", str(tmp_path / "none")]).exit_code == 2
