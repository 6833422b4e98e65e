"""Every code of the people rules and sheets has its sentence, in both languages."""

import re
import tomllib
from importlib import resources
from string import Formatter

import pytest

import states.rules
import templates.sheets
from states.rules.words import has

WORDS = tomllib.loads(
    resources.files(states.rules).joinpath("words_people.toml").read_text("utf-8")
)
SOURCES = [
    *(resources.files(states.rules) / name for name in ("identity.py", "uscc.py", "people.py")),
    *(file for file in resources.files(templates.sheets).iterdir() if file.name.endswith(".py")),
]
_CODE = re.compile(
    r"(?:Flaw|Finding|_note|_find|find|_error|SheetUnreadable)\(\s*(?:row, )?\"([a-z_0-9]+)\""
    r"|return \"((?:number|uscc)_[a-z_0-9]+)\"|\(\"(number_[a-z_]+)\", "
)


def _codes() -> set[str]:
    text = "".join(file.read_text("utf-8") for file in SOURCES)
    return {code for found in _CODE.findall(text) for code in found if code}


def test_every_code_in_the_sources_has_its_words() -> None:
    codes = _codes()
    assert len(codes) > 50
    assert {code for code in codes if not has("row", code)} == set()


@pytest.mark.parametrize("code", sorted(WORDS["row"]))
def test_both_languages_ask_for_the_same_facts(code: str) -> None:
    fields = [
        {name for _, name, _, _ in Formatter().parse(WORDS["row"][code][language]) if name}
        for language in ("zh", "en")
    ]
    assert fields[0] == fields[1]
