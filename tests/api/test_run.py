"""`duban run`: what stands in the way is said in one line, without a traceback."""

import socket
from pathlib import Path

import pytest
from pydantic import SecretStr

from api.run import run
from states.records.folder import kept_port, locked
from states.settings import Settings


def _settings(folder: Path, **given: object) -> Settings:
    chosen = {"data_dir": folder, "port": kept_port(folder, "web")} | given
    return Settings.model_validate(chosen)


def _one_line(capsys: pytest.CaptureFixture[str]) -> str:
    out, err = capsys.readouterr()
    assert not out
    assert err.count("\n") == 1
    return err


def test_a_taken_port_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert run(_settings(tmp_path, port=port)) == 1
    assert f"Port {port} on 127.0.0.1 is taken" in _one_line(capsys)


def test_a_folder_in_use_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with locked(tmp_path):
        assert run(_settings(tmp_path)) == 1
    assert "in use by another duban" in _one_line(capsys)


def test_an_unreachable_database_is_one_line_without_its_password(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = kept_port(tmp_path, "nobody")
    url = SecretStr(f"postgresql://duban:hush@127.0.0.1:{nobody}/duban")
    elsewhere = "http://127.0.0.1:1/api"
    assert run(_settings(tmp_path, database_url=url, prefect_api_url=elsewhere)) == 1
    said = _one_line(capsys)
    assert "Connection refused" in said
    assert "hush" not in said
