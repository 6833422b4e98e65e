"""Results are told of five answers or more, whatever anybody subtracts."""

from hypothesis import given
from hypothesis import strategies as st

from states.rules.disclosure import LEAST, Tally, blocks

ANSWERS = st.lists(st.integers(0, 12), max_size=30)


def small(answers: int, points: int = 4) -> Tally:
    return Tally.of_class(answers, answers, {"overall": points * answers})


def told(*answers: int) -> list[tuple[int, int]]:
    """(place, answers) of every block."""
    return [(place, block.answers) for place, block in blocks(small(one) for one in answers)]


def test_five_answers_are_told_and_four_wait() -> None:
    assert told(5, 4, 30) == [(0, 5), (2, 30)]


def test_small_classes_are_told_together_once_they_make_up_five() -> None:
    assert told(2, 20, 2, 0, 1, 4) == [(1, 20), (4, 5)]


@given(ANSWERS)
def test_no_block_is_small_and_no_answer_is_told_twice(answers: list[int]) -> None:
    found = [block for _, block in blocks(small(one) for one in answers)]
    assert all(block.answers >= LEAST for block in found)
    waiting = sum(answers) - sum(block.answers for block in found)
    assert 0 <= waiting < LEAST
    assert all(block.points["overall"] == 4 * block.answers for block in found)


@given(ANSWERS, ANSWERS)
def test_what_was_told_is_never_told_otherwise_later(before: list[int], later: list[int]) -> None:
    early = list(blocks(small(one) for one in before))
    assert list(blocks(small(one) for one in before + later))[: len(early)] == early


def test_small_classes_told_together_keep_back_what_fewer_than_five_were_asked() -> None:
    old = Tally.of_class(3, 3, {"overall": 12})
    new = Tally.of_class(4, 4, {"overall": 20, "meals": 8})
    ((_, told_together),) = blocks([old, new])
    assert (told_together.answers, told_together.rated) == (7, {"overall": 7})
    assert told_together.points == {"overall": 32}


def test_a_question_that_came_later_is_divided_by_those_who_were_asked_it() -> None:
    old = Tally.of_class(6, 6, {"overall": 24})
    new = Tally.of_class(5, 5, {"overall": 25, "meals": 10})
    both = old + new
    assert (both.answers, both.rated) == (11, {"overall": 11, "meals": 5})
    assert both.points == {"overall": 49, "meals": 10}
