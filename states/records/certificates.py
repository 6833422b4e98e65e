"""Certificates: numbered in batches for 证书归集, and what its receipts answered (C22, C23, E50).

A serial is ours and never given twice; a number is the city's. A refused certificate goes into the
next batch under its own serial once it was put right (`release`), or is given up (`drop`).
"""

import base64
import json
import secrets as randomness
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import insert, text
from sqlmodel import Session

from states import actions
from states.actions import Outcome
from states.actor import Actor
from states.errors import BadInput, NotFound, NotYours
from states.records import outbox, remarks, reports, vault
from states.records.numbers import take
from states.records.places import CERTIFICATE_NAME, CERTIFICATE_REASON, ENROLMENT_NAME
from states.records.tables import Certificate
from states.rules.deadlines import shanghai_day
from states.rules.facts import CertificateDropped, CertificatesBatched, ReceiptImported
from states.rules.findings import RowFinding, Verdict
from states.rules.routes import TERMS, Level, Route
from states.rules.stages import Role

SERIES = "AIP"
_TOKEN_BYTES = 18
_MAY_BATCH = frozenset({Role.CENTRE, Role.SYSTEM})

# Whoever passed and was never given a certificate; a dropped one was given up for good.
_PASSERS = text("""
SELECT p.id AS project_id, e.id AS enrolment_id, e.name_sealed, o.name_zh AS provider
  FROM project p
  JOIN office o ON o.id = p.provider_id
  JOIN training_class c ON c.project_id = p.id
  JOIN enrolment e ON e.class_id = c.id
  JOIN score s ON s.enrolment_id = e.id AND s.result = 'pass'
   AND s.fact_seq = (SELECT max(fact_seq) FROM score WHERE class_id = c.id)
 WHERE p.stage = 'reported'
   AND NOT EXISTS (SELECT 1 FROM certificate x WHERE x.enrolment_id = e.id)
 ORDER BY p.id, c.no, e.sheet_row, e.id
   FOR UPDATE OF p
""")
_RELEASED = text("""
SELECT x.id, x.project_id FROM certificate x JOIN project p ON p.id = x.project_id
 WHERE x.state = 'released' AND p.stage = 'reported' ORDER BY x.id FOR UPDATE OF x
""")
_BATCH = text("""
INSERT INTO certificate_batch (code, state, made_at, made_by, workbook_sha256)
VALUES (:code, 'made', :at, :person, '') RETURNING id
""")
_SEND_AGAIN = text("""
UPDATE certificate SET batch_id = :batch_id, state = 'issued', reason_sealed = ''
 WHERE id = ANY(:ids)
""")
_SENT = text("""
UPDATE certificate_batch SET state = 'sent', workbook_sha256 = :sha256
 WHERE id = :id AND state <> 'answered' RETURNING id
""")
_LOCK = text("""
SELECT id, serial, project_id, state, number FROM certificate
 WHERE batch_id = :id ORDER BY id FOR UPDATE
""")
_KNOWS_BATCH = text("SELECT 1 FROM certificate_batch WHERE id = :id FOR UPDATE")
_TAKEN = text("SELECT number, serial FROM certificate WHERE number = ANY(:numbers)")
_ANSWER = text("""
UPDATE certificate c SET state = r.state, number = r.number,
       reason_sealed = decode(r.reason, 'base64')
  FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(
    id bigint, state text, number text, reason text)
 WHERE c.id = r.id
""")
_ANSWERED = text("""
UPDATE certificate_batch SET state = 'answered', answered_at = :at
 WHERE id = :id AND NOT EXISTS (
   SELECT 1 FROM certificate WHERE batch_id = :id AND state = 'issued')
""")
_DROP = text("""
UPDATE certificate SET state = 'dropped', reason_sealed = :reason
 WHERE id = :id AND state IN ('refused', 'released') RETURNING project_id
""")
_RELEASE = text("""
UPDATE certificate SET state = 'released' WHERE id = :id AND state = 'refused' RETURNING id
""")
_KNOWN = text("SELECT 1 FROM certificate WHERE id = :id")


