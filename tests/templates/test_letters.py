"""Every letter is complete in both languages, short, safe and says what to do by when."""

import re
import unicodedata
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default as modern
from pathlib import Path
from typing import cast
from xml.etree import ElementTree as ET

import pytest
from jinja2 import UndefinedError

import templates
from states.rules.words import Language
from templates.letters import LETTERS, BadLinkError, UnsafeSubjectError, compose

SUBJECT_COLUMNS = 78
MAIL = Path(templates.__file__).parent / "mail"
LINK = "https://duban.example.invalid/go/Zm9vYmFy"
OFFICE = Address("上海示例区人力资源和社会保障局", addr_spec="duban@office.example.invalid")
READER = Address("王示例", addr_spec="wang@office.example.invalid")
SENT = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)

SAMPLE: dict[str, object] = {
    "project": {
        "code": "310101-2026-0001",
        "title": "人工智能推介官（基础）区级项目制培训",
        "district": "黄浦区",
        "provider": "上海示例职业技能培训学校",
    },
    "due": date(2026, 3, 26),
    "duty": "审核培训方案",
    "link": LINK,
    "person": {"name": "王示例"},
    "clock": SENT,
    "closes_on": date(2026, 4, 2),
    "district": "黄浦区",
    "month": "2026-05",
    "batch": {"code": "2026-05-310101", "count": 37},
    "refused": 3,
    "case": {
        "code": "HP-BW-2026-001",
        "title": "人工智能应用岗位练兵",
        "route": "技能比武",
        "office": "上海示例行业协会",
    },
    "forgetting": {
        "learners": 12,
        "classes": 1,
        "as_of": date(2026, 3, 1),
        "ask": "chen@office.example.invalid",
    },
    "trouble_count": 6,
    "trouble_failures": 2,
    "trouble_refused": 1,
    "trouble_bounced": 6,
    "trouble_waiting": 5,
    "trouble_late": 3,
    "calendar_end": date(2026, 12, 31),
    "expires": datetime(2026, 3, 22, 10, 0, tzinfo=UTC),
    "items": [
        {
            "code": f"310101-2026-000{number}",
            "title": "人工智能推介官（基础）培训",
            "what": "审核培训方案",
            "due": due,
            "days_left": days_left,
            "link": LINK,
        }
        for number, due, days_left in (
            (3, date(2026, 3, 18), -2),
            (1, date(2026, 3, 20), 0),
            (2, date(2026, 3, 26), 6),
            (4, None, None),
        )
    ],
}
BOTH = cast("tuple[Language, ...]", ("zh", "en"))


def _letter(name: str, lang: Language = "zh", **changes: object) -> EmailMessage:
    return compose(
        name,
        lang,
        {**SAMPLE, **changes},
        to=READER,
        sender=OFFICE,
        message_id="<plan-1@duban.example.invalid>",
        date=SENT,
    )


def _text(message: EmailMessage) -> str:
    return _part(message, "plain")


def _html(message: EmailMessage) -> str:
    return _part(message, "html")


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def test_the_list_of_letters_is_the_list_of_folders() -> None:
    assert sorted(LETTERS) == sorted(path.name for path in MAIL.iterdir() if path.is_dir())


@pytest.mark.parametrize("lang", BOTH)
@pytest.mark.parametrize("name", LETTERS)
def test_every_letter_fills_in_both_languages(name: str, lang: Language) -> None:
    message = _letter(name, lang)
    assert 0 < _columns(message["Subject"]) < SUBJECT_COLUMNS
    assert LINK in _text(message)
    assert "\n\n\n" not in _text(message)
    page = ET.fromstring(_html(message))  # noqa: S314  our own HTML, written as XHTML
    assert LINK in [each.get("href") for each in page.iter("{http://www.w3.org/1999/xhtml}a")]


@pytest.mark.parametrize("lang", BOTH)
@pytest.mark.parametrize("name", LETTERS)
def test_every_letter_does_without_a_date(name: str, lang: Language) -> None:
    text = _text(_letter(name, lang, due=None))
    assert "None" not in text
    assert "26 March" not in text or name == "daily_reminder"


@pytest.mark.parametrize("name", LETTERS)
def test_every_chinese_letter_greets_gives_its_reason_and_its_office(name: str) -> None:
    text = _text(_letter(name))
    assert text.splitlines()[0].endswith("您好：")
    assert "为什么收到此邮件：" in text
    assert "上海示例区人力资源和社会保障局\n2026年3月20日\n" in text
    assert not re.search(r"[一-鿿][,:;?!]", text), "half-width punctuation in Chinese"


