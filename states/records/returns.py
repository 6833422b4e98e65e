"""A district's monthly return: compiled from surveyed classes, signed by two, accepted or not.

Its classes are those whose scores were confirmed by the end of the month (A13) and that no other
return names. A state changes only from the version that was seen.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import TextClause, text
from sqlmodel import Session

from states import actions
from states.actor import Actor
from states.errors import BadInput, NotAllowed, NotFound, NotYours, ProjectMoved
from states.records import (
    outbox,
    return_classes,
    return_figures,
    return_findings,
    return_timers,
)
from states.rules.facts import ReturnAccepted
from states.rules.findings import Finding, Weight
from states.rules.machine import midnight
from states.rules.months import compilable, first_after, first_month, month_before
from states.rules.return_checks import blocking, check
from states.rules.stages import Role, Stage

# A returned one is compiled anew by a person only; what somebody has signed is left alone.
_BEGIN = text("""
INSERT INTO monthly_return (district_id, month, state, figures, compiled_at, returned_text, version)
VALUES (:district_id, :month, 'draft', '{}', :at, '', 0)
ON CONFLICT (district_id, month) DO UPDATE SET
  state = 'draft', compiled_at = excluded.compiled_at,
  version = monthly_return.version + CAST(monthly_return.state = 'returned' AS int),
  prepared_by = NULL, prepared_at = NULL, checked_by = NULL, submitted_at = NULL,
  findings = '[]'
  WHERE monthly_return.state = ANY(:from)
RETURNING id
""")
_KNOWN = text("SELECT id FROM monthly_return WHERE district_id = :district_id AND month = :month")
_SEEN = text("""
SELECT r.id, r.district_id, r.month, r.state, r.figures, r.compiled_at, r.prepared_by,
       r.prepared_at, r.checked_by, r.submitted_at, r.accepted_by, r.decided_at, r.returned_text,
       r.version, r.responsible, r.findings, o.code AS district_code,
       o.name_zh AS district_zh, o.name_en AS district_en
  FROM monthly_return r JOIN office o ON o.id = r.district_id
 WHERE r.id = :id
""")
_PREPARE = text("""
UPDATE monthly_return SET state = 'prepared', prepared_by = :person, prepared_at = :at,
       responsible = :responsible, findings = CAST(:findings AS jsonb), version = version + 1
 WHERE id = :id AND state = 'draft' AND version = :seen RETURNING id
""")
_SUBMIT = text("""
UPDATE monthly_return SET state = 'submitted', checked_by = :person, submitted_at = :at,
       returned_text = '', version = version + 1
 WHERE id = :id AND state = 'prepared' AND version = :seen RETURNING id
""")
_ACCEPT = text("""
UPDATE monthly_return SET state = 'accepted', accepted_by = :person, decided_at = :at,
       version = version + 1
 WHERE id = :id AND state = 'submitted' AND version = :seen RETURNING id
""")
_GIVE_BACK = text("""
UPDATE monthly_return SET state = 'returned', returned_text = :text, decided_at = :at,
       version = version + 1
 WHERE id = :id AND state = :from AND version = :seen RETURNING id
""")
_PROJECTS = text("""
SELECT p.id, p.code, p.stage, array_agg(c.no ORDER BY c.no) AS class_nos
  FROM returned_class rc
  JOIN training_class c ON c.id = rc.class_id
  JOIN project p ON p.id = c.project_id
 WHERE rc.return_id = :id GROUP BY p.id ORDER BY p.id
""")
_LAST_RESPONSIBLE = text("""
SELECT responsible FROM monthly_return WHERE district_id = :district_id AND responsible <> ''
 ORDER BY month DESC LIMIT 1
