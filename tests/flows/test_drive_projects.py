"""The enforcer moves what is due, stops for nobody's failure, and finds nothing the second time."""

import asyncio

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from flows.drive_projects import drive_projects
from flows.sweeps import Tally
from states import actions
from states.actions import Outcome
from states.records.db import transaction
from states.records.tables import Failure
from states.rules.stages import Stage
from tests.flows.conftest import Story


def drive() -> Tally:
    return asyncio.run(drive_projects.fn())


def test_facts_that_were_only_recorded_are_settled_by_the_flow(story: Story) -> None:
    project = story.a_project()
    story.sign(project, "reviewer", "second", settle=False)
    assert story.project(project).stage == Stage.PROPOSED
    assert drive() == Tally(handled=1)
    assert story.project(project).stage == Stage.APPROVED


def test_a_second_sweep_finds_nothing(story: Story) -> None:
    story.sign(story.a_project(), "reviewer", settle=False)
    assert drive().handled == 1
    assert drive().handled == 0


def test_the_sweep_row_tells_the_operator_how_it_went(story: Story) -> None:
    story.sign(story.a_project(), "reviewer", settle=False)
    drive()
    row = story.sweep("drive_projects")
    assert (row.outcome, row.handled, row.runs) == ("done without Prefect", 1, 1)
    assert row.finished_at is not None
    assert row.finished_at >= row.started_at


def fails_for(bad: int, monkeypatch: pytest.MonkeyPatch) -> None:
    real = actions.settle

    def settle(session: Session, ids: list[int], **rest: object) -> list[Outcome]:
        if bad in ids:
            raise ValueError("王示例 319901199001011234")
        return real(session, ids, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(actions, "settle", settle)


def test_one_failure_stops_nobody_else(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    projects = [story.a_project() for _ in range(3)]
    for each in projects:
        story.sign(each, "reviewer", "second", settle=False)
    fails_for(projects[1], monkeypatch)
    assert drive() == Tally(handled=2, failed=1)
    stages = [story.project(each).stage for each in projects]
    assert stages == [Stage.APPROVED, Stage.PROPOSED, Stage.APPROVED]
    assert story.sweep("drive_projects").outcome == "partly failed without Prefect"


def test_a_failure_is_kept_without_personal_data_and_rests(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = story.a_project()
    story.sign(project, "reviewer", settle=False)
    with monkeypatch.context() as broken:
        fails_for(project, broken)
        drive()
        assert drive() == Tally()  # it rests, and does not spin
    with Session(story.bind) as session:
        (failure,) = session.exec(select(Failure)).all()
    assert (failure.about, failure.error) == (f"project/{project}", "ValueError")
    with transaction(story.bind) as session:
        session.execute(text("UPDATE failure SET last_at = last_at - interval '2 minutes'"))
    assert drive() == Tally(handled=1)
    with Session(story.bind) as session:
        assert not session.exec(select(Failure)).all()


def test_a_project_in_another_hand_is_left_to_it(story: Story) -> None:
    mine, theirs = story.a_project(), story.a_project()
    for each in (mine, theirs):
        story.sign(each, "reviewer", settle=False)
    with transaction(story.bind) as other:
        other.execute(text("SELECT 1 FROM project WHERE id = :id FOR UPDATE"), {"id": theirs})
        assert drive() == Tally(handled=1)
    assert drive() == Tally(handled=1)


def test_a_worker_that_ends_takes_no_new_chunk(story: Story) -> None:
    story.sign(story.a_project(), "reviewer", settle=False)
    story.parts.stopping.set()
    assert drive() == Tally()
