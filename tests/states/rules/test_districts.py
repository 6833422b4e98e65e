"""Where an employer seems to be registered: a hint that is silent where it knows nothing (A17)."""

import pytest

from states.rules.districts import registered_elsewhere
from states.rules.uscc import uscc_check_digit


def registered_in(region: str) -> str:
    body = f"91{region}MA0000001"
    return body + uscc_check_digit(body)


@pytest.mark.parametrize(
    ("region", "elsewhere"),
    [
        ("310115", True),  # another district of the city
        ("310101", False),  # its own
        ("320500", True),
        ("110105", True),
        ("810000", True),
        ("100000", False),  # registered with the state itself
        ("310000", False),  # with the whole city
        ("319901", False),  # invented, as in the samples
        ("310103", False),  # merged districts and counties of before
        ("310108", False),
        ("310119", False),
        ("310225", False),
        ("200000", False),  # no province
        ("A10105", False),
    ],
)
def test_another_province_and_another_district_are_hints(region: str, *, elsewhere: bool) -> None:
    assert registered_elsewhere(registered_in(region), "HP") is elsewhere


@pytest.mark.parametrize("text", ["", "91", "110105", "913205000000000"])
def test_what_is_no_credit_code_says_nothing(text: str) -> None:
    assert not registered_elsewhere(text, "HP")
