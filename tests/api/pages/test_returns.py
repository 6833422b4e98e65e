"""Monthly returns at the screen: checks, signatures, corrections, and who has not reported."""

import re
from collections.abc import Callable
from datetime import datetime
from io import BytesIO

import openpyxl
from pypdf import PdfReader
from sqlalchemy import text
from sqlmodel import Session

from states.records import clock
from tests.api.pages.person_at_screen import AtScreen
from tests.api.reported import a_reported_class, a_surveyed_class
from tests.api.surveyed import closed_surveys

Sit = Callable[[str], AtScreen]
FIRST, SECOND = "HP/district_reviewer", "HP/district_reviewer/1"
EXAMINER, PROVIDER = "HP/district_examiner", "P001/provider_operator"
CENTRE, NEIGHBOUR = "CENTRE/centre_officer", "PD/district_reviewer"
CLASS = "/projects/HP-2026-001/classes/1"
A_RUNNING_MONTH = text("""
INSERT INTO monthly_return (district_id, month, state, figures, compiled_at, returned_text, version)
SELECT id, '2026-06', 'draft', '{}', now(), '', 0 FROM office WHERE code = 'HP' RETURNING id
""")
RENAMED = text("""
UPDATE office SET name_zh = '改名后的学校', uscc = '91319900MA0000002X' WHERE code = 'P001'
""")
# 33 of 8 is 4.125: the third decimal decides.
AN_EIGHTH = text("""
UPDATE survey_result SET sums = jsonb_set(sums, '{overall}', '33'), answers = 8, satisfied = 5
""")


def compiled(sit: Sit, month: str) -> AtScreen:
    return sit(FIRST).opens("/returns").sends("/returns", month=month)


def submitted(sit: Sit, month: str, **typed: str) -> str:
    """Signed by two; answers the path of the return."""
    first = compiled(sit, month)
    here = str(first.page.url.path)
    first.sends(f"{here}/prepare", **typed)
    sit(SECOND).opens(here).sends(f"{here}/submit")
    return here


def today(session: Session, day: str) -> None:
    """Nine in the morning in Shanghai."""
    clock.move(session, to=datetime.fromisoformat(f"{day}T01:00:00+00:00"))
    session.commit()


def workbook(who: AtScreen, path: str) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(who.client.get(path).content))


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
    early = str(compiled(sit, "2026-04").page.url.path)
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
        "2026年6月2日",
    ):
        assert said in told
    for foot in foots(first, f"{here}.xlsx"):
        assert re.match(r"填表人：\S+ +审核人：\S+ +负责人：王示例 +填报日期：2026年6月2日", foot)
    assert first.opens(early).form(f"{early}/prepare").values["responsible"] == ["王示例"]


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

    today(session, "2026-07-02")
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
    today(session, "2026-06-10")
    centre = sit(CENTRE).opens("/")
    assert "1个区未报送" in centre.text
    assert "未编制 · 超期" in centre.text
    assert centre.page.text.count('class="district ') == 16
    here = submitted(sit, "2026-05")
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
    first.sends(f"{here}/compile")
    assert "已退回 人数与名单不符" in first.text, "also when it was compiled anew"
    assert "已退回" in centre.opens("/returns?month=2026-05").text
    first.opens(here).sends(f"{here}/prepare")
    assert "人数与名单不符" in first.text, "whoever checks it reads what was wrong"
    assert "待复核" in centre.opens("/returns?month=2026-05").text
    assert "每月汇总被退回" in sit(FIRST).opens("/mails").text
    assert sit(NEIGHBOUR).opens(here).page.status_code == 404


def test_a_month_that_is_not_over_is_neither_compiled_nor_signed(
    sit: Sit, session: Session
) -> None:
    a_surveyed_class(session)
    first = compiled(sit, "2026-06")
    assert first.page.status_code == 422
    assert "可编制汇总的月份为2025-01至2026-05" in first.text
    assert first.opens("/returns").form("/returns").values["month"] == ["2026-05"]
    here = a_running_month(session)
    assert "本月尚未结束" in first.opens(here).text
    assert first.may_not_send(f"{here}/prepare")
    assert first.may_not_send(f"{here}/compile")


