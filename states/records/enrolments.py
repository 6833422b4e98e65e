"""Who learns in a class and with what result: openings, rosters, admissions and scores.

A workbook's fact is recorded first, so that a refusal at the door comes before any row is written.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import insert, text
from sqlmodel import Session

from states import actions
from states.actions import Outcome
from states.actor import Actor
from states.errors import BadInput, NotFound
from states.records import remarks, reports, rosters, vault
from states.records.classes import ClassView, Filing, class_of, file_class, licence_of
from states.records.places import ENROLMENT_NAME, LEARNER_NUMBER
from states.records.rosters import ADMITTED, MANUAL_REVIEW, REFUSED, RosterReading
from states.records.tables import Score
from states.rules.facts import AdmissionDecided, ClassOpened, RosterImported, ScoresImported
from states.rules.findings import Finding, RowFinding

_DECIDE = text("""
UPDATE enrolment e SET verdict = :verdict FROM training_class c
 WHERE e.id = :id AND c.id = e.class_id AND c.project_id = :project_id
   AND e.verdict = 'manual_review'
RETURNING c.no
""")
_IS_OF_PROJECT = text("""
SELECT 1 FROM enrolment e JOIN training_class c ON c.id = e.class_id
 WHERE e.id = :id AND c.project_id = :project_id
""")
_LEARNERS = text("""
SELECT e.id, e.name_sealed, l.id AS learner_id, l.number_sealed
  FROM enrolment e JOIN learner l ON l.id = e.learner_id
 WHERE e.class_id = :class_id AND e.verdict = 'admitted' ORDER BY e.sheet_row, e.id
