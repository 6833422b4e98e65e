"""What was said of every uploaded workbook, row by row, kept until the next upload."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, text
from sqlmodel import Session, col

from states.errors import BadInput
from states.records.tables import ImportReport
from states.rules.findings import Finding, RowFinding

_LAST = text("""
SELECT id, filename, sha256, imported, rows, findings, person_id, at FROM import_report
 WHERE kind = :kind AND class_id IS NOT DISTINCT FROM :class_id
   AND batch_id IS NOT DISTINCT FROM :batch_id
   AND (imported OR NOT :imported_only)
 ORDER BY id DESC LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class Sheet:
    """An uploaded workbook: for which class or batch, and what each of its rows deserved.

    `findings` hold objects of `row`, `verdict`, `code`, `clause`, `column`, `params`; a note has
    the verdict "note" and row 0 when it is about the whole sheet.
    """

    kind: str
    filename: str
    sha256: str
    rows: int
    findings: tuple[Mapping[str, Any], ...] = ()
    class_id: int | None = None
    batch_id: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A kept report, findings as in `Sheet`."""

    id: int
    filename: str
    sha256: str
    imported: bool
    rows: int
    findings: list[dict[str, Any]]
    person_id: int | None
    at: datetime


def keep(
    session: Session, sheet: Sheet, *, imported: bool, person_id: int | None, at: datetime
) -> int:
    """Keep the report of an upload; answers its id."""
    values = {name: getattr(sheet, name) for name in Sheet.__slots__}
    values |= {"findings": list(sheet.findings), "imported": imported}
    values |= {"person_id": person_id, "at": at}
    made = insert(ImportReport).values(values).returning(col(ImportReport.id))
    return int(session.connection().execute(made).scalar_one())


def last(
    session: Session,
    kind: str,
    *,
    class_id: int | None = None,
    batch_id: int | None = None,
    imported_only: bool = False,
) -> Report | None:
    """The newest report of a class (kinds roster, scores) or batch (kind receipt)."""
    asked = {"kind": kind, "class_id": class_id, "batch_id": batch_id}
    found = session.connection().execute(_LAST, asked | {"imported_only": imported_only}).first()
    return Report(**found._mapping) if found else None  # noqa: SLF001  SQLAlchemy's public name


def refuse_the_same(session: Session, sheet: Sheet) -> None:
    """The same workbook twice has one effect. Raises BadInput(why="same_workbook")."""
    before = last(
        session, sheet.kind, class_id=sheet.class_id, batch_id=sheet.batch_id, imported_only=True
    )
    if before and before.sha256 == sheet.sha256:
        raise BadInput(why="same_workbook", filename=before.filename)


def lines(
    findings: Iterable[RowFinding], notes: Iterable[Finding] = ()
) -> tuple[Mapping[str, Any], ...]:
    """Findings of rows and notes of a sheet as a report keeps them, in the order of the rows."""
    kept = [
        {
            "row": f.sheet_row, "verdict": str(f.verdict), "code": f.code, "clause": f.clause,
            "column": f.column, "params": dict(f.params),
        }
        for f in findings
    ]  # fmt: skip
    kept += [
        {
            "row": int(n.params.get("row", 0)), "verdict": "note", "code": n.code,
            "clause": n.clause, "column": "", "params": dict(n.params),
        }
        for n in notes
    ]  # fmt: skip
    return tuple(sorted(kept, key=_row))


def _row(line: Mapping[str, Any]) -> int:
    return int(line["row"])
