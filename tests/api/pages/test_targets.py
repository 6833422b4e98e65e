"""Targets at the screen: quotas handed out, progress seen, the share waived by two persons."""

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import Session, select

from api.sample_offices import actors
from states.records import share_board
from states.records.quotas import districts
from states.records.tables import ShareWaiver
from states.rules.routes import Route
from templates.sheets.quotas import write_quotas
from tests.api.pages.person_at_screen import AtScreen
from tests.api.reported import a_house_of_the_sample
from tests.city import City
from tests.house import House
from tests.route_house import Contest, Organised
from tests.share_house import held, won

Sit = Callable[[str], AtScreen]
CENTRE, AUDITOR = "CENTRE/centre_officer", "CENTRE/auditor"
FIRST, SECOND = "HP/district_reviewer", "HP/district_reviewer/1"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def region_names() -> list[str]:
    with Path("states/rulebooks/tables/districts.csv").open(encoding="utf-8") as lines:
        return [row["name_zh"] for row in csv.DictReader(lines)]


def hands_in(who: AtScreen, *rows: tuple[str, str, int | None], source: str = "示例文件") -> None:
    data = {**who.opens("/targets/quotas").form("/targets/quotas").values, "source": source}
    data.pop("file", None)
    file = ("指标.xlsx", write_quotas(rows, year=2026), XLSX)
    who.page = who.client.post("/targets/quotas", data=data, files={"file": file})


@pytest.fixture
def here(session: Session) -> int:
    return next(one.id for one in districts(session) if one.code == "HP")


def certificates(session: Session, here: int, contest: int, others: int) -> None:
    """So many certificates of the district, each of another person."""
    city = City(session, House(here, *[None] * 9), here, here)  # type: ignore[arg-type]
    city.gives(Route.TRAINING, others, here)
    if contest:
        city.gives(Route.CONTEST, contest, here)
    session.commit()


def test_the_centre_hands_out_quotas_and_a_gap_is_shown_and_not_refused(sit: Sit) -> None:
    centre = sit(CENTRE)
    hands_in(centre, ("HP", "黄浦区", 1331), ("PD", "浦东新区", 11422))
    assert "已导入2个区的指标，合计12,753人" in centre.text
    assert "比全市目标50,000人少37,247人" in centre.text
    hands_in(centre, ("", "黄浦", 1300), ("", "浦东新区", 48700), source="示例文件（调整）")
    assert "与全市目标一致" in centre.text
    earlier = re.findall(r"version=(\d+)", centre.page.text)[-1]
    assert "1,331" in centre.opens(f"/targets/quotas?version={earlier}").text
    assert "正在查看" in centre.text
    assert "1,300" in centre.opens("/targets").text
    auditor = sit(AUDITOR).opens("/targets/quotas")
    assert auditor.may_not_send("/targets/quotas")
    assert sit(FIRST).opens("/targets/quotas").page.status_code == 403


def test_a_table_of_one_district_says_whom_it_leaves_out(sit: Sit) -> None:
    centre = sit(CENTRE).opens("/targets/quotas")
    assert "请列出所有区：新版本整体替换上一版，未列的区没有指标" in centre.text
    assert "未列" not in centre.opens("/targets").text, "without quotas nobody is left out"
    everybody = [("", one, 100) for one in region_names()]
    hands_in(centre, *everybody)
    assert "该版本未列" not in centre.text
    hands_in(centre, ("HP", "黄浦区", 1331), source="示例文件（调整）")
    assert (
        "已导入1个区的指标，合计1,331人。 该版本未列15个区，这些区没有指标：徐汇区、" in centre.text
    )
    english = centre.opens("/targets/quotas?lang=en").text
    assert "Left out of this version, and so without a quota: Xuhui District, " in english
    assert "(15)." in english
    assert "该版本未列15个区" in centre.opens("/targets?lang=zh").text
    earlier = min(re.findall(r"version=(\d+)", centre.opens("/targets/quotas").page.text), key=int)
    assert "该版本未列" not in centre.opens(f"/targets/quotas?version={earlier}").text


def test_one_row_that_is_not_right_keeps_the_whole_table_out(sit: Sit) -> None:
    centre = sit(CENTRE)
    hands_in(centre, ("HP", "黄浦区", 1331), ("PD", "临港新片区", 5))
    assert centre.page.status_code == 422
    assert "“临港新片区”不是本市的区" in centre.text
    assert "尚无指标" in centre.opens("/targets/quotas").text


def test_a_workbook_of_another_kind_is_told_in_words(sit: Sit) -> None:
    centre = sit(CENTRE).opens("/targets/quotas")
    form = {**centre.form("/targets/quotas").values, "source": "示例"}
    form.pop("file", None)
    broken = {"file": ("指标.xlsx", b"not a workbook", XLSX)}
    answer = centre.client.post("/targets/quotas", data=form, files=broken)
    assert answer.status_code == 422
    assert "没有导入" in answer.text


