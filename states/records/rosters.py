"""The learners of a class as they are written: each value sealed for its own row."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, Protocol

from sqlalchemy import text
from sqlmodel import Session

from states.records import vault
from states.records.places import (
    ENROLMENT_EMAIL,
    ENROLMENT_EMPLOYER_EMAIL,
    ENROLMENT_NAME,
    ENROLMENT_PHONE,
    LEARNER_NUMBER,
)
from states.rules.findings import Finding, RowFinding
from states.rules.identity import likeness

ADMITTED, MANUAL_REVIEW, REFUSED = "admitted", "manual_review", "refused"
_CLEAR = ("sheet_row", "birth", "employer", "employer_uscc", "school", "hukou")
_WORDS = ("sex", "category", "retirement", "verdict")
_SEALED = (ENROLMENT_NAME, ENROLMENT_PHONE, ENROLMENT_EMAIL, ENROLMENT_EMPLOYER_EMAIL)
_AT_ONCE = 2000
"""Rows in one statement: a roster of fifty thousand must not stand in memory three times."""

_EMPTY = text("DELETE FROM enrolment WHERE class_id = :class_id")
_ENROL = text("""
WITH given AS (
  SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS g(
    id bigint, learner_id bigint, sheet_row int, document text, number_index text, number text,
    name text, sex text, birth date, category text, phone text, email text, employer text,
    employer_uscc text, employer_email text, school text, hukou text, retirement text,
    likeness text, verdict text, findings jsonb)
), known AS (
  INSERT INTO learner (id, document_kind, number_index, number_sealed)
  SELECT learner_id, document, decode(number_index, 'base64'), decode(number, 'base64')
    FROM given ORDER BY document, number_index
  ON CONFLICT (document_kind, number_index) DO UPDATE SET document_kind = excluded.document_kind
  RETURNING id, document_kind, number_index
)
INSERT INTO enrolment (id, class_id, learner_id, sheet_row, name_sealed, sex, birth, category,
                       phone_sealed, email_sealed, employer, employer_uscc, employer_email_sealed,
                       school, hukou, retirement, likeness, verdict, findings)
SELECT g.id, :class_id, k.id, g.sheet_row, decode(g.name, 'base64'), g.sex, g.birth, g.category,
       decode(g.phone, 'base64'), decode(g.email, 'base64'), g.employer, g.employer_uscc,
       decode(g.employer_email, 'base64'), g.school, g.hukou, g.retirement,
       decode(g.likeness, 'base64'), g.verdict, g.findings
  FROM given g
  JOIN known k ON k.document_kind = g.document
              AND k.number_index = decode(g.number_index, 'base64')
""")


class RosterRow(Protocol):
    """A learner as a roster names them; `templates.sheets.roster` reads such rows."""

    @property
    def sheet_row(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def document(self) -> str | None: ...
    @property
    def number(self) -> str: ...
    @property
    def birth(self) -> date | None: ...
    @property
    def sex(self) -> str | None: ...
    @property
    def category(self) -> str | None: ...
    @property
    def phone(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def employer(self) -> str: ...
    @property
    def employer_uscc(self) -> str: ...
    @property
    def employer_email(self) -> str: ...
    @property
    def school(self) -> str: ...
    @property
    def hukou(self) -> str: ...
    @property
    def retirement(self) -> str: ...


class RosterReading(Protocol):
    """A roster as read: all its rows, what they deserve, and what is only worth a word."""

    @property
    def rows(self) -> Sequence[RosterRow]: ...
    @property
    def findings(self) -> Sequence[RowFinding]: ...
    @property
    def notes(self) -> Sequence[Finding]: ...


def replace(session: Session, class_id: int, reading: RosterReading) -> None:
    """Put the rows that may learn in the place of those before."""
    session.connection().execute(_EMPTY, {"class_id": class_id})
    codes: dict[int, list[str]] = {}
    for finding in reading.findings:
        codes.setdefault(finding.sheet_row, []).append(finding.code)
    learn = (row for row in reading.rows if row.verdict in (ADMITTED, MANUAL_REVIEW))
    for some in _portions(learn):
        rows = json.dumps(list(_values(session, some, codes)), default=str, ensure_ascii=False)
        session.connection().execute(_ENROL, {"class_id": class_id, "rows": rows})


def _values(
    session: Session, rows: Sequence[RosterRow], codes: Mapping[int, Sequence[str]]
) -> Iterator[Mapping[str, Any]]:
    learners = vault.next_ids(session, "learner", len(rows))
    enrolments = vault.next_ids(session, "enrolment", len(rows))
    for row, learner, enrolment in zip(rows, learners, enrolments, strict=True):
        yield {
            "id": enrolment,
            "learner_id": learner,
            "document": str(row.document or ""),
            "number_index": _base64(vault.blind_index(session, row.number)),
            "number": _base64(vault.seal(session, LEARNER_NUMBER, learner, row.number)),
            "likeness": _base64(_likeness(session, row)),
            "findings": list(codes.get(row.sheet_row, ())),
            **{name: getattr(row, name) for name in _CLEAR},
            **{name: str(getattr(row, name) or "") for name in _WORDS},
            **{
                place.column: _base64(
                    vault.seal(session, place, enrolment, getattr(row, place.column))
                )
                for place in _SEALED
            },
        }


def _likeness(session: Session, row: RosterRow) -> bytes | None:
    """What two papers of one person share (E37); None when the row does not tell enough."""
    same = likeness(row.name, row.birth, row.phone)
    return vault.blind_index(session, same) if same else None


def _portions(rows: Iterable[RosterRow]) -> Iterator[Sequence[RosterRow]]:
    left = iter(rows)
    while some := list(islice(left, _AT_ONCE)):
        yield some


def _base64(sealed: bytes | None) -> str | None:
    return None if sealed is None else base64.b64encode(sealed).decode()
