"""One look at the records: what is due now, and when the next thing will be."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, text
from sqlmodel import Session

from flows import deliver_mail, drive_projects, file_training, read_bounces, scan_attachments
from flows.occasions import Rhythm, occasion_of, rests
from states.records import attachment_queue, clock, filing_queue, outbox
from states.records.db import transaction
from states.records.tables import VirtualClock
from states.rules.deadlines import shanghai_day

LONGEST: Final = 15.0
"""Seconds until the next look though nobody called: a lost call costs no more than that."""
SHORTEST: Final = 0.05
PREFECT_FIRST: Final = timedelta(seconds=90)
"""By a real clock Prefect's schedule begins calendar work; we wait for it no longer than this."""

_LOOK: Final = text(f"""
SELECT (SELECT count(*) FROM project p WHERE {drive_projects.DUE}) AS projects,
       (SELECT coalesce(array_agg(DISTINCT o.code), '{{}}') FROM project p
          JOIN office o ON o.id = p.district_id WHERE {drive_projects.DUE}) AS districts,
       (SELECT min(p.wake_at) FROM project p WHERE p.wake_at > :now) AS wakes,
       (SELECT count(*) FROM outbox m WHERE {outbox.DUE}) AS letters,
       (SELECT min(m.not_before) FROM outbox m
         WHERE m.state = 'promised' AND m.not_before > :now) AS sends,
       (SELECT min(CASE WHEN m.state = 'leased' THEN m.leased_until ELSE m.not_before END)
          FROM outbox m WHERE m.state IN ('deferred', 'leased')
           AND CASE WHEN m.state = 'leased' THEN m.leased_until ELSE m.not_before END > :real
       ) AS repeats,
       (SELECT count(*) FROM attachment a WHERE {attachment_queue.DUE}) AS files,
       (SELECT min(a.not_before) FROM attachment a
         WHERE {attachment_queue.OPEN} AND a.not_before > :real) AS looks,
       (SELECT count(*) FROM class_filing f WHERE {filing_queue.DUE}) AS filings,
       (SELECT min(f.not_before) FROM class_filing f
         WHERE {filing_queue.OPEN} AND f.not_before > :real) AS asks
""")  # noqa: S608  # the conditions are ours


@dataclass(frozen=True, slots=True)
class Errand:
    """A flow that is due, with the name that its run has for people and the run's tags."""

    flow: str
    title: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """What one look found. `seconds` until the next one is worth it."""

    errands: tuple[Errand, ...]
    seconds: float


def look_around(
    bind: Engine, calendar: Mapping[str, Rhythm], *, prefect: bool, bounces: Path | None = None
) -> View:
    """One look; `prefect` says whether Prefect's schedule may be trusted to come first.

    `bounces` is the Maildir of what comes back.
    """
    with transaction(bind) as session:
        moving = session.get(VirtualClock, 1)
        now = clock.now(session)
        real = datetime.now(UTC)
        row = session.connection().execute(_LOOK, {"now": now, "real": real}).one()
        errands = []
        if row.projects:
            errands.append(_driving(row.projects, sorted(row.districts), now))
        if row.letters:
            errands.append(Errand(deliver_mail.NAME, f"deliver {row.letters} letters"))
        if row.files:
            errands.append(Errand(scan_attachments.NAME, f"look at {row.files} files"))
        if row.filings:
            errands.append(Errand(file_training.NAME, f"file {row.filings} classes"))
        if bounces and read_bounces.is_due(session, bounces):
            errands.append(Errand(read_bounces.NAME, "read what came back"))
        patience = PREFECT_FIRST if prefect and moving is None else timedelta(0)
        errands += _calendar(session, calendar, now, patience=patience)
    repeats = (row.repeats, row.looks, row.asks)
    waits = [(moment - real).total_seconds() for moment in repeats if moment]
    if moving is None or moving.started_at:
        # A date that stands still brings nothing: only a call does.
        coming = [rhythm.next(now) + patience for rhythm in calendar.values()]
        coming += [moment for moment in (row.wakes, row.sends) if moment]
        waits.append((min(coming) - now).total_seconds())
    return View(tuple(errands), min([max(SHORTEST, each) for each in waits] + [LONGEST]))


def _driving(projects: int, districts: list[str], now: datetime) -> Errand:
    shown = ", ".join(districts[:3]) + (" …" if len(districts) > 3 else "")  # noqa: PLR2004
    labels = (*(f"district:{code}" for code in districts), month_of(now))
    return Errand(drive_projects.NAME, f"drive {projects} projects · {shown}", labels)


def _calendar(
    session: Session, calendar: Mapping[str, Rhythm], now: datetime, *, patience: timedelta
) -> list[Errand]:
    found = []
    for name, rhythm in calendar.items():
        due = occasion_of(session, name, rhythm)
        if due and now - due.at >= patience and not rests(session, name):
            title = f"{name.replace('_', ' ')} · {due.day}"
            found.append(Errand(name, title, (month_of(now),)))
    return found


def month_of(now: datetime) -> str:
    """The Shanghai month as a tag: "2026-04"."""
    return f"{shanghai_day(now):%Y-%m}"