def a_running_month(session: Session) -> str:
    """As a former release left it, when running months could be compiled; answers its path."""
    number = session.connection().execute(A_RUNNING_MONTH).scalar_one()
    session.commit()
    return f"/returns/{number}"


def test_the_list_of_the_centre_opens_on_the_month_that_is_due(sit: Sit, session: Session) -> None:
    a_surveyed_class(session)
    a_running_month(session)
    assert "2026年5月尚有1个区未报送" in sit(CENTRE).opens("/returns").text
    assert "2026年6月尚有1个区未报送" in sit(CENTRE).opens("/returns?month=2026-06").text


def test_older_months_that_somebody_still_owes_stay_on_the_first_page_of_the_centre(
    sit: Sit, session: Session
) -> None:
    a_surveyed_class(session)
    here = submitted(sit, "2026-05")
    sit(CENTRE).opens(here).sends(f"{here}/give-back", reason="人数与名单不符")
    today(session, "2026-07-01")
    desk = sit(CENTRE).opens("/")
    assert "2026年5月 1个区未报送 · 退回1个" in desk.text
    assert 'href="/returns?month=2026-05"' in desk.page.text
    first = sit(FIRST).opens(here).sends(f"{here}/compile").sends(f"{here}/prepare")
    assert first.page.status_code == 200
    sit(SECOND).opens(here).sends(f"{here}/submit")
    assert "/returns?month=2026-05" not in sit(CENTRE).opens("/").page.text


def test_the_workbook_of_a_signed_return_keeps_the_names_of_that_day(
    sit: Sit, session: Session
) -> None:
    a_surveyed_class(session)
    here = submitted(sit, "2026-05")
    centre = sit(CENTRE)
    before = [cell.value for cell in workbook(centre, f"{here}.xlsx").worksheets[0][4]]
    session.connection().execute(RENAMED)
    session.commit()
    after = [cell.value for cell in workbook(centre, f"{here}.xlsx").worksheets[0][4]]
    assert after == before
    assert "改名后的学校" not in printed(centre, f"{here}.pdf")


def test_page_paper_and_workbook_tell_the_same_means_and_shares(sit: Sit, session: Session) -> None:
    closed_surveys(session, (5, 5, 5, 5, 4, 4))
    session.connection().execute(AN_EIGHTH)
    session.commit()
    first = compiled(sit, "2026-05")
    here = str(first.page.url.path)
    cells = [cell.value for cell in workbook(first, f"{here}.xlsx").worksheets[1][4]]
    paper = "".join(printed(first, f"{here}.pdf").split())
    for label, mean in (("培训内容实用性", "3.50"), ("总体满意度", "4.13")):
        assert f"{label}{mean}" in str(cells[6])
        assert f"{label}{mean}" in paper
        assert f"{label} {mean}" in first.text
    for told in (str(cells[7]), paper, first.text):
        assert "62.5%" in told
    assert "满意率总体平均分" in paper
    assert cells[10] is None, "comments are not copied"


def test_a_return_is_nothing_for_the_examiner(sit: Sit, session: Session) -> None:
    a_surveyed_class(session)
    here = submitted(sit, "2026-05")
    assert sit(EXAMINER).opens("/returns").page.status_code == 403
    assert sit(EXAMINER).opens(here).page.status_code == 403


def test_a_list_in_a_finding_is_joined_as_its_language_does(sit: Sit, session: Session) -> None:
    closed_surveys(session, (5, 5, 5, 5, 5), (4, 4, 4, 4, 4))
    first = compiled(sit, "2026-05")
    here = str(first.page.url.path)
    assert "HP-2026-001-01/3、HP-2026-002-01/3" in first.text
    assert "HP-2026-001-01/3, HP-2026-002-01/3" in first.opens(f"{here}?lang=en").text


def test_a_reason_that_cannot_be_kept_is_refused_in_words(sit: Sit, session: Session) -> None:
    a_surveyed_class(session)
    here = submitted(sit, "2026-05")
    centre = sit(CENTRE).opens(here).sends(f"{here}/give-back", reason="不\0对")
    assert (centre.page.status_code, "空字符（U+0000）" in centre.text) == (422, True)
    assert "已报送" in centre.opens(here).text
