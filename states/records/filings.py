"""Filing a class with the city's training system (C14): wished for, and what came of it.

The wish stands in the transaction of the click; the flow `file_training` carries it out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import text
from sqlmodel import Session

from states.actor import Actor
from states.errors import BadInput, NotAllowed, NotYours
from states.records import acts, vault
from states.records.classes import LearnerView, class_of, roster_of
from states.records.db import WAKE_CHANNEL
from states.records.places import FILING_ANSWER
from states.records.projects import LoadedProject, load
from states.records.tables import Office, Project
from states.rules.admission import objections
from states.rules.binding import book_of
from states.rules.deadlines import shanghai_day
from states.rules.dossier import ClassFacts, Dossier
from states.rules.facts import Kind, PlanSubmitted, TrainingRegistered
from states.rules.law import the_law
from states.rules.stages import Mode, Role

# A wish is new after every end; while one is under way nothing is wished twice.
_WANT = text("""
INSERT INTO class_filing AS f (class_id, state, round, sheet_sha256, attempts, not_before, lease,
                               trouble, person_id, wanted_at)
VALUES (:class_id, 'wanted', 1, '', 0, :real, '', '', :person_id, :at)
ON CONFLICT (class_id) DO UPDATE SET
  state = 'wanted', round = f.round + 1, attempts = 0, not_before = :real, lease = '',
  answer_sealed = '', trouble = '', person_id = :person_id, wanted_at = :at
 WHERE f.state NOT IN ('wanted', 'sent')
RETURNING id, pg_notify(:channel, 'filing')
""")
_OF_CLASS = text("""
SELECT id, state, attempts, not_before, answer_sealed, trouble, wanted_at FROM class_filing
 WHERE class_id = :class_id
""")


@dataclass(frozen=True, slots=True)
class FilingView:
    """How far a class got on its way to the city; `answer` gives its reasons for a refusal.

    `again` is the next try by the machine's clock, `trouble` what stood in the way of the last.
    """

    id: int
    state: str
    attempts: int
    again: datetime
    answer: str
    trouble: str
    wanted_at: datetime


@dataclass(frozen=True, slots=True)
class Registration:
    """What the city is told of a class, and of its admitted learners with whole numbers."""

    code: str
    title: str
    channel: str
    provider: str
    provider_uscc: str
    licence_no: str
    licence_valid_until: date | None
    district: str
    employer: str
    opens_on: date
    ends_on: date
    half_hours: int
    online_half_hours: int
    teachers: Sequence[str]
    learners: Sequence[LearnerView]


def want(session: Session, project: Project, class_no: int, *, actor: Actor, at: datetime) -> None:
    """Promise to send a class to the city. Raises NotYours, NotFound, NotAllowed, BadInput.

    The caller has found `project` within the actor's scope.
    """
    if actor.role is not Role.PROVIDER:
        raise NotYours
    klass = class_of(session, project.id, class_no)
    dossier = _loaded(session, project.id).dossier(at, shanghai_day(at))
    _check_stage(dossier, class_no, project.code, actor=actor)
    _check_class(dossier.classes[class_no])
    values = {
        "class_id": klass.id, "person_id": actor.person_id, "at": at, "real": datetime.now(UTC),
        "channel": WAKE_CHANNEL,
    }  # fmt: skip
    wanted = session.connection().execute(_WANT, values).first()
    if wanted is None:
        raise BadInput(why="filing_is_under_way")
    about = f"class_filing/{wanted.id}"
    acts.note(session, "filing_wanted", actor=actor, at=at, about=about, project_id=project.id)


def filing_of(session: Session, class_id: int) -> FilingView | None:
    """The filing of a class, if it was ever wished for."""
    row = session.connection().execute(_OF_CLASS, {"class_id": class_id}).first()
    if row is None:
        return None
    return FilingView(
        id=row.id, state=row.state, attempts=row.attempts, again=row.not_before,
        answer=vault.unseal(session, FILING_ANSWER, row.id, row.answer_sealed),
        trouble=row.trouble, wanted_at=row.wanted_at,
    )  # fmt: skip


def state_of(facts: ClassFacts, filing: FilingView | None) -> str:
    """Where the class stands, "none" before anybody wished; a typed-in number comes first."""
    if facts.registered:
        return "registered"
    return filing.state if filing and filing.state != "registered" else "none"


def registration_of(session: Session, project: Project, class_no: int) -> Registration:
    """What the city is told of a class now. Raises NotFound."""
    klass = class_of(session, project.id, class_no)
    plan = _plan_of(_loaded(session, project.id))
    provider = session.get_one(Office, project.provider_id)
    online = [unit for unit in plan.units if unit.mode is Mode.ONLINE]
    return Registration(
        code=f"{project.code}-{class_no}",
        title=plan.title,
        channel=plan.channel,
        provider=provider.name_zh,
        provider_uscc=provider.uscc or "",
        licence_no=provider.licence_no,
        licence_valid_until=provider.licence_valid_until,
        district=session.get_one(Office, project.district_id).name_zh,
        employer=plan.employer,
        opens_on=klass.opens_on,
        ends_on=klass.ends_on,
        half_hours=sum(unit.half_hours for unit in plan.units),
        online_half_hours=sum(unit.half_hours for unit in online),
        teachers=tuple(dict.fromkeys(unit.teacher for unit in plan.units)),
        learners=[one for one in roster_of(session, klass.id) if one.verdict == "admitted"],
    )


def _loaded(session: Session, project_id: int) -> LoadedProject:
    (loaded,) = load(session, [project_id])
    return loaded


def _plan_of(project: LoadedProject) -> PlanSubmitted:
    """The plan as last submitted."""
    plans = [fact.payload for fact in project.recorded if fact.kind == Kind.PLAN_SUBMITTED]
    return PlanSubmitted.model_validate(dict(plans[-1]))


def _check_stage(dossier: Dossier, class_no: int, code: str, *, actor: Actor) -> None:
    """A class is sent only while its number could be recorded. Raises NotAllowed."""
    rule = book_of(dossier, the_law()).fact_rules[Kind.TRAINING_REGISTERED]
    its_number = TrainingRegistered(class_no=class_no, number="?", registered_on=dossier.today)
    if found := objections(its_number, actor.person_id, dossier, rule=rule):
        raise NotAllowed(found, code=code)


def _check_class(facts: ClassFacts) -> None:
    if facts.registered:
        raise BadInput(why="class_is_registered")
    if not facts.admitted or facts.manual_review:
        raise BadInput(why="filing_needs_learners")
