"""What the page of a class shows: its facts, its learners, its last uploads, its survey."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from states.actor import Actor
from states.records import invitations, reports, surveys
from states.records.boards import Names
from states.records.classes import ClassView, LearnerView, class_of, roster_of
from states.records.projects import load
from states.records.scope import find
from states.records.tables import Office, Project
from states.rules.binding import book_of
from states.rules.deadlines import shanghai_day
from states.rules.dossier import ClassFacts, Dossier, Recorded
from states.rules.facts import Kind
from states.rules.findings import Finding
from states.rules.law import the_law
from states.rules.machine import findings_for_next
from states.rules.rulebook import FactRule


@dataclass(frozen=True, slots=True)
class ClassBoard:
    """One class of a project that the asker may see.

    `judged` is the report of the roster that stands; a later upload may not have been imported.
    """

    project: Project
    provider: Names
    district: Names
    klass: ClassView
    facts: ClassFacts
    dossier: Dossier
    learners: Sequence[LearnerView]
    roster_report: reports.Report | None
    judged: reports.Report | None
    scores_report: reports.Report | None
    registration: tuple[str, date] | None
    survey_progress: Sequence[surveys.Progress]
    survey_results: Sequence[surveys.Result]
    unmailed: int
    rules: Mapping[Kind, FactRule]
    missing: tuple[Finding, ...]

    def may(self, actor: Actor, kind: Kind) -> bool:
        """Whether role and stage let this person record such a fact; the door checks the rest."""
        rule = self.rules[kind]
        return actor.role in rule.who and self.project.stage in rule.stages


def class_board(session: Session, actor: Actor, code: str, *, no: int, at: datetime) -> ClassBoard:
    """Everything the page needs, in a handful of queries. Raises NotFound."""
    project = find(session, actor, code)
    klass = class_of(session, project.id, no)
    (loaded,) = load(session, [project.id])
    roster_report = reports.last(session, "roster", class_id=klass.id)
    dossier = loaded.dossier(at, shanghai_day(at))
    return ClassBoard(
        project=project,
        provider=_names(session, project.provider_id),
        district=_names(session, project.district_id),
        klass=klass,
        facts=dossier.classes[no],
        dossier=dossier,
        learners=roster_of(session, klass.id),
        roster_report=roster_report,
        judged=_imported(session, roster_report, klass.id),
        scores_report=reports.last(session, "scores", class_id=klass.id),
        registration=_registration(loaded.recorded, no),
        survey_progress=surveys.progress_of(session, klass.id),
        survey_results=surveys.result_of(session, klass.id),
        unmailed=invitations.unmailed(session, klass.id),
        rules=book_of(dossier, the_law()).fact_rules,
        missing=_of_class(findings_for_next(dossier, the_law()), no),
    )


def _imported(
    session: Session, newest: reports.Report | None, class_id: int
) -> reports.Report | None:
    if newest is None or newest.imported:
        return newest
    return reports.last(session, "roster", class_id=class_id, imported_only=True)


def _names(session: Session, office_id: int) -> Names:
    office = session.get_one(Office, office_id)
    return Names(office.name_zh, office.name_en)


def _registration(recorded: Sequence[Recorded], no: int) -> tuple[str, date] | None:
    """The newest number of the city's system (C14) and its day."""
    said = [
        fact.payload
        for fact in recorded
        if fact.kind == Kind.TRAINING_REGISTERED and fact.payload["class_no"] == no
    ]
    if not said:
        return None
    return said[-1]["number"], date.fromisoformat(said[-1]["registered_on"])


def _of_class(findings: Sequence[Finding], no: int) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.subject == str(no))
