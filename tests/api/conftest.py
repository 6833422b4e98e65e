"""A web with sample people and no project, its date standing on 1 April 2026; and people at it."""

import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlmodel import Session

from api import sample, trials
from api.main import create_app
from api.rehearsal.lives import BEGIN
from states.records import db, secrets
from states.settings import Settings
from tests.conftest import CopyOf

with warnings.catch_warnings():
    # The client warns that it would rather be driven by another library than httpx.
    warnings.simplefilter("ignore", DeprecationWarning)
    warnings.simplefilter("ignore", UserWarning)
    from fastapi.testclient import TestClient

HERE = "http://127.0.0.1:8000"
Enter = Callable[[str], TestClient]


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder whose keys belong to the database that every story gets a copy of."""
    return tmp_path_factory.mktemp("filled")


@pytest.fixture
def settings(copy_of: CopyOf, filled: Path, tmp_path: Path) -> Settings:
    address = copy_of("sample_people", lambda url: _fill(_settings(url, filled)))
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    told = _settings(address, tmp_path)
    secrets.use(told.secret_key(), told.master_keys())
    return told


def _settings(url: str, folder: Path) -> Settings:
    return Settings(
        database_url=SecretStr(url), data_dir=folder, sample_mode=True, sample_clock=BEGIN
    )


def _fill(told: Settings) -> None:
    secrets.use(told.secret_key(), told.master_keys())
    assert told.database_url
    db.migrate(told.database_url.get_secret_value())
    sample.fill(told)


@pytest.fixture
def app(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    # A busy machine must not turn a story about findings into one about waiting.
    monkeypatch.setattr(trials, "PATIENCE", 60.0)
    return create_app(settings)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """Somebody at this machine who has not signed in."""
    with TestClient(app, base_url=HERE, client=("127.0.0.1", 50000)) as made:
        yield made


@pytest.fixture
def enter(app: FastAPI, client: TestClient) -> Enter:
    """`enter("HP/district_reviewer")`: a client signed in as the first such sample person."""
    people = client.get("/api/v1/sessions/sample-people").json()

    def go_in(who: str) -> TestClient:
        office, role, place = f"{who}/0".split("/")[:3]
        held = [p for p in people if (p["office"]["code"], p["role"]) == (office, role)]
        entry = {"appointment_id": held[int(place)]["appointment_id"]}
        token = client.post("/api/v1/sessions", json=entry).json()["token"]
        headers = {"authorization": f"Bearer {token}"}
        return TestClient(app, base_url=f"{HERE}/api/v1", headers=headers)

    return go_in


@pytest.fixture
def session(app: FastAPI, client: TestClient) -> Iterator[Session]:
    """A look into the records behind the web."""
    with Session(app.state.engine) as made:
        yield made
