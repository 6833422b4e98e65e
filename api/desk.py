"""What the two doors, pages and JSON, have in common: what somebody does at the desk.

A workbook is read by `templates.sheets`, its result recorded by `states.records`. Every method
finds the project within the reach of whoever acts, and raises NotFound otherwise.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Protocol

from fastapi import Depends, UploadFile
from sqlmodel import Session, select

from api import time_facts
from api.deps import Db, Now, Settings, SignedIn
from api.schemas.facts import AdmissionIn, PlanIn, SimpleFact, SuspendIn
from api.schemas.time import TimeIn
from states import actions
from states.actions import Outcome
from states.actor import Actor
from states.errors import BadInput, NotFound, NotYours
from states.records import acquaintances, certificate_board, certificates, enrolments, scope
from states.records.classes import ClassView, class_of, roster_of
from states.records.inspections import Act
from states.records.projects import load
from states.records.rosters import REFUSED
from states.records.tables import Office, Project
from states.rules.binding import the_plan
from states.rules.deadlines import shanghai_day
from states.rules.facts import CertificateDropped, Fact, Kind, PlanSubmitted, Suspended
from states.rules.findings import Finding, RowFinding
from states.rules.identity import KIND_LABEL, DocumentKind
from states.rules.law import the_law
from states.rules.people import LearnerRules
from states.rules.uscc import fold_uscc, uscc_flaw
from templates.sheets.grid import MAX_BYTES, SheetUnreadable
from templates.sheets.reader import Progress, silent
from templates.sheets.reading_room import read_aside
from templates.sheets.registered import Registered
from templates.sheets.roster import RosterReading, read_roster
from templates.sheets.scores import ClassLearner, PassMarks, read_scores


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file as somebody handed it in."""

    filename: str
    data: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


class OfRow(Protocol):
    """A row of a workbook, by its place in the sheet."""

    @property
    def sheet_row(self) -> int: ...


