"""Classes: filed and pinned on opening, and what the pages of a class read of them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, text
from sqlmodel import Session

from states.errors import BadInput, NotFound
from states.records import vault
from states.records.places import (
    ENROLMENT_EMAIL,
    ENROLMENT_EMPLOYER_EMAIL,
    ENROLMENT_NAME,
    ENROLMENT_PHONE,
    LEARNER_NUMBER,
)
from states.rules.law import NothingInForce, Pin, the_law

_CLASS = text("""
SELECT id, project_id, no, opens_on, ends_on, regime, standard, bank, reason FROM training_class
 WHERE project_id = :project_id AND no = :no
""")
_FILE = text("""
INSERT INTO training_class (project_id, no, opens_on, ends_on, regime, standard, bank, reason)
VALUES (:project_id, :no, :opens_on, :ends_on, :regime, :standard, :bank, :reason)
ON CONFLICT (project_id, no) DO UPDATE SET
  opens_on = excluded.opens_on, ends_on = excluded.ends_on, regime = excluded.regime,
  standard = excluded.standard, bank = excluded.bank, reason = excluded.reason, moved_on = NULL
RETURNING id
""")
_LICENCE = text("""
SELECT o.licence_valid_until, o.licence_covers FROM project p JOIN office o ON o.id = p.provider_id
 WHERE p.id = :project_id
""")
# A class filed anew asks for a new roster: its learners were judged on another opening day. Its
# timetable went by other days too; nobody has been taught yet.
_FORGET = text("""
WITH reports AS (DELETE FROM import_report WHERE class_id = :id),
     sessions AS (DELETE FROM class_session WHERE class_id = :id)
DELETE FROM enrolment WHERE class_id = :id
""")
_ROSTER = text("""
SELECT e.id, e.sheet_row, e.name_sealed, e.sex, e.birth, e.category, e.phone_sealed,
       e.email_sealed, e.employer, e.employer_uscc, e.employer_email_sealed, e.school, e.hukou,
       e.retirement, e.verdict, e.findings, e.forgotten_at IS NOT NULL AS forgotten,
       l.id AS learner_id, l.document_kind, l.number_sealed,
       s.exam_number, s.assessed_on, s.theory, s.practice, s.total, s.result
  FROM enrolment e
  JOIN learner l ON l.id = e.learner_id
  LEFT JOIN score s ON s.enrolment_id = e.id
   AND s.fact_seq = (SELECT max(fact_seq) FROM score WHERE class_id = e.class_id)
 WHERE e.class_id = :class_id
 ORDER BY e.sheet_row, e.id
""")


_OF_ENROLMENT = (ENROLMENT_NAME, ENROLMENT_PHONE, ENROLMENT_EMAIL, ENROLMENT_EMPLOYER_EMAIL)


@dataclass(frozen=True, slots=True)
class ClassView:
    """A class as filed, with what was pinned to it."""

    id: int
    project_id: int
    no: int
    opens_on: date
    ends_on: date
    regime: str
    standard: str
    bank: str
    reason: str


@dataclass(frozen=True, slots=True)
class LearnerView:
    """A learner on a class's roster with the score that stands, if any. Marks are tenths.

    Names and numbers come whole: whoever shows them masks them as the viewer's right asks. They
    are empty once the learner is `forgotten`.
    """

    id: int
    learner_id: int
    sheet_row: int
    name: str
    sex: str
    birth: date | None
    category: str
    phone: str
    email: str
    employer: str
    employer_uscc: str
    employer_email: str
    school: str
    hukou: str
    retirement: str
    verdict: str
    findings: list[str]
    forgotten: bool
    document_kind: str
    document_number: str
    exam_number: str | None
    assessed_on: date | None
    theory: int | None
    practice: int | None
    total: int | None
    result: str | None


@dataclass(frozen=True, slots=True)
class Filing:
    """What a provider files when a class opens: its number in the plan, first and last session."""

    project_id: int
    no: int
    opens_on: date
    ends_on: date


def file_class(session: Session, filing: Filing) -> tuple[int, Pin]:
    """Write the class with what its opening day pins to it; filed anew, it loses its roster.

    Raises BadInput(why="days_are_in_order" | "nothing_in_force").
    """
    if filing.ends_on < filing.opens_on:
        raise BadInput(why="days_are_in_order")
    pin = pin_of(filing.opens_on)
    given = {name: getattr(filing, name) for name in Filing.__slots__}
    class_id = int(session.connection().execute(_FILE, given | _values(pin)).scalar_one())
    session.connection().execute(_FORGET, {"id": class_id})
    return class_id, pin


def licence_of(session: Session, project_id: int) -> tuple[date | None, bool]:
    """The provider's licence in the register: its last day, and whether it names this training.

    Raises NotFound.
    """
    found = session.connection().execute(_LICENCE, {"project_id": project_id}).first()
    if found is None:
        raise NotFound
    return found.licence_valid_until, found.licence_covers


def pin_of(opens_on: date) -> Pin:
    """Regime, standard and bank of a class by its first session (C45, C46). Raises BadInput."""
    try:
        return the_law().pin(opens_on)
    except NothingInForce as error:
        raise BadInput(why="nothing_in_force", opens_on=opens_on.isoformat()) from error


def class_of(session: Session, project_id: int, no: int) -> ClassView:
    """A class of a project by its number. Raises NotFound."""
    asked = {"project_id": project_id, "no": no}
    found = session.connection().execute(_CLASS, asked).first()
    if found is None:
        raise NotFound
    return ClassView(**found._mapping)  # noqa: SLF001  SQLAlchemy's public name


def roster_of(session: Session, class_id: int) -> list[LearnerView]:
    """Everybody on the roster with the score that stands, in the order of the sheet."""
    rows = session.connection().execute(_ROSTER, {"class_id": class_id}).mappings()
    return [LearnerView(**_opened(session, row)) for row in rows]


def _opened(session: Session, row: RowMapping) -> dict[str, Any]:
    """A row of _ROSTER with its sealed values open."""
    clear = {name: value for name, value in row.items() if not name.endswith("_sealed")}
    opened = {
        place.column: vault.unseal(session, place, row["id"], row[f"{place.column}_sealed"])
        for place in _OF_ENROLMENT
    }
    number = vault.unseal(session, LEARNER_NUMBER, row["learner_id"], row["number_sealed"])
    return clear | opened | {"document_number": number}


def _values(pin: Pin) -> dict[str, Any]:
    return {name: getattr(pin, name) for name in Pin.__slots__}
