"""Attachments that wait: to be looked at for viruses, or to have their content destroyed."""

import secrets as randomness
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from states.rules.patience import USUAL

LEASE = timedelta(minutes=5)
"""A worker that died comes back to the same file no sooner than that."""

OPEN = "a.stored <> '' AND (a.scan IN ('waiting', 'infected') OR a.withdrawn_at IS NOT NULL)"
"""Which attachments `a` have something to be done about, now or later."""
DUE = f"{OPEN} AND a.not_before <= :real"
"""The same, now, by the machine's clock."""

_LEASE = text(f"""
UPDATE attachment SET lease = :lease, not_before = :until, attempts = attempts + 1
 WHERE id = (SELECT a.id FROM attachment a WHERE {DUE}
              ORDER BY a.not_before, a.id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, stored, key_sealed, attempts, lease, scan = 'infected' OR withdrawn_at IS NOT NULL
          AS doomed
""")  # noqa: S608  a constant of this file
# What a virus was found in loses its key at once; its file goes in the next step.
_SCANNED = text("""
UPDATE attachment SET scan = CAST(:scan AS text), lease = '', attempts = 0, not_before = :real,
       key_sealed = CASE CAST(:scan AS text) WHEN 'infected' THEN CAST('' AS bytea)
                                             ELSE key_sealed END
 WHERE id = :id AND lease = :lease AND scan = 'waiting'
""")
_DESTROYED = text("UPDATE attachment SET stored = '', lease = '' WHERE id = :id AND lease = :lease")
_LATER = text("""
UPDATE attachment SET not_before = :again, lease = '' WHERE id = :id AND lease = :lease
""")
_STORED = text("SELECT stored FROM attachment WHERE stored <> ''")


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """One leased attachment; a `doomed` one is to be destroyed, any other to be looked at."""

    id: int
    stored: str
    key_sealed: bytes
    attempts: int
    lease: str
    doomed: bool


def lease(session: Session, *, machine_now: datetime) -> WaitingFile | None:
    """Take the next one for this worker; nothing when none is due."""
    asked = {
        "lease": randomness.token_hex(8), "real": machine_now, "until": machine_now + LEASE,
    }  # fmt: skip
    found = session.connection().execute(_LEASE, asked).first()
    return WaitingFile(**found._mapping) if found else None  # noqa: SLF001  SQLAlchemy's public name


def mark_scanned(session: Session, file: WaitingFile, scan: str, *, machine_now: datetime) -> None:
    """Note a verdict: "clean", "unscanned" or "infected"; not if the lease has passed on."""
    asked = {"id": file.id, "lease": file.lease, "scan": scan, "real": machine_now}
    session.connection().execute(_SCANNED, asked)


def mark_destroyed(session: Session, file: WaitingFile) -> None:
    """Its content is gone from the store."""
    session.connection().execute(_DESTROYED, {"id": file.id, "lease": file.lease})


def put_off(session: Session, file: WaitingFile, *, machine_now: datetime) -> None:
    """Try again later, and later each time."""
    again = machine_now + USUAL.at_least(file.attempts)
    asked = {"id": file.id, "lease": file.lease, "again": again}
    session.connection().execute(_LATER, asked)


def stored_names(session: Session) -> set[str]:
    """Every file that a row still names."""
    return set(session.connection().execute(_STORED).scalars())