class AnyReading(Protocol):
    """A workbook as read, whatever it was."""

    @property
    def rows(self) -> Sequence[OfRow]: ...
    @property
    def findings(self) -> tuple[RowFinding, ...]: ...
    @property
    def notes(self) -> tuple[Finding, ...]: ...


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a workbook; without an outcome nothing was stored but its report."""

    outcome: Outcome | None
    rows: int
    accepted: int
    findings: tuple[RowFinding, ...]
    notes: tuple[Finding, ...]

    @property
    def imported(self) -> bool:
        return self.outcome is not None


@dataclass(frozen=True, slots=True)
class Desk:
    """Somebody at work, at a moment. `settle` is off when only the flows may move stages.

    `sample_domain`: in sample mode, where learners without a mail address get one to nowhere.
    """

    session: Session
    actor: Actor
    at: datetime
    settle: bool = True
    sample_domain: str = ""

    # ── The project ─────────────────────────────────────────────────────────────────────────────
    def find(self, code: str) -> Project:
        """The project of this code, if it is this person's to see. Raises NotFound."""
        return scope.find(self.session, self.actor, code)

    def propose(self, plan: PlanIn, district: str) -> Outcome:
        """Hand a plan to a district (by its office's code). Raises BadInput, NotYours."""
        chosen = select(Office).where(Office.kind == "district", Office.code == district)
        office = self.session.exec(chosen).first()
        if office is None:
            raise BadInput(why="no_such_district", district=district)
        if plan.ends_on < plan.opens_on:
            raise BadInput(why="days_are_in_order")
        return actions.propose(
            self.session, self._whole(plan), district_id=office.id, actor=self.actor, at=self.at
        )

    def record(self, code: str, fact: SimpleFact, *, seen_moves: int | None = None) -> Outcome:
        """Record a fact that needs nothing but its words. Raises what `actions.record` raises."""
        project = self.find(code)
        if isinstance(fact, AdmissionIn):
            return enrolments.decide_admission(
                self.session,
                project_id=project.id,
                enrolment_id=fact.enrolment_id,
                admit=fact.admit,
                text=fact.text,
                actor=self.actor,
                at=self.at,
                settle=self.settle,
                seen_moves=seen_moves,
            )
        if isinstance(fact, CertificateDropped):
            return self._drop(project, fact)
        return self._record(project, self._filled(project, fact), seen_moves)

    def act(self, code: str, *, seen_moves: int | None = None) -> Act:
        """What a record about a check needs to know of who acts. Raises NotFound."""
        return Act(self.find(code).id, self.actor, self.at, self.settle, seen_moves)

    # ── Its classes ─────────────────────────────────────────────────────────────────────────────
    def open_class(
        self,
        code: str,
        no: int,
        opens_on: date,
        *,
        ends_on: date,
        seen_moves: int | None = None,
    ) -> Outcome:
        """File the opening of a class (开班备案)."""
        return enrolments.open_class(
            self.session,
            project_id=self.find(code).id,
            class_no=no,
            opens_on=opens_on,
            ends_on=ends_on,
            actor=self.actor,
            at=self.at,
            settle=self.settle,
            seen_moves=seen_moves,
        )

    def take_roster(
        self,
        code: str,
        no: int,
        workbook: Workbook,
        *,
        seen_moves: int | None = None,
        progress: Progress = silent,
    ) -> Taken:
        """Import 学员花名册. Raises SheetUnreadable, and what `enrolments.import_roster` raises."""
        project, klass = self.class_for(Kind.ROSTER_IMPORTED, code, no)
        reading = read_aside(
            read_roster,
            workbook.data,
            workbook.filename,
            opens=klass.opens_on,
            rules=self._learner_rules(project, klass),
            today=shanghai_day(self.at),
            enrolled=_registered(self.session, klass.id),
            progress=progress,
        )
        reading = reading.joined(acquaintances.known(self.session, reading.rows, klass))
        if self.sample_domain:
            reading = _reachable(reading, f"{code}-{no}", self.sample_domain)
        accepted = sum(row.verdict != REFUSED for row in reading.rows)
        if not accepted:
            return self.only_reported("roster", klass, workbook, reading=reading)
        outcome = enrolments.import_roster(
            self.session,
            project_id=project.id,
            class_no=no,
            reading=reading,
            filename=workbook.filename,
            sha256=workbook.sha256,
            actor=self.actor,
            at=self.at,
            settle=self.settle,
            seen_moves=seen_moves,
        )
        return taken(reading, accepted, outcome)

    def take_scores(
        self,
        code: str,
        no: int,
        workbook: Workbook,
        *,
        seen_moves: int | None = None,
        progress: Progress = silent,
    ) -> Taken:
        """Import 考核成绩表. Raises SheetUnreadable, and what `enrolments.import_scores` raises."""
        project, klass = self.class_for(Kind.SCORES_IMPORTED, code, no)
        bank = the_law().banks[klass.bank]
        learners = enrolments.learners_for_scores(self.session, klass.id)
        reading = read_aside(
            read_scores,
            workbook.data,
            workbook.filename,
            learners={number: ClassLearner(*known) for number, known in learners.items()},
            marks=PassMarks(bank.pass_tenths, bank.pass_tenths, bank.full_tenths),
            bank=klass.bank,
            progress=progress,
        )
        if not reading.rows:
            return self.only_reported("scores", klass, workbook, reading=reading)
        outcome = enrolments.import_scores(
            self.session,
            project_id=project.id,
            class_no=no,
            reading=reading,
            filename=workbook.filename,
            sha256=workbook.sha256,
            actor=self.actor,
            at=self.at,
            settle=self.settle,
            seen_moves=seen_moves,
        )
        return taken(reading, len(reading.rows), outcome)

    # ── Inside ──────────────────────────────────────────────────────────────────────────────────
    def _record(self, project: Project, fact: Fact, seen_moves: int | None) -> Outcome:
        return actions.record(
            self.session,
            project.id,
            fact,
            actor=self.actor,
            at=self.at,
            seen_moves=seen_moves,
            settle=self.settle,
        )

    def _drop(self, project: Project, fact: CertificateDropped) -> Outcome:
        """Only a certificate of this very project, which waits for it. Raises as `drop` does."""
        owned = {row.id for row in certificate_board.of_project(self.session, project.id)}
        if fact.certificate_id not in owned:
            raise NotFound
        outcome = certificates.drop(
            self.session,
            certificate_id=fact.certificate_id,
            text=fact.text,
            actor=self.actor,
            at=self.at,
            settle=self.settle,
        )
        if outcome is None:
            raise BadInput(why="project_has_ended")
        return outcome

    def _filled(self, project: Project, fact: SimpleFact) -> Fact:
        if isinstance(fact, TimeIn):
            (loaded,) = load(self.session, [project.id])
            dossier = loaded.dossier(self.at, shanghai_day(self.at))
            return time_facts.filled(fact, dossier, self.actor.role)
        if isinstance(fact, PlanIn):
            return self._whole(fact)
        if isinstance(fact, SuspendIn):
            return Suspended(text=fact.text)
        if isinstance(fact, AdmissionIn):
            raise TypeError("an admission is recorded with its enrolment")
        return fact

    def _whole(self, plan: PlanIn) -> PlanSubmitted:
        """The plan with the licence that stands in the register on the day of submission (C11).

        Raises BadInput(why="uscc_wrong"), NotFound.
        """
        office = self.session.get(Office, self.actor.office_id) if self.actor.office_id else None
        if office is None:
            raise NotFound
        code = fold_uscc(plan.employer_uscc)
        if code and uscc_flaw(code):
            raise BadInput(why="uscc_wrong")
        return PlanSubmitted(
            **plan.model_dump(exclude={"employer_uscc"}),
            employer_uscc=code,
            licence_valid_until=office.licence_valid_until,
            licence_covers=office.licence_covers,
        )

    def class_for(self, kind: Kind, code: str, no: int) -> tuple[Project, ClassView]:
        """A class for whoever may say this of it: no workbook is read for anybody else."""
        project, klass = self._class(code, no)
        if self.actor.role not in the_law().regimes[klass.regime].fact_rules[kind].who:
            raise NotYours
        return project, klass

    def _class(self, code: str, no: int) -> tuple[Project, ClassView]:
        project = self.find(code)
        return project, class_of(self.session, project.id, no)

    def _learner_rules(self, project: Project, klass: ClassView) -> LearnerRules:
        """By the regime pinned to the class and the channel of the plan as last submitted."""
        (loaded,) = load(self.session, [project.id])
        plan = the_plan(loaded.dossier(self.at, shanghai_day(self.at)))
        return the_law().regimes[klass.regime].channels[plan.channel].learners

    def only_reported(
        self,
        kind: str,
        klass: ClassView,
        workbook: Workbook,
        *,
        reading: AnyReading,
    ) -> Taken:
        """No row can be used: the report is kept, so that the page can show what to mend."""
        told = taken(reading, 0, None)
        enrolments.report_only(
            self.session,
            kind=kind,
            class_id=klass.id,
            filename=workbook.filename,
            sha256=workbook.sha256,
            rows=told.rows,
            findings=reading.findings,
            notes=reading.notes,
            actor=self.actor,
            at=self.at,
        )
        return told


