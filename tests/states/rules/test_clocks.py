"""What makes a deadline other than its rule alone: pauses, more time, silence, ladders, orders."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest

from states.rules.admission_of_time import Standing, time_objections
from states.rules.deadlines import (
    Deadline,
    first_morning,
    open_deadlines,
    paused_deadlines,
    rungs_of,
)
from states.rules.dossier import Dossier, Recorded, shanghai_day
from states.rules.duty_words import duty_words
from states.rules.facts import Fact, SentBack, Suspended
from states.rules.facts_of_time import DeadlineExtended, OrderGiven, Urged
from states.rules.folding import fold
from states.rules.law import the_law
from states.rules.machine import decide
from states.rules.silence import noted_silence
from states.rules.stages import Role, Stage
from states.rules.workdays import Due
from tests.house import a_plan

LAW = the_law()
BOOK = LAW.regimes["2026-67"]
USUAL = BOOK.reminders.ladders["usual"]
HANDED_IN = datetime(2026, 4, 7, 2, tzinfo=UTC)
REASON: dict[str, object] = {"code": "hours", "text": "课时不足"}


Told = tuple[str, Mapping[str, object], int]


def told(*facts: Told, stage: Stage, day: int) -> Dossier:
    """A plan handed in on 7 April, then facts some days later each, asked `day` days later."""
    rows = [Recorded(1, "plan_submitted", a_plan().model_dump(mode="json"), 1, HANDED_IN)]
    plan = rows[0].payload
    for seq, (kind, said, after) in enumerate(facts, start=2):
        at = HANDED_IN + timedelta(days=after)
        rows.append(Recorded(seq, kind, plan if kind == "plan_submitted" else said, 2, at))
    at = HANDED_IN + timedelta(days=day)
    return fold(rows, stage=stage, at=at, today=shanghai_day(at))


def review(dossier: Dossier) -> Deadline:
    return next(one for one in open_deadlines(dossier, LAW) if one.duty == "review")


# ── Ladders ─────────────────────────────────────────────────────────────────────────────────────
def test_the_rungs_are_working_days_around_the_last_day() -> None:
    days = rungs_of(USUAL, Due(date(2026, 4, 30), provisional=False), LAW.calendar)
    assert days == (
        date(2026, 4, 23), date(2026, 4, 29), date(2026, 4, 30),
        date(2026, 5, 8), date(2026, 5, 13), date(2026, 5, 18),
    ), "over the Labour Day holiday, with the make-up Saturday of 9 May"  # fmt: skip


def test_beyond_the_calendar_nobody_is_called_late() -> None:
    due = Due(date(2027, 1, 4), provisional=True)
    days = rungs_of(USUAL, due, LAW.calendar)
    assert days
    assert max(days) <= LAW.calendar.coverage_end


@pytest.mark.parametrize(
    ("hour", "minute", "day"), [(0, 29, 7), (0, 30, 8), (15, 59, 8), (16, 0, 8), (16, 30, 8)]
)
def test_a_morning_is_to_come_until_half_past_eight_in_shanghai(
    hour: int, minute: int, day: int
) -> None:
    assert first_morning(datetime(2026, 4, 7, hour, minute, tzinfo=UTC)) == date(2026, 4, day)


# ── Pauses ──────────────────────────────────────────────────────────────────────────────────────
def test_a_review_that_was_sent_back_goes_on_where_it_stood() -> None:
    """Three of five days had run; when the plan comes back two are left, not five."""
    facts: list[Told] = [("sent_back", REASON, 3), ("plan_submitted", {}, 13)]
    dossier = told(*facts, stage=Stage.PROPOSED, day=13)
    assert (review(dossier).since, review(dossier).due_on) == (date(2026, 4, 20), date(2026, 4, 22))


def test_however_long_it_lay_there_are_at_least_two_days_left() -> None:
    facts: list[Told] = [("sent_back", REASON, 9), ("plan_submitted", {}, 13)]
    assert review(told(*facts, stage=Stage.PROPOSED, day=13)).due_on == date(2026, 4, 22)


def test_while_it_is_sent_back_the_page_can_say_what_is_left_and_who_is_awaited() -> None:
    dossier = told(("sent_back", REASON, 3), stage=Stage.RETURNED, day=5)
    (paused,) = paused_deadlines(dossier, LAW)
    assert (paused.duty, paused.days_left) == ("review", 2)
    assert (paused.since, paused.waits_for) == (date(2026, 4, 10), Role.PROVIDER)


def test_a_suspension_stops_every_clock_but_those_of_the_checks() -> None:
    held = Suspended(text="x", held_stage=Stage.APPROVED).model_dump(mode="json")
    stopped = told(("suspended", held, 6), stage=Stage.SUSPENDED, day=8)
    assert [one.duty for one in paused_deadlines(stopped, LAW)] == ["open_class"]
    assert open_deadlines(stopped, LAW) == ()


def test_what_was_stopped_is_due_later_by_the_working_days_of_the_stop() -> None:
    held = Suspended(text="x", held_stage=Stage.PROPOSED).model_dump(mode="json")
    plain = review(told(stage=Stage.PROPOSED, day=1)).due_on
    facts = [("suspended", held, 1), ("resumed", {"text": "x"}, 8)]
    assert plain == date(2026, 4, 14)
    assert review(told(*facts, stage=Stage.PROPOSED, day=9)).due_on == date(2026, 4, 21)


# ── More time ───────────────────────────────────────────────────────────────────────────────────
def extension(until: str, *, since: str = "2026-04-07") -> dict[str, object]:
    return {
        "duty": "review", "subject": "", "since": since, "to": "district_reviewer",
        "due_on": "2026-04-14", "until": until, "text": "x",
    }  # fmt: skip


def test_an_extension_moves_the_day_the_ladder_and_the_silence() -> None:
    before = review(told(stage=Stage.PROPOSED, day=2))
    dossier = told(("deadline_extended", extension("2026-04-20"), 2), stage=Stage.PROPOSED, day=2)
    after = review(dossier)
    assert (after.counted_on, after.due_on) == (before.due_on, date(2026, 4, 20))
    assert after.rungs[2] == date(2026, 4, 20)
    assert after.silent_on is not None
    assert before.silent_on is not None
    assert after.silent_on > before.silent_on


def test_a_day_off_as_the_new_day_moves_to_the_next_working_day() -> None:
    dossier = told(("deadline_extended", extension("2026-04-18"), 2), stage=Stage.PROPOSED, day=2)
    assert review(dossier).due_on == date(2026, 4, 20)


def test_an_extension_of_an_earlier_round_does_not_count_in_the_next() -> None:
    facts: list[Told] = [
        ("deadline_extended", extension("2026-05-20"), 2),
        ("sent_back", REASON, 3), ("plan_submitted", {}, 13),
    ]  # fmt: skip
    assert review(told(*facts, stage=Stage.PROPOSED, day=13)).due_on == date(2026, 4, 22)


def says(fact: Fact, role: Role, dossier: Dossier) -> list[str]:
    return [found.code for found in time_objections(fact, Standing(role, dossier, LAW))]


@pytest.mark.parametrize(
    ("until", "role", "objection"),
    [
        (date(2026, 4, 20), Role.DISTRICT_HEAD, []),
        (date(2026, 4, 20), Role.BUREAU, []),
        (date(2026, 4, 20), Role.REVIEWER, ["not_yours_to_extend"]),
        (date(2026, 4, 20), Role.SUPERVISOR, ["not_yours_to_extend"]),
        (date(2026, 4, 14), Role.BUREAU, ["extension_gives_no_time"]),
        (date(2026, 4, 28), Role.BUREAU, []),
        (date(2026, 4, 29), Role.BUREAU, ["extension_is_too_long"]),
    ],
)
def test_who_may_give_more_time_and_how_much(until: date, role: Role, objection: list[str]) -> None:
    fact = DeadlineExtended(
        duty="review", since=date(2026, 4, 7), to=Role.REVIEWER, due_on=date(2026, 4, 14),
        until=until, text="x",
    )  # fmt: skip
    assert says(fact, role, told(stage=Stage.PROPOSED, day=2)) == objection


def test_a_deadline_that_changed_meanwhile_is_not_extended() -> None:
    fact = DeadlineExtended(
        duty="review", since=date(2026, 4, 1), to=Role.REVIEWER, due_on=date(2026, 4, 9),
        until=date(2026, 4, 20), text="x",
    )  # fmt: skip
    assert says(fact, Role.BUREAU, told(stage=Stage.PROPOSED, day=2)) == ["duty_is_not_open"]


# ── 催办 ────────────────────────────────────────────────────────────────────────────────────────
def urged(count: int = 1) -> Urged:
    return Urged(duty="review", since=date(2026, 4, 7), to=Role.REVIEWER, count=count)


@pytest.mark.parametrize(
    ("role", "objection"),
    [
        (Role.PROVIDER, []), (Role.HEAD, []), (Role.DISTRICT_HEAD, []), (Role.BUREAU, []),
        (Role.REVIEWER, ["not_yours_to_urge"]), (Role.EXAMINER, ["not_yours_to_urge"]),
    ],
)  # fmt: skip
def test_who_waits_and_who_stands_above_may_remind(role: Role, objection: list[str]) -> None:
    assert says(urged(), role, told(stage=Stage.PROPOSED, day=2)) == objection


def test_between_two_reminders_lie_two_working_days_and_after_five_it_is_enough() -> None:
    one = urged().model_dump(mode="json")
    friday = told(("urged", one, 3), stage=Stage.PROPOSED, day=5)
    assert says(urged(2), Role.PROVIDER, friday) == ["urged_lately"]
    tuesday = told(("urged", one, 3), stage=Stage.PROPOSED, day=7)
    assert says(urged(2), Role.PROVIDER, tuesday) == []
    often = told(("urged", {**one, "count": 5}, 3), stage=Stage.PROPOSED, day=7)
    assert says(urged(6), Role.PROVIDER, often) == ["urged_often_enough"]


# ── Silence ─────────────────────────────────────────────────────────────────────────────────────
def test_silence_has_its_outcome_only_after_the_whole_last_day() -> None:
    open_ = review(told(stage=Stage.PROPOSED, day=1))
    assert open_.silent_on == date(2026, 4, 28)
    assert decide(told(stage=Stage.PROPOSED, day=21), LAW).silent == ()
    (late,) = decide(told(stage=Stage.PROPOSED, day=22), LAW).silent
    assert late.duty == "review"


def test_what_stayed_undone_is_a_work_item_of_the_bureau_until_it_is_taken_up() -> None:
    late = review(told(stage=Stage.PROPOSED, day=22))
    noted = noted_silence(late).model_dump(mode="json")
    dossier = told(("silence_noted", noted, 22), stage=Stage.PROPOSED, day=22)
    item = next(one for one in open_deadlines(dossier, LAW) if one.duty == "take_up")
    assert (item.who, item.subject, item.rungs) == (Role.BUREAU, "review", ())
    assert decide(dossier, LAW).silent == (), "it is noted once"
    taken = {name: noted[name] for name in ("duty", "subject", "since", "to")} | {"text": "x"}
    facts = [("silence_noted", noted, 22), ("taken_up", taken, 23)]
    assert [d.duty for d in open_deadlines(told(*facts, stage=Stage.PROPOSED, day=23), LAW)] == [
        "review"
    ]


def test_more_time_closes_the_work_item_and_silence_begins_anew() -> None:
    noted = noted_silence(review(told(stage=Stage.PROPOSED, day=22))).model_dump(mode="json")
    facts: list[Told] = [
        ("silence_noted", noted, 22),
        ("deadline_extended", extension("2026-05-06"), 23),
    ]
    dossier = told(*facts, stage=Stage.PROPOSED, day=23)
    assert [one.duty for one in open_deadlines(dossier, LAW)] == ["review"]
    assert review(dossier).silent_on == date(2026, 5, 19)


def test_nothing_follows_from_a_day_that_is_not_arranged_yet() -> None:
    at = datetime(2026, 12, 25, 2, tzinfo=UTC)
    plan = Recorded(1, "plan_submitted", a_plan().model_dump(mode="json"), 1, at)
    dossier = fold([plan], stage=Stage.PROPOSED, at=at, today=shanghai_day(at))
    late = review(dossier)
    assert late.provisional
    assert (late.silence, late.silent_on) == (None, None)
    assert all(day <= LAW.calendar.coverage_end for day in late.rungs)


def test_a_signer_has_done_their_part() -> None:
    dossier = told(("review_signed", {"text": ""}, 1), stage=Stage.PROPOSED, day=1)
    assert review(dossier).not_by == (2,)


# ── 督办 ────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("by", "to", "objection"),
    [
        (Role.BUREAU, Role.REVIEWER, []),
        (Role.BUREAU, Role.PROVIDER, []),
        (Role.BUREAU, Role.CENTRE, []),
        (Role.DISTRICT_HEAD, Role.PROVIDER, []),
        (Role.DISTRICT_HEAD, Role.REVIEWER, ["order_goes_downwards"]),
        (Role.DISTRICT_HEAD, Role.BUREAU, ["order_goes_downwards"]),
    ],
)
def test_an_order_goes_downwards(by: Role, to: Role, objection: list[str]) -> None:
    fact = OrderGiven(no=1, to=to, by=by, due_on=date(2026, 4, 20), text="x")
    assert says(fact, by, told(stage=Stage.PROPOSED, day=2)) == objection


def test_an_order_is_due_on_its_day_then_it_is_the_givers_turn_then_nobodys() -> None:
    given = OrderGiven(
        no=1, to=Role.PROVIDER, by=Role.BUREAU, due_on=date(2026, 4, 18), text="x"
    ).model_dump(mode="json")
    answer = ("order_answered", {"no": 1, "to": "bureau_officer", "text": "x"}, 4)
    again = {"no": 1, "to": "provider_operator", "accepted": False, "due_on": "2026-04-24"}
    facts = [("order_given", given, 2), answer, ("order_closed", {**again, "text": "x"}, 5)]

    def turn(upto: int) -> list[tuple[str, Role, date]]:
        dossier = told(*facts[:upto], stage=Stage.PROPOSED, day=6)
        found = open_deadlines(dossier, LAW)
        return [(d.duty, d.who, d.due_on) for d in found if d.subject == "order-1"]

    assert turn(1) == [("answer_order", Role.PROVIDER, date(2026, 4, 20))], "the 18th is a Saturday"
    assert turn(2) == [("close_order", Role.BUREAU, date(2026, 4, 17))]
    assert turn(3) == [("answer_order", Role.PROVIDER, date(2026, 4, 24))]
    facts[2] = ("order_closed", {**again, "accepted": True, "due_on": None, "text": ""}, 5)
    assert turn(3) == []


def test_a_duty_is_told_with_what_it_is_about() -> None:
    assert duty_words("register_scores", "1", "en").endswith("(class 1)")
    assert duty_words("answer_order", "order-2", "en") == "Answer an order (order 2)"
    assert duty_words("take_up", "review", "en").endswith(": Review the training plan")


def test_a_send_back_still_shows_its_own_deadline() -> None:
    dossier = told(
        ("sent_back", SentBack(code="hours", text="x").model_dump(mode="json"), 3),
        stage=Stage.RETURNED, day=5,
    )  # fmt: skip
    (found,) = open_deadlines(dossier, LAW)
    assert (found.duty, found.in_hand_of) == ("resubmit", 1)


@pytest.mark.parametrize(
    ("planned", "closed", "due"),
    [(2, False, [date(2026, 5, 8)]), (2, True, []), (1, False, [])],
)
def test_classes_of_the_plan_that_never_opened_are_due_by_its_last_day(
    planned: int, *, closed: bool, due: list[date]
) -> None:
    opened = {
        "class_no": 1, "class_id": 1, "opens_on": "2026-04-08", "ends_on": "2026-05-08",
        "regime": "2026-67", "standard": "2025", "bank": "2025", "reason": "x",
        "licence_valid_until": None, "licence_covers": True,
    }  # fmt: skip
    plan = a_plan(class_count=planned).model_dump(mode="json")
    rows = [
        Recorded(1, "plan_submitted", plan, 1, HANDED_IN),
        Recorded(2, "class_opened", opened, 1, HANDED_IN),
    ]
    if closed:
        rows.append(Recorded(3, "intake_closed", {"text": "x"}, 1, HANDED_IN))
    dossier = fold(rows, stage=Stage.RUNNING, at=HANDED_IN, today=shanghai_day(HANDED_IN))
    found = open_deadlines(dossier, LAW)
    assert [one.due_on for one in found if one.duty == "open_further_class"] == due


def held(stage: Stage) -> dict[str, object]:
    return Suspended(text="x", held_stage=stage).model_dump(mode="json")


def test_silence_does_not_run_while_the_project_is_suspended_after_its_last_day() -> None:
    facts: list[Told] = [("suspended", held(Stage.PROPOSED), 9), ("resumed", {"text": "x"}, 99)]
    late = review(told(*facts, stage=Stage.PROPOSED, day=99))
    assert late.due_on == date(2026, 4, 14), "it was late before the stop"
    assert late.silent_on is not None
    assert late.silent_on > date(2026, 7, 15), "nine of its ten days were still to come"


def test_a_stop_that_begins_on_the_last_day_stops_it() -> None:
    facts: list[Told] = [("suspended", held(Stage.PROPOSED), 7), ("resumed", {"text": "x"}, 14)]
    assert review(told(*facts, stage=Stage.PROPOSED, day=15)).due_on == date(2026, 4, 21)


def test_granted_time_is_stopped_too() -> None:
    facts: list[Told] = [
        ("deadline_extended", extension("2026-04-21"), 2),
        ("suspended", held(Stage.PROPOSED), 9), ("resumed", {"text": "x"}, 16),
    ]  # fmt: skip
    assert review(told(*facts, stage=Stage.PROPOSED, day=17)).due_on == date(2026, 4, 28)


def test_an_order_names_a_day_of_this_year_or_so() -> None:
    fact = OrderGiven(no=1, to=Role.PROVIDER, by=Role.BUREAU, due_on=date(9999, 12, 31), text="x")
    assert says(fact, Role.BUREAU, told(stage=Stage.PROPOSED, day=2)) == ["order_day_is_too_far"]


def test_a_district_does_not_prolong_what_the_bureau_ordered() -> None:
    given = OrderGiven(
        no=1, to=Role.REVIEWER, by=Role.BUREAU, due_on=date(2026, 4, 15), text="x"
    ).model_dump(mode="json")
    dossier = told(("order_given", given, 2), stage=Stage.PROPOSED, day=2)
    more = DeadlineExtended(
        duty="answer_order", subject="order-1", since=date(2026, 4, 9), to=Role.REVIEWER,
        due_on=date(2026, 4, 15), until=date(2026, 4, 22), text="x",
    )  # fmt: skip
    assert says(more, Role.DISTRICT_HEAD, dossier) == ["not_yours_to_extend"]
    assert says(more, Role.BUREAU, dossier) == []
