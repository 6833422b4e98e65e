"""Who takes part in the sample programme: districts, invented providers, and invented persons."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlmodel import Session, col, select

from states.actor import Actor
from states.records.tables import Account, Appointment, Office, Person
from states.rules.law import RULEBOOKS
from states.rules.stages import Role
from states.rules.uscc import uscc_check_digit

DISTRICTS = RULEBOOKS / "tables" / "districts.csv"
SINCE = date(2020, 1, 1)
_LICENCE_UNTIL = date(2027, 6, 30)


@dataclass(frozen=True, slots=True)
class _Provider:
    code: str
    name_zh: str
    name_en: str
    licence_until: date = _LICENCE_UNTIL


PROVIDERS = (
    _Provider("P001", "上海示例职业技能培训学校", "Shanghai Sample Vocational Training School"),
    _Provider("P002", "上海示例人工智能培训中心", "Shanghai Sample AI Training Centre"),
    _Provider("P003", "上海示例开放学院", "Shanghai Sample Open College"),
    # E51: this licence ends in the middle of a course, which is worth a word.
    _Provider("P004", "上海示例企业培训中心", "Shanghai Sample Enterprise Training Centre",
              date(2026, 4, 30)),
)  # fmt: skip
CENTRE = "CENTRE"
BUREAU = "BUREAU"
SERVICE = "DUBAN"
EVALUATION = "E001"
EXAMS = "EXAMS"
ORGANISER = "ORG1"

PEOPLE = (
    ("HP", Role.REVIEWER, "hp-review-1", "周明华"),
    ("HP", Role.REVIEWER, "hp-review-2", "沈晓琳"),
    ("HP", Role.EXAMINER, "hp-exam", "顾志远"),
    ("HP", Role.SUPERVISOR, "hp-supervise", "韩秋实"),
    ("HP", Role.DISTRICT_HEAD, "hp-head", "丁守正"),
    ("PD", Role.REVIEWER, "pd-review-1", "陆文静"),
    ("PD", Role.REVIEWER, "pd-review-2", "徐伟国"),
    ("PD", Role.EXAMINER, "pd-exam", "姚佳宁"),
    ("PD", Role.SUPERVISOR, "pd-supervise", "严守诚"),
    ("PD", Role.DISTRICT_HEAD, "pd-head", "梁亦安"),
    ("XH", Role.REVIEWER, "xh-review-1", "钱思源"),
    ("XH", Role.REVIEWER, "xh-review-2", "唐慧敏"),
    ("XH", Role.EXAMINER, "xh-exam", "范立新"),
    ("XH", Role.SUPERVISOR, "xh-supervise", "白若溪"),
    ("XH", Role.DISTRICT_HEAD, "xh-head", "于景行"),
    ("P001", Role.PROVIDER, "p001", "陈建平"),
    ("P001", Role.HEAD, "p001-head", "贺新民"),
    ("P002", Role.PROVIDER, "p002", "吴雅婷"),
    ("P002", Role.HEAD, "p002-head", "施若谷"),
    ("P003", Role.PROVIDER, "p003", "胡启航"),
    ("P004", Role.PROVIDER, "p004", "夏若兰"),
    (CENTRE, Role.CENTRE, "centre-1", "林正阳"),
    (CENTRE, Role.CENTRE, "centre-2", "俞婉清"),
    (BUREAU, Role.BUREAU, "bureau-1", "章怀瑾"),
    (BUREAU, Role.BUREAU, "bureau-2", "柳映雪"),
    (CENTRE, Role.AUDITOR, "audit", "方克勤"),
    (EVALUATION, Role.EVALUATOR, "evaluate-1", "秦知远"),
    (EVALUATION, Role.EVALUATOR, "evaluate-2", "叶清扬"),
    (EXAMS, Role.EXAM_AUTHORITY, "exams-1", "苏文博"),
    (EXAMS, Role.EXAM_AUTHORITY, "exams-2", "江若宁"),
    (ORGANISER, Role.ORGANISER, "contest-1", "高远航"),
    (SERVICE, Role.ADMINISTRATOR, "admin", "管理员"),
)
"""Office, role, login and invented name of every sample person."""
PERMITTED = frozenset(
    {
        *("centre-1", "hp-review-1", "pd-review-1", "xh-review-1", "p001", "p002"),
        *("evaluate-1", "exams-1"),
    }
)
"""Who may take whole document numbers out; their colleagues show what it is like without."""


def add_districts(session: Session, file: Path = DISTRICTS) -> list[Office]:
    """The districts that are not there yet, from the table of this release."""
    known = set(session.exec(select(Office.code)))
    with file.open(encoding="utf-8", newline="") as lines:
        made = [
            Office(
                kind="district", code=row["code"], name_zh=row["name_zh"], name_en=row["name_en"]
            )
            for row in csv.DictReader(lines)
            if row["code"] not in known
        ]
    session.add_all(made)
    session.flush()
    return made


def add_sample_people(session: Session) -> None:
    """All offices and persons of the sample programme; their accounts have no password."""
    add_districts(session)
    session.add_all(_other_offices())
    session.flush()
    offices = {office.code: office.id for office in session.exec(select(Office))}
    for office, role, login, name in PEOPLE:
        account = add_person(session, name, role=role, office_id=offices[office], login=login)
        if login in PERMITTED:
            permit(session, account.person_id, allowed=True)


def add_person(
    session: Session, name: str, *, role: Role, office_id: int, login: str, mail: str = ""
) -> Account:
    """A person with one appointment and one account, which only a one-time link opens."""
    person = Person(name=name, email=mail or f"{login}@staff.example.invalid")
    session.add(person)
    session.flush()
    account = Account(person_id=person.id, login=login)
    since = SINCE
    session.add(Appointment(person_id=person.id, office_id=office_id, role=role, since=since))
    session.add(account)
    session.flush()
    return account


def permit(session: Session, person_id: int, *, allowed: bool) -> int:
    """Let a person take whole document numbers out, or no longer. Answers in how many roles."""
    held = select(Appointment).where(Appointment.person_id == person_id)
    appointments = session.exec(held).all()
    for appointment in appointments:
        appointment.full_numbers = allowed
        session.add(appointment)
    session.flush()
    return len(appointments)


def _other_offices() -> Iterator[Office]:
    for number, provider in enumerate(PROVIDERS, start=1):
        body = f"52319900MJ{number:07}"
        yield Office(
            kind="provider",
            code=provider.code,
            name_zh=provider.name_zh,
            name_en=provider.name_en,
            uscc=body + uscc_check_digit(body),
            licence_no=f"3199007{number:06}",
            licence_valid_until=provider.licence_until,
            licence_covers=True,
        )
    yield Office(kind="centre", code=CENTRE, name_zh="市就业促进中心", name_en="Municipal centre")
    yield Office(
        kind="bureau",
        code=BUREAU,
        name_zh="市人力资源和社会保障局",
        name_en="Municipal Human Resources Bureau",
    )
    yield Office(
        kind="evaluation_body",
        code=EVALUATION,
        name_zh="上海示例评价中心",
        name_en="Shanghai Sample Evaluation Centre",
    )
    yield Office(
        kind="exam_authority",
        code=EXAMS,
        name_zh="市教育考试院（示例）",
        name_en="Municipal Exam Authority (sample)",
    )
    yield Office(
        kind="organiser",
        code=ORGANISER,
        name_zh="上海示例行业协会",
        name_en="Shanghai Sample Industry Association",
    )
    yield Office(kind="service", code=SERVICE, name_zh="督办服务台", name_en="Duban service desk")


def actors(session: Session) -> dict[str, Actor]:
    """Every sample person as an actor, by login."""
    found = session.exec(
        select(Account.login, Appointment)
        .join(Appointment, col(Appointment.person_id) == Account.person_id)
        .order_by(col(Appointment.id))
    )
    return {
        login: Actor(held.person_id, held.office_id, Role(held.role), "sample")
        for login, held in found
    }
