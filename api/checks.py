"""`duban check`, `rules`, `workdays`: what can be asked with no server, no database, no network.

Imports stay light: `api/command.py` loads this module alone.
"""

from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.checks_told import cut_said, leave, reading, rows_json, rows_of, say_json, show, show_pairs
from api.pages.passport_words import pin_sentence
from states.rules.contest import cut_of
from states.rules.deadlines import shanghai_day
from states.rules.law import NothingInForce, Pin, the_law
from states.rules.people import LearnerRules
from states.rules.stages import Channel
from states.rules.words import Language, say
from templates.sheets.contest import read_contest
from templates.sheets.grid import MAX_BYTES, SheetUnreadable
from templates.sheets.reading_room import read_aside
from templates.sheets.roster import read_roster
from templates.sheets.scores import PassMarks, read_scores

cli = typer.Typer(no_args_is_help=True, add_completion=False)
check = typer.Typer(help="Check a workbook before it is uploaded.", no_args_is_help=True)
cli.add_typer(check, name="check")

CHANNELS = {
    name: channel for channel in Channel for name in (channel, channel[: -len("_training")])
}
_MOST_WORKDAYS = 5_000


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 -- a day has no zone
    except ValueError:
        raise typer.BadParameter(f"没有这一天（写法如 2026-03-19）· no such day: {text}") from None


def _channel(text: str) -> Channel:
    if text not in CHANNELS:
        raise typer.BadParameter(
            f"没有这种培训类型 · no such channel: {text}; {', '.join(CHANNELS)}"
        )
    return CHANNELS[text]


File = Annotated[Path, typer.Argument(help=".xlsx, .xls or .csv", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="One line of JSON.")]
Lang = Annotated[Language, typer.Option("--lang", help="Language of the messages.")]
Opens = Annotated[
    date,
    typer.Option("--opens", parser=_day, metavar="DATE", help="Day of the first session."),
]


@check.command()
def roster(
    file: File,
    *,
    opens: Opens,
    channel: Annotated[Channel, typer.Option(parser=_channel, metavar="CHANNEL")],
    as_json: AsJson = False,
    lang: Lang = "zh",
) -> None:
    """学员花名册: who may learn in a class of this channel that opens on this day."""
    rules = _learner_rules(opens, channel, lang)
    with reading(as_json=as_json, lang=lang) as progress:
        found = read_aside(
            read_roster,
            _content(file),
            file.name,
            opens=opens,
            rules=rules,
            today=shanghai_day(datetime.now(UTC)),
            progress=progress,
        )
    if as_json:
        say_json(rows_json(len(found.rows), found.findings, lang))
    else:
        show(len(found.rows), found.findings, found.notes, lang=lang)
    leave(found.findings)


@check.command()
def scores(file: File, *, as_json: AsJson = False, lang: Lang = "zh") -> None:
    """考核成绩表: marks, results and numbers; who is of the class only the server knows."""
    bank = max(the_law().banks.values(), key=lambda one: one.effective_from)
    with reading(as_json=as_json, lang=lang) as progress:
        found = read_aside(
            read_scores,
            _content(file),
            file.name,
            learners=None,
            marks=PassMarks(bank.pass_tenths, bank.pass_tenths, bank.full_tenths),
            progress=progress,
        )
    rows = rows_of(found.rows, found.findings)
    if as_json:
        say_json(rows_json(rows, found.findings, lang))
    else:
        show(rows, found.findings, found.notes, lang=lang)
    leave(found.findings)


@check.command()
def contest(
    file: File,
    *,
    faster_first: Annotated[
        bool, typer.Option("--faster-first", help="The organiser declared: time breaks ties.")
    ] = False,
    as_json: AsJson = False,
    lang: Lang = "zh",
) -> None:
    """技能比武成绩表: how many scores are valid, and where half of them ends (C34, A19)."""
    with reading(as_json=as_json, lang=lang) as progress:
        found = read_aside(read_contest, _content(file), file.name, progress=progress)
    cut = cut_of(found.standings(), faster_first=faster_first)
    if as_json:
        say_json(asdict(cut))
        for row in rows_json(0, found.findings, lang)["findings"]:
            typer.echo(f"{row['sheet_row']}: {row['message']}", err=True)
    else:
        rows = rows_of(found.rows, found.findings)
        show(rows, found.findings, found.notes, lang=lang)
        typer.echo(cut_said(cut, lang))
    leave(found.findings)


@cli.command()
def rules(
    *,
    opens: Opens,
    ends: Annotated[
        date | None, typer.Option(parser=_day, metavar="DATE", help="Day of the last session.")
    ] = None,
    as_json: AsJson = False,
    lang: Lang = "zh",
) -> None:
    """Which rules, requirements and question bank bind a class that opens on this day."""
    if ends is not None and ends < opens:
        raise typer.BadParameter(say("input", "days_are_in_order", lang), param_hint="--ends")
    pin = _pin(opens, ends, lang)
    told = asdict(pin) | {"reason": pin_sentence(pin, lang, opens_on=opens, ended_on=ends)}
    if as_json:
        say_json(told)
    else:
        show_pairs(told)


@cli.command()
def workdays(
    day: Annotated[date, typer.Argument(metavar="DATE", parser=_day)],
    n: Annotated[int, typer.Argument(metavar="N", min=1, max=_MOST_WORKDAYS)],
    *,
    as_json: AsJson = False,
) -> None:
    """The N-th working day after a day; provisional beyond the calendars that are published."""
    due = the_law().calendar.nth_working_day_after(day, n)
    told = {"date": due.day.isoformat(), "provisional": due.provisional}
    if as_json:
        say_json(told)
    else:
        show_pairs(told)


def main() -> None:
    """The checks as a command of their own."""
    cli(prog_name="duban")


# ── Inside ──────────────────────────────────────────────────────────────────────────────────────
def _pin(opens: date, ends: date | None, lang: Language) -> Pin:
    try:
        return the_law().pin(opens, ends)
    except NothingInForce:
        raise typer.BadParameter(
            say("input", "nothing_in_force", lang), param_hint="--opens"
        ) from None


def _learner_rules(opens: date, channel: Channel, lang: Language) -> LearnerRules:
    return the_law().regimes[_pin(opens, None, lang).regime].channels[channel].learners


def _content(file: Path) -> bytes:
    """The file, or as much of a larger one as shows that it is too large."""
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise SheetUnreadable("file_not_there") from error