""")


class ScoreRow(Protocol):
    """One good score; `learner_id` is the enrolment. Marks are tenths, None where there is none."""

    @property
    def sheet_row(self) -> int: ...
    @property
    def learner_id(self) -> int: ...
    @property
    def exam_number(self) -> str: ...
    @property
    def assessed_on(self) -> date: ...
    @property
    def theory(self) -> int | None: ...
    @property
    def practice(self) -> int | None: ...
    @property
    def total(self) -> int | None: ...
    @property
    def result(self) -> str: ...


class ScoresReading(Protocol):
    """A score sheet as read: `rows` are good and matched, every other row has its finding."""

    @property
    def rows(self) -> Sequence[ScoreRow]: ...
    @property
    def findings(self) -> Sequence[RowFinding]: ...
    @property
    def notes(self) -> Sequence[Finding]: ...


def open_class(  # noqa: PLR0913  what a filing says, and who files it
    session: Session,
    *,
    project_id: int,
    class_no: int,
    opens_on: date,
    ends_on: date,
    actor: Actor,
    at: datetime,
    settle: bool = True,
    seen_moves: int | None = None,
) -> Outcome:
    """File the opening of a class (开班备案) and pin its regime, standard and bank (C45, C46).

    Raises BadInput and what `actions.record` raises.
    """
    valid_until, covers = licence_of(session, project_id)
    filing = Filing(project_id, class_no, opens_on, ends_on)
    class_id, pin = file_class(session, filing)
    fact = ClassOpened(
        class_no=class_no, class_id=class_id, opens_on=opens_on, ends_on=ends_on,
        regime=pin.regime, standard=pin.standard, bank=pin.bank, reason=pin.reason,
        licence_valid_until=valid_until, licence_covers=covers,
    )  # fmt: skip
    return actions.record(
        session, project_id, fact, actor=actor, at=at, settle=settle, seen_moves=seen_moves
    )


def import_roster(  # noqa: PLR0913  what was uploaded, and who uploads it
    session: Session,
    *,
    project_id: int,
    class_no: int,
    reading: RosterReading,
    filename: str,
    sha256: str,
    actor: Actor,
    at: datetime,
    settle: bool = True,
    seen_moves: int | None = None,
) -> Outcome:
    """Enrol the rows of a roster that may learn; a later roster replaces the earlier one whole.

    Refused rows stand in the report only. Raises BadInput(why="same_workbook"), NotFound, and what
    `actions.record` raises (after scores, or when nobody may learn).
    """
    klass = class_of(session, project_id, class_no)
    sheet = _sheet("roster", klass, reading, filename=filename, sha256=sha256)
    reports.refuse_the_same(session, sheet)
    said = Counter(str(row.verdict) for row in reading.rows)
    fact = RosterImported(
        class_no=class_no, sheet_sha256=sha256, admitted=said[ADMITTED],
        manual_review=said[MANUAL_REVIEW], refused=said[REFUSED],
    )  # fmt: skip
    outcome = actions.record(
        session, project_id, fact, actor=actor, at=at, settle=settle, seen_moves=seen_moves
    )
    rosters.replace(session, klass.id, reading)
    reports.keep(session, sheet, imported=True, person_id=actor.person_id, at=at)
    return outcome


def decide_admission(  # noqa: PLR0913  what is decided, and who decides
    session: Session,
    *,
    project_id: int,
    enrolment_id: int,
    admit: bool,
    text: str,
    actor: Actor,
    at: datetime,
    settle: bool = True,
    seen_moves: int | None = None,
) -> Outcome:
    """Admit or refuse a learner whom the rules left to a person (A06).

    Raises NotFound, BadInput(why="admission_is_decided"), and what `actions.record` raises.
    """
    asked = {"id": enrolment_id, "project_id": project_id}
    verdict = {"verdict": ADMITTED if admit else REFUSED}
    no = session.connection().execute(_DECIDE, asked | verdict).scalar()
    if no is None:
        known = session.connection().execute(_IS_OF_PROJECT, asked).first()
        raise BadInput(why="admission_is_decided") if known else NotFound
    fact = AdmissionDecided(
        class_no=no, enrolment_id=enrolment_id, admit=admit, text=remarks.KEPT_APART
    )
    outcome = actions.record(
        session, project_id, fact, actor=actor, at=at, settle=settle, seen_moves=seen_moves
    )
    remarks.keep(session, outcome, text)
    return outcome


def learners_for_scores(session: Session, class_id: int) -> dict[str, tuple[int, str]]:
    """The admitted learners of a class: document number -> (enrolment id, name)."""
    rows = session.connection().execute(_LEARNERS, {"class_id": class_id})
    return {
        vault.unseal(session, LEARNER_NUMBER, row.learner_id, row.number_sealed): (
            row.id,
            vault.unseal(session, ENROLMENT_NAME, row.id, row.name_sealed),
        )
        for row in rows
    }


def import_scores(  # noqa: PLR0913  what was uploaded, and who uploads it
    session: Session,
    *,
    project_id: int,
    class_no: int,
    reading: ScoresReading,
    filename: str,
    sha256: str,
    actor: Actor,
    at: datetime,
    settle: bool = True,
    seen_moves: int | None = None,
) -> Outcome:
    """Register the good rows of a score sheet (C17); the newest sheet of a class stands alone.

    A learner without a good row counts as missing, which holds the class. Raises
    BadInput(why="same_workbook" | "no_good_row"), NotFound, and what `actions.record` raises.
    """
    klass = class_of(session, project_id, class_no)
    sheet = _sheet("scores", klass, reading, filename=filename, sha256=sha256)
    reports.refuse_the_same(session, sheet)
    if not reading.rows:
        raise BadInput(why="no_good_row")
    learners = len(learners_for_scores(session, klass.id))
    fact = _scores_fact(class_no, reading.rows, learners, sha256=sha256)
    outcome = actions.record(
        session, project_id, fact, actor=actor, at=at, settle=settle, seen_moves=seen_moves
    )
    rows = [_score_values(row, klass.id, outcome.seq or 0) for row in reading.rows]
    session.connection().execute(insert(Score), rows)
    reports.keep(session, sheet, imported=True, person_id=actor.person_id, at=at)
    return outcome


def report_only(  # noqa: PLR0913  what was uploaded, and who uploaded it
    session: Session,
    *,
    kind: str,
    class_id: int,
    filename: str,
    sha256: str,
    rows: int,
    findings: Iterable[RowFinding],
    notes: Iterable[Finding] = (),
    actor: Actor,
    at: datetime,
) -> int:
    """Keep what was said of a workbook (kind "roster" or "scores") that was not imported."""
    sheet = reports.Sheet(
        kind, filename, sha256, rows, reports.lines(findings, notes), class_id=class_id
    )
    return reports.keep(session, sheet, imported=False, person_id=actor.person_id, at=at)


def _sheet(
    kind: str,
    klass: ClassView,
    reading: RosterReading | ScoresReading,
    *,
    filename: str,
    sha256: str,
) -> reports.Sheet:
    of_rows = {row.sheet_row for row in reading.rows} | {f.sheet_row for f in reading.findings}
    said = reports.lines(reading.findings, reading.notes)
    return reports.Sheet(kind, filename, sha256, len(of_rows), said, class_id=klass.id)


def _scores_fact(
    class_no: int, rows: Sequence[ScoreRow], learners: int, *, sha256: str
) -> ScoresImported:
    results = Counter(str(row.result) for row in rows)
    return ScoresImported(
        class_no=class_no,
        sheet_sha256=sha256,
        assessed_on=max(row.assessed_on for row in rows),
        passed=results["pass"],
        failed=results["fail"] + results["misconduct"],
        absent=results["absent"],
        missing=max(learners - len(rows), 0),
    )


def _score_values(row: ScoreRow, class_id: int, seq: int) -> Mapping[str, Any]:
    return {
        "class_id": class_id, "enrolment_id": row.learner_id, "fact_seq": seq,
        "exam_number": row.exam_number, "assessed_on": row.assessed_on, "theory": row.theory,
        "practice": row.practice, "total": row.total, "result": str(row.result),
    }  # fmt: skip
