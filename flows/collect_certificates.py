"""Every morning at seven: number the certificates of passers and hand their workbook over (C22).

The batch is made in one transaction and handed over outside of it. A hub that is away, or a worker
that dies in between, leaves a batch that is made and not sent: the next run finds it. Then the
receipts that have come are imported, each once.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import time
from typing import Final

from prefect import flow
from sqlalchemy import text
from sqlmodel import Session

from flows.occasions import Occasion, Rhythm, keep
from flows.outside.ports import HubReceipt, HubRefusedError, HubUnavailableError
from flows.paper_trail import leave_table
from flows.sweeps import Tally, forget_failures, note_failure
from flows.wiring import wired
from states.actor import SYSTEM
from states.records import (
    acts,
    batches,
    certificate_board,
    chain,
    clock,
    receipts,
    refusals,
    reports,
)
from states.records.certificate_board import CertificateRow
from states.records.db import transaction
from templates.papers.fonts import glyphs_missing
from templates.sheets.aggregation_rows import write_batch
from templates.sheets.reading_room import read_aside
from templates.sheets.receipt import read_receipt

NAME: Final = "collect_certificates"
RHYTHM: Final = Rhythm(time(7))
# A later receipt may still accept what an earlier one refused.
_OPEN = text("""
SELECT b.id, b.code, b.state FROM certificate_batch b
 WHERE b.state <> 'answered'
    OR EXISTS (SELECT 1 FROM certificate x WHERE x.batch_id = b.id AND x.state = 'refused')
 ORDER BY b.id
""")


# Somebody else has dealt with it: what went wrong with it is no trouble any more.
_NO_TROUBLE = text("DELETE FROM failure WHERE sweep = :name AND about <> ALL(:about)")


@dataclass(frozen=True, slots=True)
class _Batch:
    """A batch about which the hub has still something to say."""

    id: int
    code: str
    state: str

    @property
    def about(self) -> str:
        return f"batch/{self.id}"


@flow(name=NAME)
async def collect_certificates(period: str = "due") -> Tally:  # noqa: ARG001  # seen in Prefect
    """Make a batch when anybody has passed, hand over what waits, import what has come."""
    tally = await asyncio.to_thread(keep, NAME, RHYTHM, _collect)
    if tally.handled:
        await leave_table("collected", [{"batches": tally.handled}], "batches handed over")
    return tally


def _collect(occasion: Occasion, tally: Tally) -> None:
    bind = wired().bind
    with transaction(bind) as session:
        batches.make_batch(session, actor=SYSTEM, at=occasion.now, fit=glyphs_missing)
    with transaction(bind) as session:
        found = [_Batch(*row) for row in session.connection().execute(_OPEN)]
        asked = {"name": NAME, "about": [batch.about for batch in found]}
        session.connection().execute(_NO_TROUBLE, asked)
    for batch in found:
        _deal_with(batch, tally)


def _deal_with(batch: _Batch, tally: Tally) -> None:
    bind = wired().bind
    try:
        moved = _moved(batch)
        with transaction(bind) as session:
            forget_failures(session, NAME, [batch.about])
        tally.handled += moved
    except Exception as error:  # noqa: BLE001  # kept for the operator; it comes again
        tally.failed += 1
        with transaction(bind) as session:
            note_failure(session, NAME, batch.about, error=error)


def _moved(batch: _Batch) -> bool:
    """Hand a batch over, or fetch what was said of it.

    A hub that fell silent may have taken the batch, and one that refused it may have changed its
    mind: a receipt would tell. Raises HubUnavailableError, SheetUnreadable.
    """
    if batch.state == "made":
        try:
            if _hand_over(batch):
                return True
        except HubUnavailableError:
            if _fetch(batch):
                return True
            raise
    return _fetch(batch)


def _hand_over(batch: _Batch) -> bool:
    """Give the workbook to the hub, unless it refused this very one. Raises HubUnavailableError."""
    bind = wired().bind
    with transaction(bind) as session:
        rows = _due(session, batch)
        if not rows:
            return False
        workbook = write_batch(rows, wired().layout)
        sha256 = hashlib.sha256(workbook).hexdigest()
        refused = refusals.of_batch(session, batch.id)
        if refused and refused.sha256 == sha256:
            return False
        _note_leaving(session, batch, rows=len(rows), sha256=sha256)
    try:
        wired().hub.put(batch.code, workbook)
    except HubRefusedError as refusal:
        with transaction(bind) as session:
            at = clock.now(session)
            refusals.keep_batch(session, batch.id, sha256=sha256, words=refusal.reasons, at=at)
        return False
    with transaction(bind) as session:
        return batches.mark_sent(session, batch.id, sha256=sha256)


def _due(session: Session, batch: _Batch) -> list[CertificateRow]:
    """What is still to be handed over.

    After a refusal names may have been corrected and certificates given up: these are not in it.
    While a correction waits for its second person the batch waits, too; without any row it is over.
    """
    if chain.is_open_in(session, batch.id):
        return []
    found = certificate_board.batch_rows(session, batch.id)
    rows = [row for row in found if row.state == "issued"]
    if not rows:
        batches.close(session, batch.id, at=clock.now(session))
    return rows


def _note_leaving(session: Session, batch: _Batch, *, rows: int, sha256: str) -> None:
    """A workbook that leaves the house is noted before it leaves, once."""
    known = acts.latest(session, about=batch.about)
    if all(act.detail.get("sha256") != sha256 for act in known):
        acts.note(
            session, acts.EXPORTED, actor=SYSTEM, at=clock.now(session), about=batch.about,
            detail={"sheet": "aggregation", "rows": rows, "sha256": sha256},
        )  # fmt: skip


def _fetch(batch: _Batch) -> bool:
    """Import the receipt, if one has come. Raises HubUnavailableError, SheetUnreadable."""
    receipt = wired().hub.receipt(batch.code)
    if receipt is None:
        return False
    new = _import(batch, receipt)
    wired().hub.taken(batch.code, receipt)
    return new


def _import(batch: _Batch, receipt: HubReceipt) -> bool:
    """False when the same bytes were imported last: a hub may give its receipt again and again."""
    sha256 = hashlib.sha256(receipt.content).hexdigest()
    with transaction(wired().bind) as session:
        before = reports.last(session, "receipt", batch_id=batch.id)
    if before and before.sha256 == sha256:
        return False
    reading = read_aside(read_receipt, receipt.content, receipt.filename)
    with transaction(wired().bind) as session:
        receipts.import_receipt(
            session, batch_id=batch.id, rows=reading.rows, findings=reading.findings,
            filename=receipt.filename, sha256=sha256, actor=SYSTEM, at=clock.now(session),
            settle=wired().settings.settle_in_request,
        )  # fmt: skip
    return True
