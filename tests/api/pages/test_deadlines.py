"""Deadlines at the screen: the ladder before and after, more time, reminders by hand, orders."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session

from states import actions
from states.records import clock, reminders
from states.rules.deadlines import shanghai_day
from states.rules.law import the_law
from tests.api.pages.person_at_screen import AtScreen

Sit = Callable[[str], AtScreen]
PROVIDER, REVIEWER = "P001/provider_operator", "HP/district_reviewer"
HEAD, BUREAU = "HP/district_head", "BUREAU/bureau_officer"
PAGE = "/projects/HP-2026-001"
URGE, EXTEND = f"{PAGE}/facts/urged", f"{PAGE}/facts/deadline_extended"
ORDER, ANSWER, CLOSE = (f"{PAGE}/facts/order_{what}" for what in ("given", "answered", "closed"))


@pytest.fixture(autouse=True)
def proposed(sit: Sit) -> AtScreen:
    """A plan handed in on 1 April 2026: its review is due on the 9th."""
    return sit(PROVIDER).opens("/projects/new?example=1").sends("/projects", district="HP")


@pytest.fixture
def wait(session: Session) -> Callable[[int], None]:
    """So many days pass, the sweep looks, and the reminders of the last morning go out."""

    def days_pass(days: int) -> None:
        at = clock.move(session, by=timedelta(days=days))
        actions.settle(session, [1], at=at)
        reminders.climb(session, the_law(), day=shanghai_day(at), now=at)
        session.commit()

    return days_pass


def test_the_ladder_stands_on_the_page_before_anything_has_happened(sit: Sit) -> None:
    text = sit(REVIEWER).opens(PAGE).text
    for words in ("期限与提醒", "到期前1个工作日", "2026-04-08", "逾期3个工作日", "2026-04-14",
                  "同岗位人员、本单位负责人", "转市人社局跟进"):  # fmt: skip
        assert words in text
    assert "left_out" not in text


def test_a_rung_that_was_reached_shows_its_letters(sit: Sit, wait: Callable[[int], None]) -> None:
    wait(13)
    page = sit(REVIEWER).opens(PAGE)
    assert "rung-done" in page.page.text
    assert "3封" in page.text, "two reviewers and the head, three working days late"
    assert "黄浦区 · 区人社局负责人 · 丁*正" in page.text


def test_whoever_waits_reminds_once_in_two_working_days(
    sit: Sit, wait: Callable[[int], None]
) -> None:
    provider = sit(PROVIDER).opens(PAGE).sends(URGE)
    assert "已催办" in provider.text
    assert "催办" in sit(REVIEWER).opens("/mails").text
    again = sit(PROVIDER).opens(PAGE)
    assert again.may_not_send(URGE)
    assert "2026-04-01已催办过，2026-04-03起可再次催办" in again.text
    wait(2)
    assert "已催办2次" in sit(PROVIDER).opens(PAGE).sends(URGE).text


def test_whose_turn_it_is_may_neither_remind_nor_give_themselves_time(sit: Sit) -> None:
    page = sit(REVIEWER).opens(PAGE)
    assert page.may_not_send(URGE)
    assert page.may_not_send(EXTEND)


def test_the_head_of_the_district_gives_more_time_with_a_reason(sit: Sit) -> None:
    head = sit(HEAD).opens(PAGE).sends(EXTEND, until="2026-04-16", text="审核人员培训。")
    assert "期限已延长" in head.text
    assert "已延期，原期限2026年4月9日" in head.text
    assert "由2026-04-09延至2026-04-16: 审核人员培训。" in head.text
    assert "2026-04-16" in sit(REVIEWER).opens("/").text or "剩10个工作日" in sit(REVIEWER).text


@pytest.mark.parametrize(
    ("until", "why"),
    [
        ("2026-04-09", "新的期限不晚于现期限2026-04-09"),
        ("2026-04-24", "最多延长10个工作日，至2026-04-23"),
    ],
)
def test_too_little_and_too_much_time_are_refused_in_words(sit: Sit, until: str, why: str) -> None:
    head = sit(HEAD).opens(PAGE).sends(EXTEND, until=until, text="x")
    assert head.page.status_code == 409
    assert why in head.text
    assert "已延期" not in sit(HEAD).opens(PAGE).text


def test_a_paused_review_says_whom_it_waits_for_and_what_is_left(sit: Sit) -> None:
    reviewer = sit(REVIEWER).opens(PAGE)
    reviewer.sends(f"{PAGE}/facts/sent_back", code="teachers", text="请补充。")
    assert "恢复计时后剩余5个工作日" in reviewer.text
    assert "上海示例职业技能培训学校 · 机构经办人" in reviewer.text


def test_what_stays_undone_is_the_bureaus_work_until_it_is_taken_up(
    sit: Sit, wait: Callable[[int], None]
) -> None:
    wait(23)
    bureau = sit(BUREAU).opens("/")
    assert "跟进超期未办事项：审核培训方案" in bureau.text
    assert "已转市局跟进" in sit(REVIEWER).opens(PAGE).text
    bureau.opens(PAGE).sends(f"{PAGE}/facts/taken_up", text="已电话联系区局。")
    assert "已登记跟进情况" in bureau.text
    assert "已电话联系区局。" in bureau.text
    assert "跟进超期未办事项" not in sit(BUREAU).opens("/").text


def test_a_head_sees_on_the_desk_what_is_late_in_the_own_office(
    sit: Sit, wait: Callable[[int], None]
) -> None:
    assert "没有超期事项" in sit(HEAD).opens("/").text
    wait(9)
    assert "审核培训方案" in sit(HEAD).opens("/").text
    assert "没有超期事项" in sit("P001/provider_head").opens("/").text


def test_an_order_is_given_answered_sent_back_and_closed(
    sit: Sit, wait: Callable[[int], None]
) -> None:
    bureau = sit(BUREAU).opens(PAGE)
    bureau.sends(ORDER, to="district_reviewer", due_on="2026-04-07", text="请说明进度。")
    assert "督办已下达" in bureau.text
    reviewer = sit(REVIEWER)
    assert "反馈督办事项（督办1）" in reviewer.opens("/").text
    assert "请说明进度。" in reviewer.opens(PAGE).text
    reviewer.sends(ANSWER, text="已安排。")
    assert "核查督办反馈（督办1）" in sit(BUREAU).opens("/").text
    bureau = sit(BUREAU).opens("/orders")
    assert "待核查" in bureau.text
    bureau.opens(PAGE).sends(CLOSE, accepted="false", due_on="2026-04-10", text="请补充原因。")
    assert "督办1退回，限2026-04-10前再次反馈" in bureau.text
    sit(REVIEWER).opens(PAGE).sends(ANSWER, text="人手不足。")
    bureau = sit(BUREAU).opens(PAGE).sends(CLOSE, accepted="true")
    assert "已办结" in bureau.text
    assert "督办1" in sit(BUREAU).opens("/orders?state=closed").text


def test_an_order_goes_to_no_equal_and_is_answered_by_nobody_else(sit: Sit) -> None:
    assert sit(REVIEWER).opens(PAGE).may_not_send(ORDER)
    head = sit(HEAD).opens(PAGE)
    head.sends(ORDER, to="district_reviewer", due_on="2026-04-07", text="x")
    assert head.page.status_code == 409
    assert "督办只能由上级向下级下达" in head.text
    sit(HEAD).opens(PAGE).sends(ORDER, to="provider_operator", due_on="2026-04-07", text="x")
    assert sit(REVIEWER).opens(PAGE).may_not_send(ANSWER)
    assert sit(PROVIDER).opens(PAGE).sends(ANSWER, text="y").page.status_code == 200


def test_other_districts_see_no_order_of_this_one(sit: Sit) -> None:
    sit(BUREAU).opens(PAGE).sends(
        ORDER, to="district_reviewer", due_on="2026-04-07", text="机密事项"
    )
    assert "HP-2026-001" in sit(HEAD).opens("/orders").text
    assert "HP-2026-001" not in sit("PD/district_head").opens("/orders").text


def test_the_ladder_of_a_return_stands_on_its_page(sit: Sit) -> None:
    reviewer = sit(REVIEWER).opens("/returns").sends("/returns", month="2026-03")
    assert "签署并报送每月汇总" in reviewer.text
    assert "到期前1个工作日" in reviewer.text
    assert "2026-04-08" in reviewer.text, "the 5th working day of April, over Qingming"


def test_a_provider_reads_nothing_of_what_the_bureau_orders_the_district(sit: Sit) -> None:
    sit(BUREAU).opens(PAGE).sends(
        ORDER, to="district_reviewer", due_on="2026-04-07", text="请说明延误原因。"
    )
    provider = sit(PROVIDER).opens(PAGE)
    assert "请说明延误原因" not in provider.text
    assert "HP-2026-001" not in provider.opens("/orders").text
    assert "请说明延误原因" in sit(REVIEWER).opens(PAGE).text
