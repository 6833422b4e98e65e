"""Employers who seem to be registered elsewhere are told beside their contestants (A17)."""

from collections.abc import Callable

from sqlmodel import Session

from states.rules.uscc import uscc_check_digit
from tests.api.pages.person_at_screen import AtScreen
from tests.contest_sheets import a_result_sheet, awaiting_results

Sit = Callable[[str], AtScreen]
FIRST, SECOND, ORGANISER = (
    "HP/district_reviewer", "HP/district_reviewer/1", "ORG1/contest_organiser",
)  # fmt: skip
HINT = "企业统一社会信用代码显示登记地在其他区或外省市（仅供参考）"
SUZHOU, BEIJING, PUDONG, HUANGPU, INVENTED, LUWAN = (
    "320500", "110105", "310115", "310101", "319900", "310103",
)  # fmt: skip


def registered_in(region: str) -> str:
    body = f"91{region}MA0000001"
    return body + uscc_check_digit(body)


def hands_in(who: AtScreen, path: str, sheet: bytes) -> None:
    values = who.opens(path).form(f"{path}/results").values
    files = {"file": ("成绩表.xlsx", sheet)}
    who.page = who.client.post(f"{path}/results", data=values, files=files)


def test_employers_of_other_districts_and_provinces_are_pointed_out_and_nobody_is_refused(
    sit: Sit, session: Session
) -> None:
    path = f"/contests/{awaiting_results(session)}"
    regions = (SUZHOU, BEIJING, PUDONG, HUANGPU, INVENTED, LUWAN)
    organiser = sit(ORGANISER)
    hands_in(organiser, path, a_result_sheet({}, employers=[registered_in(one) for one in regions]))
    assert "6人参赛，有效成绩6人，前50%为3人" in organiser.text
    reviewer = sit(SECOND).opens(path)
    assert reviewer.text.count(HINT) == 3
    assert (
        "3名选手所在企业的统一社会信用代码显示登记地在其他区或外省市（仅供参考）" in reviewer.text
    )
    assert "已确认" in reviewer.sends(f"{path}/facts/results_confirmed").text
