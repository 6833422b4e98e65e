"""What the receipts of 证书归集 answered: a number, or a reason (E50). The number is the city's."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from states.actor import Actor
from states.errors import NotFound, NotYours
from states.records import acts, answered, batches, refusals, reports, vault
from states.records.candidates import may_upload
from states.records.places import CERTIFICATE_REASON
from states.rules.facts import ReceiptImported
from states.rules.findings import RowFinding, Verdict
from states.rules.stages import Role

_LOCK = text("""
SELECT x.id, x.serial, x.project_id, c.case_id, x.state, x.number, x.replaces
  FROM certificate x LEFT JOIN claim c ON c.id = x.claim_id
 WHERE x.batch_id = :id ORDER BY x.id FOR UPDATE OF x
""")
_KNOWS_BATCH = text("SELECT route, uploader_id FROM certificate_batch WHERE id = :id FOR UPDATE")
_TAKEN = text("SELECT number, serial FROM certificate WHERE number = ANY(:numbers)")
_ANSWER = text("""
UPDATE certificate c SET state = r.state, number = r.number,
       reason_sealed = decode(r.reason, 'base64'), changed_at = :at
  FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(
    id bigint, state text, number text, reason text)
 WHERE c.id = r.id
""")
# Its receipt proves that it arrived, whatever was said when it was handed over.
_ARRIVED = text("UPDATE certificate_batch SET state = 'sent' WHERE id = :id AND state = 'made'")
_ANSWERED = text("""
UPDATE certificate_batch SET state = 'answered', answered_at = :at
 WHERE id = :id AND NOT EXISTS (
   SELECT 1 FROM certificate WHERE batch_id = :id AND state = 'issued')
""")


_OPEN = frozenset({"issued", "refused", "released"})
"""What a receipt may still answer. All else has its end, which no row rewrites."""


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
    batches.hold_series(session, at=at)
    batch = session.connection().execute(_KNOWS_BATCH, {"id": batch_id}).first()
    if batch is None:
        raise NotFound
    if actor.role is not Role.SYSTEM and not may_upload(actor, batch.route, batch.uploader_id):
        raise NotYours
    reading = _answered(session, batch_id, rows, at=at)
    if reading.changes:
        session.connection().execute(_ARRIVED, {"id": batch_id})
    session.connection().execute(_ANSWERED, {"id": batch_id, "at": at})
    _tell(session, batch_id, reading, actor=actor, at=at, settle=settle)
    found = tuple(sorted((*findings, *reading.findings), key=_place))
    sheet = reports.Sheet(
        "receipt", filename, sha256, len(rows) + len(findings), reports.lines(found),
        batch_id=batch_id,
    )  # fmt: skip
    reports.keep(session, sheet, imported=True, person_id=actor.person_id, at=at)
    accepted, refused = reading.totals()
    return Receipt(accepted, refused, reading.unchanged, found)


def _answered(
    session: Session, batch_id: int, rows: Sequence[ReceiptRow], *, at: datetime
) -> "_Reading":
    """Write the rows down.

    Another batch may be given one of these numbers at this very moment: then it is known by now
    whose it is, and all rows are looked at anew.
    """
    taken: Mapping[str, str] | None = None
    while True:
        reading = _Reading(session, batch_id, rows)
        asked = {"rows": json.dumps(reading.changes), "at": at}
        try:
            with session.begin_nested():
                session.connection().execute(_ANSWER, asked)
        except IntegrityError:
            if reading.taken == taken:
                raise
            taken = reading.taken
        else:
            return reading


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
        self.cases: set[int] = set()
        self.findings = [finding for row in rows for finding in self._read(row)]
        self.unchanged = len(rows) - len(self.changes) - len(self.findings)

    def totals(self) -> tuple[int, int]:
        """Accepted and refused over the whole batch."""
        accepted = sum(change["state"] == "accepted" for change in self.changes)
        return accepted, len(self.changes) - accepted

    def _read(self, row: ReceiptRow) -> Iterator[RowFinding]:
        ours = self.known.get(row.internal_serial)
        if ours is None:
            yield _wrong(row, "receipt_serial_unknown", "内部流水号", serial=row.internal_serial)
        elif ours.state not in _OPEN:
            if (row.certificate_number if row.accepted else "") != (ours.number or ""):
                yield _wrong(row, "receipt_contradicts", "归集结果", serial=ours.serial)
        elif row.accepted and self.taken.get(row.certificate_number, ours.serial) != ours.serial:
            number = row.certificate_number
            yield _wrong(row, "receipt_number_taken", "证书编号", number=number)
        elif row.accepted or ours.state == "issued":
            self._change(ours, row)

    def _change(self, ours: Any, row: ReceiptRow) -> None:  # noqa: ANN401  a row of _LOCK
        """What replaces another one is no new answer to its project, which has that one's."""
        state = "accepted" if row.accepted else "refused"
        number = row.certificate_number if row.accepted else None
        sealed = vault.seal(self.session, CERTIFICATE_REASON, ours.id, row.reason)
        reason = base64.b64encode(sealed).decode()
        self.changes.append({"id": ours.id, "state": state, "number": number, "reason": reason})
        if ours.project_id and ours.replaces is None:
            accepted, refused = self.counts.get(ours.project_id, (0, 0))
            self.counts[ours.project_id] = (accepted + row.accepted, refused + (not row.accepted))
        elif ours.case_id:
            self.cases.add(ours.case_id)


def _tell(
    session: Session,
    batch_id: int,
    reading: _Reading,
    *,
    actor: Actor,
    at: datetime,
    settle: bool,
) -> None:
    """Note the receipt in the ledger; tell the projects and cases, and owners what came back."""
    if not reading.changes:
        return
    accepted, refused = reading.totals()
    acts.note(
        session, acts.RECEIPT, actor=actor, at=at, about=f"batch/{batch_id}",
        detail={"accepted": accepted, "refused": refused},
    )  # fmt: skip
    facts = {
        project: ReceiptImported(batch_id=batch_id, accepted=accepted, refused=refused)
        for project, (accepted, refused) in reading.counts.items()
    }
    answered.tell_projects(session, facts, actor=actor, at=at, settle=settle)
    answered.tell_cases(session, reading.cases, actor=actor, at=at)
    if refused:
        refusals.tell_owners(session, batch_id, at=at)


def _wrong(row: ReceiptRow, code: str, column: str, **params: str) -> RowFinding:
    return RowFinding(row.sheet_row, Verdict.ERROR, code, "C22", column=column, params=params)


def _place(finding: RowFinding) -> int:
    return finding.sheet_row
