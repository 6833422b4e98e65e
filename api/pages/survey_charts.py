"""Survey results laid out: lines of the table, bars of the charts, rows of the workbook."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api.pages.survey_words import OVERALL, means_in_a_cell, question_means
from api.pages.wording import name_of
from states.records.invitations import EMPLOYER, LEARNER
from states.records.survey_board import By, Group, SurveyBoard
from states.records.survey_sums import Side
from states.rules.words import Language, say
from templates.filters import month, percent
from templates.shapes import ChartBar
from templates.sheets.monthly_return import SatisfactionRow

LINES = 200
"""So many lines of a table can be read on a page; the workbook has all."""


@dataclass(frozen=True, slots=True)
class Line:
    """One group of one population; `overall` is empty where too few answered to tell.

    Answers too much `alike` are counted by class, not by population: they stand with the learners.
    """

    label: str
    href: str
    classes: int
    invited: int
    answers: int
    told: int
    satisfied: int
    overall: str
    alike: int


@dataclass(frozen=True, slots=True)
class Panel:
    """One population: all together, then the groups as bars and as lines."""

    population: str
    total: Line
    means: Sequence[ChartBar]
    satisfied: Sequence[ChartBar]
    rates: Sequence[ChartBar]
    lines: Sequence[Line]


def panels(board: SurveyBoard, by: By, lang: Language) -> Iterator[Panel]:
    """Learners, then employers; a population that nobody invited is left out."""
    for population in (LEARNER, EMPLOYER):
        lines = [_line(group, population, by, lang=lang) for group in board.groups]
        asked = [line for line in lines if line.invited]
        if asked:
            yield Panel(
                population=population,
                total=_line(board.total, population, by, lang=lang),
                means=[
                    ChartBar(label=one.label, words=str(one.mean), width=f"{one.share}%")
                    for one in question_means(population, _side(board.total, population).told, lang)
                ],
                satisfied=[_satisfied(line, lang) for line in asked],
                rates=[_rate(line) for line in asked],
                lines=asked[:LINES],
            )


def row_of(group: Group) -> SatisfactionRow:
    """A group as the office's table has it (section 2.4 no. 6)."""
    learner, employer = group.learner, group.employer
    return SatisfactionRow(
        classes=group.classes,
        asked=learner.invited,
        answered=learner.answers,
        told=learner.told.answers,
        satisfied=learner.told.satisfied,
        means=means_in_a_cell({LEARNER: learner.told, EMPLOYER: employer.told}),
        employers_answered=employer.answers,
        employers_told=employer.told.answers,
        employers_satisfied=employer.told.satisfied,
    )


def label_of(group: Group, by: By, lang: Language) -> str:
    """What a group is called."""
    return month(group.key, lang) if by is By.MONTH else name_of(group.names, lang)


def _line(group: Group, population: str, by: By, *, lang: Language) -> Line:
    side = _side(group, population)
    whole = by is By.CLASS and bool(group.key)
    return Line(
        label=label_of(group, by, lang) if group.key else "",
        href=f"/projects/{group.code}/classes/{group.class_no}" if whole else "",
        classes=group.classes,
        invited=side.invited,
        answers=side.answers,
        told=side.told.answers,
        satisfied=side.told.satisfied,
        overall=_overall(side),
        alike=group.alike if population == LEARNER else 0,
    )


def _side(group: Group, population: str) -> Side:
    return group.learner if population == LEARNER else group.employer


def _overall(side: Side) -> str:
    mean = side.told.mean(OVERALL)
    return "" if mean is None else str(mean)


def _satisfied(line: Line, lang: Language) -> ChartBar:
    if not line.told:
        return ChartBar(label=line.label, words=say("label", "too_few", lang), width="")
    share = percent(line.satisfied, line.told)
    return ChartBar(label=line.label, words=share, width=share)


def _rate(line: Line) -> ChartBar:
    share = percent(line.answers, line.invited)
    return ChartBar(label=line.label, words=f"{share} ({line.answers}/{line.invited})", width=share)
