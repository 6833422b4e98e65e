"""Settings: children read what the parent read, and keys are made once."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

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


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_secret_address_or_file_is_unset(
    monkeypatch: pytest.MonkeyPatch, blank: str
) -> None:
    optional = [name for name, field in Settings.model_fields.items() if field.default is None]
    optional = [name for name in optional if name not in {"sample_clock", "signing_password"}]
    for name in optional:
        monkeypatch.setenv(f"DUBAN_{name.upper()}", blank)
    told = Settings()
    assert {"feed_token", "hub_token", "signing_key", "keys_file"} < set(optional)
    assert [getattr(told, name) for name in optional] == [None] * len(optional)


def test_an_empty_variable_leaves_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATA_DIR", "HOST", "PORT", "TRUSTED_PROXIES", "SIGNING_PASSWORD"):
        monkeypatch.setenv(f"DUBAN_{name}", "")
    told = Settings()
    assert (told.data_dir, told.host, told.port) == (Path("data"), "127.0.0.1", 8000)
    assert (told.trusted_proxies, told.signing_password) == ("127.0.0.1", None)


@pytest.mark.parametrize("named", ["*", "proxy.example.invalid", "10.0.0.1/8", "0.0.0.0/0", "::/0"])
def test_a_proxy_is_named_by_its_address_and_never_by_all_of_them(named: str) -> None:
    with pytest.raises(ValidationError, match="trusted_proxies"):
        Settings(trusted_proxies=f"127.0.0.1, {named}")
    assert Settings(trusted_proxies="10.0.0.0/8, ::1").trusted_proxies == "10.0.0.0/8, ::1"


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
