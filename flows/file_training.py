"""Sends classes to the city's training information system, and records the numbers it gives (C14).

The workbook is written anew for every try and its key follows from its content, so a repeat after a
crash is the same request to the city. What leaves the house is noted before it leaves.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from prefect import flow
from sqlalchemy.exc import OperationalError

from flows.outside.ports import Filed, FilingAnswer
from flows.sweeps import Tally, forget_failures, note_failure, sweep
from flows.wiring import Wiring, wired
from states import actions
from states.actor import SYSTEM
from states.records import acts, clock, filing_queue, filings
from states.records.db import transaction
from states.records.filing_queue import WaitingClass
from states.records.tables import Project
from states.rules.facts import TrainingRegistered
from templates.sheets.registration import write_registration

NAME: Final = "file_training"
STATES: Final[Mapping[Filed, str]] = {
    Filed.REGISTERED: "registered",
    Filed.PENDING: "sent",
    Filed.LEFT: "left",
    Filed.REFUSED: "refused",
}


@flow(name=NAME)
async def file_training() -> Tally:
    """Send every class that waits, and ask about those that were sent."""
    return await asyncio.to_thread(_sweep)


def _sweep() -> Tally:
    wiring = wired()
    with sweep(wiring.bind, NAME) as tally:
        while not wiring.stopping.is_set():
            with transaction(wiring.bind) as session:
                filing = filing_queue.lease(session, machine_now=datetime.now(UTC))
            if filing is None:
                break
            _deal_with(wiring, filing, tally)
    return tally


def _deal_with(wiring: Wiring, filing: WaitingClass, tally: Tally) -> None:
    about = f"class_filing/{filing.id}"
    try:
        key, workbook = _written(wiring, filing)
        _note_answer(wiring, filing, wiring.register.file(key, workbook))
        with transaction(wiring.bind) as session:
            forget_failures(session, NAME, [about])
        tally.handled += 1
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001  # kept for the operator; the class comes again
        tally.failed += 1
        with transaction(wiring.bind) as session:
            note_failure(session, NAME, about, error=error)
            filing_queue.put_off(
                session, filing, type(error).__name__, machine_now=datetime.now(UTC)
            )


def _written(wiring: Wiring, filing: WaitingClass) -> tuple[str, bytes]:
    """The key of the request and the workbook; its way out of the house is noted once."""
    with transaction(wiring.bind) as session:
        project = session.get_one(Project, filing.project_id)
        klass = filings.registration_of(session, project, filing.class_no)
        workbook = write_registration(klass)
        sha256 = hashlib.sha256(workbook).hexdigest()
        if sha256 != filing.sheet_sha256:
            filing_queue.note_sheet(session, filing, sha256)
            acts.note(
                session,
                acts.EXPORTED,
                actor=SYSTEM,
                at=clock.now(session),
                about=f"class_filing/{filing.id}",
                detail={"rows": len(klass.learners), "sha256": sha256, "sheet": "registration"},
                project_id=project.id,
            )
    return f"{klass.code}-{filing.round}-{sha256[:8]}", workbook


def _note_answer(wiring: Wiring, filing: WaitingClass, answer: FilingAnswer) -> None:
    """What the city said; its number is a fact, recorded in the same transaction."""
    with transaction(wiring.bind) as session:
        stands = filing_queue.mark(
            session,
            filing,
            STATES[answer.outcome],
            reasons=answer.reasons,
            machine_now=datetime.now(UTC),
        )
        if stands and answer.registered_on:
            number = TrainingRegistered(
                class_no=filing.class_no, number=answer.number, registered_on=answer.registered_on
            )
            now, settle = clock.now(session), wiring.settings.settle_in_request
            actions.record(session, filing.project_id, number, actor=SYSTEM, at=now, settle=settle)
