"""The list of letters: strict, whole, and of one mind with the rulebooks that send them."""

import pytest
from pydantic import ValidationError

from states.records.candidates import uploader_role
from states.rules.cases.book import books
from states.rules.law import the_law
from states.rules.letters import Letter, Letters, the_letters
from states.rules.routes import Route
from states.rules.stages import Role
from states.rules.words import has


def promised_by_the_rulebooks() -> dict[str, set[Role]]:
    """Which roles the rulebooks of projects and routes write to, by letter."""
    found: dict[str, set[Role]] = {}
    regimes, routes = the_law().regimes.values(), books()
    arrows = [one for book in regimes for one in book.arrows]
    moves = [one.letters for one in arrows] + [a.letters for book in routes for a in book.arrows]
    for address in (address for letters in moves for address in letters):
        letter, role = address.split(":")
        found.setdefault(letter, set()).add(Role(role))
    told = [(rule.letter, rule.to) for book in regimes for rule in book.letters]
    told += [(rule.letter, rule.to) for book in routes for rule in book.letters]
    for letter, to in told:
        if to is not None:  # else the fact itself names the role
            found.setdefault(letter, set()).add(to)
    return found


def test_the_list_names_exactly_the_roles_that_the_rulebooks_write_to() -> None:
    listed = {name: set(letter.to) for name, letter in the_letters().letters.items()}
    promised = promised_by_the_rulebooks()
    assert {name: listed[name] for name in promised} == promised


def test_the_list_names_everybody_who_makes_batches() -> None:
    makers = {uploader_role(route) for route in Route}
    assert set(the_letters().letters["batch_ready"].to) == makers
    assert set(the_letters().letters["batch_refused"].to) == makers


def test_a_letter_that_a_deadline_waits_for_is_never_optional() -> None:
    asks = {
        letter
        for book in the_law().regimes.values()
        for rule in book.deadlines
        for letter in rule.letters
    }
    assert asks
    assert not asks & the_letters().optional


def test_everybody_with_a_duty_is_among_the_readers_of_the_reminder() -> None:
    rules = [rule for book in the_law().regimes.values() for rule in book.deadlines]
    pushed = {rule.who for rule in rules if rule.ladder != "none"} - {"addressed"}
    assert pushed <= set(the_letters().letters["daily_reminder"].to)


@pytest.mark.parametrize("name", the_letters().letters)
def test_every_letter_has_its_words(name: str) -> None:
    letter = the_letters().letters[name]
    assert has("mail_name", name)
    assert has("letter_kind", letter.kind)
    assert letter.optional or has("letter_why", letter.why)
    assert letter.when.zh
    assert letter.when.en
    assert letter.to or letter.has_secret_link


@pytest.mark.parametrize("name", the_letters().placeholders)
def test_every_placeholder_is_explained_and_used(name: str) -> None:
    letters = the_letters()
    one = letters.placeholders[name]
    assert one.zh
    assert one.en
    assert any(name in names for names in letters.about.values())


def test_a_duty_says_why_and_information_does_not() -> None:
    known = the_letters().letters["plan_submitted"].model_dump()
    for change in ({"why": ""}, {"kind": "information"}, {"colour": "red"}):
        with pytest.raises(ValidationError):
            Letter.model_validate(known | change)


def test_a_list_of_unknown_placeholders_is_refused() -> None:
    known = the_letters().model_dump()
    with pytest.raises(ValidationError, match="unknown placeholders"):
        Letters.model_validate(known | {"about": {**known["about"], "more": ["no.such"]}})
