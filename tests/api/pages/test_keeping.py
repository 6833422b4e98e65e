"""Forgetting at the screen: tried out, proposed, approved by another officer, stopped or done."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session

from api.sample_offices import actors
from states.records import certificate_board, clock, forgetting, keeping_board
from tests.api.conftest import Enter
from tests.api.pages.person_at_screen import AtScreen
from tests.desks import Class
from tests.house import sample_house

Sit = Callable[[str], AtScreen]
CENTRE, OTHER, AUDITOR = "CENTRE/centre_officer", "CENTRE/centre_officer/1", "CENTRE/auditor"
PROVIDER, REVIEWER = "P001/provider_operator", "HP/district_reviewer"
CLASS = "/projects/HP-2026-001/classes/1"
TODAY = "2036-06-02"


@pytest.fixture
def officer(sit: Sit, session: Session) -> AtScreen:
    """At the centre, ten years after a class of six was certified."""
    people = actors(session)
    house = sample_house(people)
    life = Class(session, house).reported()
    life.receipt(life.batch() or 0)
    clock.move(session, to=datetime(2036, 6, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai")))
    session.commit()
    return sit(CENTRE)


def proposes(who: AtScreen, day: str = TODAY) -> AtScreen:
    return who.opens(f"/keeping?on={day}").sends("/keeping/forgettings", reason="期限已满")


def test_the_centre_sees_periods_with_their_sources_and_tries_out_a_day(officer: AtScreen) -> None:
    assert 'href="/keeping"' in officer.opens("/").page.text
    said = officer.opens("/keeping").text
    assert "取得证书的学员 10年 来源：补贴材料保存不少于10年" in said
    assert "30天 来源：系统默认" in said
    assert "试运行会真实执行" in said
    assert officer.may_not_send("/keeping/forgettings")
    early = officer.opens("/keeping?on=2029-05-08").text
    assert "该日没有到期的内容" not in early  # the reports of the uploads are due
    assert "黄浦区" in officer.opens(f"/keeping?on={TODAY}").text
    assert "证书上的姓名 4" in officer.text
    assert "该日没有到期的内容" in officer.opens("/keeping?on=2026-06-01").text
    assert "张示例" not in officer.page.text


def test_a_day_to_come_can_be_looked_at_but_not_proposed(officer: AtScreen) -> None:
    officer.opens("/keeping?on=2040-01-01")
    assert officer.may_not_send("/keeping/forgettings")
    assert "方可发起" in officer.text


@pytest.mark.parametrize("on", ["soon", "0001-01-01", "9999-12-31", ""])
def test_a_day_that_cannot_be_is_refused_in_words(officer: AtScreen, on: str) -> None:
    assert officer.opens(f"/keeping?on={on}").page.status_code == 422
    assert "Traceback" not in officer.page.text


def test_two_persons_a_notice_and_nobody_has_a_name_any_more(
    sit: Sit, officer: AtScreen, session: Session
) -> None:
    proposes(officer)
    assert "已发起，请市中心另一名经办人批准" in officer.text
    (made,) = forgetting_ids(session)
    approve = f"/keeping/forgettings/{made}/approve"
    assert officer.may_not_send(approve)
    assert officer.client.post(approve, data=officer.form(stop(made)).values).status_code == 409
    other = sit(OTHER).opens("/")
    assert "等待市中心另一名经办人批准" in other.text
    other.opens("/keeping").sends(approve)
    assert "公告期至2036-06-16" in other.text
    assert "将于2036-06-16删除" in sit(AUDITOR).opens("/").text
    assert "将于" not in sit(REVIEWER).opens("/").text
    forgets(session, made)
    reviewer = sit(REVIEWER).opens(CLASS)
    assert "（已删除）" in reviewer.text
    assert "张示例" not in reviewer.page.text
    link = reviewer.page.text.partition(f'href="{CLASS}/learners/')[2].partition('"')[0]
    assert "已按期限删除" in reviewer.opens(f"{CLASS}/learners/{link}").text
    assert reviewer.page.text.count("<form") == reviewer.opens("/").page.text.count("<form")
    done = officer.opens("/keeping").text
    assert "已删除 2036-06-16" in done
    assert "删除了到期的个人信息 · 学员6人" in done
    assert "发起了个人信息删除" in done


def test_the_certificate_stands_without_its_holder(
    sit: Sit, officer: AtScreen, session: Session
) -> None:
    certificates = officer.opens("/certificates/batches/2026-06-01")
    assert "张示例" not in certificates.page.text
    proposes(officer)
    (made,) = forgetting_ids(session)
    sit(OTHER).opens("/keeping").sends(f"/keeping/forgettings/{made}/approve")
    token, serial = the_certificate(session)
    forgets(session, made)
    anybody = officer.opens(f"/verify/{token}")
    assert "该证书有效" in anybody.text or "有效" in anybody.text
    assert "（已删除）" in anybody.text
    assert officer.opens(f"/certificates/{serial}.pdf").page.status_code == 422
    assert "无法查看或打印" in officer.text
    assert officer.client.get(f"/verify/{token}.json").json()["name"] == ""


def test_any_officer_can_stop_it_with_a_reason(
    sit: Sit, officer: AtScreen, session: Session
) -> None:
    proposes(officer)
    (made,) = forgetting_ids(session)
    other = sit(OTHER).opens("/keeping")
    other.sends(f"/keeping/forgettings/{made}/approve").opens("/keeping")
    officer.opens("/keeping").sends(stop(made), reason="投诉尚未办结")
    assert "没有删除任何信息" in officer.text
    assert "停止：投诉尚未办结" in officer.text
    assert other.client.post(stop(made), data=other.form(stop(made)).values).status_code == 422


def test_the_same_click_twice_proposes_once(officer: AtScreen, session: Session) -> None:
    officer.opens(f"/keeping?on={TODAY}")
    form = officer.form("/keeping/forgettings").values | {"reason": ["期限已满"]}
    answers = [officer.client.post("/keeping/forgettings", data=form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(forgetting_ids(session)) == 1


def test_the_auditor_reads_and_everybody_else_is_kept_out(sit: Sit, officer: AtScreen) -> None:
    auditor = sit(AUDITOR).opens(f"/keeping?on={TODAY}")
    assert "证书上的姓名 4" in auditor.text
    assert auditor.may_not_send("/keeping/forgettings")
    form = officer.opens(f"/keeping?on={TODAY}").form("/keeping/forgettings").values
    token = {
        "csrf_token": auditor.form("/signout").values["csrf_token"],
        "on": TODAY,
        "reason": "x",
    }
    assert form
    assert auditor.client.post("/keeping/forgettings", data=token).status_code == 403
    for who in (PROVIDER, REVIEWER):
        assert sit(who).opens("/keeping").page.status_code == 403
        assert 'href="/keeping"' not in sit(who).opens("/").page.text


def test_programs_do_the_same(officer: AtScreen, enter: Enter) -> None:
    one, other = enter(CENTRE), enter(OTHER)
    kept = one.get("/keeping").json()
    assert (kept["notice_days"], kept["forgettings"]) == (14, [])
    assert kept["periods"][0]["words"]["zh"] == "取得证书的学员"
    found = enter(AUDITOR).get("/keeping/trial", params={"on": TODAY}).json()["counts"]["HP"]
    assert (found["classes"], found["learners"]) == (1, 6)
    made = one.post("/keeping/forgettings", json={"as_of": TODAY, "reason": "期限已满"})
    assert (made.status_code, made.json()["trial"]["HP"]) == (201, found)
    at = f"/keeping/forgettings/{made.json()['id']}"
    refused = one.post(f"{at}/approve")
    assert refused.status_code == 409
    assert refused.json()["findings"][0]["code"] == "forgetting_needs_another_person"
    assert other.post(f"{at}/approve").json()["due_on"] == "2036-06-16"
    assert other.post(f"{at}/stop", json={"reason": "有争议"}).json()["state"] == "stopped"
    assert other.post(f"{at}/stop", json={"reason": "有争议"}).status_code == 422
    assert other.post("/keeping/forgettings/4711/approve").status_code == 404
    for bad in ({"as_of": "2040-01-01", "reason": "x"}, {"as_of": TODAY}, {"as_of": "0001-01-01"}):
        assert one.post("/keeping/forgettings", json=bad).status_code == 422
    assert enter(REVIEWER).get("/keeping").status_code == 403
    assert enter(REVIEWER).get("/keeping/trial", params={"on": TODAY}).status_code == 403


def stop(made: int) -> str:
    return f"/keeping/forgettings/{made}/stop"


def forgets(session: Session, made: int) -> None:
    """The night after the notice."""
    over = datetime(2036, 6, 16, 3, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
    session.rollback()
    assert forgetting.execute(session, made, at=over)
    session.commit()
    clock.move(session, to=over)
    session.commit()


def forgetting_ids(session: Session) -> list[int]:
    session.rollback()
    return [one.id for one in keeping_board.forgettings(session)]


def the_certificate(session: Session) -> tuple[str, str]:
    """A token and a serial."""
    batch = certificate_board.batch_by_code(session, "2026-06-01")
    row = certificate_board.batch_rows(session, batch.id)[0]
    return row.verify_token, row.serial
