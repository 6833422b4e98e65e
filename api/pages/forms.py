"""What several pages do alike: keys of forms, downloads, and reports put into words."""

import secrets
from collections.abc import Iterable
from urllib.parse import quote

from fastapi import Response

from api.errors import words_for
from states.records.reports import Report
from states.rules.findings import Verdict
from states.rules.words import Language
from templates.shapes import RowLine, SheetReport

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"


def new_key() -> str:
    """A fresh idempotency key for one form on one page."""
    return secrets.token_urlsafe(12)


def download(data: bytes, filename: str, kind: str = XLSX, *, inline: bool = False) -> Response:
    """A file to keep, or with `inline` to look at in the browser."""
    how = "inline" if inline else "attachment"
    where = f"{how}; filename*=UTF-8''{quote(filename)}"
    return Response(data, media_type=kind, headers={"content-disposition": where})


def sheet_report(report: Report | None, lang: Language) -> SheetReport | None:
    """A kept report in the reader's language; notes are only said, they refuse no row."""
    if report is None:
        return None
    bad = {f["row"] for f in report.findings if f["verdict"] in _REFUSING}
    return SheetReport(
        file=report.filename,
        sheet="",
        rows=report.rows,
        accepted=max(report.rows - len(bad), 0),
        imported=report.imported,
        lines=tuple(_row_lines(report.findings, lang)),
    )


_REFUSING = frozenset({Verdict.ERROR, Verdict.NOT_ELIGIBLE})


def _row_lines(findings: Iterable[dict[str, object]], lang: Language) -> Iterable[RowLine]:
    for found in findings:
        params = found["params"] if isinstance(found["params"], dict) else {}
        if found["verdict"] == "note":
            continue
        yield RowLine(
            sheet_row=int(str(found["row"])),
            verdict=Verdict(str(found["verdict"])),
            sentence=words_for("row", str(found["code"]), lang, params),
            clause=str(found["clause"]),
            column=str(found["column"]),
        )


def report_notes(report: Report | None, lang: Language) -> list[str]:
    """What was only worth a word about an upload."""
    said = report.findings if report else []
    return [
        words_for("row", str(note["code"]), lang, note["params"])
        for note in said
        if note["verdict"] == "note"
    ]
