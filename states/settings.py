"""Everything that may differ between two installations, each with its reason, read from DUBAN_*."""

import ipaddress
import os
import secrets
from pathlib import Path

from pydantic import AliasChoices, AwareDatetime, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from states.records.master_keys import MasterKeyFile

_KEY_BYTES = 32


class Settings(BaseSettings):
    """One immutable reading of the environment; `Settings(port=1)` overrules it in tests."""

    model_config = SettingsConfigDict(
        env_prefix="DUBAN_",
        # `DUBAN_SIGNING_KEY=` in a unit file says "none", not "the folder we stand in".
        env_ignore_empty=True,
        frozen=True,
        populate_by_name=True,
    )

    data_dir: Path = Field(
        default=Path("data"),
        description="Folder of everything Duban keeps: database, mailbox, keys, logs.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="postgresql://user:password@host/name; unset: an embedded server in data_dir.",
    )
    host: str = Field(
        default="127.0.0.1",
        description="Address the web listens on; sample sign-in is offered on loopback only.",
    )
    port: int = Field(default=8000, ge=1, le=65535, description="Port the web listens on.")
    trusted_proxies: str = Field(
        default="127.0.0.1",
        description="Addresses or networks, by commas, whose X-Forwarded-For is believed.",
    )
    public_url: str | None = Field(
        default=None,
        description="Address people type, used in mailed links; unset: http://host:port.",
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="smtp://user:password@host:port or smtps://…; unset: the catch-all mailbox.",
    )
    keys_file: Path | None = Field(
        default=None,
        description="Master keys of personal data; unset: master-keys.json in data_dir.",
    )
    mail_from: str = Field(
        default="duban@example.invalid",
        description="Sender of every letter; a real installation must set its own.",
    )
    mail_retries: str = Field(
        default="30s 2m 10m 30m 2h",
        description="Waits between tries of a letter; the last, at least 30m, is repeated.",
    )
    mail_give_up: str = Field(
        default="5d",
        description="After so long a letter is given up; RFC 5321 asks for at least 4d.",
    )
    bounces: Path | None = Field(
        default=None,
        description="Maildir into which what comes back to mail_from is delivered; unset: none is.",
    )
    dkim_key: Path | None = Field(
        default=None,
        description="PEM file of the RSA key that signs letters (DKIM); unset: none is signed.",
    )
    dkim_selector: str = Field(
        default="", description="Where the DNS has its other half: SELECTOR._domainkey.DOMAIN."
    )
    dkim_domain: str = Field(
        default="", description="Domain that signs letters; unset: the domain of mail_from."
    )
    learner_mail_domain: str = Field(
        default="learners.example.invalid",
        description="Domain given to sample learners who have no address of their own.",
    )
    prefect_api_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("DUBAN_PREFECT_API_URL", "PREFECT_API_URL"),
        description="A Prefect server's /api address; unset: one is started as a child.",
    )
    clamd: str | None = Field(
        default=None,
        pattern=r"^[^:/\s]+:\d{1,5}$",
        description="host:port of ClamAV's daemon; unset: attachments are marked as not checked.",
    )
    registry_url: str | None = Field(
        default=None,
        description="Where classes are POSTed for the city's system; unset: a folder in data_dir.",
    )
    registry_token: SecretStr | None = Field(
        default=None, description="Bearer token for DUBAN_REGISTRY_URL."
    )
    hub_url: str | None = Field(
        default=None,
        description="Where certificate batches are POSTed (证书归集); unset: a folder in data_dir.",
    )
    hub_token: SecretStr | None = Field(default=None, description="Bearer token for DUBAN_HUB_URL.")
    feed_token: SecretStr | None = Field(
        default=None,
        description="Bearer token of the look-up feed (随申办); unset: there is no feed.",
    )
    aggregation_layout: Path | None = Field(
        default=None,
        description="TOML file with the columns of 证书信息归集表; unset: the one of the package.",
    )
    signing_key: Path | None = Field(
        default=None,
        description="PKCS#12 file whose key signs printed certificates; unset: none is signed.",
    )
    signing_password: SecretStr | None = Field(
        default=None, description="Password of DUBAN_SIGNING_KEY."
    )
    settle_in_request: bool = Field(
        default=True,
        description="Move stages in the request that recorded a fact, not only in the flows.",
    )
    sample_mode: bool = Field(
        default=False,
        description="Fill an empty database with samples; offer sign-in as any sample person.",
    )
    sample_clock: AwareDatetime | None = Field(
        default=None,
        description="Rehearsals: samples are people only; the movable date stands at this moment.",
    )

    training: bool = Field(
        default=False,
        description="Make an empty installation a training copy: its date can be moved, for ever.",
    )

    prefect_database_url: SecretStr | None = Field(
        default=None,
        description="postgresql+asyncpg://… for the Prefect server we start; unset: embedded.",
    )

    @field_validator(
        "database_url", "public_url", "smtp_url", "keys_file", "prefect_api_url", "clamd",
        "registry_url", "registry_token", "hub_url", "hub_token", "feed_token",
        "aggregation_layout", "signing_key", "prefect_database_url", "bounces", "dkim_key",
        mode="before",
    )  # fmt: skip
    @classmethod
    def _blank_is_unset(cls, value: object) -> object:
        """Blanks are no secret, no address and no file; a password may be made of them."""
        return None if isinstance(value, str | SecretStr | Path) and is_blank(value) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies_are_named(cls, value: str) -> str:
        """Names and `*` are refused: a header of just anybody must never be believed."""
        proxies = [ipaddress.ip_network(each.strip()) for each in value.split(",")]
        if any(not each.prefixlen for each in proxies):
            raise ValueError("a network of all addresses trusts everybody")
        return value

    @property
    def is_local(self) -> bool:
        """Whether nobody but this machine can reach the web."""
        return self.host in {"127.0.0.1", "::1", "localhost"}

    @property
    def base_url(self) -> str:
        """The address for links, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def mailbox_dir(self) -> Path:
        """Maildir of the catch-all mail server."""
        return self.data_dir / "mailbox"

    @property
    def hub_dir(self) -> Path:
        """Where workbooks for the certificate hub are left and its receipts are found."""
        return self.data_dir / "hub"

    @property
    def registry_dir(self) -> Path:
        """Where workbooks for the city's training system are left when it has no address."""
        return self.data_dir / "registry"

    @property
    def files_dir(self) -> Path:
        """Locked contents of attachments; kept out of the database, lost without its keys."""
        return self.data_dir / "files"

    @property
    def feed_key_file(self) -> Path:
        """Signs what the look-up feed says, and derives the keys by which it names persons."""
        return self.data_dir / "feed.key"

    @property
    def logs_dir(self) -> Path:
        """One file for each child that `duban run` starts."""
        return self.data_dir / "logs"

    @property
    def secret_key_file(self) -> Path:
        """Holds the key that signs cookies and one-time links; losing it signs everybody out."""
        return self.data_dir / "secret.key"

    def master_keys(self) -> MasterKeyFile:
        """The keys that wrap the data keys; losing them loses every name and number."""
        return MasterKeyFile(self.keys_file or self.data_dir / "master-keys.json")

    def as_environment(self) -> dict[str, str]:
        """What a child needs to read the same settings; holds secrets, so hand it on only."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return {
            f"DUBAN_{name.upper()}": _plain(value)
            for name, value in fields.items()
            if value is not None
        }

    def secret_key(self) -> bytes:
        """32 random bytes, made on first use, readable by the owner only."""
        return key_in(self.secret_key_file)


def is_blank(value: str | Path | SecretStr) -> bool:
    """Whether nothing but blanks stands there."""
    return not _plain(value).strip()


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def key_in(file: Path) -> bytes:
    """The key kept in `file`, made there first if absent; two processes get the same one."""
    if not file.exists():
        _make_key(file)
    return file.read_bytes()


def _make_key(file: Path) -> None:
    # Written aside and linked, so that nobody ever reads half a key.
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(secrets.token_bytes(_KEY_BYTES))
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
