"""`duban` on the command line, as an administrator uses it."""

from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import Session, select
from typer.testing import CliRunner

from api import sample
from api.cli import cli
from states.records import db, secrets
from states.records.tables import Office
from states.rules.uscc import uscc_check_digit
from states.settings import Settings

shell = CliRunner()
ADD = ["person", "add", "--mail", "a@staff.example.invalid", "--role", "district_reviewer"]


@pytest.fixture
def database(postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("DUBAN_DATABASE_URL", postgres)
    monkeypatch.setenv("DUBAN_DATA_DIR", str(tmp_path))
    told = Settings(database_url=SecretStr(postgres), data_dir=tmp_path, sample_mode=True)
    secrets.use(told.secret_key(), told.master_keys())
    db.migrate(postgres)
    return told


def address_of(database: Settings) -> str:
    assert database.database_url
    return database.database_url.get_secret_value()


def test_an_empty_installation_gets_its_offices_and_first_person(database: Settings) -> None:
    assert shell.invoke(cli, ["office", "districts"]).output == "16 added\n"
    assert shell.invoke(cli, ["office", "districts"]).output == "0 added\n"
    given = [*ADD, "--name", "周示例", "--login", "zhou", "--office", "HP"]
    answer = shell.invoke(cli, given)
    assert answer.exit_code == 0
    assert answer.output.startswith("http://127.0.0.1:8000/set-password/")
    again = shell.invoke(cli, given)
    assert again.exit_code == 1
    assert "zhou is taken" in again.output


def test_what_is_not_there_is_one_clear_line(database: Settings) -> None:
    answer = shell.invoke(cli, [*ADD, "--name", "周", "--login", "z", "--office", "nowhere"])
    assert answer.exit_code == 1
    assert answer.output.count("\n") == 1
    assert "no office nowhere" in answer.output


def test_a_wrong_social_credit_code_is_refused_in_words_and_a_right_one_folded(
    database: Settings,
) -> None:
    given = ["office", "add", "--kind", "provider", "--name", "上海示例学校", "--code"]
    answer = shell.invoke(cli, [*given, "P001", "--uscc", "52319900MA00000010"])
    assert (answer.exit_code, answer.output.count("\n")) == (1, 1)
    assert "check digit" in answer.output
    body = "N2319900MA0000001"
    right = (body + uscc_check_digit(body)).lower()
    assert shell.invoke(cli, [*given, "P001", "--uscc", right]).exit_code == 0
    bind = db.engine(address_of(database))
    with Session(bind) as session:
        assert session.exec(select(Office.uscc)).one() == right.upper()
    bind.dispose()


def test_a_licence_is_renewed_in_the_register(database: Settings) -> None:
    shell.invoke(cli, ["office", "add", "--kind", "provider", "--name", "示例", "--code", "P001"])
    assert shell.invoke(cli, ["office", "licence", "P001", "--until", "2028-06-30"]).exit_code == 0
    unknown = shell.invoke(cli, ["office", "licence", "P009", "--until", "2028-06-30"])
    assert (unknown.exit_code, unknown.output.count("\n")) == (1, 1)


def test_a_replay_gives_the_recorded_stages(database: Settings) -> None:
    sample.fill(database)
    answer = shell.invoke(cli, ["replay", "--all"])
    assert answer.exit_code == 0, answer.output
    assert answer.output.endswith("0 differ\n")
    one = shell.invoke(cli, ["replay", "HP-2026-001"])
    assert "recorded certified, replayed certified" in one.output


def test_a_deputy_is_named_once_for_the_same_days(database: Settings) -> None:
    shell.invoke(cli, ["office", "districts"])
    for login in ("zhou", "shen"):
        shell.invoke(cli, [*ADD, "--name", "示例", "--login", login, "--office", "HP"])
    days = ["--since", "2026-04-08", "--until", "2026-04-30"]
    named = shell.invoke(cli, ["person", "deputy", "zhou", "shen", *days])
    assert named.output == "shen → zhou: 2026-04-08 – 2026-04-30\n"
    for given, words in (
        (["zhou", "shen", *days], "named for these days already"),
        (["zhou", "zhou", *days], "Nobody is their own deputy"),
        (["zhou", "nobody", *days], "There is no login nobody"),
    ):
        answer = shell.invoke(cli, ["person", "deputy", *given])
        assert answer.exit_code == 1
        assert words in answer.output
