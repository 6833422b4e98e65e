"""The small language of letter texts: what it reads, and what it refuses with which sentence."""

from itertools import product

import pytest

from states.rules.letter_texts import (
    LONGEST_BODY,
    LONGEST_SUBJECT,
    BrokenTextError,
    LetterText,
    Maybe,
    Value,
    flaws_of,
    lines_of,
    parts_of,
)
from states.rules.words import say

GOOD = LetterText(
    "请审核 {project.code}[（{due.short}前）]",
    "请[于{due}前|及时]审核。\n= 项目 | {project.title}\n> 审核 | {link}\n~ 您是审核人。",
)


def flaws(
    *, subject: str = GOOD.subject, body: str = GOOD.body, letter: str = "plan_submitted"
) -> list[tuple[str, str]]:
    return [(one.where, one.code) for one in flaws_of(letter, LetterText(subject, body))]


def test_a_text_in_order_has_no_flaw() -> None:
    assert flaws() == []


def test_text_is_read_in_pieces() -> None:
    assert parts_of("a {due}[b {link}|c] d") == (
        "a ", Value("due"), Maybe(("b ", Value("link")), ("c",)), " d",
    )  # fmt: skip
    assert [line.kind for line in lines_of(GOOD.body)] == ["text", "fact", "button", "why"]


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        ("", "subject_is_empty"),
        ("  ", "subject_is_empty"),
        ("a\nBcc: x@y.test", "subject_has_control_characters"),
        ("a\r\nb", "subject_has_control_characters"),
        ("a\u2028b", "subject_has_control_characters"),
        ("a\u202eb", "subject_has_control_characters"),
        ("x" * (LONGEST_SUBJECT + 1), "too_long"),
        ("{project.code", "braces"),
        ("project.code}", "braces"),
        ("{{project.code}}", "braces"),
        ("{}", "braces"),
        ("{ project.code }", "unknown_placeholder"),
        ("{person.name}", "unknown_placeholder"),
        ("{project.__class__}", "unknown_placeholder"),
        ("{link}", "unknown_placeholder"),
        ("[{due.short}", "brackets"),
        ("{due.short}]", "brackets"),
        ("[[{due.short}]]", "brackets"),
        ("[{due.short}|a|b]", "brackets"),
        ("[a|{due.short}]", "brackets"),
        ("[a]", "brackets_name_nothing"),
        ("到期 {due.short}", "may_be_empty"),
        ("见 https://evil.example.invalid", "no_address_in_text"),
        ("｛due｝", "fullwidth_braces"),
    ],
)
def test_a_subject_is_refused_with_its_reason(subject: str, code: str) -> None:
    assert ("subject", code) in flaws(subject=subject)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "body_is_empty"),
        ("\n \n", "body_is_empty"),
        ("x" * (LONGEST_BODY + 1), "too_long"),
        ("a\x07", "body_has_control_characters"),
        ("请审核。", "link_is_missing"),
        ("> 甲 | {link}\n> 乙 | {link}", "one_button"),
        ("> 甲 | https://evil.example.invalid", "button_has_two_parts"),
        ("> 甲", "button_has_two_parts"),
        ("> | {link}", "button_has_two_parts"),
        ("> 甲{due} | {link}", "may_be_empty"),
        ("请打开 {link}", "link_stands_in_a_button"),
        ("[请打开 {link}]", "link_stands_in_a_button"),
        ("= 项目", "fact_has_two_parts"),
        ("= 项目 | ", "fact_has_two_parts"),
        ("- 甲", "no_dashes"),
        ("请打开 www.evil.example.invalid", "no_address_in_text"),
        ("javascript://x", "no_address_in_text"),
        ("{project.phone}", "unknown_placeholder"),
        ("{% if due %}x{% endif %}", "unknown_placeholder"),
        ("{{ due }}", "braces"),
        ("{items}", "unknown_placeholder"),
        ("甲 [乙", "brackets"),
    ],
)
def test_a_body_is_refused_with_its_reason(body: str, code: str) -> None:
    assert ("body", code) in flaws(body=body)


def test_a_reminder_keeps_its_list_on_a_line_of_its_own() -> None:
    body = "有{count}项待办。\n{items}\n> 打开 | {link}"
    assert flaws(letter="daily_reminder", subject="待办{count}项", body=body) == []
    inside = body.replace("\n{items}", "：{items}")
    assert flaws(letter="daily_reminder", subject="待办", body=inside) == [
        ("body", "items_stand_alone"), ("body", "items_are_missing"),
    ]  # fmt: skip


def test_every_flaw_names_its_line() -> None:
    broken = LetterText(GOOD.subject, GOOD.body.replace("= 项目 | {project.title}", "= 项目"))
    (flaw,) = flaws_of("plan_submitted", broken)
    assert flaw.params == {"line": 2}


def test_every_reason_is_said_in_both_languages() -> None:
    texts = ("", "{", "[", "[a]", "{x}", "{due}", "｛", "= a", "> a", "- a", "https://x", "\x07",
             "{link}", "{items}", "x" * 5000, "> a | {link}\n> b | {link}")  # fmt: skip
    found = [
        flaw
        for letter, text in product(("plan_submitted", "daily_reminder"), texts)
        for flaw in flaws_of(letter, LetterText(text, text))
    ]
    assert len({flaw.code for flaw in found}) >= 18
    for flaw in found:
        for lang in ("zh", "en"):
            said = say("letter_flaw", flaw.code, lang, **flaw.params)
            assert said
            assert "{{" not in said


def test_a_broken_text_cannot_be_read_at_all() -> None:
    for text in ("{", "}", "[", "]", "{a b}", "[x]"):
        with pytest.raises(BrokenTextError):
            parts_of(text)
