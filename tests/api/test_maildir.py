"""The mail page reads what the mailbox kept, newest first, and trusts none of it."""

import mailbox
from email.message import EmailMessage
from pathlib import Path

import pytest

from api.maildir import (
    HTML_POLICY,
    NoSuchMailError,
    count_messages,
    list_messages,
    read_message,
)


def _keep(folder: Path, subject: str, *, arrival: str = "1", html: str = "") -> str:
    message = EmailMessage()
    message["X-Duban-Arrival"] = arrival
    message["Delivered-To"] = "someone@office.example.invalid"
    message["To"] = "someone@office.example.invalid"
    message["Subject"] = subject
    message["Date"] = "Thu, 26 Mar 2026 09:00:00 +0800"
    message.set_content("请打开：\n\nhttps://duban.example.invalid/p/1?t=abc\n")
    if html:
        message.add_alternative(html, subtype="html")
    return mailbox.Maildir(folder, create=True).add(message.as_bytes())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mail"


def test_an_empty_house_has_no_mail(folder: Path) -> None:
    assert list_messages(folder) == []
    assert count_messages(folder) == 0


def test_the_newest_letter_comes_first_and_pages_follow(folder: Path) -> None:
    for number in range(5):
        _keep(folder, f"第{number}封")
    assert [each.subject for each in list_messages(folder, limit=2)] == ["第4封", "第3封"]
    assert [each.subject for each in list_messages(folder, limit=2, offset=4)] == ["第0封"]
    assert count_messages(folder) == 5


def test_a_search_looks_at_subject_and_recipient(folder: Path) -> None:
    _keep(folder, "请审核培训方案 HP-01")
    _keep(folder, "成绩已确认 HP-02")
    assert [each.subject for each in list_messages(folder, query="hp-01")] == [
        "请审核培训方案 HP-01"
    ]
    assert count_messages(folder, query="SOMEONE@") == 2
    assert count_messages(folder, query="nobody") == 0


def test_a_repeat_says_that_it_is_one(folder: Path) -> None:
    _keep(folder, "x", arrival="1")
    _keep(folder, "x", arrival="2")
    _keep(folder, "x", arrival="many")
    assert [each.is_repeat for each in list_messages(folder)] == [False, True, False]


def test_a_letter_is_shown_with_its_parts_and_links(folder: Path) -> None:
    key = _keep(folder, "请审核", html="<p>请审核</p>")
    mail = read_message(folder, key)
    assert (mail.subject, mail.to) == ("请审核", "someone@office.example.invalid")
    assert mail.date is not None
    assert mail.date.isoformat() == "2026-03-26T09:00:00+08:00"
    assert mail.text.startswith("请打开：")
    assert mail.html.strip() == "<p>请审核</p>"
    assert mail.links == ("https://duban.example.invalid/p/1?t=abc",)
    assert ("Subject", "请审核") in mail.headers


def test_a_letter_without_html_and_one_with_an_unknown_charset_are_shown(folder: Path) -> None:
    assert read_message(folder, _keep(folder, "x")).html == ""
    raw = b"Subject: x\r\nContent-Type: text/plain; charset=nobody-knows\r\nDate: ?\r\n\r\n\xff\r\n"
    key = mailbox.Maildir(folder).add(raw)
    mail = read_message(folder, key)
    assert (mail.subject, mail.date) == ("x", None)


@pytest.mark.parametrize("key", ["", "..", "../../etc/passwd", "new/1", "nothing.here", "/etc"])
def test_a_key_that_is_no_letter_is_not_found(folder: Path, key: str) -> None:
    _keep(folder, "x")
    with pytest.raises(NoSuchMailError):
        read_message(folder, key)


def test_the_policy_for_foreign_html_allows_no_script_and_no_fetch() -> None:
    assert "default-src 'none'" in HTML_POLICY
    assert HTML_POLICY.startswith("sandbox ")
    assert "allow-scripts" not in HTML_POLICY
    assert "allow-same-origin" not in HTML_POLICY
