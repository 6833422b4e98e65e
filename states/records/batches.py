"""Batches for 证书归集: whoever waits is numbered, a second certificate is held (C22-C35).

A serial is ours, given without a gap and never twice. One active certificate per person and level
(A24): a second one gets no serial, names the one it waits for, and is numbered when that is void.
"""

import secrets as randomness
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import TextClause, insert, text
from sqlmodel import Session

from states.actor import Actor
from states.errors import NotYours
from states.records import acts, answered, outbox, vault
from states.records.candidates import (
    STILL_PASSES,
    Candidate,
    holders,
    uploader_role,
    waiting,
)
from states.records.numbers import take
from states.records.places import CERTIFICATE_NAME
from states.records.share_board import hold_share
from states.records.tables import Certificate, Office
from states.records.tables.returns import ACTIVE_STATES
from states.rules.deadlines import shanghai_day
from states.rules.facts import CertificatesBatched
from states.rules.routes import TERMS, Route
from states.rules.stages import Role

SERIES = "AIP"
_TOKEN_BYTES = 18
_ACTIVE = ", ".join(f"'{state}'" for state in ACTIVE_STATES)

# Put right after a refusal, or the successor of one that was replaced.
_RELEASED = text(f"""
SELECT x.id, x.project_id, c.case_id FROM certificate x
  JOIN certificate_batch b ON b.id = x.batch_id
  LEFT JOIN claim c ON c.id = x.claim_id
 WHERE x.state = 'released' AND x.route = :route
   AND (x.route = 'training' OR b.uploader_id = :uploader) AND {STILL_PASSES}
 ORDER BY x.id FOR UPDATE OF x
""")  # noqa: S608  a constant of the candidates
# What stood in their way is void: their turn has come, unless somebody else's came first.
_FREED = text(f"""
SELECT DISTINCT ON (x.learner_id, x.level) x.id, x.project_id, c.case_id, x.district_id
  FROM certificate x
  LEFT JOIN claim c ON c.id = x.claim_id
  LEFT JOIN route_case k ON k.id = c.case_id
 WHERE x.state = 'held' AND x.route = :route
   AND (x.route = 'training' OR :uploader = CASE WHEN k.route = 'skills_contest'
                                                 THEN k.district_id ELSE k.office_id END)
   AND {STILL_PASSES}
   AND NOT EXISTS (SELECT 1 FROM certificate a WHERE a.learner_id = x.learner_id
                      AND a.level = x.level AND a.state IN ({_ACTIVE}))
 ORDER BY x.learner_id, x.level, x.id
""")  # noqa: S608  constants of the tables and the candidates
_BATCH = text("""
INSERT INTO certificate_batch (code, route, uploader_id, state, made_at, made_by, workbook_sha256)
VALUES (:code, :route, :uploader, 'made', :at, :person, '') RETURNING id
""")
_SEND_AGAIN = text("""
UPDATE certificate SET batch_id = :batch_id, state = 'issued', reason_sealed = '', changed_at = :at
 WHERE id = ANY(:ids)
""")
_GIVE_SERIAL = text("""
UPDATE certificate SET serial = :serial, batch_id = :batch_id, state = 'issued', held_for = NULL,
       issued_on = :at, changed_at = :at
 WHERE id = :id
""")
_SENT = text("""
UPDATE certificate_batch SET state = 'sent', workbook_sha256 = :sha256
 WHERE id = :id AND state <> 'answered' RETURNING id
""")


def make_batch(
    session: Session,
    *,
    actor: Actor,
    at: datetime,
    route: Route = Route.TRAINING,
    settle: bool = True,
) -> int | None:
    """Number everybody of a route whom the actor's office uploads, and what was put right.

    Answers the batch's id, or None when there is nothing to upload. Raises NotYours,
    BadInput(why="share_needs_waiver") when contests would take a district above their share.
    """
    if actor.role not in {uploader_role(route), Role.SYSTEM}:
        raise NotYours
    uploader = None if route is Route.TRAINING else actor.office_id
    return _Issue(session, route, uploader, actor, at).make(settle=settle)


def mark_sent(session: Session, batch_id: int, *, sha256: str) -> bool:
    """Note that the workbook of a batch was handed over; False when its receipt is in already."""
    asked = {"id": batch_id, "sha256": sha256}
    return session.connection().execute(_SENT, asked).first() is not None


def serials(session: Session, count: int, *, at: datetime) -> list[str]:
    """The next serials of the year; nobody else gets any until this transaction ends."""
    year = shanghai_day(at).year
    numbers = take(session, f"certificate/{year}", count)
    return [f"{SERIES}-{year}-{number:06}" for number in numbers]


def new_token() -> str:
    """What a printed code holds: 144 bits."""
    return randomness.token_urlsafe(_TOKEN_BYTES)


