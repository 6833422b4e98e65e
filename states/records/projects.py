"""Projects as the machine needs them: one query loads them with their facts, one writes them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib import resources
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from states.records.adoption import NEWEST, follow
from states.rules.dossier import Dossier, Recorded
from states.rules.folding import fold
from states.rules.stages import Stage

_LOAD = text(f"""
SELECT p.id, p.code, p.stage, p.moves, p.ledger_seq, p.district_id, p.provider_id,
       {NEWEST} AS law,
       (SELECT json_agg(json_build_array(f.seq, f.kind, f.payload, f.person_id, f.at)
                        ORDER BY f.seq)
          FROM fact f WHERE f.project_id = p.id) AS facts
  FROM project p
 WHERE p.id = ANY(:ids)
 ORDER BY p.id
""")  # noqa: S608  a constant


@dataclass(frozen=True, slots=True)
class LoadedProject:
    """A project as it stood when it was read; `ledger_seq` is what a write must still find."""

    id: int
    code: str
    stage: Stage
    moves: int
    ledger_seq: int
    district_id: int
    provider_id: int
    recorded: tuple[Recorded, ...]

    def dossier(self, at: datetime, today: date) -> Dossier:
        """What its facts say now."""
        return fold(self.recorded, stage=self.stage, at=at, today=today)


def load(session: Session, ids: Sequence[int]) -> list[LoadedProject]:
    """Read projects with all their facts in one round trip; unknown ids are left out.

    From then on this process goes by the newest calendar and rules.
    """
    rows = session.connection().execute(_LOAD, {"ids": list(ids)}).all()
    if rows:
        follow(session, rows[0].law)
    return [
        LoadedProject(
            id=row.id,
            code=row.code,
            stage=Stage(row.stage),
            moves=row.moves,
            ledger_seq=row.ledger_seq,
            district_id=row.district_id,
            provider_id=row.provider_id,
            recorded=tuple(map(_recorded, row.facts or ())),
        )
        for row in rows
    ]


def _recorded(raw: Sequence[Any]) -> Recorded:
    seq, kind, payload, person_id, at = raw
    return Recorded(seq, kind, payload, person_id, datetime.fromisoformat(at))


@dataclass(slots=True)
class Writing:
    """Everything one decision writes, for one project or for thousands: rows of plain values."""

    projects: list[Mapping[str, object]] = field(default_factory=list)
    facts: list[Mapping[str, object]] = field(default_factory=list)
    entries: list[Mapping[str, object]] = field(default_factory=list)
    timers: list[Mapping[str, object]] = field(default_factory=list)
    letters: list[Mapping[str, object]] = field(default_factory=list)


_WRITE = text(resources.files("states.records").joinpath("write.sql").read_text("utf-8"))


def write(session: Session, writing: Writing) -> frozenset[int]:
    """Swap, ledger, timers and promises in one statement; answers the projects that were swapped.

    A project whose `ledger_seq` is no longer `seen` is left out whole: somebody was faster.
    """
    rows = session.connection().execute(
        _WRITE,
        {
            "projects": _json(writing.projects),
            "facts": _json(writing.facts),
            "entries": _json(writing.entries),
            "timers": _json(writing.timers),
            "letters": _json(writing.letters),
        },
    )
    return frozenset(row.id for row in rows)


def _json(rows: Iterable[Mapping[str, object]]) -> str:
    return json.dumps(list(rows), default=_plain, ensure_ascii=False)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)
