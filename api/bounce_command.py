"""`duban bounce`: note a message that came back, piped in by a mail server or read from files."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from api.terminal import Folder, database
from states.records import bounces
from states.records.db import transaction
from states.rules.words import say

_TRY_LATER: Final = 75
"""EX_TEMPFAIL: the mail server that pipes to us keeps the message and comes again."""


def bounce(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Messages; none: one from stdin.", exists=True, dir_okay=False),
    ] = None,
    *,
    data: Folder = None,
) -> None:
    """Note what came back (RFC 3464 and its like) at the letter it is about.

    Answers 0 also when nothing changed, and says so; 75 when it must be tried again later.
    """
    raws = [file.read_bytes() for file in files or ()] or [sys.stdin.buffer.read()]
    try:
        with database(data) as bind:
            for raw in raws:
                with transaction(bind) as session:
                    taken, mail = bounces.take(session, raw, machine_now=datetime.now(UTC))
                told = (say("bounce", taken, lang, mail=mail) for lang in ("zh", "en"))
                typer.echo(" · ".join(told))
    except typer.Exit as stopped:
        raise typer.Exit(_TRY_LATER) from stopped
