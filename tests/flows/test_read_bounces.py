"""The Maildir of what came back: what is understood is noted and put away, the rest is reported."""

import asyncio
import mailbox
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import Session, select

from flows import read_bounces as reading
from flows import wiring
from flows.lookout import look_around
from flows.outside.null import NullPostman
from flows.read_bounces import read_bounces
from flows.sweeps import Tally
from states.records.db import transaction
from states.records.tables import Failure, Mail
from tests.bounces import STEM, a_report, out_of_office
from tests.flows.conftest import Story
from tests.flows.test_deliver_mail import deliver


@pytest.fixture
def folder(story: Story, tmp_path: Path) -> Path:
    place = tmp_path / "bounces"
    mailbox.Maildir(place, create=True)
    settings = story.parts.settings.model_copy(update={"bounces": place})
    wiring.use(replace(story.parts, settings=settings))
    return place


@pytest.fixture
def mail(story: Story, folder: Path) -> Mail:
    """A letter that its server has accepted."""
    kept = wiring.wired()
    story.a_project()
    deliver(story, NullPostman)
    wiring.use(kept)
    return story.mails()[0]


def put(folder: Path, raw: bytes) -> str:
    return mailbox.Maildir(folder).add(raw)


def read(story: Story) -> Tally:
    return asyncio.run(read_bounces.fn())


def due(story: Story, folder: Path) -> bool:
    with transaction(story.bind) as session:
        return reading.is_due(session, folder)


def failures(story: Story) -> list[tuple[str, str]]:
    with Session(story.bind) as session:
        return [(each.about, each.error) for each in session.exec(select(Failure)).all()]


def names(folder: Path, room: str) -> list[str]:
    return sorted(each.name for each in (folder / room).iterdir())


def test_a_bounce_is_noted_and_put_away(story: Story, folder: Path, mail: Mail) -> None:
    assert not due(story, folder)
    name = put(folder, a_report(mail.message_id))
    assert due(story, folder)
    assert read(story) == Tally(handled=1)
    assert story.mails()[0].state == "bounced"
    assert names(folder, "new") == []
    assert names(folder, "cur") == [f"{name}:2,S"]
    assert not due(story, folder)


def test_what_was_read_but_not_put_away_is_read_again_without_effect(
    story: Story, folder: Path, mail: Mail
) -> None:
    put(folder, a_report(mail.message_id))
    read(story)
    (kept,) = (folder / "cur").iterdir()
    kept.rename(folder / "new" / kept.name.partition(":")[0])
    before = story.mails()[0]
    assert read(story) == Tally(handled=1)
    assert story.mails()[0] == before


def test_what_cannot_be_told_stays_and_is_reported_until_somebody_takes_it_away(
    story: Story, folder: Path, mail: Mail
) -> None:
    strange = put(folder, a_report(STEM))
    huge = put(folder, b"x" * (reading.LARGEST + 1))
    put(folder, out_of_office())
    put(folder, a_report(mail.message_id))
    assert read(story) == Tally(handled=2, failed=2)
    assert sorted(failures(story)) == sorted([(strange, "no_letter"), (huge, "_TooLargeError")])
    assert names(folder, "new") == sorted([strange, huge])
    assert not due(story, folder)
    assert read(story) == Tally()
    (folder / "new" / strange).unlink()
    assert due(story, folder)
    read(story)
    assert failures(story) == [(huge, "_TooLargeError")]


def test_a_folder_that_is_gone_is_reported_once(story: Story, folder: Path) -> None:
    away = folder.rename(folder.with_name("elsewhere"))
    assert due(story, folder)
    assert read(story).failed == 1
    assert failures(story) == [("the folder itself", "FileNotFoundError")]
    assert not due(story, folder)
    away.rename(folder)
    assert due(story, folder)
    read(story)
    assert failures(story) == []


def test_the_worker_sees_that_something_came_back(story: Story, folder: Path) -> None:
    put(folder, out_of_office())
    view = look_around(story.bind, {}, prefect=False, bounces=folder)
    assert [errand.flow for errand in view.errands] == [reading.NAME]
    assert look_around(story.bind, {}, prefect=False).errands == ()
