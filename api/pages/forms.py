"""What several pages do alike: keys of forms, downloads, and reports put into words."""

import secrets
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from fastapi import Response

from api.errors import words_for
from states.records.reports import Report
from states.rules.findings import RowFinding, Verdict
from states.rules.words import Language, say
from templates.shapes import RowLine, SheetReport

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
SHOWN_LINES = 300
"""More lines of a report than this nobody reads on a page: they stand in the marked workbook."""


def new_key() -> str:
    """A fresh idempotency key for one form on one page."""
    return secrets.token_urlsafe(12)


def download(data: bytes, filename: str, kind: str = XLSX, *, inline: bool = False) -> Response:
    """A file to keep, or with `inline` to look at in the browser."""
    how = "inline" if inline else "attachment"
    where = f"{how}; filename*=UTF-8''{quote(filename)}"
    return Response(data, media_type=kind, headers={"content-disposition": where})


def sheet_report(
    report: Report | None, lang: Language, *, corrected_href: str = ""
) -> SheetReport | None:
    """A kept report in the reader's language; notes are only said, they refuse no row."""
    if report is None:
        return None
    bad = {f["row"] for f in report.findings if f["verdict"] in _REFUSING}
    lines, more = row_lines(report.findings, lang)
    return SheetReport(
        file=report.filename or say("forgotten", "name", lang),
        sheet="",
        rows=report.rows,
        accepted=max(report.rows - len(bad), 0),
        imported=report.imported,
        lines=lines,
        more=more,
        corrected_href=corrected_href,
    )


def tried_report(
    findings: Iterable[RowFinding],
    *,
    file: str,
    sheet: str = "",
    rows: int,
    accepted: int,
    lang: Language,
) -> SheetReport:
    """What each row of a workbook deserved of which nothing was stored."""
    lines = [
        RowLine(
            sheet_row=found.sheet_row,
            verdict=found.verdict,
            sentence=words_for("row", found.code, lang, found.params),
            clause=found.clause,
            column=found.column,
        )
        for found in findings
    ]
    return SheetReport(
        file=file,
        sheet=sheet,
        rows=rows,
        accepted=accepted,
        imported=False,
        lines=tuple(lines[:SHOWN_LINES]),
        more=max(len(lines) - SHOWN_LINES, 0),
    )


_REFUSING = frozenset({Verdict.ERROR, Verdict.NOT_ELIGIBLE})


def row_lines(
    findings: Iterable[dict[str, object]], lang: Language
) -> tuple[tuple[RowLine, ...], int]:
    """The first lines of a report, and how many more there are."""
    said = [found for found in findings if found["verdict"] != "note"]
    return tuple(_row_lines(said[:SHOWN_LINES], lang)), max(len(said) - SHOWN_LINES, 0)


def _row_lines(findings: Iterable[dict[str, object]], lang: Language) -> Iterable[RowLine]:
    for found in findings:
        params = found["params"] if isinstance(found["params"], dict) else {}
        yield RowLine(
            sheet_row=int(str(found["row"])),
            verdict=Verdict(str(found["verdict"])),
            sentence=words_for("row", str(found["code"]), lang, params),
            clause=str(found["clause"]),
            column=str(found["column"]),
        )


def report_notes(report: Report | None, lang: Language) -> list[str]:
    """What was only worth a word about an upload."""
    return note_lines(report.findings if report else [], lang)


def note_lines(findings: Iterable[dict[str, Any]], lang: Language) -> list[str]:
    """The notes among the lines of a report; as many as can be read."""
    notes = [found for found in findings if found["verdict"] == "note"]
    return [
        words_for("row", str(note["code"]), lang, note["params"]) for note in notes[:SHOWN_LINES]
    ]
