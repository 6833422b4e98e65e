"""Classes that wait to be sent to the city, or for its answer (C14)."""

import secrets as randomness
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from states.records import vault
from states.records.places import FILING_ANSWER
from states.rules.patience import USUAL

LEASE = timedelta(minutes=5)
"""A worker that died comes back to the same class no sooner than that."""

OPEN = "f.state IN ('wanted', 'sent')"
"""Which filings `f` have something to be done about, now or later."""
DUE = f"{OPEN} AND f.not_before <= :real"
"""The same, now, by the machine's clock."""

# Somebody was faster and typed the number in: nothing is owed any more.
_SETTLED = text(f"""
UPDATE class_filing f SET state = 'registered', lease = '', trouble = ''
  FROM training_class c
 WHERE c.id = f.class_id AND {DUE} AND EXISTS (
   SELECT 1 FROM fact k
    WHERE k.project_id = c.project_id AND k.kind = 'training_registered'
      AND k.at >= f.wanted_at AND CAST(k.payload->>'class_no' AS int) = c.no)
""")  # noqa: S608  a constant of this file
_LEASE = text(f"""
UPDATE class_filing w SET lease = :lease, not_before = :until, attempts = w.attempts + 1
  FROM training_class c
 WHERE c.id = w.class_id
   AND w.id = (SELECT f.id FROM class_filing f WHERE {DUE}
                ORDER BY f.not_before, f.id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING w.id, c.project_id, c.no AS class_no, w.round, w.sheet_sha256, w.attempts, w.lease
""")  # noqa: S608
_SHEET = text("UPDATE class_filing SET sheet_sha256 = :sha256 WHERE id = :id AND lease = :lease")
_MARK = text("""
UPDATE class_filing SET state = :state, answer_sealed = :answer, trouble = '', lease = '',
       not_before = :again
 WHERE id = :id AND lease = :lease
RETURNING id
""")
_LATER = text("""
UPDATE class_filing SET not_before = :again, trouble = :trouble, lease = ''
 WHERE id = :id AND lease = :lease
""")


@dataclass(frozen=True, slots=True)
class WaitingClass:
    """One leased filing. `sheet_sha256` is of the workbook that was sent last, empty before."""

    id: int
    project_id: int
    class_no: int
    round: int
    sheet_sha256: str
    attempts: int
    lease: str


def lease(session: Session, *, machine_now: datetime) -> WaitingClass | None:
    """Take the next one for this worker; nothing when none is due."""
    session.connection().execute(_SETTLED, {"real": machine_now})
    asked = {
        "lease": randomness.token_hex(8), "real": machine_now, "until": machine_now + LEASE,
    }  # fmt: skip
    found = session.connection().execute(_LEASE, asked).first()
    return WaitingClass(**found._mapping) if found else None  # noqa: SLF001  it is public there


def note_sheet(session: Session, filing: WaitingClass, sha256: str) -> None:
    """Which workbook goes out now."""
    asked = {"id": filing.id, "lease": filing.lease, "sha256": sha256}
    session.connection().execute(_SHEET, asked)


def mark(
    session: Session, filing: WaitingClass, state: str, *, reasons: str = "", machine_now: datetime
) -> bool:
    """Note what became of it: "sent", "left", "refused" or "registered".

    A class that is only "sent" is asked about later, and later each time. Answers False when the
    lease has passed to somebody else: then nothing is written.
    """
    asked = {
        "id": filing.id, "lease": filing.lease, "state": state,
        "answer": vault.seal(session, FILING_ANSWER, filing.id, reasons),
        "again": machine_now + _rest(filing),
    }  # fmt: skip
    return session.connection().execute(_MARK, asked).first() is not None


def put_off(session: Session, filing: WaitingClass, trouble: str, *, machine_now: datetime) -> None:
    """Try again later, and later each time; a class is never given up."""
    asked = {
        "id": filing.id, "lease": filing.lease, "trouble": trouble,
        "again": machine_now + _rest(filing),
    }  # fmt: skip
    session.connection().execute(_LATER, asked)


def _rest(filing: WaitingClass) -> timedelta:
    return USUAL.at_least(filing.attempts)
