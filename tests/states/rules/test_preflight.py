"""Before anybody is numbered: what keeps them out of the batch, and what only holds them."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from states.rules.findings import Weight
from states.rules.identity import check_digit
from states.rules.preflight import Applicant, Place, judge
from states.rules.routes import Level, Route
from states.rules.words import say

TODAY = date(2026, 5, 22)
NUMBER = "31990119900101001" + check_digit("31990119900101001")
FIT = Applicant("HP-2026-001-01/3", 1, Route.TRAINING, Level.BASIC, "张示例", "resident_id_card",
                NUMBER)  # fmt: skip


def codes(one: Applicant) -> list[str]:
    (found,) = judge([one], {}, TODAY)
    assert (found.place is Place.STAYS) is bool(found.findings)
    assert all(finding.weight is Weight.MUST for finding in found.findings)
    return [finding.code for finding in found.findings]


def test_whoever_has_everything_goes() -> None:
    assert codes(FIT) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"document_number": ""}, "preflight_document_invalid"),
        ({"document_number": NUMBER[:-1] + "A"}, "preflight_document_invalid"),
        ({"document_number": NUMBER[:10]}, "preflight_document_invalid"),
        ({"document_kind": "passport"}, "preflight_document_invalid"),
        ({"name": ""}, "preflight_name_missing"),
        ({"name": "张\U00031350", "missing_glyphs": "\U00031350"}, "preflight_glyphs_missing"),
        ({"level": Level.ADVANCED}, "preflight_level_unknown"),
        ({"route": Route.EVALUATION}, "preflight_level_unknown"),
        ({"route": Route.CONTEST, "level": Level.ADVANCED}, "preflight_level_unknown"),
        ({"surveyed": False}, "preflight_survey_missing"),
        ({"returned": False}, "preflight_return_missing"),
    ],
)
def test_what_is_not_in_order_keeps_a_person_out(changes: dict[str, Any], code: str) -> None:
    assert codes(replace(FIT, **changes)) == [code]


def test_everything_is_said_at_once() -> None:
    worst = replace(FIT, name="", document_number="x", level=Level.ADVANCED, surveyed=False)
    assert len(codes(worst)) == 4


def test_what_is_missing_is_named_in_both_languages_with_what_to_do() -> None:
    (found,) = judge([replace(FIT, missing_glyphs="\U00031350")], {}, TODAY)
    (finding,) = found.findings
    for lang in ("zh", "en"):
        assert "\U00031350" in say("finding", finding.code, lang, **finding.params)
    assert say("finding", finding.code, "todo_en", **finding.params)  # type: ignore[arg-type]


def test_E35_who_holds_one_of_the_level_is_held_and_not_of_the_other() -> None:  # noqa: N802
    exam = replace(FIT, route=Route.EXAM)
    higher = replace(exam, level=Level.ADVANCED)
    first, second = judge([exam, higher], {(1, Level.BASIC): "AIP-2026-000007"}, TODAY)
    assert (first.place, second.place) == (Place.HELD, Place.GOES)
    (finding,) = first.findings
    assert (finding.code, finding.weight) == ("preflight_holds_one", Weight.NOTE)
    assert finding.params == {"serial": "AIP-2026-000007"}


def test_the_same_person_twice_in_a_batch_goes_once() -> None:
    again = replace(FIT, where="HP-2026-002-01/9")
    other = replace(FIT, learner_id=2)
    places = judge([FIT, again, other], {}, TODAY)
    assert [one.place for one in places] == [Place.GOES, Place.HELD, Place.GOES]
    assert places[1].findings[0].params == {"where": "HP-2026-001-01/3"}


def test_whoever_stays_out_is_in_nobodys_way() -> None:
    out = replace(FIT, missing_glyphs="\U00031350")
    assert [one.place for one in judge([out, FIT], {}, TODAY)] == [Place.STAYS, Place.GOES]


def test_what_was_put_right_is_looked_at_and_waits_for_none_but_others_wait_for_it() -> None:
    again = replace(FIT, numbered=True)
    holds = {(1, Level.BASIC): "AIP-2026-000007"}
    assert [one.place for one in judge([again, FIT], holds, TODAY)] == [Place.GOES, Place.HELD]
    (found,) = judge([replace(again, missing_glyphs="\U00031350")], holds, TODAY)
    assert found.place is Place.STAYS
