"""From an approved plan to certified, by people who only read pages and fill in their forms."""

import re
from collections.abc import Callable
from io import BytesIO

import openpyxl
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlmodel import Session

from states import actions
from states.records import clock, invitations
from tests.api.pages.person_at_screen import AtScreen

Sit = Callable[[str], AtScreen]
PROVIDER, EXAMINER = "P001/provider_operator", "HP/district_examiner"
FIRST, SECOND = "HP/district_reviewer", "HP/district_reviewer/1"
CENTRE, NEIGHBOUR = "CENTRE/centre_officer", "PD/district_reviewer"
PROJECT = "/projects/HP-2026-001"
CLASS = f"{PROJECT}/classes/1"


def uploads(who: AtScreen, action: str, sheet: bytes) -> AtScreen:
    """Choose a file and send the form."""
    who.page = who.client.post(
        action, data=who.form(action).values, files={"file": ("表.xlsx", sheet)}
    )
    return who


def imports(who: AtScreen, action: str, sheet: bytes) -> AtScreen:
    """Choose a file, read what was found, and go on with the good rows."""
    uploads(who, action, sheet)
    return who.sends(f"{who.page.url.path}/import")


def downloads(who: AtScreen, path: str) -> bytes:
    answer = who.client.get(path)
    assert answer.status_code == 200, answer.text
    return bytes(answer.content)


def passes_time(session: Session, who: AtScreen, step: str) -> None:
    """Somebody moves the sample date; the worker's part is done here by hand."""
    who.opens("/").sends("/clock", step=step)
    session.rollback()
    actions.settle(session, [1], at=clock.now(session))
    session.commit()


@pytest.fixture
def provider(sit: Sit) -> AtScreen:
    """Whose class 1 is filed and waits for its roster."""
    who = sit(PROVIDER).opens("/projects/new?example=1").sends("/projects", district="HP")
    sign = f"{PROJECT}/facts/review_signed"
    for reviewer in (FIRST, SECOND):
        sit(reviewer).opens(PROJECT).sends(sign)
    return who.opens(PROJECT).sends(f"{PROJECT}/classes", no="1")


def test_a_class_lives_to_its_certificates(sit: Sit, provider: AtScreen, session: Session) -> None:
    has_its_roster(sit, provider)
    is_held(provider, session)
    is_assessed(sit)
    is_surveyed(sit, session)
    for _ in range(2):
        passes_time(session, provider, "week")  # May must be over
    is_reported(sit)
    is_certified(sit)
    assert "已发证" in provider.opens(CLASS).text


def has_its_roster(sit: Sit, provider: AtScreen) -> None:
    provider.opens(CLASS)
    imports(provider, f"{CLASS}/roster", downloads(provider, f"{CLASS}/sample-roster.xlsx"))
    assert "已导入" in provider.text
    provider.opens(CLASS)
    assert "已导入" in provider.text
    assert "GB 11643" in provider.text  # the tricky rows stand in the report
    assert not re.search(r"3199\d{14}", provider.page.text)
    assert provider.may_not_send(f"{CLASS}/scores")
    reviewer = sit(FIRST).opens(CLASS)
    while open_ones := re.findall(r'action="([^"]+/admissions/\d+)"', reviewer.page.text):
        reviewer.sends(open_ones[0], decision="admit", reason="已核验居住证")
    assert "待人工核定" not in reviewer.text.partition("考核")[0].partition("录取")[2]


def is_held(provider: AtScreen, session: Session) -> None:
    passes_time(session, provider, "next")
    for _ in range(4):
        passes_time(session, provider, "week")
    provider.opens(CLASS).sends(f"{CLASS}/registration", number="PX-2026-0001")
    provider.sends(f"{CLASS}/end", delivered="39.7")
    assert provider.page.status_code == 422
    provider.opens(CLASS).sends(f"{CLASS}/end", delivered="40", online="16.5")
    assert "16.5" in provider.text


def is_assessed(sit: Sit) -> None:
    examiner = sit(EXAMINER).opens(CLASS)
    sheet = downloads(examiner, f"{CLASS}/sample-scores.xlsx")
    imports(examiner, f"{CLASS}/scores", sheet)
    assert "合格率" in examiner.opens(CLASS).text
    assert examiner.may_not_send(f"{CLASS}/scores/confirm")
    assert downloads(examiner, f"{CLASS}/scores.xlsx")[:2] == b"PK"
    sit(FIRST).opens(CLASS).sends(f"{CLASS}/scores/confirm")


def is_surveyed(sit: Sit, session: Session) -> None:
    reviewer = sit(FIRST).opens(CLASS)
    assert "已确认" in reviewer.text
    rows = session.connection().execute(text("SELECT nonce FROM survey_invitation LIMIT 6"))
    for (nonce,) in rows.all():
        visitor = AtScreen(reviewer.client, reviewer.page)
        visitor.opens(f"/survey/{invitations.token_for(nonce)}")
        keys = set(re.findall(r'type="radio" name="(\w+)"', visitor.page.text))
        visitor.sends(str(visitor.page.url.path), **dict.fromkeys(keys, "5"))
        assert "已收到" in visitor.text
    for _ in range(2):
        passes_time(session, reviewer, "week")
    assert "5.0" in reviewer.opens(CLASS).text
    assert "6份测评答卷在60秒内从同一网络地址提交" in reviewer.text, "E57"


