"""A house whose flows run without Prefect: real database, letters kept in memory, one district."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from flows import wiring
from flows.outside.null import NullHub, NullPostman
from flows.wiring import Wiring
from states import actions
from states.actor import Actor
from states.records import clock, db, secrets
from states.records.db import transaction
from states.records.tables import Appointment, Mail, Office, Person, Project, Sweep
from states.rules.facts import PlanSubmitted, ReviewSigned, Unit
from states.rules.stages import Channel, Mode, Role
from states.settings import Settings
from tests.keys import MASTERS

MORNING = datetime(2026, 4, 7, 1, 0, tzinfo=UTC)
"""Tuesday, nine o'clock in Shanghai."""

OFFICES = (
    ("district", "HP", "黄浦区"),
    ("provider", "P1", "上海示例培训学校"),
    ("centre", "C", "市中心"),
    ("bureau", "B", "市人社局"),
)
STAFF = (
    ("operator", Role.PROVIDER, "P1"),
    ("reviewer", Role.REVIEWER, "HP"),
    ("second", Role.REVIEWER, "HP"),
    ("examiner", Role.EXAMINER, "HP"),
    ("officer", Role.CENTRE, "C"),
    ("head", Role.HEAD, "P1"),
    ("district head", Role.DISTRICT_HEAD, "HP"),
    ("bureau", Role.BUREAU, "B"),
)


@dataclass(frozen=True)
class Story:
    """A house and who works in it."""

    parts: Wiring
    offices: dict[str, int]
    staff: dict[str, Actor]

    @property
    def bind(self) -> Engine:
        return self.parts.bind

    def a_project(self, *, opens_on: date = date(2026, 4, 20)) -> int:
        """A plan handed in; its first letters are promised."""
        with transaction(self.bind) as session:
            return actions.propose(
                session,
                a_plan(opens_on),
                district_id=self.offices["HP"],
                actor=self.staff["operator"],
                at=clock.now(session),
            ).project_id

    def sign(self, project_id: int, *who: str, settle: bool = True) -> None:
        for name in who:
            with transaction(self.bind) as session:
                actions.record(
                    session,
                    project_id,
                    ReviewSigned(),
                    actor=self.staff[name],
                    at=clock.now(session),
                    settle=settle,
                )

    def at(self, moment: datetime) -> None:
        """The office's date stands at that moment."""
        with transaction(self.bind) as session:
            clock.move(session, to=moment)

    def project(self, project_id: int) -> Project:
        with Session(self.bind) as session:
            return session.get_one(Project, project_id)

    def sweep(self, name: str) -> Sweep:
        with Session(self.bind) as session:
            return session.get_one(Sweep, name)

    def mails(self, letter: str = "") -> list[Mail]:
        with Session(self.bind) as session:
            found = session.exec(select(Mail).order_by(Mail.id)).all()  # type: ignore[arg-type]
            return [mail for mail in found if letter in {"", mail.letter}]


EVE_OF_THE_LAST_DAY = datetime(2026, 4, 13, 1, 0, tzinfo=UTC)
"""A working day before the review of a plan is due that was handed in on MORNING."""


def a_plan(opens_on: date) -> PlanSubmitted:
    units = [
        Unit(name=f"第{n}单元", half_hours=20, mode=mode, teacher="示例教师")
        for n, mode in enumerate([Mode.OFFLINE, Mode.OFFLINE, Mode.ONLINE, Mode.ONLINE], start=1)
    ]
    return PlanSubmitted(
        title="人工智能推介官（基础）",
        channel=Channel.DISTRICT_PROJECT,
        units=tuple(units),
        class_size=30,
        opens_on=opens_on,
        ends_on=date(2026, 5, 15),
        licence_valid_until=date(2027, 12, 31),
        licence_covers=True,
    )


@pytest.fixture
def story(migrated: str, tmp_path: Path) -> Iterator[Story]:
    secrets.use(b"k" * 32, MASTERS)
    bind = db.engine(migrated)
    settings = Settings(data_dir=tmp_path, public_url="https://duban.example.invalid")
    parts = Wiring(settings, bind, NullPostman, NullHub())
    wiring.use(parts)
    with transaction(bind) as session:
        clock.start(session, MORNING, running=False)
        offices, staff = _people(session)
    yield Story(parts, offices, staff)
    bind.dispose()


def _people(session: Session) -> tuple[dict[str, int], dict[str, Actor]]:
    offices = {code: Office(kind=k, code=code, name_zh=zh, name_en=zh) for k, code, zh in OFFICES}
    people = {name: Person(name=name, email=f"{name}@office.test") for name, *_ in STAFF}
    session.add_all([*offices.values(), *people.values()])
    session.flush()
    staff = {}
    for name, role, code in STAFF:
        holder, office = people[name].id, offices[code].id
        session.add(
            Appointment(person_id=holder, office_id=office, role=role, since=date(2026, 1, 1))
        )
        staff[name] = Actor(person_id=holder, office_id=office, role=role)
    return {code: office.id for code, office in offices.items()}, staff
