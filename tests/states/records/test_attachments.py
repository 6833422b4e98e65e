"""Files of a project: named by the house, opened within its scope, locked away until looked at."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from states.actor import Actor
from states.errors import BadInput, NotFound, NotYours
from states.records import attachment_queue, attachments
from states.records.attachments import FileView, Upload
from states.records.file_store import FileMissing, FileStore
from states.records.tables import Attachment, LedgerEntry, Project
from states.records.vault import SealBroken
from states.rules.media import Media
from states.rules.stages import Role
from tests.desks import Class
from tests.house import NOON, House, a_house

PDF = b"%PDF-1.7\n% licence of a sample school\ntrailer<<>>\n%%EOF\n"
NOW = datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture
def house(session: Session) -> House:
    return a_house(session)


@pytest.fixture
def project(session: Session, house: House) -> Project:
    return session.get_one(Project, Class(session, house).filed().id)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path)


class Desk:
    """Somebody brings files to one project."""

    def __init__(self, session: Session, store: FileStore, project: Project) -> None:
        self.session, self.store, self.project = session, store, project

    def brings(
        self, actor: Actor, content: bytes = PDF, kind: str = "licence", class_no: int | None = None
    ) -> FileView:
        return attachments.attach(
            self.session, self.store, project=self.project, actor=actor, at=NOON,
            upload=Upload(kind, content, class_no),
        )  # fmt: skip

    def opens(self, view: FileView, actor: Actor) -> bytes:
        found = attachments.find(self.session, actor, view.id)
        return attachments.content_of(self.session, self.store, found, actor=actor)

    def scanned(self, scan: str) -> None:
        file = attachment_queue.lease(self.session, machine_now=NOW)
        assert file is not None
        attachment_queue.mark_scanned(self.session, file, scan, machine_now=NOW)


@pytest.fixture
def desk(session: Session, store: FileStore, project: Project) -> Desk:
    return Desk(session, store, project)


def test_a_file_gets_a_name_of_ours_and_its_type_from_its_bytes(desk: Desk, house: House) -> None:
    first = desk.brings(house.provider)
    second = desk.brings(house.first, kind="photo", class_no=1)
    assert (first.name, first.media, first.size) == (
        "HP-2026-001-licence-1.pdf", Media.PDF, len(PDF),
    )  # fmt: skip
    assert second.name == "HP-2026-001-c1-photo-2.pdf"
    assert attachments.of_project(desk.session, desk.project.id) == [first, second]


def test_nothing_of_it_lies_open_in_the_store_or_the_database(
    desk: Desk, house: House, tmp_path: Path
) -> None:
    one, two = desk.brings(house.provider), desk.brings(house.provider)
    files = [path.read_bytes() for path in tmp_path.glob("??/*")]
    assert len(files) == 2
    assert not any(b"PDF" in file or b"sample" in file for file in files)
    rows = [desk.session.get_one(Attachment, view.id) for view in (one, two)]
    assert rows[0].stored != rows[1].stored
    # A row's key opens no other row's file.
    with pytest.raises(SealBroken):
        attachments.opened(
            desk.session, desk.store, two.id, stored=rows[0].stored, key_sealed=rows[0].key_sealed
        )


def test_until_it_was_looked_at_only_its_bringer_opens_it(desk: Desk, house: House) -> None:
    view = desk.brings(house.provider)
    assert desk.opens(view, house.provider) == PDF
    with pytest.raises(NotFound):
        desk.opens(view, house.first)
    desk.scanned("clean")
    assert desk.opens(view, house.first) == PDF


def test_without_a_scanner_it_opens_and_says_that_nobody_looked(desk: Desk, house: House) -> None:
    view = desk.brings(house.provider)
    desk.scanned("unscanned")
    assert desk.opens(view, house.centre) == PDF
    assert attachments.find(desk.session, house.centre, view.id).scan == "unscanned"


def test_what_a_virus_was_found_in_opens_for_nobody_and_stays_in_the_list(
    desk: Desk, house: House
) -> None:
    view = desk.brings(house.provider)
    desk.scanned("infected")
    with pytest.raises(NotFound):
        desk.opens(view, house.provider)
    assert desk.session.get_one(Attachment, view.id).key_sealed == b""
    doomed = attachment_queue.lease(desk.session, machine_now=NOW)
    assert doomed is not None
    assert doomed.doomed
    (listed,) = attachments.of_project(desk.session, desk.project.id)
    assert not listed.stands


def test_another_office_finds_nothing(desk: Desk, house: House) -> None:
    view = desk.brings(house.provider)
    for stranger in (
        replace(house.provider, office_id=house.district_id),
        replace(house.first, office_id=house.provider.office_id),
        replace(house.centre, role=Role.ADMINISTRATOR),
    ):
        with pytest.raises(NotFound):
            attachments.find(desk.session, stranger, view.id)
        with pytest.raises(NotFound):
            attachments.withdraw(desk.session, view.id, actor=stranger, at=NOON)


def test_one_takes_back_ones_own_file_only_and_its_row_stays(desk: Desk, house: House) -> None:
    view = desk.brings(house.provider)
    with pytest.raises(NotYours):
        attachments.withdraw(desk.session, view.id, actor=house.first, at=NOON)
    gone = attachments.withdraw(desk.session, view.id, actor=house.provider, at=NOON)
    assert gone.withdrawn_at == NOON
    with pytest.raises(NotFound):
        desk.opens(view, house.provider)
    with pytest.raises(NotYours):
        attachments.withdraw(desk.session, view.id, actor=house.provider, at=NOON)
    assert attachments.of_project(desk.session, desk.project.id) == [gone]
    acts = select(LedgerEntry.name).where(LedgerEntry.about == f"attachment/{view.id}")
    assert list(desk.session.exec(acts)) == ["file_added", "file_withdrawn"]


def test_the_centre_looks_and_brings_nothing(desk: Desk, house: House) -> None:
    with pytest.raises(NotYours):
        desk.brings(house.centre)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"kind": "diary"}, "no_such_file_kind"),
        ({"content": b"<html>"}, "file_type_is_not_taken"),
    ],
)
def test_what_is_not_taken_leaves_nothing_behind(
    desk: Desk, house: House, tmp_path: Path, change: dict[str, bytes], why: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        desk.brings(house.provider, **change)  # type: ignore[arg-type]
    assert refusal.value.params["why"] == why
    assert list(tmp_path.glob("??/*")) == []


def test_a_class_that_is_not_there_has_no_photographs(desk: Desk, house: House) -> None:
    with pytest.raises(NotFound):
        desk.brings(house.provider, class_no=2)


def test_forty_files_are_enough_and_one_taken_back_makes_room(desk: Desk, house: House) -> None:
    views = [desk.brings(house.provider) for _ in range(attachments.MOST)]
    with pytest.raises(BadInput) as refusal:
        desk.brings(house.provider)
    assert refusal.value.params["why"] == "files_are_many"
    attachments.withdraw(desk.session, views[3].id, actor=house.provider, at=NOON)
    assert desk.brings(house.provider).name == "HP-2026-001-licence-42.pdf"


def test_a_file_that_is_gone_from_the_store_is_missed_by_name(desk: Desk, house: House) -> None:
    view = desk.brings(house.provider)
    desk.store.drop(desk.session.get_one(Attachment, view.id).stored)
    with pytest.raises(FileMissing):
        desk.opens(view, house.provider)


def test_a_lease_that_passed_on_decides_nothing(desk: Desk, house: House) -> None:
    view = desk.brings(house.provider)
    lost = attachment_queue.lease(desk.session, machine_now=NOW)
    assert lost is not None
    assert attachment_queue.lease(desk.session, machine_now=NOW) is None
    later = NOW + attachment_queue.LEASE
    mine = attachment_queue.lease(desk.session, machine_now=later)
    assert mine is not None
    attachment_queue.mark_scanned(desk.session, lost, "clean", machine_now=later)
    assert attachments.find(desk.session, house.provider, view.id).scan == "waiting"
    attachment_queue.put_off(desk.session, mine, machine_now=later)
    soon = desk.session.connection().execute(text("SELECT not_before FROM attachment")).scalar_one()
    assert later < soon < later + timedelta(hours=1)
