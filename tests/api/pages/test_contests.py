"""Contests at the screen: filed, accepted, tied across the cut, decided, confirmed."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlmodel import Session

from api.rehearsal.lives import BEGIN
from states.records import clock
from tests.api.pages.person_at_screen import AtScreen

Sit = Callable[[str], AtScreen]
ORGANISER = "ORG1/contest_organiser"
FIRST, SECOND, NEIGHBOUR = (
    "HP/district_reviewer", "HP/district_reviewer/1", "PD/district_reviewer",
)  # fmt: skip
HELD_ON = BEGIN.date() + timedelta(days=28)


@pytest.fixture
def organiser(sit: Sit) -> AtScreen:
    return sit(ORGANISER)


def files(who: AtScreen, *, held_on: date = HELD_ON) -> str:
    """The example, filed with 黄浦区; answers its address."""
    who.opens("/contests/new?sample=1")
    who.sends("/contests", district="HP", held_on=held_on.isoformat())
    assert who.page.status_code == 200, who.text
    return who.page.url.path


def says(who: AtScreen, path: str, kind: str, **typed: str) -> AtScreen:
    return who.opens(path).sends(f"{path}/facts/{kind}", **typed)


def goes_on(session: Session, days: int) -> None:
    clock.move(session, by=timedelta(days=days))
    session.commit()


def hands_in(who: AtScreen, path: str, *, tied: bool = False) -> AtScreen:
    sheet = who.client.get(f"{path}/sample-results.xlsx?tied={'1' if tied else ''}").content
    values = who.opens(path).form(f"{path}/results").values
    files = {"file": ("成绩表.xlsx", sheet)}
    who.page = who.client.post(f"{path}/results", data=values, files=files)
    return who


def test_a_filing_that_is_not_complete_stays_on_the_screen(organiser: AtScreen) -> None:
    organiser.opens("/contests/new?sample=1")
    organiser.sends("/contests", district="HP", place="", expected="-1", bank="bank-2025")
    assert organiser.page.status_code == 422
    assert "人工智能应用岗位练兵技能比武" in organiser.page.text, "what was typed stays"
    assert 'href="#f-place"' in organiser.page.text
    assert "尚无技能比武" in organiser.opens("/contests").text


def test_a_contest_of_101_gives_50_certificates_to_confirm(
    sit: Sit, organiser: AtScreen, session: Session
) -> None:
    path = files(organiser)
    first, second = sit(FIRST), sit(SECOND)
    assert "受理备案" in first.opens(path).text
    assert "办理后技能比武占比" in first.text, "the share before the filing is accepted"
    says(first, path, "filing_accepted", number="JS-2026-07")
    assert organiser.opens(path).may_not_send(f"{path}/results"), "before its day"
    goes_on(session, 28)
    hands_in(organiser, path)
    assert "104人参赛，有效成绩101人，前50%为50人" in organiser.text
    assert "另一人确认" in first.opens(path).text
    assert first.may_not_send(f"{path}/facts/results_confirmed")
    assert "轮到您办理" in second.opens("/contests").text
    assert "已确认" in says(second, path, "results_confirmed").text
    assert sit(NEIGHBOUR).opens(path).page.status_code == 404


def test_a_tie_across_the_cut_shows_both_bounds_and_waits_for_a_word(
    sit: Sit, organiser: AtScreen, session: Session
) -> None:
    path = files(organiser)
    first = sit(FIRST)
    says(first, path, "filing_accepted")
    goes_on(session, 28)
    hands_in(organiser, path, tied=True)
    assert "分数线上有同分" in organiser.text
    assert organiser.may_not_send(f"{path}/facts/cut_decided")
    first.opens(path)
    assert "48 · 同分者均不入围" in first.text
    assert "52 · 同分者均入围" in first.text
    unsaid = first.sends(f"{path}/facts/cut_decided", bound="high", text="")
    assert unsaid.page.status_code == 422
    decided = says(first, path, "cut_decided", bound="high", text="加试结果一致")
    assert "同分已裁定" in decided.text
    assert "加试结果一致" in decided.text
    assert says(sit(SECOND), path, "results_confirmed").text.count("拟发证") >= 52


def test_a_late_filing_needs_two_persons_and_says_so(
    sit: Sit, organiser: AtScreen, session: Session
) -> None:
    path = files(organiser, held_on=BEGIN.date())
    assert "逾期备案" in organiser.text
    first, second = sit(FIRST), sit(SECOND)
    says(first, path, "filing_accepted")
    assert "须由区内另一人决定" in first.text
    assert first.may_not_send(f"{path}/facts/late_filing_allowed")
    allowed = says(second, path, "late_filing_allowed", text="疫情改期")
    assert "已备案" in allowed.text
    assert "疫情改期" in allowed.text


def test_what_is_sent_back_is_put_right_and_filed_again(sit: Sit, organiser: AtScreen) -> None:
    path = files(organiser)
    first = sit(FIRST)
    says(first, path, "sent_back", text="请补充应急预案")
    assert "请补充应急预案" in organiser.opens(path).text
    organiser.opens(f"{path}/edit").sends(f"{path}/edit", emergency="备用考场两处")
    assert "备用考场两处" in organiser.text
    assert not first.opens(path).may_not_send(f"{path}/facts/filing_accepted")


def test_the_pages_of_contests_speak_english(sit: Sit, organiser: AtScreen) -> None:
    path = files(organiser)
    assert "What is missing for the next stage" in sit(FIRST).opens(f"{path}?lang=en").text
    assert "the district accepts the filing" in organiser.opens("/contests?lang=en").text
