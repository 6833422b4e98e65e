"""A small house for stories: a district with its people, a provider, and the centre."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session, select

from states import actions
from states.actor import Actor
from states.records import enrolments
from states.records.tables import Appointment, Office, Person
from states.rules.facts import (
    ClassEnded,
    Fact,
    PlanSubmitted,
    ReviewSigned,
    RosterImported,
    ScoresConfirmed,
    ScoresImported,
    Unit,
)
from states.rules.stages import Channel, Mode, Role, Stage

NOON = datetime(2026, 4, 1, 4, tzinfo=UTC)
"""Noon in Shanghai on the day on which most stories begin."""


def everything_prints(_: str) -> str:
    """What a batch asks of a name, where the story is not about fonts."""
    return ""


@dataclass(frozen=True)
class House:
    """The people of the stories, as actors."""

    district_id: int
    provider: Actor
    first: Actor
    second: Actor
    examiner: Actor
    centre: Actor
    supervisor: Actor
    head: Actor
    district_head: Actor
    bureau: Actor


def a_house(session: Session) -> House:
    """Offices and appointments, made once per story."""
    district = _office(session, "district", "HP", name="黄浦区人力资源和社会保障局")
    provider = _office(session, "provider", "P001", name="上海示例职业技能培训学校")
    centre = _office(session, "centre", "CENTRE", name="上海市就业促进中心")
    bureau = _office(session, "bureau", "BUREAU", name="上海市人力资源和社会保障局")
    return House(
        district_id=district,
        provider=_person(session, provider, Role.PROVIDER, number=1),
        first=_person(session, district, Role.REVIEWER, number=2),
        second=_person(session, district, Role.REVIEWER, number=3),
        examiner=_person(session, district, Role.EXAMINER, number=4),
        centre=_person(session, centre, Role.CENTRE, number=5),
        supervisor=_person(session, district, Role.SUPERVISOR, number=6),
        head=_person(session, provider, Role.HEAD, number=7),
        district_head=_person(session, district, Role.DISTRICT_HEAD, number=8),
        bureau=_person(session, bureau, Role.BUREAU, number=9),
    )


def sample_house(people: Mapping[str, Actor]) -> House:
    """The people of the sample programme in the same roles, by their logins."""
    return House(
        district_id=people["hp-head"].office_id or 0,
        provider=people["p001"],
        first=people["hp-review-1"],
        second=people["hp-review-2"],
        examiner=people["hp-exam"],
        centre=people["centre-1"],
        supervisor=people["hp-supervise"],
        head=people["p001-head"],
        district_head=people["hp-head"],
        bureau=people["bureau-1"],
    )


def two_officers(session: Session) -> tuple[Actor, Actor]:
    """Two persons of the municipal bureau, for stories that need them."""
    bureau = session.exec(select(Office.id).where(Office.code == "BUREAU")).one()
    return (
        _person(session, bureau, Role.BUREAU, number=7),
        _person(session, bureau, Role.BUREAU, number=8),
    )


def _office(session: Session, kind: str, code: str, *, name: str) -> int:
    office = Office(
        kind=kind,
        code=code,
        name_zh=name,
        name_en=code,
        licence_valid_until=date(2027, 12, 31) if kind == "provider" else None,
        licence_covers=kind == "provider",
    )
    session.add(office)
    session.flush()
    return office.id


def _person(session: Session, office_id: int, role: Role, *, number: int) -> Actor:
    person = Person(name=f"示例{number}", email=f"person{number}@office.example.invalid")
    session.add(person)
    session.flush()
    session.add(
        Appointment(person_id=person.id, office_id=office_id, role=role, since=date(2025, 1, 1))
    )
    session.flush()
    return Actor(person_id=person.id, office_id=office_id, role=role, request_id="story")


def a_plan(
    *,
    online: int = 40,
    offline: int = 40,
    opens_on: date = date(2026, 4, 8),
    channel: Channel = Channel.DISTRICT_PROJECT,
    class_size: int = 30,
    class_count: int = 1,
    licence_valid_until: date | None = date(2027, 12, 31),
    licence_covers: bool = True,
) -> PlanSubmitted:
    """A plan that passes, unless the story changes it. Hours are halves of a class hour."""
    units = [("智能体基础", offline, Mode.OFFLINE), ("线上实操", online, Mode.ONLINE)]
    return PlanSubmitted(
        title="人工智能推介官（基础）培训",
        channel=channel,
        units=tuple(
            Unit(name=name, half_hours=hours, mode=mode, teacher="示例教师")
            for name, hours, mode in units
            if hours
        ),
        class_count=class_count,
        class_size=class_size,
        opens_on=opens_on,
        ends_on=opens_on + timedelta(days=30),
        employer="" if channel is Channel.DISTRICT_PROJECT else "上海示例制造有限公司",
        licence_valid_until=licence_valid_until,
        licence_covers=licence_covers,
    )


class Life:
    """A project that lives by real facts; each step says what happened and moves `at` on."""

    def __init__(
        self, session: Session, house: House, *, at: datetime = NOON, settle: bool = True
    ) -> None:
        self.session, self.house, self.at, self.settle = session, house, at, settle
        self.id = 0

    def proposed(self, plan: PlanSubmitted | None = None) -> "Life":
        """The plan is in."""
        self.outcome = actions.propose(
            self.session,
            plan or a_plan(),
            district_id=self.house.district_id,
            actor=self.house.provider,
            at=self.at,
        )
        self.id = self.outcome.project_id
        return self

    def says(self, fact: Fact, actor: Actor, *, days: int = 0) -> "Life":
        """Somebody records a fact, some days later."""
        self.at += timedelta(days=days)
        self.outcome = actions.record(
            self.session, self.id, fact, actor=actor, at=self.at, settle=self.settle
        )
        return self

    def approved(self, plan: PlanSubmitted | None = None) -> "Life":
        """Two persons of the district signed."""
        self.proposed(plan)
        self.says(ReviewSigned(), self.house.first)
        return self.says(ReviewSigned(), self.house.second)

    def opened(self, *, on: date = date(2026, 4, 8)) -> "Life":
        """The class is filed and has its roster, as counts alone."""
        self.outcome = enrolments.open_class(
            self.session,
            project_id=self.id,
            class_no=1,
            opens_on=on,
            ends_on=on + timedelta(days=30),
            actor=self.house.provider,
            at=self.at,
            settle=self.settle,
        )
        return self.says(
            RosterImported(
                class_no=1, sheet_sha256="0" * 64, admitted=30, manual_review=0, refused=0
            ),
            self.house.provider,
        )

    def stands_at(self, stage: Stage) -> bool:
        """Whether the last thing said left the project in this stage."""
        return self.outcome.stage is stage

    def wait(self, *, days: int) -> "Life":
        """Time passes, and the sweep looks."""
        self.at += timedelta(days=days)
        found = actions.settle(self.session, [self.id], at=self.at)
        self.outcome = found[0] if found else self.outcome
        return self

    def running(self) -> "Life":
        """The opening day has come."""
        return self.approved().opened().wait(days=7)

    def assessed(self) -> "Life":
        """The class was held, and its scores stand."""
        self.running()
        self.says(
            ClassEnded(
                class_no=1,
                ended_on=date(2026, 5, 8),
                delivered_half_hours=80,
                online_half_hours=40,
            ),
            self.house.provider,
            days=31,
        )
        self.says(
            ScoresImported(
                class_no=1,
                sheet_sha256="1" * 64,
                assessed_on=date(2026, 5, 12),
                passed=25,
                failed=5,
                absent=0,
            ),
            self.house.examiner,
            days=5,
        )
        return self.says(ScoresConfirmed(class_no=1), self.house.second)
