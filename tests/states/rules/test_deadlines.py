"""Whose turn it is, until when, by which rule: counted in working days in Shanghai."""

from datetime import UTC, date, datetime

from states.rules.deadlines import open_deadlines
from states.rules.dossier import Recorded
from states.rules.facts import SentBack
from states.rules.folding import fold
from states.rules.law import the_law
from states.rules.stages import Role, Stage
from tests.house import a_plan


def test_a_review_is_due_five_working_days_after_submission() -> None:
    submitted = datetime(2026, 4, 30, 4, tzinfo=UTC)
    plan = Recorded(1, "plan_submitted", a_plan().model_dump(mode="json"), 1, submitted)
    dossier = fold([plan], stage=Stage.PROPOSED, at=submitted, today=submitted.date())
    (found,) = open_deadlines(dossier, the_law())
    assert (found.duty, found.who, found.due_on) == ("review", Role.REVIEWER, date(2026, 5, 11))
    assert (found.source, found.provisional) == ("system default", False)


def test_the_shanghai_day_counts_not_the_utc_day() -> None:
    late = datetime(2026, 3, 18, 23, 30, tzinfo=UTC)
    plan = Recorded(1, "plan_submitted", a_plan().model_dump(mode="json"), 1, late)
    dossier = fold([plan], stage=Stage.PROPOSED, at=late, today=date(2026, 3, 19))
    (found,) = open_deadlines(dossier, the_law())
    assert (found.since, found.due_on) == (date(2026, 3, 19), date(2026, 3, 26))


def test_while_the_provider_answers_a_send_back_the_review_clock_stands_still() -> None:
    at = datetime(2026, 4, 1, 4, tzinfo=UTC)
    facts = [
        Recorded(1, "plan_submitted", a_plan().model_dump(mode="json"), 1, at),
        Recorded(2, "sent_back", SentBack(code="hours", text="x").model_dump(mode="json"), 2, at),
    ]
    dossier = fold(facts, stage=Stage.RETURNED, at=at, today=at.date())
    (found,) = open_deadlines(dossier, the_law())
    assert (found.duty, found.who) == ("resubmit", Role.PROVIDER)


def test_a_deadline_beyond_the_calendar_is_provisional() -> None:
    at = datetime(2026, 12, 30, 4, tzinfo=UTC)
    plan = Recorded(1, "plan_submitted", a_plan().model_dump(mode="json"), 1, at)
    dossier = fold([plan], stage=Stage.PROPOSED, at=at, today=at.date())
    (found,) = open_deadlines(dossier, the_law())
    assert found.provisional
