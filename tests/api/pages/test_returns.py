"""Monthly returns at the screen: checks, signatures, corrections, and who has not reported."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import openpyxl
from pypdf import PdfReader
from sqlmodel import Session

from states.records import clock
from tests.api.pages.person_at_screen import AtScreen
from tests.api.reported import a_reported_class, a_surveyed_class

Sit = Callable[[str], AtScreen]
FIRST, SECOND = "HP/district_reviewer", "HP/district_reviewer/1"
EXAMINER, PROVIDER = "HP/district_examiner", "P001/provider_operator"
CENTRE, NEIGHBOUR = "CENTRE/centre_officer", "PD/district_reviewer"
CLASS = "/projects/HP-2026-001/classes/1"


def compiled(sit: Sit, month: str) -> AtScreen:
    return sit(FIRST).opens("/returns").sends("/returns", month=month)


def submitted(sit: Sit, month: str, **typed: str) -> str:
    """Signed by two; answers the path of the return."""
    first = compiled(sit, month)
    here = str(first.page.url.path)
    first.sends(f"{here}/prepare", **typed)
    sit(SECOND).opens(here).sends(f"{here}/submit")
    return here


def printed(who: AtScreen, path: str) -> str:
    data = BytesIO(who.client.get(path).content)
    return "".join(page.extract_text() for page in PdfReader(data).pages)


def foots(who: AtScreen, path: str) -> list[str]:
    book = openpyxl.load_workbook(BytesIO(who.client.get(path).content))
    return [str(sheet.cell(sheet.max_row, 1).value) for sheet in book.worksheets[:2]]


def test_an_empty_month_is_signed_submitted_and_says_that_there_is_nothing(
    sit: Sit, session: Session
) -> None:
    a_surveyed_class(session)
    here = submitted(sit, "2026-04")
    centre = sit(CENTRE).opens(here)
    assert "本月无可上报" in centre.text
    assert "本月无考核合格人员" in printed(centre, f"{here}.pdf")
    book = openpyxl.load_workbook(BytesIO(centre.client.get(f"{here}.xlsx").content))
    assert "本月无考核合格人员" in [cell.value for cell in book.worksheets[0]["A"]]
    assert "已接收" in centre.sends(f"{here}/accept").text


def test_the_foot_names_all_whom_offices_expect(sit: Sit, session: Session) -> None:
    a_surveyed_class(session)
    here = submitted(sit, "2026-05", responsible="王示例")
    first = sit(FIRST).opens(here)
    for said in ("填表人", "审核人", "负责人", "王示例"):
        assert said in first.text or said in printed(first, f"{here}.pdf")
    told = printed(first, f"{here}.pdf")
    for said in (
        "填表人：",
        "审核人：",
        "负责人：",
        "填报日期（盖章）：",
        "王示例",
        "2026年5月22日",
    ):
        assert said in told
    for foot in foots(first, f"{here}.xlsx"):
        assert re.match(r"填表人：\S+ +审核人：\S+ +负责人：王示例 +填报日期：2026年5月22日", foot)
    later = compiled(sit, "2026-04")
    assert later.form(f"{later.page.url.path}/prepare").values["responsible"] == ["王示例"]


def test_the_page_says_what_waits_and_it_does_not_hinder_the_signature(
    sit: Sit, session: Session
) -> None:
    life = a_surveyed_class(session)
    life.corrects(0, "fail", days=0)
    session.commit()
    first = compiled(sit, "2026-05")
    here = str(first.page.url.path)
    assert "班级HP-2026-001-01有一项成绩更正待第二人审定" in first.text
    sit(SECOND).opens(CLASS).sends(_decision(sit, SECOND), decision="confirm")
    first.opens(here).sends(f"{here}/prepare")
    assert first.page.status_code == 409
    assert "重新汇总" in first.text
    first.opens(here).sends(f"{here}/compile").sends(f"{here}/prepare")
    assert "请另一人复核" in first.text


def _decision(sit: Sit, who: str) -> str:
    (action,) = re.findall(rf'action="({CLASS}/corrections/\d+)"', sit(who).opens(CLASS).page.text)
    return str(action)


def test_E49_at_the_screen_a_reported_score_is_corrected_and_told_in_the_next_return(  # noqa: N802
    sit: Sit, session: Session
) -> None:
    life = a_reported_class(session)
    old = sit(CENTRE).opens("/returns?month=2026-05")
    (path,) = re.findall(r'href="(/returns/\d+)" data-row', old.page.text)
    examiner = sit(EXAMINER).opens(f"{CLASS}/learners/{life.known()[0]}")
    form = f"{CLASS}/learners/{life.known()[0]}/correction"
    examiner.sends(form, result="fail", theory="4x", practice="90", reason="登分有误")
    assert examiner.page.status_code == 422
    examiner.opens(f"{CLASS}/learners/{life.known()[0]}")
    examiner.sends(form, result="fail", theory="45.5", practice="85", total="65", reason="登分有误")
    assert "待第二人审定" in examiner.text
    assert "您登记了该项更正" in examiner.text
    assert "更正该成绩" not in examiner.text
    second = sit(SECOND).opens(CLASS)
    assert "登分有误" in second.text
    action = _decision(sit, SECOND)
    second.sends(action, decision="decline", reason="")
    assert second.page.status_code == 422
    second.opens(CLASS).sends(action, decision="confirm")
    assert "成绩已更正" in second.text

    clock.move(session, by=timedelta(days=15))
    session.commit()
    later = submitted(sit, "2026-06")
    centre = sit(CENTRE).opens(later)
    for said in (
        "对以前月份汇总的更正",
        "合格 (83.0)",
        "不合格 (65.0)",
        "4 → 3",
        "HP-2026-001-01/3",
    ):
        assert said in centre.text
    assert "张示例" not in centre.page.text
    assert "已上报成绩更正" in printed(centre, f"{later}.pdf")
    book = openpyxl.load_workbook(BytesIO(centre.client.get(f"{later}.xlsx").content))
    assert [sheet.title for sheet in book][2] == "已上报成绩更正表"
    assert "本次汇总中有1项成绩后来作了更正" in centre.opens(path).text
    assert "后续更正" in centre.text
    assert f'href="{later}"' in centre.page.text


def test_the_return_leads_to_the_certificate_to_be_revoked(sit: Sit, session: Session) -> None:
    life = a_reported_class(session)
    life.receipt(life.batch() or 0)
    life.decides(life.corrects(0, "fail", days=1))
    session.commit()
    centre = sit(CENTRE).opens("/returns?month=2026-05")
    (path,) = re.findall(r'href="(/returns/\d+)" data-row', centre.page.text)
    assert "待撤销的证书" in centre.opens(path).text
    (history,) = re.findall(r'href="(/certificates/[^"/]+/history)"', centre.page.text)
    ask = history.replace("history", "changes")
    centre.opens(history).sends(ask, kind="revoke", reason="成绩更正")
    assert "已申请撤销" in centre.opens(path).text
    second = sit("CENTRE/centre_officer/1").opens(history)
    (action,) = re.findall(rf'action="({ask}/\d+)"', second.page.text)
    second.sends(action, decision="agree")
    assert "待撤销的证书" not in second.opens(path).text


def test_a_provider_corrects_nothing(sit: Sit, session: Session) -> None:
    life = a_reported_class(session)
    page = f"{CLASS}/learners/{life.known()[0]}"
    assert sit(PROVIDER).opens(page).may_not_send(f"{page}/correction")
    assert sit(FIRST).opens(page).may_not_send(f"{page}/correction")
    assert sit(NEIGHBOUR).opens(page).page.status_code == 404


def test_the_first_page_of_the_centre_names_the_districts_that_have_not_reported(
    sit: Sit, session: Session
) -> None:
    a_surveyed_class(session)
    centre = sit(CENTRE).opens("/")
    assert "1个区未报送" in centre.text
    assert "未编制 · 超期" in centre.text
    assert centre.page.text.count('class="district ') == 16
    here = submitted(sit, "2026-04")
    desk = sit(CENTRE).opens("/")
    assert "已全部报送" in desk.text
    assert "已报送 · 逾期报送" in desk.text
    assert f'href="{here}"' in desk.page.text
    assert "未报送" not in sit(FIRST).opens("/").text


def test_the_centre_returns_it_with_a_reason_and_the_district_reads_why(
    sit: Sit, session: Session
) -> None:
    a_surveyed_class(session)
    here = submitted(sit, "2026-05")
    centre = sit(CENTRE).opens(here)
    centre.sends(f"{here}/give-back", reason="")
    assert centre.page.status_code == 422
    centre.opens(here).sends(f"{here}/give-back", reason="人数与名单不符")
    assert "已退回" in centre.text
    first = sit(FIRST).opens(here)
    assert "人数与名单不符" in first.text
    assert "每月汇总被退回" in sit(FIRST).opens("/mails").text
    assert sit(NEIGHBOUR).opens(here).page.status_code == 404