def is_reported(sit: Sit) -> None:
    first = sit(FIRST).opens("/returns")
    first.sends("/returns", month="2026-05")
    here = str(first.page.url.path)
    first.sends(f"{here}/prepare")
    assert first.may_not_send(f"{here}/submit")
    assert sit(NEIGHBOUR).opens(here).page.status_code == 404
    sit(SECOND).opens(here).sends(f"{here}/submit")
    assert downloads(first, f"{here}.xlsx")[:2] == b"PK"
    assert downloads(first, f"{here}.pdf")[:4] == b"%PDF"
    centre = sit(CENTRE).opens(here).sends(f"{here}/accept")
    assert "已接收" in centre.text


def is_certified(sit: Sit) -> None:
    centre = sit(CENTRE).opens("/certificates").sends("/certificates/batches")
    here = str(centre.page.url.path)
    book = openpyxl.load_workbook(BytesIO(downloads(centre, f"{here}.xlsx")))
    assert book.sheetnames
    uploads(centre, f"{here}/receipt", downloads(centre, f"{here}/sample-receipt.xlsx"))
    assert "照片缺失（示例）" in centre.text
    (given_up,) = re.findall(r'action="([^"]+/release/\d+)"', centre.page.text)
    centre.sends(given_up)
    centre.opens("/certificates").sends("/certificates/batches")
    here = str(centre.page.url.path)
    uploads(centre, f"{here}/receipt", downloads(centre, f"{here}/sample-receipt.xlsx"))
    assert "全部证书均有回执" in centre.text
    (serial,) = set(re.findall(r"/certificates/(AIP-[\d-]+)/history", centre.page.text))
    assert downloads(centre, f"/certificates/{serial}.pdf")[:4] == b"%PDF"
    assert sit(NEIGHBOUR).opens(f"/certificates/{serial}.pdf").page.status_code == 404


def test_the_same_click_twice_has_one_effect(provider: AtScreen) -> None:
    provider.opens(CLASS)
    sheet = downloads(provider, f"{CLASS}/sample-roster.xlsx")
    form = provider.form(f"{CLASS}/roster").values
    answers = [
        provider.client.post(f"{CLASS}/roster", data=form, files={"file": ("表.xlsx", sheet)})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]


def test_a_file_that_is_no_workbook_changes_nothing(provider: AtScreen) -> None:
    uploads(provider.opens(CLASS), f"{CLASS}/roster", b"\x00\x01 no workbook")
    assert "这不是可读取的表格" in provider.text
    assert "已导入" not in provider.opens(CLASS).text


def test_the_centre_does_not_see_names_and_a_neighbour_sees_nothing(
    sit: Sit, provider: AtScreen
) -> None:
    provider.opens(CLASS)
    imports(provider, f"{CLASS}/roster", downloads(provider, f"{CLASS}/sample-roster.xlsx"))
    name = re.findall(r'data-label="姓名">([^<]+)<', provider.opens(CLASS).page.text)[0]
    assert name not in sit(CENTRE).opens(CLASS).page.text
    assert sit(NEIGHBOUR).opens(CLASS).page.status_code == 404
    assert sit(NEIGHBOUR).opens(f"{CLASS}/roster.xlsx").page.status_code == 404
    assert sit(CENTRE).opens(f"{CLASS}/scores.xlsx").page.status_code == 403


@pytest.fixture
def passer_by(app: FastAPI, client: TestClient) -> AtScreen:
    """Somebody without an account."""
    return AtScreen(client, client.get("/verify/nobody-has-this"))


def test_strangers_get_kind_pages_that_tell_nothing(passer_by: AtScreen) -> None:
    assert passer_by.page.status_code == 404
    assert "没有此证书" in passer_by.text
    assert passer_by.opens("/verify/x.json").page.json() == {"state": "unknown"}
    assert "链接无效" in passer_by.opens("/survey/x").text
    for closed in ("/mails", "/mailbox", "/operations", "/returns", "/certificates"):
        assert passer_by.opens(closed).page.url.path == "/signin"


def test_who_runs_the_service_sees_what_waits(sit: Sit, provider: AtScreen) -> None:
    admin = sit("DUBAN/system_administrator").opens("/operations")
    assert "待发邮件" in admin.text
    assert "无响应" in admin.text
    assert sit(FIRST).opens("/operations").page.status_code == 403
    assert "培训方案待审核" in sit(FIRST).opens("/mails").text
    assert "没有邮件" in sit(NEIGHBOUR).opens("/mails").text
    assert "邮箱" in provider.opens("/mailbox").text


def test_the_date_moves_forward_and_one_stays_on_the_page(provider: AtScreen) -> None:
    provider.opens(CLASS).sends("/clock", step="day")
    assert provider.page.url.path == CLASS
    assert "2026-04-02" in provider.text