def test_the_template_holds_what_stands(sit: Sit) -> None:
    centre = sit(CENTRE)
    hands_in(centre, ("HP", "黄浦区", 1331))
    blank = centre.client.get("/targets/quotas.xlsx?year=2026")
    assert blank.headers["content-type"] == XLSX


def test_the_board_says_persons_and_certificates_apart_with_the_exact_fraction(
    sit: Sit, session: Session, here: int
) -> None:
    certificates(session, here, 299, 700)
    hands_in(sit(CENTRE), ("HP", "黄浦区", 1000))
    centre = sit(CENTRE).opens("/targets")
    assert "299/999 = 29.9%" in centre.text
    assert "接近上限" in centre.text
    assert "已计入（人） 999" in centre.text
    assert "已有编号（张） 999" in centre.text
    assert "未归属区" in centre.text
    district = sit(FIRST).opens("/targets")
    assert "299/999 = 29.9%" in district.text
    assert "浦东新区" not in district.text
    assert "全市" not in district.text
    for who in (centre, district):
        assert who.client.get("/targets.xlsx").headers["content-type"] == XLSX
    assert "299/999 = 29.9%" in centre.opens("/targets?lang=en").text
    assert "Near the limit" in centre.text
    assert sit("P001/provider_operator").opens("/targets").page.status_code == 403


def test_a_year_that_is_not_this_one_can_be_looked_at(sit: Sit) -> None:
    centre = sit(CENTRE)
    assert "本年度尚未开始" in centre.opens("/targets?year=2027").text
    assert "本年度已结束" in centre.opens("/targets?year=2025").text
    assert centre.opens("/targets?year=1").page.status_code == 422


def test_what_a_contest_would_do_is_seen_before_its_filing_is_accepted(
    sit: Sit, session: Session
) -> None:
    house = a_house_of_the_sample(session)
    city = City(session, house, house.district_id, house.district_id)
    city.gives(Route.TRAINING, 70, city.here)
    told = Organised(house, actors(session)["contest-1"])
    small, large = (Contest(session, told).filed(expected=many) for many in (60, 64))
    session.commit()
    paths = [f"/contests/{one.outcome.code}" for one in (small, large)]
    reviewer = sit(FIRST).opens(paths[0])
    assert "办理后技能比武占比30.0%（30/100张），接近30%的上限" in reviewer.text
    assert not reviewer.may_not_send(f"{paths[0]}/facts/filing_accepted")
    assert "占比31.4%（32/102张），超过30%，须先经两人豁免" in reviewer.opens(paths[1]).text
    assert "31.4% after this (32/102 certificates)" in reviewer.opens(f"{paths[1]}?lang=en").text
    assert "占比" not in sit("ORG1/contest_organiser").opens(paths[1]).text


def test_who_was_confirmed_and_waits_is_told_before_the_next_filing_is_accepted(
    sit: Sit, session: Session
) -> None:
    house = a_house_of_the_sample(session)
    City(session, house, house.district_id, house.district_id).gives(
        Route.TRAINING, 100, house.district_id
    )
    told = Organised(house, actors(session)["contest-1"])
    won(Contest(session, told), 30, first=1)
    second = held(Contest(session, told), 30, first=101)
    session.commit()
    path = f"/contests/{second.outcome.code}"
    words = (
        "黄浦区2026年：办理后技能比武占比37.5%（60/160张，其中已确认待编号30张），"
        "超过30%，须先经两人豁免"
    )
    reviewer = sit(SECOND).opens(path)
    assert words in reviewer.text
    assert words in sit(CENTRE).opens(path).text
    english = reviewer.opens(f"{path}?lang=en").text
    assert "(60/160 certificates, 30 of them confirmed and waiting for a number), above" in english
    reviewer.opens(f"{path}?lang=zh").sends(f"{path}/facts/results_confirmed")
    assert "办理后技能比武占比37.5%（60/160张），超过30%" in reviewer.opens("/certificates").text


def test_two_persons_let_a_district_go_above_the_limit(
    sit: Sit, session: Session, here: int
) -> None:
    certificates(session, here, 30, 60)
    first, register = sit(FIRST).opens("/targets/waivers"), "/targets/waivers"
    assert "30/90 = 33.3%" in first.text
    first.sends(register, up_to="40", reason="上半年集中举办区级赛事")
    assert "待另一人决定" in first.text
    (number,) = (one.id for one in session.exec(select(ShareWaiver)))
    assert first.may_not_send(f"{register}/{number}")
    second = sit(SECOND).opens(register).sends(f"{register}/{number}", decision="grant")
    assert "已同意豁免" in second.text
    assert "上半年集中举办区级赛事" in sit(AUDITOR).opens(register).text
    assert "已豁免至40%" in first.opens("/targets").text
    session.rollback()
    (effect,) = share_board.effect(session, Route.CONTEST, {here: 5}, year=2026)
    assert effect.allowed
    assert first.opens(register).page.text.count("提出申请") == 1
    first.sends(register, up_to="20", reason="示例")
    assert "应高于规定上限" in first.text