@dataclass(frozen=True, slots=True)
class _Issue:
    """The making of one batch: by whom, for which uploader of which route."""

    session: Session
    route: Route
    uploader: int | None
    actor: Actor
    at: datetime

    def make(self, *, settle: bool) -> int | None:
        # Holds the series before anybody is counted: a second caller waits, then finds none left.
        serials(self.session, 0, at=self.at)
        first, second = self._apart(waiting(self.session, self.route, self.uploader))
        again, freed = self._rows(_RELEASED), self._rows(_FREED)
        self._stay_within_the_share([*first, *freed])
        batch_id = self._begin() if first or again or freed else None
        if batch_id is not None:
            self._number(first, batch_id)
            self._number_freed(freed, batch_id)
            self._send_again(again, batch_id)
            self._tell_uploader(batch_id)
        # Only now can those be held whose first certificate was numbered in this very batch.
        self._hold(second)
        self._note(batch_id, first, second, again=[*again, *freed], settle=settle)
        return batch_id

    def _stay_within_the_share(self, new: Sequence[Any]) -> None:
        """No contest takes a district above its share unseen (C39). Raises BadInput."""
        if self.route is Route.CONTEST and new:
            counts = Counter(one.district_id for one in new)
            hold_share(self.session, self.route, counts, year=shanghai_day(self.at).year)

    def _apart(self, new: Sequence[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
        """Those whose first certificate of the level it is, and those who have or now get one."""
        known = set(holders(self.session, [one.learner_id for one in new]))
        first: list[Candidate] = []
        second: list[Candidate] = []
        for one in new:
            key = (one.learner_id, one.level)
            (second if key in known else first).append(one)
            known.add(key)
        return first, second

    def _rows(self, query: TextClause) -> Sequence[Any]:
        asked = {"route": self.route, "uploader": self.uploader}
        return self.session.connection().execute(query, asked).all()

    def _begin(self) -> int:
        """A batch of the month: 2026-05-01 of the centre, HP-2026-05-01 of another uploader."""
        month = f"{shanghai_day(self.at):%Y-%m}"
        office = self.session.get_one(Office, self.uploader) if self.uploader else None
        home = f"{office.code}-" if office else ""
        (number,) = take(self.session, f"batch/{home}{month}")
        asked = {
            "code": f"{home}{month}-{number:02}", "route": self.route, "uploader": self.uploader,
            "at": self.at, "person": self.actor.person_id,
        }  # fmt: skip
        return int(self.session.connection().execute(_BATCH, asked).scalar_one())

    def _number(self, new: Sequence[Candidate], batch_id: int) -> None:
        given = serials(self.session, len(new), at=self.at)
        self._insert(new, [{"serial": serial, "batch_id": batch_id} for serial in given])

    def _hold(self, second: Sequence[Candidate]) -> None:
        """Second ones, each with the one it waits for."""
        active = holders(self.session, [one.learner_id for one in second])
        waits = [active[one.learner_id, one.level] for one in second]
        self._insert(second, [{"state": "held", "held_for": holder} for holder in waits])

    def _insert(self, people: Sequence[Candidate], more: Sequence[Mapping[str, Any]]) -> None:
        ids = vault.next_ids(self.session, "certificate", len(people))
        rows = [
            {"serial": None, "batch_id": None, "held_for": None, **self._values(one, key), **added}
            for one, key, added in zip(people, ids, more, strict=True)
        ]
        if rows:
            self.session.connection().execute(insert(Certificate), rows)

    def _values(self, one: Candidate, key: int) -> dict[str, Any]:
        """A certificate with the names as at issue (E52); a later change of name is not its own."""
        return {
            "id": key, "route": self.route, "learner_id": one.learner_id,
            "project_id": one.project_id, "enrolment_id": one.enrolment_id,
            "claim_id": one.claim_id, "district_id": one.district_id, "level": one.level,
            "provider_name": one.sealer, "inscription": TERMS[self.route].inscription,
            "name_sealed": vault.seal(self.session, CERTIFICATE_NAME, key, one.name),
            "issued_on": self.at, "changed_at": self.at, "verify_token": new_token(),
            "state": "issued",
        }  # fmt: skip

    def _number_freed(self, freed: Sequence[Any], batch_id: int) -> None:
        given = serials(self.session, len(freed), at=self.at)
        rows = [
            {"id": row.id, "serial": serial, "batch_id": batch_id, "at": self.at}
            for row, serial in zip(freed, given, strict=True)
        ]
        if rows:
            self.session.connection().execute(_GIVE_SERIAL, rows)

    def _send_again(self, again: Sequence[Any], batch_id: int) -> None:
        asked = {"batch_id": batch_id, "ids": [row.id for row in again], "at": self.at}
        self.session.connection().execute(_SEND_AGAIN, asked)

    def _note(
        self,
        batch_id: int | None,
        first: Sequence[Candidate],
        second: Sequence[Candidate],
        *,
        again: Sequence[Any],
        settle: bool,
    ) -> None:
        """Put the batch into the ledger, and tell every project and case that still waits."""
        if batch_id is not None:
            acts.note(
                self.session, acts.BATCHED, actor=self.actor, at=self.at,
                about=f"batch/{batch_id}",
                detail={"numbered": len(first), "held": len(second), "again": len(again)},
            )  # fmt: skip
        numbered, held = Counter(_projects(first)), Counter(_projects(second))
        facts = {
            project_id: CertificatesBatched(
                batch_id=batch_id, count=numbered[project_id], held=held[project_id]
            )
            for project_id in {*numbered, *held, *_projects(again)}
        }
        answered.tell_projects(self.session, facts, actor=self.actor, at=self.at, settle=settle)
        cases = {one.case_id for one in second if one.case_id}
        answered.tell_cases(self.session, cases, actor=self.actor, at=self.at)

    def _tell_uploader(self, batch_id: int) -> None:
        outbox.promise_to_role(
            self.session,
            key=f"batch/{batch_id}",
            letter="batch_ready",
            role=uploader_role(self.route),
            office_id=self.uploader,
            context={"batch": batch_id},
            at=self.at,
        )


def _projects(rows: Sequence[Any]) -> Iterator[int]:
    return (row.project_id for row in rows if row.project_id is not None)
