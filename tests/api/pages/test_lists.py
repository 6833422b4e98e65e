"""Lists of passers at the screen: handed in, mended or gone on with, confirmed by another."""

import re
from collections.abc import Callable
from io import BytesIO

import openpyxl
import pytest
from sqlalchemy import text
from sqlmodel import Session

from tests.api.pages.person_at_screen import AtScreen

Sit = Callable[[str], AtScreen]
EVALUATOR, COLLEAGUE = "E001/evaluation_officer", "E001/evaluation_officer/1"
EXAMS, EXAMS_TOO = "EXAMS/exam_officer", "EXAMS/exam_officer/1"
CENTRE, REVIEWER = "CENTRE/centre_officer", "HP/district_reviewer"
HOMES = {EVALUATOR: "/evaluations", EXAMS: "/exams", "ORG1/contest_organiser": "/contests"}


def hands_in(who: AtScreen, action: str, sheet: bytes, title: str = "五月评价通过名单") -> AtScreen:
    values = {**who.form(action).values, "title": title}
    who.page = who.client.post(action, data=values, files={"file": ("名单.xlsx", sheet)})
    return who


def a_list(who: AtScreen, place: str) -> str:
    """The sample list, handed in; answers its address."""
    sheet = who.client.get(f"/{place}/sample.xlsx").content
    hands_in(who.opens(f"/{place}"), f"/{place}", sheet)
    assert who.page.status_code == 200, who.text
    return who.page.url.path


@pytest.mark.parametrize("who", HOMES)
def test_whoever_has_no_projects_begins_at_their_own_work(sit: Sit, who: str) -> None:
    begun = sit(who).opens("/")
    assert begun.page.url.path == HOMES[who]
    assert 'href="/certificates"' in begun.page.text


def test_refused_rows_are_named_and_wait_for_a_word(sit: Sit) -> None:
    first = sit(EVALUATOR)
    path = a_list(first, "evaluations")
    assert "名单已报送，有 4 行不能列入，请处理。" in first.text
    assert "改正被退回的行，或只报送其余各行" in first.text
    assert "不在2026年内，不列入2026年度认证。" in first.text
    assert "不是通知所列的三种评价" in first.text
    assert first.may_not_send(f"{path}/confirm")
    colleague = sit(COLLEAGUE).opens(path)
    assert colleague.may_not_send(f"{path}/confirm"), "as long as rows wait"
    assert "改正被退回的行" in colleague.opens("/evaluations").text
    assert "名单中有 4 行不能列入。" in colleague.opens(path).text


def test_a_list_is_confirmed_by_another_person_and_then_collected(sit: Sit) -> None:
    first, colleague = sit(EVALUATOR), sit(COLLEAGUE)
    path = a_list(first, "evaluations")
    first.sends(f"{path}/left-out")
    assert "其余各行照常报送，待本单位另一人确认。" in first.text
    assert first.may_not_send(f"{path}/confirm")
    assert "名单由您报送：须由本单位另一人确认。" in first.text
    colleague.opens(path).sends(f"{path}/confirm")
    assert "名单已确认，可以归集证书。" in colleague.text
    assert colleague.may_not_send(f"{path}/withdraw")
    assert "轮到您办理" in colleague.opens("/evaluations").text
    made = colleague.opens("/certificates").sends("/certificates/batches")
    assert "E001-" in made.text
    assert "本单位归集证书" in sit(EVALUATOR).opens(path).text


def without(sheet: bytes, *refused: int) -> bytes:
    """The same workbook without these rows."""
    book = openpyxl.load_workbook(BytesIO(sheet))
    for row in sorted(refused, reverse=True):
        book.worksheets[0].delete_rows(row)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_a_mended_list_takes_the_place_of_the_first(sit: Sit, session: Session) -> None:
    first = sit(EVALUATOR)
    path = a_list(first, "evaluations")
    sheet = first.client.get("/evaluations/sample.xlsx").content
    twice = hands_in(first, f"{path}/list", sheet)
    assert twice.page.status_code == 422
    assert "同一份表格已在" in twice.text
    refused = [
        int(row) for row in re.findall(r'data-label="行">(\d+)<', first.opens(path).page.text)
    ]
    mended = hands_in(first, f"{path}/list", without(sheet, *refused[:4]))
    assert "名单已报送，待本单位另一人确认。" in mended.text
    assert mended.may_not_send(f"{path}/left-out")
    assert session.execute(text("SELECT count(*) FROM claim")).scalar_one() == 24
    assert not sit(COLLEAGUE).opens(path).may_not_send(f"{path}/confirm")


