"""Whole lives only through the pages, in a real browser; and what happens to bad input."""

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize, expect, sync_playwright

from api.pages.operations import answers
from api.rehearse import running_house, temporary_folder
from states.rules.dossier import SHANGHAI
from tests.journeys.life import (
    BUREAU,
    FIRST,
    PROVIDER,
    SECOND,
    STRANGER,
    answer_the_survey,
    assess,
    certify,
    decide_the_learners,
    goes_on,
    hold_the_class,
    open_the_class,
    propose,
    report,
    stands_in,
    two_persons_sign,
    verify,
)
from tests.journeys.other_routes import (
    hold_a_contest,
    list_an_evaluation,
    the_contest_stands,
    the_evaluation_stands,
)
from tests.journeys.rules_of_a_day import (
    everybody_reads_of_it,
    plan_a_class,
    the_class_opens_under_it,
    try_another_bank,
    two_persons_publish,
)
from tests.journeys.visitor import PATIENCE_MS, Visitor
from tests.templates.sheet_builders import learner, number, roster_file

pytestmark = [pytest.mark.browser, pytest.mark.real]

MAY_TAKE_TO_START = 90.0
MORNING = datetime(2026, 3, 19, 9, 0, tzinfo=SHANGHAI)
"""Where the sample clock stands when a journey begins: the morning of the notice."""
DESK = ViewportSize(width=1440, height=900)
TELEPHONE = ViewportSize(width=390, height=844)
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync", "--disable-quic",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium without a window."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("THE BROWSER PART DID NOT RUN: no chromium here (apt install chromium)")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def address(browser: Browser) -> Iterator[str]:
    """The whole house, empty of projects; it is only built where there is a browser."""
    with temporary_folder(keep=False) as folder, running_house(folder, begin=MORNING) as url:
        until_it_answers(url)
        yield url


@pytest.fixture
def visitor(browser: Browser, address: str, tmp_path: Path) -> Iterator[Visitor]:
    """Somebody at a desk, in Chinese."""
    with a_window(browser, address, DESK) as window:
        yield Visitor(window, tmp_path)


@pytest.fixture
def phone(browser: Browser, address: str, tmp_path: Path) -> Iterator[Visitor]:
    """Somebody with a telephone, who never signed in."""
    with a_window(browser, address, TELEPHONE) as window:
        yield Visitor(window, tmp_path)


@contextmanager
def a_window(browser: Browser, address: str, size: ViewportSize) -> Iterator[BrowserContext]:
    window = browser.new_context(base_url=address, locale="zh-CN", viewport=size)
    window.set_default_timeout(PATIENCE_MS)
    yield window
    window.close()


def until_it_answers(url: str) -> None:
    end = time.monotonic() + MAY_TAKE_TO_START
    while not answers(f"{url}/signin"):
        assert time.monotonic() < end, "the house did not start"
        time.sleep(0.25)


def test_bad_input_is_met_with_words_and_changes_nothing(visitor: Visitor) -> None:
    path = propose(visitor, "人工智能推介官（基础）波折班")
    a_double_click_signs_once(visitor, path)
    a_stale_page_is_refused(visitor, path)
    a_text_file_is_no_roster(visitor, path)
    a_roster_makes_its_round_trip(visitor, path)
    a_neighbour_finds_nothing(visitor, path)
    the_pages_speak_english(visitor, path)
    # The browser itself notes the refusals; nothing else may stand there.
    refused = re.compile(r"Failed to load resource: .* status of (404|409|422)")
    assert [said for said in visitor.complaints if not refused.match(said)] == []


def test_the_text_of_a_letter_is_seen_while_one_types_and_tried(visitor: Visitor) -> None:
    visitor.enter_as(BUREAU)
    visitor.go("/letters/plan_approved/zh")
    visitor.fill({"主题": "喜报 {project.code}"})
    visitor.reads("喜报 HP-2026-", within="#preview .letter-subject")
    letter = visitor.page.frame_locator("#preview iframe")
    expect(letter.locator("body")).to_contain_text("办理开班备案")
    # The page's policy lets the letter be styled by its own attributes.
    expect(letter.locator("a").first).to_have_css("background-color", "rgb(27, 90, 169)")
    visitor.fill({"主题": "喜报 {nobody}"})
    visitor.reads("此处不能使用占位符{nobody}", within="#preview")
    visitor.fill({"主题": "喜报"})
    visitor.press("试发给自己")
    visitor.reads("试发不会保存您输入的内容")
    visitor.go("/mailbox?q=[试发] 喜报")
    visitor.wait_for(lambda: visitor.page.locator("main a[data-row]").count() == 1)
    assert visitor.complaints == []


def a_double_click_signs_once(visitor: Visitor, path: str) -> None:
    visitor.enter_as(FIRST)
    visitor.go(path)
    with visitor.page.expect_navigation():
        visitor.button("审核通过，签署").dblclick()
    visitor.reads("已有1人签署，须由区人社2名不同人员签署。")
    visitor.go(path)
    expect(visitor.page.get_by_text("签署审核通过意见")).to_have_count(1)


