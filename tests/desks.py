"""Lives with real people in them: rosters, scores, answers, returns and certificates."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import text
from sqlmodel import Session

from states.actor import Actor
from states.records import (
    batches,
    certificate_board,
    corrections,
    enrolments,
    invitations,
    receipts,
    returns,
    surveys,
    vault,
)
from states.records.classes import class_of
from states.records.corrections import Marks
from states.records.inspections import Act
from states.records.leased_mail import LeasedMail
from states.records.places import INVITATION_EMAIL
from states.records.preflight_board import Fit
from states.records.tables import Mail, SurveyInvitation
from states.rules.facts import ClassEnded, PlanSubmitted, ScoresConfirmed, TrainingRegistered
from states.rules.facts_of_returns import Result
from states.rules.findings import Finding, RowFinding
from states.rules.identity import check_digit
from states.rules.machine import midnight
from states.rules.months import first_after
from tests.house import House, Life, everything_prints

Row_co = TypeVar("Row_co", covariant=True)

HELD_ON = date(2026, 5, 8)
ASSESSED_ON = date(2026, 5, 12)


@dataclass(frozen=True)
class RosterRow:
    """A row as a roster reader would give it."""

    sheet_row: int
    name: str = "张示例"
    verdict: str = "admitted"
    document: str | None = "resident_id_card"
    number: str = ""
    birth: date | None = date(1995, 1, 1)
    sex: str | None = "male"
    category: str | None = "registered_unemployed"
    phone: str = "13800000000"
    email: str = ""
    employer: str = ""
    employer_uscc: str = ""
    employer_email: str = ""
    school: str = ""
    hukou: str = "上海市"
    retirement: str = "unknown"


@dataclass(frozen=True)
class ScoreRow:
    """A score as a score reader would give it."""

    sheet_row: int
    learner_id: int
    result: str = "pass"
    exam_number: str = ""
    assessed_on: date = ASSESSED_ON
    theory: int | None = 800
    practice: int | None = 850
    total: int | None = 830


@dataclass(frozen=True)
class Reading(Generic[Row_co]):
    """What a reader of spreadsheets answers."""

    rows: tuple[Row_co, ...]
    findings: tuple[RowFinding, ...] = ()
    notes: tuple[Finding, ...] = field(default=())


def address(life: "Class", mail: Mail | LeasedMail) -> str:
    """Where a letter to somebody without an account goes."""
    asked = life.session.get_one(SurveyInvitation, mail.context["invitation"])
    return vault.unseal(life.session, INVITATION_EMAIL, asked.id, asked.email_sealed)


@dataclass(frozen=True)
class ReceiptRow:
    """A row of a receipt as its reader would give it."""

    sheet_row: int
    internal_serial: str
    accepted: bool = True
    certificate_number: str = ""
    reason: str = ""


def card_of(order: int) -> str:
    """A document number that passes, another one for every order below a thousand."""
    body = f"31990019950101{order:03}"
    return body + check_digit(body)


def learners(count: int, **more: Any) -> tuple[RosterRow, ...]:  # noqa: ANN401  any column
    """So many learners, every second one with a mail address."""
    return tuple(
        RosterRow(
            row,
            number=card_of(row),
            email=f"learner{row}@example.invalid" if row % 2 else "",
            **more,
        )
        for row in range(3, count + 3)
    )


class Class(Life):
    """A project with one class of real people."""

    def __init__(self, session: Session, house: House, **more: Any) -> None:  # noqa: ANN401  as a Life takes
        super().__init__(session, house, **more)
        self.class_id = 0

    def filed(self, plan: PlanSubmitted | None = None, *, on: date = date(2026, 4, 8)) -> "Class":
        """Approved, and the opening is filed."""
        self.approved(plan)
        return self.files(on)

    def files(self, on: date) -> "Class":
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
        self.class_id = class_of(self.session, self.id, 1).id
        return self

    def enrols(self, rows: tuple[RosterRow, ...], *findings: RowFinding) -> "Class":
        """A roster is imported; its digest stands for its content."""
        self.outcome = enrolments.import_roster(
            self.session,
            project_id=self.id,
            class_no=1,
            reading=Reading(rows, findings),
            filename="roster.xlsx",
            sha256=f"{hash(rows):x}",
            actor=self.house.provider,
            at=self.at,
            settle=self.settle,
        )
        return self

    def held(self, count: int = 6, **more: Any) -> "Class":  # noqa: ANN401  any column
        """Opened with so many learners, held, registered in the city's system."""
        self.filed().enrols(learners(count, **more)).wait(days=7)
        return self.ends()

    def wait(self, *, days: int) -> "Class":
        super().wait(days=days)
        return self

    def ends(self) -> "Class":
        self.says(
            ClassEnded(class_no=1, ended_on=HELD_ON, delivered_half_hours=80, online_half_hours=40),
            self.house.provider,
            days=31,
        )
        number = TrainingRegistered(class_no=1, number="SH-1", registered_on=HELD_ON)
        self.says(number, self.house.provider)
        return self

    def known(self) -> list[int]:
        return [one for one, _ in self.by_number().values()]

    def by_number(self) -> dict[str, tuple[int, str]]:
        return enrolments.learners_for_scores(self.session, self.class_id)

    def scores(self, *results: str, days: int = 5) -> "Class":
        """A score sheet, in the order of the roster; learners beyond `results` are missing."""
        rows = tuple(
            ScoreRow(3 + place, learner, result)
            for place, (learner, result) in enumerate(zip(self.known(), results, strict=False))
        )
        self.at += timedelta(days=days)
        self.outcome = enrolments.import_scores(
            self.session,
            project_id=self.id,
            class_no=1,
            reading=Reading(rows),
            filename="scores.xlsx",
            sha256=f"{hash(rows):x}",
            actor=self.house.examiner,
            at=self.at,
            settle=self.settle,
        )
        return self

    def surveying(self, **more: Any) -> "Class":  # noqa: ANN401  any column
        """Six learners: four passed, one failed, one was absent; confirmed, links are out."""
        self.held(**more).scores("pass", "pass", "pass", "pass", "fail", "absent")
        self.says(ScoresConfirmed(class_no=1), self.house.second)
        return self

    def nonces(self, population: str = "learner") -> list[str]:
        asked = {"id": self.class_id, "population": population}
        found = self.session.connection().execute(_NONCES, asked)
        return list(found.scalars())

    def answers(
        self, nonce: str, points: int, *, at: datetime | None = None, comment: str = ""
    ) -> None:
        token = invitations.token_for(nonce)
        keys = surveys.invitation(self.session, token).questions.keys
        ratings = dict.fromkeys(keys, points)
        surveys.answer(self.session, token, ratings=ratings, comment=comment, at=at or self.at)

    def surveyed(self) -> "Class":
        """The window has closed."""
        self.surveying()
        for nonce, points in zip(self.nonces(), (5, 4, 2), strict=False):
            self.answers(nonce, points)
        self.wait(days=8)
        return self

    def corrects(self, place: int, result: Result, *, days: int = 1) -> int:
        """The examiner registers another result for the learner in this place; answers its id."""
        self.at += timedelta(days=days)
        mark = {"pass": 900, "fail": 300}.get(result)
        marks = Marks(result, mark, mark, mark)
        learner = self.known()[place]
        act = Act(self.id, self.house.examiner, self.at)
        corrections.register(self.session, 1, learner, marks=marks, words="登分有误", act=act)
        return corrections.of_class(self.session, self.class_id)[-1].id

    def decides(self, correction: int, *, confirm: bool = True) -> "Class":
        act = Act(self.id, self.house.second, self.at)
        words = "" if confirm else "原成绩无误"
        self.outcome = corrections.decide(
            self.session, 1, correction, confirm=confirm, words=words, act=act
        )
        return self

    def compiles(self, month: str = "2026-05") -> int:
        """The draft of a month, in the first morning on which it may be compiled."""
        self.at = max(self.at, midnight(first_after(month)) + timedelta(hours=9))
        return returns.compile_return(
            self.session, district_id=self.house.district_id, month=month, at=self.at
        )

    def reported(self) -> "Class":
        """The month's return is signed by two and accepted."""
        self.surveyed()
        number = self.compiles()
        for act, actor in (
            (returns.sign_prepared, self.house.first),
            (returns.sign_checked_and_submit, self.house.second),
            (returns.accept, self.house.centre),
        ):
            seen = returns.view(self.session, number).version
            act(self.session, number, actor=actor, at=self.at, seen=seen)
        return self

    def batch(self, *, fit: Fit = everything_prints, actor: Actor | None = None) -> int | None:
        return batches.make_batch(
            self.session, actor=actor or self.house.centre, at=self.at, fit=fit
        )

    def receipt(self, batch_id: int, *, refused: tuple[str, ...] = ()) -> receipts.Receipt:
        """The city answers every certificate of a batch."""
        rows = tuple(
            ReceiptRow(3 + place, row.serial, accepted=False, reason="照片不符")
            if row.serial in refused
            else ReceiptRow(3 + place, row.serial, certificate_number=f"YB{row.serial}")
            for place, row in enumerate(certificate_board.batch_rows(self.session, batch_id))
        )
        return self.answered(batch_id, *rows)

    def answered(self, batch_id: int, *rows: ReceiptRow) -> receipts.Receipt:
        return receipts.import_receipt(
            self.session,
            batch_id=batch_id,
            rows=rows,
            filename="receipt.xlsx",
            sha256="2" * 64,
            actor=self.house.centre,
            at=self.at,
        )


_NONCES = text("""
SELECT nonce FROM survey_invitation WHERE class_id = :id AND population = :population ORDER BY id
""")
