"""How long a letter waits between tries: RFC 5321's advice, and what an installation may set."""

from datetime import timedelta

import pytest

from states.rules.patience import USUAL, BadPatienceError, Patience, patience_from
from states.settings import Settings


def waits(patience: Patience) -> list[timedelta]:
    found, attempts = [], 1
    while wait := patience.after(attempts):
        found.append(wait)
        attempts += 1
    return found


def test_the_usual_patience_ends_after_five_days() -> None:
    found = waits(USUAL)
    assert [each.total_seconds() for each in found[:6]] == [30, 120, 600, 1800, 7200, 7200]
    assert timedelta(days=4, hours=20) < sum(found, timedelta()) <= timedelta(days=5)


def test_what_is_never_given_up_keeps_the_last_wait() -> None:
    assert [USUAL.at_least(n).total_seconds() for n in (1, 5, 5000)] == [30, 7200, 7200]


def test_the_settings_spell_the_usual_patience() -> None:
    assert patience_from(Settings().mail_retries, Settings().mail_give_up) == USUAL


def test_an_installation_sets_its_own() -> None:
    own = patience_from("1m 30m", "4d")
    assert own == Patience((timedelta(minutes=1),), timedelta(minutes=30), timedelta(days=4))
    assert own.after(1) == timedelta(minutes=1)
    assert len(waits(own)) == 1 + 191


@pytest.mark.parametrize(
    ("given", "give_up", "says"),
    [
        ("", "5d", "spans such as"),
        ("30", "5d", "spans such as"),
        ("30s 2w", "5d", "spans such as"),
        ("0s 2h", "5d", "spans such as"),
        ("1h 30m", "5d", "spans such as"),
        ("30s 2h", "five days", "spans such as"),
        ("30s 29m", "5d", "at least 30m"),
        ("30s 2h", "3d", "after 4d at the earliest"),
        ("30s 2h", "31d", "30d at the latest"),
    ],
)
def test_what_is_no_patience_is_said_in_one_line(given: str, give_up: str, says: str) -> None:
    with pytest.raises(BadPatienceError, match=says) as trouble:
        patience_from(given, give_up)
    assert "\n" not in str(trouble.value)
