"""Looks for viruses in what was uploaded, and destroys what was taken back or found infected.

Each file is leased, looked at outside of any transaction, and marked in one of its own: a worker
that dies in between leaves a file that nobody but its bringer can open, and the next one looks.
"""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Final

from prefect import flow
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from flows.sweeps import Tally, forget_failures, note_failure, sweep
from flows.wiring import Wiring, wired
from states.records import attachment_queue, attachments
from states.records.attachment_queue import WaitingFile
from states.records.db import transaction
from states.records.file_store import FileStore

NAME: Final = "scan_attachments"
_log = logging.getLogger(__name__)


@flow(name=NAME)
async def scan_attachments() -> Tally:
    """Deal with every attachment that waits."""
    return await asyncio.to_thread(_sweep)


def _sweep() -> Tally:
    wiring = wired()
    with sweep(wiring.bind, NAME) as tally:
        while not wiring.stopping.is_set():
            with transaction(wiring.bind) as session:
                file = attachment_queue.lease(session, machine_now=datetime.now(UTC))
            if file is None:
                break
            _deal_with(wiring, file, tally)
    return tally


def _deal_with(wiring: Wiring, file: WaitingFile, tally: Tally) -> None:
    about = f"attachment/{file.id}"
    try:
        if file.doomed:
            _destroy(wiring, file)
        else:
            _look_at(wiring, file)
        with transaction(wiring.bind) as session:
            forget_failures(session, NAME, [about])
        tally.handled += 1
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001  # kept for the operator; the file comes again
        tally.failed += 1
        with transaction(wiring.bind) as session:
            note_failure(session, NAME, about, error=error)
            attachment_queue.put_off(session, file, machine_now=datetime.now(UTC))


def _destroy(wiring: Wiring, file: WaitingFile) -> None:
    _store(wiring).drop(file.stored)
    with transaction(wiring.bind) as session:
        attachment_queue.mark_destroyed(session, file)


def _look_at(wiring: Wiring, file: WaitingFile) -> None:
    with transaction(wiring.bind) as session:
        content = attachments.opened(
            session, _store(wiring), file.id, stored=file.stored, key_sealed=file.key_sealed
        )
    verdict = wiring.scanner.scan(content)
    with transaction(wiring.bind) as session:
        attachment_queue.mark_scanned(session, file, verdict, machine_now=datetime.now(UTC))


def sweep_orphans(wiring: Wiring) -> None:
    """At a worker's start: remove files that no row names, left over by uploads that died."""
    try:
        with transaction(wiring.bind) as session:
            known = attachment_queue.stored_names(session)
        gone = _store(wiring).sweep(known)
    except (SQLAlchemyError, OSError) as error:
        _log.warning("orphaned files were not looked for: %s", type(error).__name__)
        return
    if gone:
        _log.info("%d orphaned files removed", gone)


def _store(wiring: Wiring) -> FileStore:
    return FileStore(wiring.settings.files_dir)