def _registered(session: Session, class_id: int) -> dict[int, Registered]:
    """Whom a prefilled roster of this class may name by 登记号."""
    return {
        one.id: Registered(
            one.document_number, KIND_LABEL[DocumentKind(one.document_kind)], one.phone
        )
        for one in roster_of(session, class_id)
    }


def taken(reading: AnyReading, accepted: int, outcome: Outcome | None) -> Taken:
    """What a reading came to; without an outcome nothing but its report was kept."""
    named = {row.sheet_row for row in reading.rows} | {f.sheet_row for f in reading.findings}
    return Taken(outcome, len(named), accepted, reading.findings, reading.notes)


def _reachable(reading: RosterReading, prefix: str, domain: str) -> RosterReading:
    """The same roster, everybody with a mail address: a survey can then be seen to arrive."""
    rows = (
        replace(row, email=row.email or f"{prefix}-{row.sheet_row}@{domain}".lower())
        for row in reading.rows
    )
    return replace(reading, rows=tuple(rows))


def workbook_of(file: UploadFile) -> Workbook:
    """What was uploaded. Raises SheetUnreadable for more than a workbook may hold."""
    data = file.file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise SheetUnreadable("file_too_large", limit=MAX_BYTES // 1024 // 1024)
    return Workbook((file.filename or "upload")[-200:], data)


def desk_of(session: Db, me: SignedIn, *, now: Now, settings: Settings) -> Desk:
    """The desk of whoever is signed in, now."""
    spare = settings.learner_mail_domain if settings.sample_mode else ""
    return Desk(session, me.actor, now, settings.settle_in_request, spare)


AtDesk = Annotated[Desk, Depends(desk_of)]
