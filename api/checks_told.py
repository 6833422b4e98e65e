"""How the checks on the command line answer: one line of JSON, or a table for a person."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table

from states.rules.contest import Cut
from states.rules.findings import Finding, RowFinding, Verdict
from states.rules.words import Language, say
from templates.sheets.grid import SheetUnreadable
from templates.sheets.reader import Progress

_NOT_GOOD = {Verdict.ERROR, Verdict.NOT_ELIGIBLE}


@contextmanager
def reading(*, as_json: bool, lang: Language) -> Iterator[Progress]:
    """A bar on the terminal while a file is read; a file that cannot be read ends with 2."""
    bar = Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    try:
        with bar:
            task = bar.add_task("读取 reading", total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
    except SheetUnreadable as refusal:
        message = say("row", refusal.code, lang, **refusal.params)
        if as_json:
            say_json({"error": refusal.code, "message": message})
        else:
            typer.echo(f"duban: {message}", err=True)
        raise typer.Exit(2) from None


class Placed(Protocol):
    @property
    def sheet_row(self) -> int: ...


def rows_of(*named: Sequence[Placed]) -> int:
    """How many rows the sheet has: good ones, and those with findings."""
    return len({one.sheet_row for several in named for one in several})


def rows_json(rows: int, findings: Sequence[RowFinding], lang: Language) -> dict[str, Any]:
    return {
        "rows": rows,
        "findings": [
            {
                "sheet_row": found.sheet_row,
                "verdict": found.verdict.value,
                "code": found.code,
                "clause": found.clause,
                "message": say("row", found.code, lang, **found.params),
            }
            for found in findings
        ],
    }


def say_json(told: object) -> None:
    typer.echo(json.dumps(told, ensure_ascii=False))


def show(
    rows: int, findings: Sequence[RowFinding], notes: Sequence[Finding], *, lang: Language
) -> None:
    table = Table("行 row", "结论 verdict", "栏目 column", "依据 clause", "说明 message")
    for found in findings:
        table.add_row(
            str(found.sheet_row),
            say("verdict", found.verdict, lang),
            found.column,
            found.clause,
            say("row", found.code, lang, **found.params),
        )
    if findings:
        _plain().print(table)
    for note in notes:
        typer.echo(say("row", note.code, lang, **note.params))
    typer.echo(say("checks", "summary", lang, rows=rows, good=_good(rows, findings)))


def _good(rows: int, findings: Sequence[RowFinding]) -> int:
    return rows - len({found.sheet_row for found in findings if found.verdict in _NOT_GOOD})


def cut_said(cut: Cut, lang: Language) -> str:
    if cut.tie is None:
        return say("checks", "cut", lang, valid=cut.valid, cut=cut.cut)
    first, last = cut.tie.places
    return say(
        "checks",
        "tie",
        lang,
        valid=cut.valid,
        cut=cut.cut,
        first=first,
        last=last,
        low=cut.tie.low,
        high=cut.tie.high,
    )


def _plain() -> Console:
    """What a cell says is shown as it stands: brackets are no markup."""
    return Console(markup=False, emoji=False, highlight=False)


def show_pairs(told: dict[str, Any]) -> None:
    table = Table(show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    for name, value in told.items():
        table.add_row(name, str(value))
    _plain().print(table)


def leave(findings: Sequence[RowFinding]) -> None:
    """1 when a row cannot be used as it stands; repaired and doubtful rows can."""
    raise typer.Exit(int(any(found.verdict in _NOT_GOOD for found in findings)))
