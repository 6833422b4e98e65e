"""What was said of every uploaded workbook, row by row, kept until the next upload."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, text
from sqlmodel import Session

from states.errors import BadInput
from states.records import vault
from states.records.places import REPORT_FILENAME, REPORT_FINDINGS
from states.records.tables import ImportReport
from states.rules.findings import Finding, RowFinding

_LAST = text("""
SELECT id, filename_sealed, sha256, imported, rows, findings_sealed, person_id, at
  FROM import_report
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
    (report_id,) = vault.next_ids(session, "import_report", 1)
    said = json.dumps(list(sheet.findings), ensure_ascii=False)
    values = {
        "id": report_id, "kind": sheet.kind, "class_id": sheet.class_id,
        "batch_id": sheet.batch_id, "sha256": sheet.sha256, "rows": sheet.rows,
        "filename_sealed": vault.seal(session, REPORT_FILENAME, report_id, sheet.filename),
        "findings_sealed": vault.seal(session, REPORT_FINDINGS, report_id, said),
        "imported": imported, "person_id": person_id, "at": at,
    }  # fmt: skip
    session.connection().execute(insert(ImportReport).values(values))
    return report_id


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
    return _opened(session, found) if found else None


def _opened(session: Session, row: Any) -> Report:  # noqa: ANN401  a row of _LAST
    """Its file name and findings are empty once its time was over (`traces`)."""
    found = vault.unseal(session, REPORT_FINDINGS, row.id, row.findings_sealed)
    return Report(
        id=row.id,
        filename=vault.unseal(session, REPORT_FILENAME, row.id, row.filename_sealed),
        sha256=row.sha256,
        imported=row.imported,
        rows=row.rows,
        findings=json.loads(found) if found else [],
        person_id=row.person_id,
        at=row.at,
    )


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
