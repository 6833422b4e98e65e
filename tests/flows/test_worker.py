"""A real worker with a real Prefect server: woken by a call, never idle for want of Prefect."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from states.records.db import transaction
from states.records.embedded import Server
from states.records.folder import kept_port
from states.rules.stages import Stage
from tests.flows.conftest import Story
from tests.flows.servers import QUIET, child, prefect_server, runs, until

CALENDAR = ("remind_daily", "compile_monthly_return", "collect_certificates", "forget_people")


@contextmanager
def a_worker(postgres: str, folder: Path, prefect: str) -> Iterator[subprocess.Popen[str]]:
    told = {
        "DUBAN_DATABASE_URL": postgres,
        "DUBAN_DATA_DIR": str(folder),
        "PREFECT_API_URL": prefect,
        "PREFECT_HOME": str(folder / "prefect"),
    }
    with child("flows", environment=QUIET | told, log=folder / "worker.log") as process:
        yield process


def moved(story: Story, project: int) -> bool:
    return story.project(project).stage == Stage.APPROVED


def a_signed_project(story: Story) -> int:
    project = story.a_project()
    story.sign(project, "reviewer", "second", settle=False)
    return project


@pytest.mark.real
def test_the_calendar_is_scheduled_and_a_call_becomes_a_listed_run(
    story: Story, migrated: str, postgres_server: Server, tmp_path: Path
) -> None:
    port = kept_port(tmp_path, "prefect")
    with (
        prefect_server(port, postgres_server.prefect_url, tmp_path) as url,
        a_worker(migrated, tmp_path, url) as worker,
    ):
        until(lambda: all(runs(url, name, "SCHEDULED") for name in CALENDAR))
        project = a_signed_project(story)
        until(lambda: moved(story, project))
        until(lambda: runs(url, "drive_projects", "COMPLETED"))
        (run,) = runs(url, "drive_projects", "COMPLETED")
        assert run["name"] == "drive 1 projects · HP"
        assert {"district:HP", "2026-04"} < set(run["tags"])  # type: ignore[call-overload]
        assert story.sweep("drive_projects").flow_run_id == run["id"]
        # The sample date lies past half past eight, though no schedule of today's came.
        until(lambda: runs(url, "remind_daily", "COMPLETED"))
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(15) == 0


@pytest.mark.real
def test_without_prefect_the_work_is_done_all_the_same(
    story: Story, migrated: str, tmp_path: Path
) -> None:
    project = a_signed_project(story)
    nobody = f"http://127.0.0.1:{kept_port(tmp_path, 'prefect')}/api"
    with a_worker(migrated, tmp_path, nobody) as worker:
        until(lambda: moved(story, project))
        until(lambda: story.sweep("drive_projects").finished_at)
        assert story.sweep("drive_projects").outcome == "done without Prefect"
        with transaction(story.bind) as session:
            beat = session.execute(text("SELECT detail->>'pid' FROM heartbeat")).scalar()
            assert beat == str(worker.pid)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(15) == 0
