"""The sample programme: made by real moves, quickly, and only in an empty database."""

from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import Session, select

from api import sample
from states import actions
from states.records import clock, db, secrets
from states.records.projects import load
from states.records.tables import Project, TrainingClass
from states.rules.stages import Stage
from states.settings import Settings


@pytest.fixture
def filled(postgres: str, tmp_path: Path) -> Settings:
    told = Settings(database_url=SecretStr(postgres), data_dir=tmp_path, sample_mode=True)
    secrets.use(told.secret_key(), told.master_keys())
    db.migrate(postgres)
    assert sample.fill(told)
    return told


def test_the_programme_shows_every_stage_by_real_moves(filled: Settings, postgres: str) -> None:
    bind = db.engine(postgres)
    with Session(bind) as session:
        projects = session.exec(select(Project)).all()
        stages = {project.stage for project in projects}
        assert stages >= {*list(Stage)[:7], "returned"}
        for project in load(session, [project.id for project in projects]):
            assert actions.replay(project.recorded, at=sample.NOW) is project.stage
        old = session.exec(select(TrainingClass)).all()
        assert {c.regime for c in old if c.opens_on < sample.NOW.date()} == {"2025"}
        assert {c.regime for c in old if c.opens_on > sample.NOW.date()} == {"2026-67"}
        assert clock.is_virtual(session)
    bind.dispose()


def test_a_second_start_adds_nothing(filled: Settings) -> None:
    assert not sample.fill(filled)
