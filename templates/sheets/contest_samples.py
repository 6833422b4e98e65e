"""Sample mode: the result sheet of a contest as an organiser would send it. All invented."""

from datetime import date
from random import Random

from states.rules.stages import Channel
from templates.sheets.contest_results import Contest, ContestantRow, write_contest_results
from templates.sheets.sample_people import ordinary_person

_BEST, _STEP, _LEAST = 985, 4, 200
_ABSENT = 3


def sample_results(contest: Contest, valid: int, *, seed: int, tied: bool = False) -> bytes:
    """So many valid scores and a few who did not come, shuffled; `tied`: four equals at the cut.

    Equal arguments give equal bytes.
    """
    rng = Random(seed)  # noqa: S311 -- samples, not secrets
    marks: list[int | None] = [max(_BEST - _STEP * place, _LEAST) for place in range(valid)]
    cut = valid // 2
    if tied and cut > 1:
        marks[cut - 2 : cut + 2] = [marks[cut - 2]] * len(marks[cut - 2 : cut + 2])
    people: dict[str, ContestantRow] = {}
    for mark in [*marks, *[None] * _ABSENT]:
        row = _contestant(rng, contest.held_on, mark)
        while row.number in people:
            row = _contestant(rng, contest.held_on, mark)
        people[row.number] = row
    shuffled = list(people.values())
    rng.shuffle(shuffled)
    return write_contest_results(contest, shuffled)


def _contestant(rng: Random, held_on: date, mark: int | None) -> ContestantRow:
    person = ordinary_person(rng, held_on, Channel.ENTERPRISE)
    return ContestantRow(
        name=person.name,
        number=person.number,
        employer=person.employer,
        employer_uscc=person.employer_uscc,
        theory=None,
        practice=None,
        total=mark,
        seconds=rng.randint(1800, 5400) if mark else None,
        place=1 if mark else None,
    )
