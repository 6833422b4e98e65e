"""`duban` on the command line, as an administrator uses it."""

from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from api import sample
from api.cli import cli
from states.records import db
from states.settings import Settings

shell = CliRunner()
ADD = ["person", "add", "--mail", "a@staff.example.invalid", "--role", "district_reviewer"]


@pytest.fixture
def database(postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    db.migrate(postgres)
    monkeypatch.setenv("DUBAN_DATABASE_URL", postgres)
    return Settings(database_url=SecretStr(postgres), data_dir=tmp_path, sample_mode=True)


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


def test_a_replay_gives_the_recorded_stages(database: Settings) -> None:
    sample.fill(database)
    answer = shell.invoke(cli, ["replay", "--all"])
    assert answer.exit_code == 0, answer.output
    assert answer.output.endswith("0 differ\n")
    one = shell.invoke(cli, ["replay", "HP-2026-001"])
    assert "recorded certified, replayed certified" in one.output
