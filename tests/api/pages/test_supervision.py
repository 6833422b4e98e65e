"""A spot check at the screen: drawn, looked at, put right and crossed off by people who click."""

import re
from collections.abc import Callable

import pytest
from sqlmodel import Session

from tests.api.pages.person_at_screen import AtScreen
from tests.api.supervised import a_running_class

Sit = Callable[[str], AtScreen]
SUPERVISOR, REVIEWER = "HP/district_supervisor", "HP/district_reviewer"
PROVIDER, CENTRE = "P001/provider_operator", "CENTRE/centre_officer"
NEIGHBOUR = "PD/district_supervisor"
WORDS = "王示例当日未到，由他人代签"


@pytest.fixture
def supervisor(sit: Sit, session: Session) -> AtScreen:
    """At the desk on the day after a class of eleven has begun."""
    a_running_class(session)
    return sit(SUPERVISOR)


PROJECT = "/projects/HP-2026-001"
CLASS = f"{PROJECT}/classes/1"


def draws(who: AtScreen, of: str = "", **more: str) -> str:
    who.opens("/supervision/campaigns/new")
    who.sends("/supervision/campaigns", name="四月抽查", percent="10", of=of, **more)
    return str(who.page.url.path)


def finds(who: AtScreen, **more: str) -> AtScreen:
    form = {"manner": "on_site", "fault_0": "attendance_differs", "words_0": WORDS, **more}
    return who.opens(f"{CLASS}/checks/new").sends(f"{CLASS}/checks", **form)


def the_fault(who: AtScreen) -> str:
    (number,) = set(re.findall(r'id="fault-(\d+)"', who.opens(CLASS).page.text))
    return f"{CLASS}/faults/{number}"


def test_a_finding_goes_round_until_it_is_crossed_off(sit: Sit, supervisor: AtScreen) -> None:
    finds(supervisor)
    assert "1项问题已通知机构整改" in supervisor.text
    assert "2026-04-23" in supervisor.text  # ten working days from 9 April
    provider = sit(PROVIDER).opens("/")
    assert "整改督查发现的问题（第1班）" in provider.text
    fault = the_fault(provider)
    assert WORDS in provider.text
    provider.sends(f"{fault}/rectification", words="已更正考勤")
    assert "待复查" in provider.text
    assert provider.may_not_send(f"{fault}/recheck")
    assert "复查整改情况（第1班）" in supervisor.opens("/").text
    supervisor.opens(CLASS).sends(
        f"{fault}/recheck", decision="send_again", words="签到表仍未更正", due_on="2026-04-15"
    )
    assert "机构将再次整改" in supervisor.text
    provider.opens(CLASS).sends(f"{fault}/rectification", words="已重新签到")
    supervisor.opens(CLASS).sends(f"{fault}/recheck", decision="cross_off")
    assert "无未销号问题" in supervisor.text
    assert "没有未销号的问题" in supervisor.opens("/supervision").text
    told = supervisor.opens(PROJECT).text
    assert "现场，2026-04-09，发现问题1项：到课情况与考勤不符" in told
    assert WORDS not in told


def test_a_draw_is_looked_into_and_drawn_again(sit: Sit, supervisor: AtScreen) -> None:
    here = draws(supervisor, of="HP-2026-001/1", seed="2026-04", manner="phone")
    assert "已抽取2个，共11个" in supervisor.text
    (first, _) = re.findall(r'href="([^"]+/checks/new\?pick[^"]+)"', supervisor.page.text)
    supervisor.opens(first.replace("&amp;", "&")).sends(f"{CLASS}/checks", manner="phone")
    assert supervisor.page.url.path == here
    assert "1 / 2" in supervisor.text
    assert "未发现问题" in supervisor.text
    assert "结果完全一致" in supervisor.opens(f"{here}?again=1").text
    listed = supervisor.client.get(f"{here}/population.txt").text.splitlines()
    assert len(listed) == 11
    assert all(key.startswith("HP-2026-001/1/") for key in listed)
    auditor = sit("CENTRE/auditor").opens(here)
    assert "2026-04" in auditor.text
    assert "张示例" not in auditor.text
    assert sit(NEIGHBOUR).opens(here).page.status_code == 404


def test_what_would_be_drawn_is_said_while_the_form_is_filled_in(supervisor: AtScreen) -> None:
    supervisor.opens("/supervision/campaigns/new?of=HP-2026-001/1")
    assert "将抽取 2" in supervisor.text
    at = "/supervision/campaigns/preview"
    said = supervisor.client.get(at, params={"percent": "50", "of": "HP-2026-001/1"}).text
    assert "<dd>6</dd>" in said
    assert "<html" not in said
    for percent, of, why in (
        ("0", "", "1%至100%"), ("x", "", "1%至100%"), ("10", "HP", "HP-2026-001/1"),
        ("10", "PD-2026-001/1", "没有找到"),
    ):  # fmt: skip
        said = supervisor.client.get(at, params={"percent": percent, "of": of})
        assert (said.status_code, why in said.text) == (200, True)


def test_the_same_click_twice_draws_once(supervisor: AtScreen) -> None:
    supervisor.opens("/supervision/campaigns/new")
    form = supervisor.form("/supervision/campaigns").values | {"name": ["一次"]}
    for _ in range(2):
        answer = supervisor.client.post("/supervision/campaigns", data=form)
        assert answer.status_code == 200
    assert supervisor.opens("/supervision").page.text.count("一次") == 1


def test_the_centre_asks_every_district_and_sees_no_words(sit: Sit, supervisor: AtScreen) -> None:
    finds(supervisor)
    centre = sit(CENTRE)
    draws(centre)
    assert "已为1个区抽取" in centre.text
    assert "市中心要求" in supervisor.opens("/supervision").text
    assert WORDS not in centre.opens(CLASS).page.text
    assert "到课情况与考勤不符" in centre.text
    assert centre.may_not_send(f"{CLASS}/checks")


def test_who_may_not_check_finds_no_form(sit: Sit, supervisor: AtScreen) -> None:
    provider = sit(PROVIDER)
    for path in ("/supervision", "/supervision/campaigns/new", f"{CLASS}/checks/new"):
        assert provider.opens(path).page.status_code == 403
    assert sit(NEIGHBOUR).opens(f"{CLASS}/checks/new").page.status_code == 404
    assert sit("HP/district_examiner").opens(f"{CLASS}/checks/new").page.status_code == 403
    assert "登记督查记录" in sit(REVIEWER).opens(CLASS).text
    assert supervisor.opens("/supervision/campaigns/4711").page.status_code == 404


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"due_0": "soon"}, 422), ({"fault_0": "weather"}, 422), ({"learner": "4711"}, 422),
        ({"fault_0": "other", "words_0": ""}, 422), ({"manner": "dream"}, 422),
        ({"checked_on": "2027-01-01"}, 409), ({"due_0": "2026-04-01"}, 409),
    ],
)  # fmt: skip
def test_a_check_that_is_not_right_saves_nothing(
    supervisor: AtScreen, typed: dict[str, str], status: int
) -> None:
    assert finds(supervisor, **typed).page.status_code == status
    assert "尚无督查记录" in supervisor.opens(CLASS).text


def test_a_suspension_is_only_urged_and_the_reviewer_is_shown_the_way(
    sit: Sit, supervisor: AtScreen
) -> None:
    finds(supervisor, urges_0="yes")
    assert "督查建议挂起该项目" in supervisor.opens(CLASS).text
    assert "#act-suspended" not in supervisor.page.text
    assert f'href="{PROJECT}#act-suspended"' in sit(REVIEWER).opens(CLASS).page.text
