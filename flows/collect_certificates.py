"""Every morning at seven: number the certificates of passers and hand their workbook over (C22).

The batch is made in one transaction and handed over outside of it. A hub that is away, or a worker
that dies in between, leaves a batch that is made and not sent: the next run finds it.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import time
from typing import Final

from prefect import flow
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from flows.occasions import Occasion, Rhythm, keep
from flows.paper_trail import leave_table
from flows.sweeps import Tally, forget_failures, note_failure
from flows.wiring import wired
from states.actor import SYSTEM
from states.records import acts, certificate_board, certificates, clock
from states.records.db import transaction
from templates.sheets.aggregation_rows import write_batch

NAME: Final = "collect_certificates"
RHYTHM: Final = Rhythm(time(7))
_WAITING = text("SELECT id, code FROM certificate_batch WHERE state = 'made' ORDER BY id")


@flow(name=NAME)
async def collect_certificates(period: str = "due") -> Tally:  # noqa: ARG001  # seen in Prefect
    """Make a batch when anybody has passed, and hand over every batch that waits."""
    tally = await asyncio.to_thread(keep, NAME, RHYTHM, _collect)
    if tally.handled:
        await leave_table("collected", [{"batches": tally.handled}], "batches handed over")
    return tally


def _collect(occasion: Occasion, tally: Tally) -> None:
    bind = wired().bind
    with transaction(bind) as session:
        certificates.make_batch(session, actor=SYSTEM, at=occasion.now)
    with transaction(bind) as session:
        waiting = session.connection().execute(_WAITING).all()
    for batch_id, code in waiting:
        _hand_over(batch_id, code, tally)


def _hand_over(batch_id: int, code: str, tally: Tally) -> None:
    about = f"batch/{batch_id}"
    bind = wired().bind
    try:
        sha256 = _put(batch_id, code)
        with transaction(bind) as session:
            certificates.mark_sent(session, batch_id, sha256=sha256)
            forget_failures(session, NAME, [about])
        tally.handled += 1
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001  # kept for the operator; it comes again
        tally.failed += 1
        with transaction(bind) as session:
            note_failure(session, NAME, about, error=error)


def _put(batch_id: int, code: str) -> str:
    """Give the workbook to the hub; answers its SHA-256. Raises HubUnavailableError."""
    with transaction(wired().bind) as session:
        rows: Sequence[certificate_board.CertificateRow] = certificate_board.batch_rows(
            session, batch_id
        )
    workbook = write_batch(rows)
    wired().hub.put(code, workbook)
    sha256 = hashlib.sha256(workbook).hexdigest()
    with transaction(wired().bind) as session:
        acts.note(
            session,
            acts.EXPORTED,
            actor=SYSTEM,
            at=clock.now(session),
            about=f"batch/{batch_id}",
            detail={"sheet": "aggregation", "rows": len(rows), "sha256": sha256},
        )
    return sha256
