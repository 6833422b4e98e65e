"""Targets and shares in words: colours, effects before a batch, charts with what they say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from states.records.quota_effect import QuotaEffect
from states.records.quotas import District
from states.records.share_board import Effect
from states.records.target_board import Board, Progress
from states.rules.routes import Route
from states.rules.shares import Share, Standing
from states.rules.targets import behind, the_terms, window
from states.rules.words import Language, say
from templates.filters import percent
from templates.shapes import ChartBar, ChartMark
from templates.sheets.target_progress import MonthRow, ProgressRow

WHOLE = 100
_TENTHS = 10


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars of one picture and the lines drawn through all of them."""

    bars: Sequence[ChartBar]
    marks: Sequence[ChartMark] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the tables, in words."""

    name: str
    progress: Progress
    colour: str
    colour_words: str
    gap: str

    @property
    def share(self) -> Share:
        return self.progress.tally.share


def effect_words(effects: Iterable[Effect], lang: Language) -> list[str]:
    """What a batch or filing would make of each district's share, one sentence for each."""
    return [_effect(one, lang) for one in effects]


def _effect(one: Effect, lang: Language) -> str:
    waived = one.standing is Standing.OVER and one.allowed
    return say(
        "effect", "waived" if waived else one.standing, lang,
        district=one.zh if lang == "zh" else one.en, year=one.year,
        percent=percent(one.after.contest, one.after.total),
        contest=one.after.contest, total=one.after.total, up_to=one.up_to,
        waiting=say("effect", "waiting", lang, count=one.waiting) if one.waiting else "",
        limit=the_terms().contest_share.at_most_percent,
    )  # fmt: skip


def line_of(one: Progress, lang: Language) -> Line:
    """A district, the city, or what has no district."""
    colour = one.colour or "none"
    name = one.district.zh if lang == "zh" else one.district.en
    words = say("progress_colour", colour, lang)
    return Line(name, one, colour, words, _gap(one, lang))


def _gap(one: Progress, lang: Language) -> str:
    """Points behind the calendar or ahead of it; empty without a quota.

    Cut to one decimal, never rounded up to a bound of the colours that is not reached.
    """
    if one.quota is None:
        return ""
    points = behind(one.tally.total, one.quota, one.calendar)
    whole, tenth = divmod(int(abs(points) * _TENTHS), _TENTHS)
    where = "behind" if points > 0 else "ahead"
    shown = f"{whole:,}.{tenth}"
    return say("progress_gap", where if whole or tenth else "even", lang, points=shown)


def forecast_words(one: Progress, lang: Language) -> str:
    """Where the year may end, with what that assumes."""
    if not one.calendar.passed:
        return say("forecast", "not_begun", lang)
    if not one.calendar.left:
        return say("forecast", "over", lang)
    days = window(one.calendar)
    return say("forecast", "goes_on", lang, days=days, persons=f"{one.forecast:,}")


def quota_words(total: int, target: int | None, lang: Language) -> str:
    """Whether the quotas add up to the city's target (trap 21: a gap is shown, not refused)."""
    if target is None:
        return say("quota_gap", "no_target", lang, total=f"{total:,}")
    code = "even" if total == target else "short" if total < target else "beyond"
    gap = f"{abs(target - total):,}"
    return say("quota_gap", code, lang, total=f"{total:,}", target=f"{target:,}", gap=gap)


def missing_words(left_out: Sequence[District], lang: Language) -> str:
    """Which districts a version of the quotas leaves out; empty where it names all."""
    if not left_out:
        return ""
    names = [one.zh if lang == "zh" else one.en for one in left_out]
    told = ("、" if lang == "zh" else ", ").join(names)
    return say("quota_missing", "some", lang, count=len(names), districts=told)