""")
_DISTRICTS = text("""
SELECT DISTINCT district_id FROM project WHERE proposed_at < :until ORDER BY district_id
""")

UNSIGNED = ("draft", "returned")
"""The states in which a return carries no signature."""


@dataclass(frozen=True, slots=True)
class ReturnView:
    """A return as it stands. `version` is what a signature or decision must still find.

    `figures`: {"classes": [per class: class_id, code, provider_zh, provider_en, uscc, channel,
    opens_on, ended_on, half_hours, online_half_hours, assessed_on, enrolled, assessed, passed,
    regime, bank, surveys, ...], "surveys": {population:
    {"invited", "answers", "told", "satisfied", "sums", "rated"}}, "passed": n, "persons":
    how many people that are, "corrections": [see `return_deltas.Delta`], "delta": the passers that
    these add or take away}. Satisfied, sums and rated are those of the `told` answers, which are
    none or at least five (`rules/disclosure`). `findings`: what the checks said at the first
    signature; `responsible`: the 负责人 of the foot.
    """

    id: int
    district_id: int
    month: str
    state: str
    figures: Mapping[str, Any]
    compiled_at: datetime
    prepared_by: int | None
    prepared_at: datetime | None
    checked_by: int | None
    submitted_at: datetime | None
    accepted_by: int | None
    decided_at: datetime | None
    returned_text: str
    version: int
    responsible: str
    findings: Sequence[Mapping[str, Any]]
    district_code: str
    district_zh: str
    district_en: str

    @property
    def standing(self) -> str:
        """Its state as told: one that was given back stays so until it is signed again."""
        return "returned" if self.state == "draft" and self.returned_text else self.state


def compile_return(
    session: Session,
    *,
    district_id: int,
    month: str,
    at: datetime,
    open_states: Sequence[str] = UNSIGNED,
) -> int:
    """Make or refresh a district's draft for a month ("2026-04"), empty when nothing is to report.

    Only a return in one of `open_states` is compiled anew: the flow leaves a returned one as it
    was given back, until a person has read why. Answers its id in any case. Raises
    BadInput(why="month_unreadable" | "month_not_to_report").
    """
    until = _end_of(month, at)
    return_classes.take_turns(session, district_id)
    asked = {"district_id": district_id, "month": month}
    more = {"at": at, "from": list(open_states)}
    begun = session.connection().execute(_BEGIN, asked | more).scalar()
    if begun is None:
        return int(session.connection().execute(_KNOWN, asked).scalar_one())
    later = return_classes.name(session, {**asked, "id": begun, "until": until})
    for one in (begun, *later):
        return_figures.count(session, one, district_id)
    return_timers.count(session, [begun], at=at)
    outbox.promise_to_role(
        session,
        key=f"return/{begun}/return_to_prepare",
        letter="return_to_prepare",
        role=Role.REVIEWER,
        office_id=district_id,
        context={"return": begun},
        at=at,
    )
    return int(begun)


def view(session: Session, return_id: int) -> ReturnView:
    """A return as it stands. Raises NotFound."""
    row = session.connection().execute(_SEEN, {"id": return_id}).first()
    if row is None:
        raise NotFound
    return ReturnView(**row._mapping)  # noqa: SLF001  SQLAlchemy's public name


def sign_prepared(
    session: Session,
    return_id: int,
    *,
    actor: Actor,
    at: datetime,
    seen: int,
    responsible: str = "",
) -> None:
    """The first person of the district stands for the figures; another one must check them.

    `responsible` is the 负责人 for the foot; empty leaves a line to write on. Raises NotFound,
    NotYours, ProjectMoved when `seen` is no longer the version, BadInput of a month that is not
    over, and NotAllowed with every finding that would make a figure wrong: compiling anew cures.
    """
    found = _of_district(session, return_id, actor)
    _end_of(found.month, at)
    said = findings_of(session, found)
    if wrong := blocking(said):
        raise NotAllowed(wrong)
    kept = json.dumps([asdict(finding) for finding in said], ensure_ascii=False)
    more = {"responsible": responsible.strip(), "findings": kept}
    _swap(session, _PREPARE, found, actor=actor, at=at, seen=seen, **more)
    _write_to_district(session, found, "return_to_sign", at=at, except_person=actor.person_id)


def sign_checked_and_submit(
    session: Session, return_id: int, *, actor: Actor, at: datetime, seen: int
) -> None:
    """A second person of the district signs, and the return goes to the centre (C18).

    Raises NotFound, NotYours, ProjectMoved, and NotAllowed for the person who prepared it.
    """
    found = _of_district(session, return_id, actor)
    if found.prepared_by == actor.person_id:
        raise NotAllowed([Finding("return_needs_another_person", "C18")])
    _swap(session, _SUBMIT, found, actor=actor, at=at, seen=seen)
    outbox.promise_to_role(
        session,
        key=f"return/{return_id}/{seen}/return_submitted",
        letter="return_submitted",
        role=Role.CENTRE,
        office_id=None,
        context={"return": return_id},
        at=at,
    )


def accept(
    session: Session,
    return_id: int,
    *,
    actor: Actor,
    at: datetime,
    seen: int,
    settle: bool = True,
) -> None:
    """The centre accepts; every project in it learns of it in the same transaction.

    Raises NotFound, NotYours, ProjectMoved, and BadInput(why="return_names_stopped_projects")
    with their `codes`: then the centre sends it back and the district compiles it anew.
    """
    found = _of_centre(session, return_id, actor)
    _swap(session, _ACCEPT, found, actor=actor, at=at, seen=seen)
    projects = session.connection().execute(_PROJECTS, {"id": return_id}).all()
    if stopped := [row.code for row in projects if row.stage != Stage.SURVEYED]:
        raise BadInput(why="return_names_stopped_projects", codes=", ".join(stopped))
    for row in projects:
        fact = ReturnAccepted(
            return_id=return_id, month=found.month, class_nos=tuple(row.class_nos)
        )
        actions.record(session, row.id, fact, actor=actor, at=at, settle=False)
    if settle and projects:
        actions.settle(session, [row.id for row in projects], at=at)
    _write_to_district(session, found, "return_accepted", at=at)


def give_back(
    session: Session, return_id: int, *, text: str, actor: Actor, at: datetime, seen: int
) -> None:
    """Send a return back with a reason: the centre a submitted, the district a prepared one.

    Raises NotFound, NotYours, ProjectMoved, BadInput(why="reason_missing").
    """
    if not text.strip():
        raise BadInput(why="reason_missing")
    at_centre = actor.role is Role.CENTRE
    found = (_of_centre if at_centre else _of_district)(session, return_id, actor)
    source = "submitted" if at_centre else "prepared"
    more = {"text": text.strip(), "from": source}
    _swap(session, _GIVE_BACK, found, actor=actor, at=at, seen=seen, **more)
    _write_to_district(session, found, "return_returned", at=at)


def findings_of(session: Session, found: ReturnView) -> list[Finding]:
    """What the checks say: of a draft now, of a signed return when it was signed."""
    if found.state not in UNSIGNED:
        return [Finding(**{**kept, "weight": Weight(kept["weight"])}) for kept in found.findings]
    return check(return_findings.read(session, found.id, found.district_id, month=found.month))


def last_responsible(session: Session, district_id: int) -> str:
    """Whom the district named last as 负责人: a suggestion for the next return."""
    named = session.connection().execute(_LAST_RESPONSIBLE, {"district_id": district_id})
    return str(named.scalar() or "")


def districts_with_projects(session: Session, month: str) -> list[int]:
    """The districts that owe a return of a month: those that had begun by its end."""
    asked = {"until": midnight(first_after(month))}
    return list(session.connection().execute(_DISTRICTS, asked).scalars())


def _end_of(month: str, at: datetime) -> datetime:
    """The moment at which a month has ended. Raises BadInput where it has not."""
    try:
        over = compilable(month, at)
    except ValueError as error:
        raise BadInput(why="month_unreadable") from error
    if not over:
        raise BadInput(why="month_not_to_report", first=first_month(), last=month_before(at))
    return midnight(first_after(month))


def _of_district(session: Session, return_id: int, actor: Actor) -> ReturnView:
    found = view(session, return_id)
    if actor.office_id != found.district_id:
        raise NotFound
    if actor.role is not Role.REVIEWER:
        raise NotYours
    return found


def _of_centre(session: Session, return_id: int, actor: Actor) -> ReturnView:
    if actor.role is not Role.CENTRE:
        raise NotYours
    return view(session, return_id)


def _swap(
    session: Session,
    change: TextClause,
    found: ReturnView,
    *,
    actor: Actor,
    at: datetime,
    seen: int,
    **more: str,
) -> None:
    asked = {"id": found.id, "person": actor.person_id, "at": at, "seen": seen}
    if session.connection().execute(change, asked | more).first() is None:
        raise ProjectMoved(code=f"{found.district_code}/{found.month}")
    return_timers.count(session, [found.id], at=at)


def _write_to_district(session: Session, found: ReturnView, letter: str, **more: Any) -> None:  # noqa: ANN401
    """Promise a letter to the district's reviewers: once per return and version signed."""
    outbox.promise_to_role(
        session,
        key=f"return/{found.id}/{found.version}/{letter}",
        letter=letter,
        role=Role.REVIEWER,
        office_id=found.district_id,
        context={"return": found.id},
        **more,
    )