def test_what_was_seen_is_what_is_confirmed(sit: Sit) -> None:
    first, colleague = sit(EVALUATOR), sit(COLLEAGUE)
    path = a_list(first, "evaluations")
    first.sends(f"{path}/left-out")
    colleague.opens(path)
    sheet = first.client.get("/evaluations/sample.xlsx").content
    hands_in(first, f"{path}/list", without(sheet, 4))
    first.sends(f"{path}/left-out")
    stale = colleague.sends(f"{path}/confirm")
    assert stale.page.status_code == 409
    assert "名单已被新的名单替换" in stale.text


def test_a_list_taken_back_keeps_nobody(sit: Sit, session: Session) -> None:
    first = sit(EVALUATOR)
    path = a_list(first, "evaluations")
    first.sends(f"{path}/withdraw", reason="批次有误")
    assert "名单已撤回，其中的个人信息已删除。" in first.text
    assert "批次有误" in first.text
    assert session.execute(text("SELECT count(*) FROM claim")).scalar_one() == 0
    assert first.may_not_send(f"{path}/list")


def test_an_exam_list_shows_what_was_printed(sit: Sit) -> None:
    first = sit(EXAMS)
    path = a_list(first, "exams")
    assert "一级 · 合格" in first.text
    assert "二三级同卷的，写成绩单上印的等级" in first.text
    first.sends(f"{path}/left-out")
    assert "名单已确认" in sit(EXAMS_TOO).opens(path).sends(f"{path}/confirm").text


def test_the_centre_reads_both_without_names_and_others_find_nothing(sit: Sit) -> None:
    path = a_list(sit(EVALUATOR), "evaluations")
    centre = sit(CENTRE).opens("/evaluations")
    assert 'href="/exams"' in centre.page.text
    assert "上海示例评价中心" in centre.text
    assert centre.may_not_send("/evaluations")
    whole = sit(EVALUATOR).opens(path).page.text
    masked = centre.opens(path)
    assert masked.page.status_code == 200
    assert "*" in masked.text
    assert masked.page.text != whole
    assert masked.may_not_send(f"{path}/withdraw")
    assert sit(EXAMS).opens(path.replace("evaluations", "exams")).page.status_code == 404
    assert sit(REVIEWER).opens("/evaluations").page.status_code == 403
    assert sit(REVIEWER).opens(path).page.status_code == 404


def test_the_pages_of_lists_speak_english(sit: Sit) -> None:
    first = sit(EVALUATOR)
    path = a_list(first, "evaluations")
    english = first.opens(f"{path}?lang=en").text
    assert "mend the refused rows, or go on without them" in english
    assert "What happened" in english
    assert "Hand in a list" in first.opens("/evaluations?lang=en").text


def test_what_is_no_workbook_is_met_with_words(sit: Sit) -> None:
    first = sit(EVALUATOR).opens("/evaluations")
    answer = hands_in(first, "/evaluations", "这不是表格".encode())
    assert answer.page.status_code == 422
    assert "这不是可读取的表格" in answer.text
    assert "尚无名单" in first.opens("/evaluations").text


def of_last_year(sheet: bytes) -> bytes:
    """The same workbook, each evaluation a year earlier."""
    book = openpyxl.load_workbook(BytesIO(sheet))
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and re.fullmatch(r"2026\.\d\d\.\d\d", cell.value):
                cell.value = cell.value.replace("2026", "2025")
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_a_list_of_a_wrong_year_is_refused_row_by_row_and_nothing_is_kept(
    sit: Sit, session: Session
) -> None:
    first = sit(EVALUATOR).opens("/evaluations")
    sheet = of_last_year(first.client.get("/evaluations/sample.xlsx").content)
    answer = hands_in(first, "/evaluations", sheet, title="上一年度的名单")
    assert answer.page.status_code == 422
    assert answer.text.count("不在2026年内，不列入2026年度认证。") >= 24
    assert 'value="上一年度的名单"' in answer.page.text, "what was typed stays"
    assert session.execute(text("SELECT count(*) FROM route_case")).scalar_one() == 0
    path = a_list(first, "evaluations")
    again = hands_in(first.opens(path), f"{path}/list", sheet)
    assert again.page.status_code == 422
    assert "不在2026年内" in again.text
    assert session.execute(text("SELECT count(*) FROM claim")).scalar_one() == 24
