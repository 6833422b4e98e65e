"""Batches for 证书归集: whoever waits is numbered, a second certificate is held (C22-C35).

A serial is ours, given without a gap and never twice. Whom the pre-flight keeps out waits on. One
active certificate per person and level (A24): a second one gets no serial, names the one it waits
for, and is numbered when that is void.
"""

import secrets as randomness
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, text
from sqlmodel import Session

from states.actor import Actor
from states.errors import NotYours
from states.records import acts, answered, outbox, vault
from states.records.candidates import Candidate, holders, uploader_role
from states.records.numbers import take
from states.records.places import CERTIFICATE_NAME
from states.records.preflight_board import Fit, Lot, looked_at
from states.records.share_board import by_year, hold_share
from states.records.tables import Certificate, Office
from states.rules.deadlines import shanghai_day
from states.rules.facts import CertificatesBatched
from states.rules.routes import TERMS, Route
from states.rules.stages import Role

SERIES = "AIP"
_TOKEN_BYTES = 18

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
       name_sealed = :name_sealed, provider_name = :provider_name, inscription = :inscription,
       issued_on = :at, changed_at = :at
 WHERE id = :id
""")
_SENT = text("""
UPDATE certificate_batch SET state = 'sent', workbook_sha256 = :sha256
 WHERE id = :id AND state <> 'answered' RETURNING id
""")

_CLOSE = text("""
UPDATE certificate_batch SET state = 'answered', answered_at = :at
 WHERE id = :id AND state <> 'answered' AND NOT EXISTS (
   SELECT 1 FROM certificate WHERE batch_id = :id AND state = 'issued')
""")


def make_batch(
    session: Session,
    *,
    actor: Actor,
    at: datetime,
    fit: Fit,
    route: Route = Route.TRAINING,
    settle: bool = True,
) -> int | None:
    """Number everybody of a route whom the actor's office uploads and the pre-flight lets go.

    What was put right goes with them; `fit` knows what can be printed. Answers the batch's id, or
    None when there is nothing to upload. Raises NotYours, BadInput(why="share_needs_waiver") when
    contests would take a district above their share.
    """
    if actor.role not in {uploader_role(route), Role.SYSTEM}:
        raise NotYours
    uploader = None if route is Route.TRAINING else actor.office_id
    return _Issue(session, route, uploader, actor, at, fit).make(settle=settle)


def mark_sent(session: Session, batch_id: int, *, sha256: str) -> bool:
    """Note that the workbook of a batch was handed over; False when its receipt is in already."""
    asked = {"id": batch_id, "sha256": sha256}
    return session.connection().execute(_SENT, asked).first() is not None


def close(session: Session, batch_id: int, *, at: datetime) -> None:
    """A batch is over when its last certificate was given up or left it for the next one."""
    session.connection().execute(_CLOSE, {"id": batch_id, "at": at})


def serials(session: Session, count: int, *, at: datetime) -> list[str]:
    """The next serials of the year; nobody else gets any until this transaction ends."""
    year = shanghai_day(at).year
    numbers = take(session, f"certificate/{year}", count)
    return [f"{SERIES}-{year}-{number:06}" for number in numbers]


def hold_series(session: Session, *, at: datetime) -> None:
    """Whoever changes certificates holds this first: nobody waits for another one in a circle.

    A batch, a receipt, a decision and a drop each hold certificates, projects and batches, and
    none could keep to one order: a second certificate refers to the one it waits for.
    """
    serials(session, 0, at=at)


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
    fit: Fit

    def make(self, *, settle: bool) -> int | None:
        # Before anybody is counted: a second caller waits, then finds none left.
        hold_series(self.session, at=self.at)
        lot = self._lot()
        self._stay_within_the_share(lot.new)
        batch_id = self._begin() if lot.new or lot.again else None
        if batch_id is not None:
            self._number(lot.first, batch_id)
            self._number_freed(lot.freed, batch_id)
            self._send_again(lot.again, batch_id)
            self._tell_uploader(batch_id)
        # Only now can those be held whose first certificate was numbered in this very batch.
        self._hold(lot.second)
        self._note(batch_id, lot, settle=settle)
        return batch_id

    def _lot(self) -> Lot:
        return Lot.of(
            looked_at(self.session, self.route, self.uploader, fit=self.fit, at=self.at, hold=True)
        )

    def _stay_within_the_share(self, new: Sequence[Any]) -> None:
        """No contest takes a district above the share of its own year unseen (C39).

        Raises BadInput.
        """
        if self.route is Route.CONTEST:
            for year, counts in by_year(self.session, new, at=self.at).items():
                hold_share(self.session, self.route, counts, year=year)

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
        return {
            "id": key, "route": self.route, "learner_id": one.learner_id,
            "project_id": one.project_id, "enrolment_id": one.enrolment_id,
            "claim_id": one.claim_id, "district_id": one.district_id, "level": one.level,
            "replaces": one.replaces, "issued_on": self.at, "changed_at": self.at,
            "verify_token": new_token(), "state": "issued", **self._names(one, key),
        }  # fmt: skip

    def _names(self, one: Candidate, key: int) -> dict[str, Any]:
        """The names as at issue (E52); a later change of name is not the certificate's own."""
        return {
            "name_sealed": vault.seal(self.session, CERTIFICATE_NAME, key, one.name),
            "provider_name": one.sealer,
            "inscription": TERMS[self.route].inscription,
        }

    def _number_freed(self, freed: Sequence[Candidate], batch_id: int) -> None:
        """One that was numbered and held by the upgrade keeps its serial; the others get theirs."""
        known = [(one, one.known) for one in freed if one.known]
        lacking = [there.id for _, there in known if not there.serial]
        given = dict(zip(lacking, serials(self.session, len(lacking), at=self.at), strict=True))
        rows = [
            {"id": there.id, "serial": there.serial or given[there.id], "batch_id": batch_id,
             "at": self.at, **self._names(one, there.id)}
            for one, there in known
        ]  # fmt: skip
        if rows:
            self.session.connection().execute(_GIVE_SERIAL, rows)

    def _send_again(self, again: Sequence[Candidate], batch_id: int) -> None:
        ids = [one.known.id for one in again if one.known]
        asked = {"batch_id": batch_id, "ids": ids, "at": self.at}
        self.session.connection().execute(_SEND_AGAIN, asked)

    def _note(self, batch_id: int | None, lot: Lot, *, settle: bool) -> None:
        """Put the batch into the ledger, and tell every project and case that still waits."""
        if batch_id is not None:
            acts.note(
                self.session, acts.BATCHED, actor=self.actor, at=self.at,
                about=f"batch/{batch_id}",
                detail={
                    "numbered": len(lot.new), "held": len(lot.second), "again": len(lot.again)
                },
            )  # fmt: skip
        answered.tell_projects(
            self.session, _told(batch_id, lot), actor=self.actor, at=self.at, settle=settle
        )
        cases = {one.case_id for one in lot.second if one.case_id}
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


def _told(batch_id: int | None, lot: Lot) -> Mapping[int, CertificatesBatched]:
    """What each project hears. One certificate per passer counts: a later one does not."""
    numbered, held = (
        Counter(_projects(one for one in people if one.replaces is None))
        for people in (lot.new, lot.second)
    )
    return {
        project_id: CertificatesBatched(
            batch_id=batch_id, count=numbered[project_id], held=held[project_id]
        )
        for project_id in {*numbered, *held, *_projects([*lot.again, *lot.new])}
    }


def _projects(people: Iterable[Candidate]) -> Iterator[int]:
    return (one.project_id for one in people if one.project_id is not None)