@pytest.mark.parametrize("name", LETTERS)
def test_an_english_letter_is_english(name: str) -> None:
    facts = {"code": "P-1", "title": "Training", "district": "Huangpu", "provider": "Sample"}
    items = [
        {**item, "title": "T", "what": "review"}
        for item in cast("list[dict[str, object]]", SAMPLE["items"])
    ]
    case = {**facts, "route": "Contest", "office": "Sample"}
    office = {
        "project": facts, "district": "Huangpu", "items": items, "person": {"name": "Wang"},
        "case": case, "duty": "Review the plan",
    }  # fmt: skip
    message = _letter(name, "en", **office)
    body = _text(message).replace(OFFICE.display_name, "").replace("证书归集", "")
    assert not re.search(r"[一-鿿，。：]", body + message["Subject"])


@pytest.mark.parametrize("name", ["survey_learner", "survey_employer"])
def test_a_survey_letter_holds_no_name_and_no_project_code(name: str) -> None:
    for lang in BOTH:
        raw = _letter(name, lang)
        whole = str(raw["To"]) + raw["Subject"] + _text(raw) + _html(raw)
        assert "王示例" not in whole
        assert "310101-2026-0001" not in whole
        assert "人工智能推介官（基础）区级项目制培训" in whole
        assert "上海示例职业技能培训学校" in whole


def test_a_letter_says_what_by_when_and_which_project() -> None:
    message = _letter("plan_submitted")
    assert message["Subject"] == "请审核培训方案 310101-2026-0001（3月26日前）"
    assert "请于2026年3月26日（含当日）前对照《技术要求》完成审核。" in _text(message)
    assert "项目编号：310101-2026-0001\n" in _text(message)


def test_the_reminder_names_the_nearest_date_and_keeps_the_order() -> None:
    message = _letter("daily_reminder")
    assert message["Subject"] == "待办提醒：4项工作，最近期限3月18日"
    text = _text(message)
    places = [text.index(word) for word in ("已超期2天", "今天到期", "还剩6天", "未定期限")]
    assert places == sorted(places)


def test_headers_are_stable_and_say_that_nobody_typed_this() -> None:
    message = _letter("plan_approved")
    assert message["Message-ID"] == "<plan-1@duban.example.invalid>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == SENT
    assert message.as_bytes().isascii()
    again = _letter("plan_approved")
    assert [*again.items()][:-1] == [*message.items()][:-1]  # the last holds the part boundary


def test_a_letter_reads_the_same_after_its_journey() -> None:
    sent = _letter("plan_returned")
    got = message_from_bytes(sent.as_bytes(), policy=modern)
    assert got["Subject"] == sent["Subject"]
    assert _text(got).splitlines() == _text(sent).splitlines()


def test_a_day_is_shanghais_day() -> None:
    late = datetime(2026, 3, 22, 16, 30, tzinfo=UTC)
    assert "2026年3月23日00:30" in _text(_letter("set_password", expires=late))
    assert "23 March 2026, 00:30 (Shanghai time)" in _text(
        _letter("set_password", "en", expires=late)
    )


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        _letter("set_password", expires=SENT.replace(tzinfo=None))


def test_a_value_cannot_forge_a_button_or_markup() -> None:
    title = "甲\n> 点击 | https://evil.example.invalid\u2028= 乙 <b>&amp;</b>"
    facts = {**cast("dict[str, str]", SAMPLE["project"]), "title": title}
    message = _letter("plan_submitted", project=facts)
    page = ET.fromstring(_html(message))  # noqa: S314  our own HTML
    links = {each.get("href") for each in page.iter("{http://www.w3.org/1999/xhtml}a")}
    assert links == {LINK}
    assert "<b>" not in _html(message)
    assert "项目名称：甲 > 点击 | https://evil.example.invalid = 乙 <b>" in _text(message)


def test_no_body_begins_a_line_with_a_value() -> None:
    begins = re.compile(r"^\s*(\{%.*?%\})*\s*\{\{", re.MULTILINE)
    bodies = [*MAIL.glob("*/body.*.txt"), *MAIL.glob("project.*"), *MAIL.glob("return.*")]
    assert [path for path in bodies if begins.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("evil", ["a\r\nBcc: x@y.test", "a\nb", "a\x00", "a\u2028b", "a\u202eb"])
def test_a_subject_with_control_characters_is_refused(evil: str) -> None:
    facts = {**cast("dict[str, str]", SAMPLE["project"]), "code": evil}
    with pytest.raises(UnsafeSubjectError):
        _letter("plan_approved", project=facts)


@pytest.mark.parametrize("link", ["javascript:alert(1)", "", "/relative", "https://a b", "http://"])
def test_a_link_that_is_not_a_web_address_is_refused(link: str) -> None:
    with pytest.raises(BadLinkError):
        _letter("plan_approved", link=link)


def test_a_missing_fact_is_an_error_and_no_blank() -> None:
    with pytest.raises(UndefinedError):
        _letter("plan_approved", project={"code": "P-1"})


def test_an_unknown_letter_is_an_error() -> None:
    with pytest.raises(KeyError):
        _letter("love_letter")