class ReceiptRow(Protocol):
    """One certificate's outcome, as `templates.sheets.receipt` reads it."""

    @property
    def sheet_row(self) -> int: ...
    @property
    def internal_serial(self) -> str: ...
    @property
    def accepted(self) -> bool: ...
    @property
    def certificate_number(self) -> str: ...
    @property
    def reason(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt changed; `findings` are the rows that do not fit, and the reader's."""

    accepted: int
    refused: int
    unchanged: int
    findings: tuple[RowFinding, ...]


def make_batch(session: Session, *, actor: Actor, at: datetime, settle: bool = True) -> int | None:
    """Number every passer of the reported projects, and put released certificates in again.

    Answers the batch's id, or None when there is nothing to upload. Raises NotYours.
    """
    if actor.role not in _MAY_BATCH:
        raise NotYours
    year = shanghai_day(at).year
    # Holds the series before anybody is counted: a second caller waits, then finds nothing left.
    take(session, f"certificate/{year}", 0)
    new = session.connection().execute(_PASSERS).all()
    again = session.connection().execute(_RELEASED).all()
    if not new and not again:
        return None
    batch_id = _begin(session, actor, at)
    _number(session, new, batch_id, at=at)
    ids = [row.id for row in again]
    session.connection().execute(_SEND_AGAIN, {"batch_id": batch_id, "ids": ids})
    counts = dict.fromkeys([row.project_id for row in [*new, *again]], 0)
    for row in new:
        counts[row.project_id] += 1
    facts = {
        project: CertificatesBatched(batch_id=batch_id, count=count)
        for project, count in counts.items()
    }
    _record(session, facts, actor=actor, at=at, settle=settle)
    _tell_the_centre(session, batch_id, at)
    return batch_id


def mark_sent(session: Session, batch_id: int, *, sha256: str) -> bool:
    """Note that the workbook of a batch was handed over; False when its receipt is in already."""
    asked = {"id": batch_id, "sha256": sha256}
    return session.connection().execute(_SENT, asked).first() is not None


def import_receipt(  # noqa: PLR0913  what was uploaded, and who uploads it
    session: Session,
    *,
    batch_id: int,
    rows: Sequence[ReceiptRow],
    findings: Sequence[RowFinding] = (),
    filename: str,
    sha256: str,
    actor: Actor,
    at: datetime,
    settle: bool = True,
) -> Receipt:
    """Give accepted certificates their number and refused ones their reason (E50).

    A row that says nothing new changes nothing, so that a receipt may be sent twice. Rows that do
    not fit the batch become findings. Raises NotFound, NotYours, and what `actions.record` raises.
    """
    if actor.role is not Role.CENTRE:
        raise NotYours
    if session.connection().execute(_KNOWS_BATCH, {"id": batch_id}).first() is None:
        raise NotFound
    reading = _Reading(session, batch_id, rows)
    session.connection().execute(_ANSWER, {"rows": json.dumps(reading.changes)})
    session.connection().execute(_ANSWERED, {"id": batch_id, "at": at})
    facts = {
        project: ReceiptImported(batch_id=batch_id, accepted=accepted, refused=refused)
        for project, (accepted, refused) in reading.counts.items()
    }
    _record(session, facts, actor=actor, at=at, settle=settle)
    found = tuple(sorted((*findings, *reading.findings), key=_place))
    sheet = reports.Sheet(
        "receipt", filename, sha256, len(rows) + len(findings), reports.lines(found),
        batch_id=batch_id,
    )  # fmt: skip
    reports.keep(session, sheet, imported=True, person_id=actor.person_id, at=at)
    accepted, refused = reading.totals()
    return Receipt(accepted, refused, reading.unchanged, found)


def drop(
    session: Session,
    *,
    certificate_id: int,
    text: str,
    actor: Actor,
    at: datetime,
    settle: bool = True,
) -> Outcome:
    """Give up a refused certificate, with the reason.

    Raises NotFound, BadInput(why="reason_missing" | "certificate_is_not_refused"), and what
    `actions.record` raises.
    """
    if not text.strip():
        raise BadInput(why="reason_missing")
    reason = vault.seal(session, CERTIFICATE_REASON, certificate_id, text.strip())
    asked = {"id": certificate_id, "reason": reason}
    project_id = session.connection().execute(_DROP, asked).scalar()
    if project_id is None:
        raise _not_refused(session, certificate_id)
    fact = CertificateDropped(certificate_id=certificate_id, text=remarks.KEPT_APART)
    outcome = actions.record(session, project_id, fact, actor=actor, at=at, settle=settle)
    remarks.keep(session, outcome, text)
    return outcome


def release(session: Session, *, certificate_id: int, actor: Actor) -> None:
    """Let a refused certificate go into the next batch under its own serial.

    Raises NotYours, NotFound, BadInput(why="certificate_is_not_refused").
    """
    if actor.role is not Role.CENTRE:
        raise NotYours
    if session.connection().execute(_RELEASE, {"id": certificate_id}).first() is None:
        raise _not_refused(session, certificate_id)


class _Reading:
    """What each row of a receipt means for the batch as it stands (its rows are held)."""

    def __init__(self, session: Session, batch_id: int, rows: Sequence[ReceiptRow]) -> None:
        self.session = session
        held = session.connection().execute(_LOCK, {"id": batch_id})
        self.known = {row.serial: row for row in held}
        numbers = [row.certificate_number for row in rows if row.accepted]
        taken = session.connection().execute(_TAKEN, {"numbers": numbers})
        self.taken = {row.number: row.serial for row in taken}
        self.changes: list[Mapping[str, Any]] = []
        self.counts: dict[int, tuple[int, int]] = {}
        self.findings = [finding for row in rows for finding in self._read(row)]
        self.unchanged = len(rows) - len(self.changes) - len(self.findings)

    def totals(self) -> tuple[int, int]:
        """Accepted and refused over all projects."""
        counts = self.counts.values()
        return sum(accepted for accepted, _ in counts), sum(refused for _, refused in counts)

    def _read(self, row: ReceiptRow) -> Iterator[RowFinding]:
        ours = self.known.get(row.internal_serial)
        if ours is None:
            yield _wrong(row, "receipt_serial_unknown", "内部流水号", serial=row.internal_serial)
        elif ours.state == "dropped":
            yield _wrong(row, "receipt_for_dropped", "内部流水号", serial=ours.serial)
        elif ours.state == "accepted":
            if not row.accepted or row.certificate_number != ours.number:
                yield _wrong(row, "receipt_contradicts", "归集结果", serial=ours.serial)
        elif row.accepted and self.taken.get(row.certificate_number, ours.serial) != ours.serial:
            number = row.certificate_number
            yield _wrong(row, "receipt_number_taken", "证书编号", number=number)
        elif row.accepted or ours.state == "issued":
            self._change(ours, row)

    def _change(self, ours: Any, row: ReceiptRow) -> None:  # noqa: ANN401  a row of _LOCK
        state = "accepted" if row.accepted else "refused"
        number = row.certificate_number if row.accepted else None
        sealed = vault.seal(self.session, CERTIFICATE_REASON, ours.id, row.reason)
        reason = base64.b64encode(sealed).decode()
        self.changes.append({"id": ours.id, "state": state, "number": number, "reason": reason})
        accepted, refused = self.counts.get(ours.project_id, (0, 0))
        self.counts[ours.project_id] = (accepted + row.accepted, refused + (not row.accepted))


def _begin(session: Session, actor: Actor, at: datetime) -> int:
    day = shanghai_day(at)
    (number,) = take(session, f"batch/{day:%Y-%m}")
    code = f"{day:%Y-%m}-{number:02}"
    asked = {"code": code, "at": at, "person": actor.person_id}
    return int(session.connection().execute(_BATCH, asked).scalar_one())


def _number(session: Session, new: Sequence[Any], batch_id: int, *, at: datetime) -> None:
    if not new:
        return
    year = shanghai_day(at).year
    numbers = take(session, f"certificate/{year}", len(new))
    ids = vault.next_ids(session, "certificate", len(new))
    rows = [
        {
            "id": certificate_id, "name_sealed": _name_at_issue(session, row, certificate_id),
            "serial": f"{SERIES}-{year}-{number:06}", "batch_id": batch_id,
            "project_id": row.project_id, "enrolment_id": row.enrolment_id,
            "provider_name": row.provider, "level": Level.BASIC,
            "inscription": TERMS[Route.TRAINING].inscription, "issued_on": at,
            "verify_token": randomness.token_urlsafe(_TOKEN_BYTES), "state": "issued",
        }
        for number, row, certificate_id in zip(numbers, new, ids, strict=True)
    ]  # fmt: skip
    session.connection().execute(insert(Certificate), rows)


def _name_at_issue(session: Session, row: Any, certificate_id: int) -> bytes:  # noqa: ANN401
    """The learner's name, sealed anew for the certificate: what is printed stays as it was."""
    name = vault.unseal(session, ENROLMENT_NAME, row.enrolment_id, row.name_sealed)
    return vault.seal(session, CERTIFICATE_NAME, certificate_id, name)


def _record(
    session: Session,
    facts: Mapping[int, CertificatesBatched | ReceiptImported],
    *,
    actor: Actor,
    at: datetime,
    settle: bool,
) -> None:
    """One fact for each project, in the order of their ids, then one settle for all."""
    for project_id in sorted(facts):
        actions.record(session, project_id, facts[project_id], actor=actor, at=at, settle=False)
    if settle and facts:
        actions.settle(session, sorted(facts), at=at)


def _tell_the_centre(session: Session, batch_id: int, at: datetime) -> None:
    outbox.promise_to_role(
        session,
        key=f"batch/{batch_id}",
        letter="batch_ready",
        role=Role.CENTRE,
        office_id=None,
        context={"batch": batch_id},
        at=at,
    )


def _not_refused(session: Session, certificate_id: int) -> NotFound | BadInput:
    if session.connection().execute(_KNOWN, {"id": certificate_id}).first() is None:
        return NotFound()
    return BadInput(why="certificate_is_not_refused")


def _wrong(row: ReceiptRow, code: str, column: str, **params: str) -> RowFinding:
    return RowFinding(row.sheet_row, Verdict.ERROR, code, "C22", column=column, params=params)


def _place(finding: RowFinding) -> int:
    return finding.sheet_row
