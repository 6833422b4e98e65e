"""A training copy is marked on every page, and its date is moved only by those who run it."""

from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.main import create_app
from api.run import NoTrainingCopy, _told_its_kind
from states.records import db, secrets
from states.settings import Settings
from tests.api.pages.person_at_screen import AtScreen
from tests.house import Life, a_house

Sit = Callable[[str], AtScreen]
HERE = "http://127.0.0.1:8000"
MARK = '<p class="training" role="note">'
CENTRE, PROVIDER = "CENTRE/centre_officer", "P001/provider_operator"


@pytest.fixture
def training(settings: Settings) -> FastAPI:
    """The same database served as a training copy, without sample entry."""
    return create_app(settings.model_copy(update={"sample_mode": False}))


@pytest.fixture
def behind(training: FastAPI, sit: Sit) -> Iterator[Callable[[str], AtScreen]]:
    """`behind("CENTRE/centre_officer")`: somebody signed in there, far from the machine."""
    with TestClient(training, base_url=HERE) as first:

        def at(who: str) -> AtScreen:
            there = TestClient(training, base_url=HERE, client=("198.51.100.7", 50002))
            there.cookies = sit(who).client.cookies
            return AtScreen(there, there.get("/"))

        assert MARK in first.get("/signin").text
        yield at


@pytest.mark.parametrize(
    "path",
    ["/signin", "/rules/history", "/verify/nobody", "/survey/nobody", "/no/such/page", "/projects"],
)
def test_every_page_is_marked_for_anybody(training: FastAPI, path: str) -> None:
    with TestClient(training, base_url=HERE) as anybody:
        page = anybody.get(path)
        assert MARK in page.text
        assert "演练环境" in page.text
        assert "Training copy" in anybody.get(f"{path}?lang=en").text


def test_it_is_marked_even_when_the_database_is_down(settings: Settings) -> None:
    nowhere = SecretStr("postgresql://duban@127.0.0.1:1/duban")
    told = settings.model_copy(update={"database_url": nowhere, "training": True})
    with TestClient(create_app(told), base_url=HERE, raise_server_exceptions=False) as anybody:
        page = anybody.get("/signin")
        assert (page.status_code, MARK in page.text) == (503, True)


def test_a_real_installation_bears_no_mark_and_its_date_stands(
    migrated: str, settings: Settings
) -> None:
    real = settings.model_copy(update={"database_url": SecretStr(migrated), "sample_mode": False})
    with TestClient(create_app(real), base_url=HERE) as anybody:
        assert MARK not in anybody.get("/signin").text


def test_those_who_run_it_move_the_date_and_see_what_followed(behind: Sit) -> None:
    centre = behind(CENTRE).opens("/projects")
    assert "演练日期" in centre.page.text
    assert "切换人员" not in centre.page.text
    before = centre.client.get("/api/v1/clock").json()["now"]
    centre.sends("/clock", step="week")
    assert centre.client.get("/api/v1/clock").json()["now"] > before
    centre.opens("/clock")
    assert "演练日期由2026-04-01" in centre.text
    assert "自动变更的阶段" in centre.text
    assert "What the flows did" in centre.opens("/clock?lang=en").text


def test_nobody_else_moves_it(behind: Sit) -> None:
    provider = behind(PROVIDER).opens("/projects")
    assert MARK in provider.page.text
    assert provider.may_not_send("/clock")
    token = provider.form("/signout").values
    refused = provider.client.post("/clock", data={**token, "step": "day"})
    assert refused.status_code == 403
    assert "只有演练环境可以调整日期" in refused.text
    assert provider.opens("/clock").page.status_code == 403


def test_an_installation_is_what_its_database_says(migrated: str, settings: Settings) -> None:
    empty = Settings(database_url=SecretStr(migrated), data_dir=settings.data_dir)
    assert not _told_its_kind(empty).training
    chosen = empty.model_copy(update={"training": True})
    assert _told_its_kind(chosen).training
    assert _told_its_kind(empty).training, "a training copy never becomes production"


@pytest.mark.parametrize("wish", ["training", "sample_mode"])
def test_real_projects_never_become_a_training_copy(
    migrated: str, settings: Settings, wish: str
) -> None:
    bind = db.engine(migrated)
    secrets.use(settings.secret_key(), settings.master_keys())
    with db.transaction(bind) as session:
        Life(session, a_house(session)).proposed()
    bind.dispose()
    told = Settings(database_url=SecretStr(migrated), data_dir=settings.data_dir)
    with pytest.raises(NoTrainingCopy, match="holds real projects"):
        _told_its_kind(told.model_copy(update={wish: True}))
    assert not _told_its_kind(told).training