def a_stale_page_is_refused(visitor: Visitor, path: str) -> None:
    visitor.enter_as(SECOND)
    visitor.go(path)
    seen_before = visitor.new_tab()
    seen_before.goto(path)
    visitor.press("审核通过，签署")
    stands_in(visitor, "已批准")
    with seen_before.expect_navigation():
        seen_before.locator("button:visible", has_text="审核通过，签署").click()
    expect(seen_before.locator("main")).to_contain_text("其他人已先处理了该项目")
    seen_before.close()
    visitor.go(path)
    expect(visitor.page.get_by_text("签署审核通过意见")).to_have_count(2)


def a_text_file_is_no_roster(visitor: Visitor, path: str) -> None:
    visitor.enter_as(PROVIDER)
    visitor.go(path)
    visitor.press("提交备案")
    visitor.go(f"{path}/classes/1")
    visitor.upload("roster", "花名册.xlsx", "这不是表格".encode())
    visitor.reads("这不是可读取的表格。请另存为 .xlsx、.xls 或 .csv 后上传。")
    visitor.go(f"{path}/classes/1")
    visitor.reads("班级尚无符合条件的学员。")


def a_roster_makes_its_round_trip(visitor: Visitor, path: str) -> None:
    """Two rows are bad: they come back marked, are mended, and then everybody goes in."""
    visitor.go(f"{path}/classes/1")
    visitor.upload("roster", "花名册.xlsx", a_roster("319901", "319901"))
    visitor.reads("行数", "导入可用的行 (1)", "尚未保存任何内容", within="#trial")
    expect(visitor.page.locator("#trial .report tbody tr")).to_have_count(2)
    book = openpyxl.load_workbook(BytesIO(visitor.download("下载标注了核对结果的表格")))
    sheet = book.worksheets[0]
    column = [cell.value for cell in list(sheet.columns)[-1]]
    assert column[2:4] == ["核对结果", None]
    assert all(str(said).startswith("错误：") for said in column[4:6])
    place = [cell.value for cell in sheet[3]].index("证件号码") + 1
    for row, order in ((5, 3), (6, 5)):
        sheet.cell(row, place).value = number("19900101", order)
    mended = BytesIO()
    book.save(mended)
    visitor.upload("file", "花名册（修改）.xlsx", mended.getvalue())
    visitor.reads("导入可用的行 (3)")
    expect(visitor.button("导入可用的行")).to_be_focused()
    goes_on(visitor, f"{path}/classes/1")
    expect(visitor.page.locator("#roster .people tbody tr")).to_have_count(3)
    visitor.reads("花名册（修改）.xlsx", within="#roster .report")


def a_roster(*numbers: str) -> bytes:
    """One good learner, and one for each of `numbers`."""
    cells = (number("19900101", 1), *numbers)
    return roster_file(*(learner(cell, 姓名=f"示例{cell[-2:]}") for cell in cells))


def a_neighbour_finds_nothing(visitor: Visitor, path: str) -> None:
    visitor.enter_as(STRANGER)
    answer = visitor.page.goto(path)
    assert answer
    assert answer.status == 404
    visitor.reads("没有找到，或者不在您的职权范围内。")


def the_pages_speak_english(visitor: Visitor, path: str) -> None:
    visitor.enter_as(PROVIDER)
    visitor.go(path)
    visitor.page.get_by_role("link", name="English").click()
    visitor.reads("Your turn")
    assert visitor.page.locator("html").get_attribute("lang") == "en"
    visitor.go("/projects")
    visitor.reads("Approved")


def test_a_project_lives_its_whole_life_through_the_pages(visitor: Visitor, phone: Visitor) -> None:
    path = propose(visitor)
    two_persons_sign(visitor, path)
    open_the_class(visitor, path)
    decide_the_learners(visitor, path)
    hold_the_class(visitor, path)
    assess(visitor, path)
    answer_the_survey(visitor, phone, path)
    report(visitor, path)
    serial = certify(visitor, path)
    verify(visitor, phone, serial)
    assert visitor.complaints == []
    assert phone.complaints == []


def test_a_contest_ends_in_certificates(visitor: Visitor, phone: Visitor) -> None:
    the_contest_stands(visitor, phone, hold_a_contest(visitor))
    refused = re.compile(r"Failed to load resource: .* status of 422")
    assert [said for said in visitor.complaints if not refused.match(said)] == []
    assert phone.complaints == []


def test_an_evaluation_ends_in_advanced_certificates(visitor: Visitor, phone: Visitor) -> None:
    the_evaluation_stands(visitor, phone, list_an_evaluation(visitor))
    assert visitor.complaints == []
    assert phone.complaints == []


def test_another_bank_is_tried_published_and_binds_what_opens_then(
    visitor: Visitor, phone: Visitor
) -> None:
    path, today = plan_a_class(visitor)
    try_another_bank(visitor, path, today)
    two_persons_publish(visitor, today)
    the_class_opens_under_it(visitor, path, today)
    everybody_reads_of_it(phone)
    assert visitor.complaints == []
    assert phone.complaints == []
