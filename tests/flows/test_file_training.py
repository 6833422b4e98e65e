"""A class is sent to the city's system on a click, and its number comes back as a fact (C14)."""

import asyncio
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from flows import wiring
from flows.file_training import file_training
from flows.lookout import look_around
from flows.outside.failing import FailingRegister
from flows.outside.ports import TrainingRegister
from flows.outside.register import FolderRegister, HttpRegister
from flows.sweeps import Tally
from states.errors import BadInput, NotAllowed, NotYours
from states.records import clock, filings
from states.records.db import transaction
from states.records.filings import FilingView
from states.records.projects import load
from states.records.tables import ClassFiling, Failure, LedgerEntry, Project
from states.rules.facts import Kind, TrainingRegistered, Withdrawn
from tests.desks import Class, learners
from tests.flows.conftest import MORNING, Story
from tests.flows.outside.strangers import Register, serving
from tests.house import House


@dataclass
class Filed:
    """A story with one class that may be sent."""

    story: Story
    project_id: int

    def use(self, register: TrainingRegister) -> None:
        wiring.use(replace(self.story.parts, register=register))

    def wants(self, who: str = "operator") -> None:
        with transaction(self.story.bind) as session:
            filings.want(
                session, session.get_one(Project, self.project_id), 1,
                actor=self.story.staff[who], at=clock.now(session),
            )  # fmt: skip

    def says(self, fact: TrainingRegistered | Withdrawn) -> None:
        with transaction(self.story.bind) as session:
            self.life(session).says(fact, self.story.staff["operator"])

    def life(self, session: Session) -> Class:
        life = Class(session, house_of(self.story), at=clock.now(session))
        life.id = self.project_id
        return life

    @property
    def view(self) -> FilingView:
        with transaction(self.story.bind) as session:
            row = session.exec(select(ClassFiling)).one()
            found = filings.filing_of(session, row.class_id)
            assert found is not None
            return found

    def numbers(self) -> list[tuple[str, str]]:
        with Session(self.story.bind) as session:
            (loaded,) = load(session, [self.project_id])
        return [
            (fact.payload["number"], "person" if fact.person_id else "service")
            for fact in loaded.recorded
            if fact.kind == Kind.TRAINING_REGISTERED
        ]

    def exports(self) -> list[LedgerEntry]:
        with Session(self.story.bind) as session:
            asked = select(LedgerEntry).where(LedgerEntry.name == "personal_data_exported")
            return list(session.exec(asked))

    def comes_due(self) -> None:
        with transaction(self.story.bind) as session:
            session.execute(text("UPDATE class_filing SET not_before = now()"))


def house_of(story: Story) -> House:
    people = story.staff
    return House(
        district_id=story.offices["HP"],
        provider=people["operator"],
        first=people["reviewer"],
        second=people["second"],
        examiner=people["examiner"],
        supervisor=people["reviewer"],
        centre=people["officer"],
        head=people["head"],
        district_head=people["district head"],
        bureau=people["bureau"],
    )


def a_class(session: Session, story: Story) -> Class:
    """Filed by a provider with a licence; nobody learns in it yet."""
    session.execute(
        text("UPDATE office SET licence_covers = true, licence_valid_until = '2027-1-1'")
    )
    return Class(session, house_of(story), at=MORNING).filed()


@pytest.fixture
def filed(story: Story) -> Filed:
    with transaction(story.bind) as session:
        return Filed(story, a_class(session, story).enrols(learners(3)).id)


@pytest.fixture
def city() -> Iterator[Register]:
    server = Register()
    with serving(server):
        yield server


def run() -> Tally:
    return asyncio.run(file_training.fn())


