"""Rule versions: one officer of the bureau proposes, another person publishes, all of it is kept.

Nothing is changed in place. A correction is a proposal of its own that names what it corrects; its
publication withdraws the mistaken version in the same breath, and both stay in the history.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from states.actor import Actor
from states.errors import BadInput, NotAllowed, NotFound, NotYours
from states.records import acts, what_if
from states.records.adoption import refresh
from states.records.db import WAKE_CHANNEL
from states.records.tables import RuleNewsRead, RuleVersionStep
from states.records.what_if import Line, Reach
from states.rules.deadlines import shanghai_day
from states.rules.findings import Finding
from states.rules.law import the_law
from states.rules.stages import Role
from states.rules.versions import RuleVersion, VersionKind
from states.rules.what_if import Effect, law_with, overlap

PROPOSED, PUBLISHED, WITHDRAWN = (
    "rule_version_proposed", "rule_version_published", "rule_version_withdrawn"
)  # fmt: skip
MAY_PROPOSE = frozenset({Role.BUREAU})

_ONE_AT_A_TIME = text("LOCK TABLE rule_version IN SHARE ROW EXCLUSIVE MODE")
_STEPS = """
SELECT p.id, p.content, p.note, p.retroactive, p.corrects_id, p.proposed_by, p.at AS proposed_at,
       p.reach AS foreseen, s.id AS published_step, s.at AS published_at, s.reach AS reached,
       s.person_id AS published_by, w.id AS withdrawn_step, w.at AS withdrawn_at,
       w.note AS withdrawn_note, c.name AS corrects, a.name AS proposer, b.name AS publisher
  FROM rule_version p
  LEFT JOIN rule_version s ON s.proposal_id = p.id AND s.step = 'published'
  LEFT JOIN rule_version w ON w.proposal_id = p.id AND w.step = 'withdrawn'
  LEFT JOIN rule_version c ON c.id = p.corrects_id
  LEFT JOIN person a ON a.id = p.proposed_by
  LEFT JOIN person b ON b.id = s.person_id
 WHERE p.step = 'proposed'
"""
_ONE = text(f"{_STEPS} AND p.id = :id")
_LIST = text(f"{_STEPS} ORDER BY p.id DESC")
# Whoever waits for a plan to be signed is judged by the rules of its planned day.
_COUNT_ANEW = text(f"""
WITH anew AS (
  UPDATE project SET unsettled = true
   WHERE id = ANY(:ids) OR (:plans AND stage IN ('proposed', 'returned', 'approved'))
  RETURNING id)
SELECT count(*) AS projects, CASE WHEN count(*) > 0 THEN pg_notify('{WAKE_CHANNEL}', '') END
  FROM anew
""")  # noqa: S608  a constant
_NEWEST = text("SELECT coalesce(max(id), 0) FROM rule_version WHERE step <> 'proposed'")


@dataclass(frozen=True, slots=True)
class Version:
    """A version from its proposal on. `published_at` is None while it is only proposed."""

    id: int
    version: RuleVersion
    note: str
    retroactive: bool
    corrects_id: int | None
    corrects: str
    proposed_by: int
    proposer: str
    proposed_at: datetime
    foreseen: dict[str, int]
    published_step: int | None
    published_at: datetime | None
    publisher: str
    reached: dict[str, int]
    withdrawn_step: int | None
    withdrawn_at: datetime | None
    withdrawn_note: str

    @property
    def is_open(self) -> bool:
        """Proposed, and neither published nor withdrawn."""
        return self.published_at is None and self.withdrawn_at is None

    @property
    def stands(self) -> bool:
        return self.published_at is not None and self.withdrawn_at is None

    @property
    def newest_step(self) -> int:
        """The number of the last thing that the public may know of it; 0 for none."""
        steps = (self.published_step, self.withdrawn_step) if self.published_step else ()
        return max((step for step in steps if step), default=0)

    def may_be_corrected(self, today: date) -> bool:
        """Before it takes effect, or still on the day on which it was published."""
        if not self.stands or self.published_at is None:
            return False
        return self.version.effective_from > today or shanghai_day(self.published_at) == today


def all_versions(session: Session) -> Sequence[Version]:
    """Every version that was ever proposed, the newest first."""
    return [_version(row) for row in session.connection().execute(_LIST)]


def find(session: Session, proposal_id: int) -> Version:
    """One version by the number of its proposal. Raises NotFound."""
    row = session.connection().execute(_ONE, {"id": proposal_id}).first()
    if row is None:
        raise NotFound
    return _version(row)


def preview(
    session: Session, version: RuleVersion, *, at: datetime, corrects: Version | None = None
) -> Sequence[Line]:
    """Every class under today's law and under the one with this version; nothing is saved."""
    instead_of = corrects.version if corrects else None
    then = law_with(the_law(), version, at=at, instead_of=instead_of)
    return what_if.lines(session, version.kind, now=the_law(), then=then, at=at)


