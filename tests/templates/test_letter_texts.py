"""A text of an office's own says what the original said, escapes what it names, forges nothing."""

from datetime import UTC, date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any, cast
from xml.etree import ElementTree as ET

import pytest

from states.rules.letter_texts import BrokenTextError, LetterText, flaws_of
from states.rules.letters import the_letters
from states.rules.words import Language
from templates.letter_blocks import BadLinkError
from templates.letter_originals import original
from templates.letters import LETTERS, UnsafeSubjectError, compose
from tests.templates.test_letters import BOTH, LINK, OFFICE, READER, SAMPLE, SENT

LINES = "{http://www.w3.org/1999/xhtml}a"
OWN = LetterText(
    "{project.code}[（{due.short}）]",
    "甲{project.title}乙\n= 项目 | {project.title}\n= 期限 | {due}\n> 打开 | {link}\n"
    "~ 您是审核人。",
)


def letter(
    name: str,
    lang: Language = "zh",
    text: LetterText | None = None,
    *,
    trial: bool = False,
    **changes: Any,  # noqa: ANN401  any fact
) -> EmailMessage:
    return compose(
        name, lang, {**SAMPLE, **changes}, to=READER, sender=OFFICE,
        message_id="<x@duban.example.invalid>", date=SENT, text=text, trial=trial,
    )  # fmt: skip


def parts(message: EmailMessage) -> tuple[str, str, str]:
    """Subject, text and HTML."""
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert plain
    assert rich
    return str(message["Subject"]), str(plain.get_content()), str(rich.get_content())


def titled(title: str) -> dict[str, Any]:
    return {"project": {**cast("dict[str, str]", SAMPLE["project"]), "title": title}}


@pytest.mark.parametrize("due", [SAMPLE["due"], None])
@pytest.mark.parametrize("lang", BOTH)
@pytest.mark.parametrize("name", LETTERS)
def test_the_text_that_an_editor_starts_from_says_the_very_same(
    name: str, lang: Language, due: date | None
) -> None:
    start = original(name, lang)
    assert start
    assert flaws_of(name, start) == []
    own = parts(letter(name, lang, start, due=due))
    assert own == parts(letter(name, lang, due=due))


def test_text_and_html_come_from_one_source() -> None:
    subject, text, html = parts(letter("plan_submitted", text=OWN))
    assert subject == "310101-2026-0001（3月26日）"
    assert "甲人工智能推介官（基础）区级项目制培训乙" in text
    assert "期限：2026年3月26日\n" in text
    assert "为什么收到此邮件：您是审核人。" in text
    page = ET.fromstring(html)  # noqa: S314  our own HTML, written as XHTML
    assert [each.get("href") for each in page.iter(LINES)] == [LINK]


def test_a_line_vanishes_with_its_placeholder_and_brackets_with_theirs() -> None:
    body = "甲[于{due}前|及时]办理。\n乙{due}。\n= 期限 | {due}\n= [至{due}|] | 丙\n> 打开 | {link}"
    text = parts(letter("plan_submitted", text=LetterText("甲", body), due=None))[1]
    assert "甲及时办理。" in text
    assert not any(word in text for word in ("乙", "期限", "None"))
    assert "甲于2026年3月26日前办理。" in parts(
        letter("plan_submitted", text=LetterText("甲", body))
    )[1]  # fmt: skip


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<a href='https://evil.example.invalid'>x</a>",
        "\n> 点击 | https://evil.example.invalid",
        "\u2028= 乙 | 丙",
        "{link} [x] | {due}",
        "{{ 7 * 7 }} {% raw %}",
        "\" onclick='x' &lt;",
    ],
)
def test_a_value_cannot_become_markup_a_mark_or_a_placeholder(evil: str) -> None:
    _, text, html = parts(letter("plan_submitted", text=OWN, **titled(evil)))
    page = ET.fromstring(html)  # noqa: S314  our own HTML
    assert [each.get("href") for each in page.iter(LINES)] == [LINK]
    assert {each.tag.partition("}")[2] for each in page.iter()} <= {
        "html", "head", "meta", "title", "body", "table", "tr", "td", "th", "p", "br", "a", "span",
    }  # fmt: skip
    folded = " ".join(evil.split())
    assert f"甲{folded}乙" in text or f"甲 {folded}乙" in text
    assert "".join(page.itertext()).count(folded) == 2


def test_what_an_editor_types_is_escaped_too() -> None:
    body = "<b>甲</b> & {{\n> <i>打开</i> | {link}".replace(" {{", "")
    html = parts(letter("plan_submitted", text=LetterText("<u>甲</u>", body)))[2]
    assert "&lt;b&gt;甲&lt;/b&gt; &amp;" in html
    assert "&lt;i&gt;打开&lt;/i&gt;" in html
    assert "<b>" not in html


def test_a_value_with_a_line_break_never_reaches_a_header() -> None:
    text = LetterText("{project.title}", OWN.body)
    with pytest.raises(UnsafeSubjectError):
        letter("plan_submitted", text=text, **titled("a\r\nBcc: x@y.test"))


def test_a_text_that_is_broken_or_names_what_is_not_there_is_an_error() -> None:
    with pytest.raises(BrokenTextError):
        letter("plan_submitted", text=LetterText("{", "x"))
    with pytest.raises(KeyError):
        letter("plan_submitted", text=LetterText("x", "{no.such}"))
    with pytest.raises(BadLinkError):
        letter("plan_submitted", text=OWN, link="javascript:alert(1)")


def test_a_trial_says_so_in_its_subject() -> None:
    assert parts(letter("plan_approved", trial=True))[0].startswith("[试发] 培训方案已通过")
    assert parts(letter("plan_approved", "en", trial=True))[0].startswith("[Test] ")


def test_a_survey_letter_stays_nameless_in_an_offices_own_words() -> None:
    own = LetterText("请评价", "甲{project.title}\n> 打开 | {link}")
    message = letter("survey_learner", text=own)
    assert "王示例" not in "".join(parts(message))
    assert message["To"] == str(Address(addr_spec=READER.addr_spec))


def test_every_placeholder_of_every_letter_has_a_value() -> None:
    for name in LETTERS:
        for one, asked in the_letters().may_name(name).items():
            if asked.form in ("link", "items"):
                continue
            text = LetterText("甲", f"乙{{{one}}}丙\n> 打开 | {{link}}")
            said = parts(letter(name, text=text))[1]
            assert "乙" in said, (name, one)
            assert "None" not in said


def test_a_moment_is_told_in_shanghai() -> None:
    text = LetterText("甲", "{expires}\n> 打开 | {link}")
    late = datetime(2026, 3, 22, 16, 30, tzinfo=UTC)
    assert "2026年3月23日00:30" in parts(letter("set_password", text=text, expires=late))[1]
