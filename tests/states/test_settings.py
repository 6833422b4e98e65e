"""Settings: children read what the parent read, and keys are made once."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from states.settings import Settings, key_in


def test_a_child_reads_the_settings_of_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    parent = Settings(
        data_dir=Path("elsewhere"),
        port=8001,
        sample_mode=True,
        smtp_url=SecretStr("smtp://127.0.0.1:25"),
        prefect_api_url="http://127.0.0.1:4200/api",
    )
    for name, value in parent.as_environment().items():
        monkeypatch.setenv(name, value)
    assert Settings() == parent


def test_every_setting_is_explained() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_a_secret_is_not_printed() -> None:
    assert "hush" not in repr(Settings(database_url=SecretStr("postgresql://a:hush@h/d")))


def test_links_carry_the_public_address() -> None:
    assert Settings(port=8001).base_url == "http://127.0.0.1:8001"
    assert Settings(public_url="https://duban.example.test/").base_url.endswith(".test")


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    key = key_in(tmp_path / "secret.key")
    assert len(key) == 32
    assert key_in(tmp_path / "secret.key") == key
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