def completion_chart(lines: Sequence[Line], label: str) -> Chart:
    """Each district's part of its quota, with the calendar as a line."""
    told = [line for line in lines if line.progress.quota]
    if not told:
        return Chart(())
    calendar = told[0].progress.calendar
    # The longest bar fills the width, and so that the line fits, never less than the whole quota.
    most = [(line.progress.tally.total, line.progress.quota or 1) for line in told]
    top = max([WHOLE, *(-(-WHOLE * done // quota) for done, quota in most)])
    bars = tuple(
        ChartBar(
            label=line.name,
            words=f"{percent(done, quota)} · {line.colour_words}",
            width=percent(WHOLE * done, quota * top) if done else "",
            tone=line.colour,
        )
        for line, (done, quota) in zip(told, most, strict=True)
    )
    at = percent(WHOLE * calendar.passed, calendar.days * top)
    return Chart(bars, (ChartMark(at=at, label=label),))


def months_chart(one: Progress, lang: Language, *, until: int) -> Chart:
    """Persons month by month, as long as the year has run."""
    counts = [(month, months_of(one, month)) for month in range(1, until + 1)]
    most = max([count for _, count in counts], default=0)
    return Chart(
        tuple(
            ChartBar(
                label=say("label", "month", lang, no=month),
                words=f"{count:,}",
                width=percent(count, most) if count else "",
            )
            for month, count in counts
        )
    )


def months_of(one: Progress, month: int) -> int:
    """Persons of one month by all routes."""
    return sum(one.tally.months[month, route] for route in Route)


def share_chart(lines: Sequence[Line]) -> Chart:
    """Contests among the certificates of each district that has any, with both bounds."""
    terms = the_terms().contest_share
    bars = tuple(
        ChartBar(
            label=line.name,
            words=fraction(line.share),
            width=percent(line.share.contest, line.share.total) if line.share.contest else "",
            tone=_TONE[line.progress.standing],
        )
        for line in lines
        if line.share.total
    )
    marks = [f"{bound}%" for bound in (terms.warn_from_percent, terms.at_most_percent)]
    return Chart(bars, tuple(ChartMark(at=mark, label=mark) for mark in marks))


_TONE = {Standing.FINE: "green", Standing.NEAR: "amber", Standing.OVER: "red"}


def fraction(share: Share) -> str:
    """299/999 = 29.9%; a dash where there is nothing to share."""
    if not share.total:
        return percent(0, 0)
    return f"{share.contest}/{share.total} = {percent(share.contest, share.total)}"


def progress_rows(board: Board) -> list[ProgressRow]:
    """The lines of 指标完成进度表; its words are Chinese, as the sheet is."""
    shown = [*board.districts, *([board.nowhere] if board.nowhere else [])]
    return [_row(one, board) for one in shown]


def _row(one: Progress, board: Board) -> ProgressRow:
    persons, month = one.tally.persons, board.today.month
    warnings = [say("progress_colour", one.colour, "zh")] if one.colour else []
    if one.standing is not Standing.FINE and one.quota is not None:
        words = say("share_standing", one.standing, "zh")
        warnings.append(f"比武占比{fraction(one.tally.share)}，{words}")
    share = Share(0, 0) if one is board.nowhere else one.tally.share
    return ProgressRow(
        district=one.district.zh,
        target=one.quota or 0,
        training=persons[Route.TRAINING],
        evaluation=persons[Route.EVALUATION],
        exam=persons[Route.EXAM],
        contest=persons[Route.CONTEST],
        contest_certificates=share.contest,
        certificates=share.total,
        month_before=one.tally.until(month - 1) if board.year == board.today.year else None,
        warning="；".join(warnings),
    )


def month_rows(one: Progress, *, until: int) -> list[MonthRow]:
    """Month by month, as long as the year has run."""
    return [_month(one, month) for month in range(1, until + 1)]


def _month(one: Progress, month: int) -> MonthRow:
    by = {route: one.tally.months[month, route] for route in Route}
    return MonthRow(
        month, by[Route.TRAINING], by[Route.EVALUATION], by[Route.EXAM], by[Route.CONTEST]
    )


def quota_effect_words(effects: Iterable[QuotaEffect], lang: Language) -> list[str]:
    """How far a batch brings each district towards its quota, one sentence each."""
    return [_towards(one, lang) for one in effects]


def _towards(one: QuotaEffect, lang: Language) -> str:
    params = {
        "where": one.zh if lang == "zh" else one.en, "year": one.year, "coming": f"{one.coming:,}",
        "before": f"{one.before:,}", "after": f"{one.after:,}",
    }  # fmt: skip
    if not one.quota:
        return say("effect", "towards_no_quota", lang, **params)
    share = percent(one.after, one.quota)
    return say("effect", "towards_quota", lang, quota=f"{one.quota:,}", percent=share, **params)
