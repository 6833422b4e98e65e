"""Contests beside many other certificates, for stories of the share before anything is decided."""

from dataclasses import replace
from datetime import date

from states.records.contests import ResultSheet
from states.rules.cases.facts import FilingAccepted
from tests.route_house import HELD_ON, Contest, a_number, a_sheet


def a_sheet_of(winners: int, *, first: int) -> ResultSheet:
    """Twice as many contestants as win: the persons from number `first` on."""
    sheet = a_sheet(*range(1000, 1000 - 2 * winners, -1), tag=str(first))
    rows = [replace(row, number=a_number(first + place)) for place, row in enumerate(sheet.rows)]
    return replace(sheet, rows=rows)


def held(contest: Contest, winners: int, *, first: int, held_on: date = HELD_ON) -> Contest:
    """Its results are in and wait to be confirmed."""
    contest.filed(held_on=held_on).says(FilingAccepted(), contest.house.first)
    return contest.results(a_sheet_of(winners, first=first), days=20)


def won(contest: Contest, winners: int, *, first: int, held_on: date = HELD_ON) -> Contest:
    """It is confirmed: its winners wait for a number."""
    return held(contest, winners, first=first, held_on=held_on).confirmed(contest.house.second)
