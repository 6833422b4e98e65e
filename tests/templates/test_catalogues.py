"""Whatever a page can say, it can say in Chinese; nothing is said by guess."""

import pytest
from babel.messages.catalog import Catalog

from scripts import words
from states.rules.words import Language
from templates.catalogues import LOCALES, read

LANGUAGES = list(LOCALES)


def ids(catalog: Catalog) -> set[object]:
    return {message.id for message in catalog if message.id}


def test_every_sentence_of_the_pages_has_its_chinese() -> None:
    assert words.unsaid(words.merged(read("zh"), words.used())) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_catalogue_holds_exactly_what_the_pages_say(lang: Language) -> None:
    assert ids(read(lang)) == ids(words.used()), "run python -m scripts.words"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_translation_is_a_guess_or_a_leftover(lang: Language) -> None:
    catalog = read(lang)
    assert not [message.id for message in catalog if message.id and message.fuzzy]
    assert not catalog.obsolete


def test_a_translation_that_loses_a_placeholder_is_found() -> None:
    catalog = Catalog(locale="zh_Hans_CN")
    catalog.add("due %(day)s", "截止")
    assert words.unsaid(catalog) == ["due %(day)s"]


def test_a_translation_with_a_lone_per_cent_sign_is_found() -> None:
    catalog = Catalog(locale="zh_Hans_CN")
    catalog.add("the better half", "前50%")
    catalog.add("the other half", "后50%%")
    assert words.unsaid(catalog) == ["the better half"]