def cells(workbook: bytes) -> dict[str, list[tuple[object, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    return {sheet.title: [*sheet.iter_rows(values_only=True)] for sheet in book}


def test_a_click_brings_the_number_of_the_city(filed: Filed, city: Register) -> None:
    city.kept["somebody"] = b"another class"
    filed.story.at(datetime(2026, 4, 9, 4, tzinfo=UTC))
    filed.use(HttpRegister(city.url, "token"))
    filed.wants()
    errands = look_around(filed.story.bind, {}, prefect=False).errands
    assert ("file_training", "file 1 classes") in [(e.flow, e.title) for e in errands]
    assert run() == Tally(handled=1)
    assert filed.view.state == "registered"
    assert filed.numbers() == [("SH-0002", "service")]
    assert run() == Tally()


def test_the_workbook_tells_the_class_and_its_learners_and_its_leaving_is_noted(
    filed: Filed, city: Register
) -> None:
    filed.use(HttpRegister(city.url))
    filed.wants()
    run()
    (key, workbook), *_ = city.kept.items()
    sheets = cells(workbook)
    told = {row[0]: row[1] for row in sheets["开班信息"] if row[1]}
    assert told["班级编号"] == "HP-2026-001-1"
    assert told["总课时"] == "40"
    assert told["其中线上课时"] == "20"
    assert told["授课教师"] == "示例教师"
    assert told["学员人数"] == "3"
    people = sheets["学员信息"][2:]
    assert [row[5] for row in people] == [one.number for one in learners(3)]
    digest = sha256(workbook).hexdigest()
    assert key == f"HP-2026-001-1-1-{digest[:8]}"
    (act,) = filed.exports()
    assert act.detail == {"rows": 3, "sha256": digest, "sheet": "registration"}


def test_a_city_that_wants_time_is_asked_again_with_the_same_key(filed: Filed) -> None:
    city = Register((202, {}), (202, {}))
    with serving(city):
        filed.story.at(datetime(2026, 4, 9, 4, tzinfo=UTC))
        filed.use(HttpRegister(city.url))
        filed.wants()
        run()
        assert filed.view.state == "sent"
        assert run() == Tally()
        for _ in range(2):
            filed.comes_due()
            run()
    assert filed.view.state == "registered"
    assert len({key for key, _ in city.asked}) == 1
    assert len(city.asked) == 3
    assert len(filed.exports()) == 1


def test_a_refusal_stands_on_the_page_sealed_in_the_database_and_may_be_answered(
    filed: Filed,
) -> None:
    city = Register((422, {"reasons": ["第3行：张示例的证件号码有误"]}))
    with serving(city):
        filed.story.at(datetime(2026, 4, 9, 4, tzinfo=UTC))
        filed.use(HttpRegister(city.url))
        filed.wants()
        assert run() == Tally(handled=1)
        assert (filed.view.state, filed.view.answer) == ("refused", "第3行：张示例的证件号码有误")
        with Session(filed.story.bind) as session:
            kept = session.execute(text("SELECT class_filing::text FROM class_filing")).scalar_one()
            assert "张示例" not in kept
        filed.wants()
        run()
    assert filed.view.state == "registered"
    assert filed.view.answer == ""
    assert [key.split("-")[4] for key, _ in city.asked] == ["1", "2"]


def test_a_city_that_is_away_is_asked_again_later_and_nothing_is_lost(filed: Filed) -> None:
    register = FailingRegister()
    filed.use(register)
    filed.wants()
    assert run() == Tally(failed=1)
    assert (filed.view.state, filed.view.trouble) == ("wanted", "RegisterUnavailableError")
    assert filed.view.again > datetime.now(UTC)
    assert run() == Tally()
    filed.comes_due()
    run()
    assert register.tried == 2
    with Session(filed.story.bind) as session:
        (failure,) = session.exec(select(Failure)).all()
        assert failure.error == "RegisterUnavailableError"


def test_without_an_address_the_workbook_is_left_for_somebody_to_upload(
    filed: Filed, tmp_path: Path
) -> None:
    filed.use(FolderRegister(tmp_path / "registry"))
    filed.wants()
    assert run() == Tally(handled=1)
    assert filed.view.state == "left"
    (left,) = (tmp_path / "registry").iterdir()
    assert left.name.startswith("HP-2026-001-1-1-")
    assert filed.numbers() == []


def test_a_number_typed_in_meanwhile_ends_the_filing(filed: Filed) -> None:
    register = FailingRegister()
    filed.use(register)
    filed.wants()
    filed.says(TrainingRegistered(class_no=1, number="SH-9", registered_on=date(2026, 4, 7)))
    run()
    assert register.tried == 0
    assert filed.view.state == "registered"
    assert filed.numbers() == [("SH-9", "person")]


def test_a_number_that_the_rules_refuse_now_is_asked_for_again(filed: Filed) -> None:
    city = Register((200, {"number": "SH-1", "registered_on": "2026-04-30"}))
    with serving(city):
        filed.use(HttpRegister(city.url))
        filed.wants()
        assert run() == Tally(failed=1)  # a day that has not come yet
        assert (filed.view.state, filed.view.trouble) == ("wanted", "NotAllowed")
        assert filed.numbers() == []
        filed.story.at(datetime(2026, 4, 9, 4, tzinfo=UTC))
        filed.comes_due()
        assert run() == Tally(handled=1)


def test_who_may_wish_it_and_when(filed: Filed) -> None:
    for who in ("reviewer", "officer"):
        with pytest.raises(NotYours):
            filed.wants(who)
    filed.wants()
    with pytest.raises(BadInput) as refusal:
        filed.wants()
    assert refusal.value.params["why"] == "filing_is_under_way"
    filed.says(TrainingRegistered(class_no=1, number="SH-9", registered_on=date(2026, 4, 7)))
    run()
    with pytest.raises(BadInput) as refusal:
        filed.wants()
    assert refusal.value.params["why"] == "class_is_registered"


def test_a_class_without_learners_is_not_sent(story: Story) -> None:
    with transaction(story.bind) as session:
        filed = Filed(story, a_class(session, story).id)
    with pytest.raises(BadInput) as refusal:
        filed.wants()
    assert refusal.value.params["why"] == "filing_needs_learners"


def test_a_project_that_was_withdrawn_sends_nothing(filed: Filed) -> None:
    filed.says(Withdrawn(text="示例撤回"))
    with pytest.raises(NotAllowed):
        filed.wants()