def propose(  # noqa: PLR0913  what is proposed, and by whom
    session: Session,
    version: RuleVersion,
    *,
    note: str,
    retroactive: bool,
    corrects_id: int | None,
    actor: Actor,
    at: datetime,
) -> int:
    """Propose a version for another person to publish; answers the number of the proposal.

    `retroactive` says that it is meant to take effect on classes' days that are past already: they
    keep what binds them. Raises NotYours, NotFound, BadInput (why it cannot stand).
    """
    person = _officer(actor)
    session.connection().execute(_ONE_AT_A_TIME)
    refresh(session)
    corrects = find(session, corrects_id) if corrects_id else None
    found = _checked(session, version, corrects, at=at, retroactive=retroactive)
    row = RuleVersionStep(
        step="proposed", corrects_id=corrects_id, kind=version.kind, name=version.id,
        effective_from=version.effective_from, content=version.model_dump(mode="json"),
        digest=version.digest, note=note.strip(), retroactive=retroactive,
        reach=what_if.reach_of(found).as_json(), proposed_by=person, person_id=person, at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _note(session, PROPOSED, row.id, version=version, actor=actor, at=at)
    return row.id


def publish(session: Session, proposal_id: int, *, actor: Actor, at: datetime) -> Reach:
    """Publish what another person proposed; what it reaches is counted again, and answered.

    Raises NotYours, NotFound, NotAllowed (the same person), BadInput.
    """
    person = _officer(actor)
    session.connection().execute(_ONE_AT_A_TIME)
    refresh(session)
    proposal = find(session, proposal_id)
    if not proposal.is_open:
        raise BadInput(why="rule_version_is_decided")
    if proposal.proposed_by == person:
        raise NotAllowed([Finding("rule_version_needs_another_person", "A01")])
    corrects = find(session, proposal.corrects_id) if proposal.corrects_id else None
    version = proposal.version
    found = _checked(session, version, corrects, at=at, retroactive=proposal.retroactive)
    reach = what_if.reach_of(found)
    if corrects:
        _step(session, corrects, "withdrawn", note=proposal.note, actor=actor, at=at)
    _step(session, proposal, "published", note="", actor=actor, at=at, reach=reach)
    changing = [line.project_id for line in found if line.verdict.effect is Effect.CHANGES]
    plans = version.kind is VersionKind.REGIME
    session.connection().execute(_COUNT_ANEW, {"ids": changing, "plans": plans})
    return reach


def withdraw(
    session: Session, proposal_id: int, *, reason: str, actor: Actor, at: datetime
) -> None:
    """Take a proposal back that is not published. Raises NotYours, NotFound, BadInput."""
    _officer(actor)
    session.connection().execute(_ONE_AT_A_TIME)
    proposal = find(session, proposal_id)
    if not proposal.is_open:
        raise BadInput(why="rule_version_is_decided")
    if not reason.strip():
        raise BadInput(why="reason_missing")
    _step(session, proposal, "withdrawn", note=reason.strip(), actor=actor, at=at)


# ── What is new ─────────────────────────────────────────────────────────────────────────────────
def newest_news(session: Session) -> int:
    """The number of the newest step that the public may know; 0 before the first."""
    return int(session.connection().execute(_NEWEST).scalar_one())


def seen_by(session: Session, person_id: int) -> int:
    """Up to which step a person has read the history; 0 when never."""
    row = session.get(RuleNewsRead, person_id)
    return row.seen if row else 0


def note_read(session: Session, person_id: int, seen: int, *, at: datetime) -> None:
    """Remember that a person has read the history up to that step."""
    session.merge(RuleNewsRead(person_id=person_id, seen=seen, at=at))


# ── Inside ──────────────────────────────────────────────────────────────────────────────────────
def _officer(actor: Actor) -> int:
    if actor.role not in MAY_PROPOSE or actor.person_id is None:
        raise NotYours
    return actor.person_id


def _checked(
    session: Session,
    version: RuleVersion,
    corrects: Version | None,
    *,
    at: datetime,
    retroactive: bool,
) -> Sequence[Line]:
    """What it reaches, when it can stand beside the others. Raises BadInput."""
    if corrects and (
        corrects.version.kind is not version.kind or not corrects.may_be_corrected(shanghai_day(at))
    ):
        raise BadInput(why="rule_version_too_late_to_correct", version=corrects.version.id)
    instead_of = corrects.version if corrects else None
    if found := overlap(version, the_law(), instead_of=instead_of):
        raise BadInput(why=found.why, version=found.version, day=found.day.isoformat())
    lines = preview(session, version, at=at, corrects=corrects)
    back = what_if.reach_of(lines).back
    if back and not retroactive:
        day = version.effective_from.isoformat()
        raise BadInput(why="rule_version_reaches_back", classes=back, day=day)
    return lines


def _step(  # noqa: PLR0913  what happened to which version
    session: Session,
    of: Version,
    step: str,
    *,
    note: str,
    actor: Actor,
    at: datetime,
    reach: Reach | None = None,
) -> None:
    version = of.version
    session.add(
        RuleVersionStep(
            step=step, proposal_id=of.id, kind=version.kind, name=version.id,
            effective_from=version.effective_from, content=version.model_dump(mode="json"),
            digest=version.digest, note=note, retroactive=of.retroactive,
            reach=reach.as_json() if reach else {}, proposed_by=of.proposed_by,
            person_id=_officer(actor), at=at,
        )
    )  # fmt: skip
    session.flush()
    name = PUBLISHED if step == "published" else WITHDRAWN
    _note(session, name, of.id, version=version, actor=actor, at=at, reach=reach)


def _note(  # noqa: PLR0913  who did what, when, and to what
    session: Session,
    name: str,
    proposal_id: int,
    *,
    version: RuleVersion,
    actor: Actor,
    at: datetime,
    reach: Reach | None = None,
) -> None:
    detail: dict[str, str | int | bool] = {
        "kind": version.kind, "version": version.id, "digest": version.digest,
        "effective_from": version.effective_from.isoformat(),
    }  # fmt: skip
    if reach:
        detail |= {"classes": reach.changes, "projects": reach.projects}
    acts.note(session, name, actor=actor, at=at, about=f"rule/{proposal_id}", detail=detail)


def _version(row: Any) -> Version:  # noqa: ANN401  a row of _STEPS
    return Version(
        id=row.id, version=RuleVersion.model_validate(row.content), note=row.note,
        retroactive=row.retroactive, corrects_id=row.corrects_id, corrects=row.corrects or "",
        proposed_by=row.proposed_by, proposer=row.proposer or "", proposed_at=row.proposed_at,
        foreseen=row.foreseen, published_step=row.published_step, published_at=row.published_at,
        publisher=row.publisher or "", reached=row.reached or {},
        withdrawn_step=row.withdrawn_step, withdrawn_at=row.withdrawn_at,
        withdrawn_note=row.withdrawn_note or "",
    )  # fmt: skip
