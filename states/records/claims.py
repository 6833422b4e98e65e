"""The people of a case: each value sealed for its own row, one person one claim."""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, text
from sqlmodel import Session

from states.records import vault
from states.records.places import (
    CLAIM_NAME,
    CLAIM_PHONE,
    CLAIM_SOURCE,
    LEARNER_NUMBER,
)
from states.rules.routes import Level

_AT_ONCE = 2000
_PLAIN = (
    *("sheet_row", "sex", "school", "employer", "employer_uscc", "district_id", "level", "kind"),
    *("evaluated_on", "result", "score", "seconds", "place", "valid", "awarded", "findings"),
)
_SEALED = (CLAIM_NAME, CLAIM_PHONE, CLAIM_SOURCE)

_EMPTY = text("DELETE FROM claim WHERE case_id = :case_id")
_PUT = text("""
WITH given AS (
  SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS g(
    id bigint, learner_id bigint, document text, number_index text, number text, sheet_row int,
    name text, phone text, source_number text, sex text, school text, employer text,
    employer_uscc text, district_id bigint, level text, kind text, evaluated_on date, result text,
    score int, seconds int, place int, valid boolean, awarded boolean, findings jsonb)
), known AS (
  INSERT INTO learner (id, document_kind, number_index, number_sealed)
  SELECT learner_id, document, decode(number_index, 'base64'), decode(number, 'base64')
    FROM given ORDER BY document, number_index
  ON CONFLICT (document_kind, number_index) DO UPDATE SET document_kind = excluded.document_kind
  RETURNING id, document_kind, number_index
)
INSERT INTO claim (id, case_id, learner_id, sheet_row, name_sealed, phone_sealed,
                   source_number_sealed, sex, school, employer, employer_uscc, district_id, level,
                   kind, evaluated_on, result, score, seconds, place, valid, awarded, findings)
SELECT g.id, :case_id, k.id, g.sheet_row, decode(g.name, 'base64'), decode(g.phone, 'base64'),
       decode(g.source_number, 'base64'), g.sex, g.school, g.employer, g.employer_uscc,
       g.district_id, g.level, g.kind, g.evaluated_on, g.result, g.score, g.seconds, g.place,
       g.valid, g.awarded, g.findings
  FROM given g
  JOIN known k ON k.document_kind = g.document
              AND k.number_index = decode(g.number_index, 'base64')
""")
_AWARD = text("""
UPDATE claim SET awarded = valid AND place IS NOT NULL AND place <= :places
 WHERE case_id = :case_id
""")
_READ = text("""
SELECT c.id, c.learner_id, c.sheet_row, c.name_sealed, l.document_kind, l.number_sealed,
       c.source_number_sealed, c.school, c.employer, c.employer_uscc, c.level, c.kind,
       c.evaluated_on, c.result, c.score, c.seconds, c.place, c.valid, c.awarded, c.findings
  FROM claim c JOIN learner l ON l.id = c.learner_id
 WHERE c.case_id = :case_id
 ORDER BY c.place NULLS LAST, c.sheet_row
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """A person as a list names them. Marks are tenths; `findings` are codes of section `row`."""

    sheet_row: int
    name: str
    document: str
    number: str
    level: Level
    kind: str = ""
    phone: str = ""
    sex: str = ""
    school: str = ""
    employer: str = ""
    employer_uscc: str = ""
    district_id: int | None = None
    source_number: str = ""
    evaluated_on: date | None = None
    result: str = ""
    score: int | None = None
    seconds: int | None = None
    place: int | None = None
    valid: bool = True
    awarded: bool = False
    findings: Sequence[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimView:
    """A claim with its sealed values opened: for whoever may see them, masked on every page."""

    id: int
    learner_id: int
    sheet_row: int
    name: str
    document_kind: str
    document_number: str
    source_number: str
    school: str
    employer: str
    employer_uscc: str
    level: str
    kind: str
    evaluated_on: date | None
    result: str
    score: int | None
    seconds: int | None
    place: int | None
    valid: bool
    awarded: bool
    findings: list[str]


def replace(session: Session, case_id: int, rows: Sequence[ClaimRow]) -> None:
    """Put a list in the place of the one before. A document number stands in it only once."""
    session.connection().execute(_EMPTY, {"case_id": case_id})
    for start in range(0, len(rows), _AT_ONCE):
        some = list(_values(session, rows[start : start + _AT_ONCE]))
        told = json.dumps(some, default=str, ensure_ascii=False)
        session.connection().execute(_PUT, {"case_id": case_id, "rows": told})


def award(session: Session, case_id: int, places: int) -> None:
    """Award the valid up to this place, and nobody else: equal standings share their first one."""
    session.connection().execute(_AWARD, {"case_id": case_id, "places": places})


def of_case(session: Session, case_id: int) -> list[ClaimView]:
    """Everybody of a case, the best first where there are places."""
    rows = session.connection().execute(_READ, {"case_id": case_id}).mappings()
    return [_view(session, row) for row in rows]


def _view(session: Session, row: RowMapping) -> ClaimView:
    shared = {name: row[name] for name in row if not name.endswith("_sealed")}
    number = vault.unseal(session, LEARNER_NUMBER, row["learner_id"], row["number_sealed"])
    source = row["source_number_sealed"]
    return ClaimView(
        name=vault.unseal(session, CLAIM_NAME, row["id"], row["name_sealed"]),
        document_number=number,
        source_number=vault.unseal(session, CLAIM_SOURCE, row["id"], source),
        **shared,
    )


def _values(session: Session, rows: Sequence[ClaimRow]) -> Iterable[Mapping[str, Any]]:
    learners = vault.next_ids(session, "learner", len(rows))
    claims = vault.next_ids(session, "claim", len(rows))
    for row, learner, claim in zip(rows, learners, claims, strict=True):
        yield {
            "id": claim,
            "learner_id": learner,
            "document": row.document,
            "number_index": _base64(vault.blind_index(session, row.number)),
            "number": _base64(vault.seal(session, LEARNER_NUMBER, learner, row.number)),
            **{name: getattr(row, name) for name in _PLAIN},
            **{
                place.column: _base64(vault.seal(session, place, claim, getattr(row, place.column)))
                for place in _SEALED
            },
        }


def _base64(sealed: bytes) -> str:
    return base64.b64encode(sealed).decode()
