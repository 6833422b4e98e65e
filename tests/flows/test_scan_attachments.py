"""What is uploaded is looked at within a moment; what must not stay is destroyed."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from flows import wiring
from flows.lookout import look_around
from flows.outside.clamd import ClamdScanner
from flows.outside.failing import FailingScanner
from flows.outside.ports import Scan
from flows.scan_attachments import scan_attachments, sweep_orphans
from flows.sweeps import Tally
from states.records import attachments, clock
from states.records.attachments import FileView, Upload
from states.records.db import transaction
from states.records.file_store import YOUNG, FileStore
from states.records.tables import Attachment, Failure, Project
from tests.flows.conftest import Story
from tests.flows.outside.strangers import EICAR, Clamd, serving

PDF = b"%PDF-1.7\ntrailer<<>>\n%%EOF\n"
INFECTED = b"%PDF-1.7\n" + EICAR + b"\n%%EOF\n"


@pytest.fixture
def clamd() -> Iterator[Clamd]:
    server = Clamd()
    with serving(server):
        yield server


@pytest.fixture
def watched(story: Story, clamd: Clamd) -> Story:
    """A house with a scanner."""
    wiring.use(replace(story.parts, scanner=ClamdScanner(clamd.address)))
    return story


def uploads(story: Story, content: bytes = PDF) -> FileView:
    project_id = story.a_project()
    with transaction(story.bind) as session:
        return attachments.attach(
            session, store_of(story), project=session.get_one(Project, project_id),
            upload=Upload("licence", content), actor=story.staff["operator"],
            at=clock.now(session),
        )  # fmt: skip


def store_of(story: Story) -> FileStore:
    return FileStore(story.parts.settings.files_dir)


def stored(story: Story) -> list[Path]:
    return list(story.parts.settings.files_dir.glob("??/*"))


def the_row(story: Story) -> Attachment:
    with Session(story.bind) as session:
        return session.exec(select(Attachment)).one()


def scan() -> Tally:
    return asyncio.run(scan_attachments.fn())


def test_an_upload_calls_the_worker_and_a_clean_file_opens(watched: Story, clamd: Clamd) -> None:
    uploads(watched)
    errands = look_around(watched.bind, {}, prefect=False).errands
    assert ("scan_attachments", "look at 1 files") in [(e.flow, e.title) for e in errands]
    assert scan() == Tally(handled=1)
    assert clamd.seen == [PDF]
    assert the_row(watched).scan == "clean"
    assert scan() == Tally()


def test_without_a_scanner_a_file_is_marked_as_not_looked_at(story: Story) -> None:
    uploads(story)
    scan()
    assert the_row(story).scan == "unscanned"
    assert len(stored(story)) == 1


def test_an_infected_file_is_destroyed_and_its_row_stays(watched: Story) -> None:
    uploads(watched, INFECTED)
    assert scan() == Tally(handled=2)  # found, then destroyed
    row = the_row(watched)
    assert (row.scan, row.stored, row.key_sealed) == ("infected", "", b"")
    assert stored(watched) == []


def test_a_file_taken_back_is_destroyed(watched: Story) -> None:
    view = uploads(watched)
    scan()
    with transaction(watched.bind) as session:
        attachments.withdraw(
            session, view.id, actor=watched.staff["operator"], at=clock.now(session)
        )
    assert the_row(watched).key_sealed == b""
    assert scan() == Tally(handled=1)
    assert the_row(watched).stored == ""
    assert stored(watched) == []


def test_a_scanner_that_is_away_leaves_the_file_locked_and_is_asked_again(story: Story) -> None:
    failing = FailingScanner()
    wiring.use(replace(story.parts, scanner=failing))
    view = uploads(story)
    assert scan() == Tally(failed=1)
    assert failing.tried == 1
    with Session(story.bind) as session:
        (failure,) = session.exec(select(Failure)).all()
        assert (failure.about, failure.error) == (
            f"attachment/{view.id}", "ScannerUnavailableError",
        )  # fmt: skip
    assert the_row(story).scan == "waiting"
    assert the_row(story).not_before > datetime.now(UTC)
    assert scan() == Tally()
    assert look_around(story.bind, {}, prefect=False).seconds <= 30
    wiring.use(story.parts)
    comes_due(story)
    assert scan() == Tally(handled=1)
    with Session(story.bind) as session:
        assert session.exec(select(Failure)).all() == []


def comes_due(story: Story) -> None:
    with transaction(story.bind) as session:
        session.execute(text("UPDATE attachment SET not_before = now()"))


def test_a_file_that_is_gone_is_a_failure_for_the_operator(watched: Story) -> None:
    uploads(watched)
    stored(watched)[0].unlink()
    assert scan() == Tally(failed=1)


def test_a_worker_that_dies_after_the_verdict_changes_nothing(story: Story) -> None:
    class Dies:
        def scan(self, content: bytes) -> Scan:  # noqa: ARG002
            raise KeyboardInterrupt

    uploads(story)
    wiring.use(replace(story.parts, scanner=Dies()))
    with pytest.raises(KeyboardInterrupt):
        scan()
    assert the_row(story).scan == "waiting"
    wiring.use(story.parts)
    assert scan() == Tally()  # leased: the dead worker's share comes back later
    comes_due(story)
    assert scan() == Tally(handled=1)


def test_a_start_clears_what_dead_uploads_left(story: Story) -> None:
    uploads(story)
    store_of(story).put(b"its transaction never committed")
    long_ago = (datetime.now(UTC) - 2 * YOUNG - timedelta(minutes=1)).timestamp()
    for path in stored(story):
        os.utime(path, (long_ago, long_ago))
    sweep_orphans(story.parts)
    assert [path.name for path in stored(story)] == [the_row(story).stored]
