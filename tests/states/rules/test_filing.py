"""Filing with the city's system (C14): asked of one channel, late or missing only said (A11)."""

from datetime import UTC, date, datetime

import pytest

from states.rules.dossier import Dossier, Recorded
from states.rules.facts import ClassOpened, Fact, TrainingRegistered
from states.rules.findings import Weight
from states.rules.folding import fold
from states.rules.guards import RULES
from states.rules.law import the_law
from states.rules.stages import Channel, Stage
from states.rules.words import say
from tests.house import a_plan

NOON = datetime(2026, 5, 20, 4, tzinfo=UTC)
OPENS = date(2026, 4, 8)


def a_dossier(channel: Channel, *more: Fact) -> Dossier:
    opened = ClassOpened(
        class_no=1, class_id=1, opens_on=OPENS, ends_on=date(2026, 5, 8), regime="2026-67",
        standard="standard-2025", bank="bank-2025", reason="opened_under_the_notice",
    )  # fmt: skip
    said = [
        Recorded(seq, fact.kind, fact.model_dump(mode="json"), 1, NOON)
        for seq, fact in enumerate((a_plan(channel=channel, opens_on=OPENS), opened, *more), 1)
    ]
    return fold(said, stage=Stage.RUNNING, at=NOON, today=NOON.date())


def registered(on: date) -> TrainingRegistered:
    return TrainingRegistered(class_no=1, number="SH-1", registered_on=on)


@pytest.mark.parametrize(
    ("channel", "said"),
    [(Channel.DISTRICT_PROJECT, 1), (Channel.TARGETED, 0), (Channel.ENTERPRISE, 0)],
)
def test_a11_a_missing_number_is_said_in_one_channel_and_holds_nobody(
    channel: Channel, said: int
) -> None:
    found = list(RULES["training_is_registered"].check(a_dossier(channel), the_law()))
    assert [(f.weight, f.clause, f.subject) for f in found] == [(Weight.NOTE, "C14", "1")] * said


@pytest.mark.parametrize(
    ("on", "late"),
    [(date(2026, 4, 1), 0), (OPENS, 0), (date(2026, 4, 9), 1), (date(2026, 5, 8), 30)],
)
def test_a11_a_late_number_is_said_with_its_days(on: date, late: int) -> None:
    dossier = a_dossier(Channel.DISTRICT_PROJECT, registered(on))
    found = list(RULES["training_is_registered_in_time"].check(dossier, the_law()))
    assert [f.params["days"] for f in found] == [late] * bool(late)
    assert dossier.classes[1].days_late_registered == late
    for one in found:
        assert (one.weight, one.clause) == (Weight.NOTE, "C14")
        assert str(late) in say("finding", one.code, "en", **one.params)


def test_a11_where_the_number_is_optional_a_late_one_is_no_finding() -> None:
    dossier = a_dossier(Channel.ENTERPRISE, registered(date(2026, 5, 8)))
    assert not list(RULES["training_is_registered_in_time"].check(dossier, the_law()))


def test_the_newest_number_counts() -> None:
    dossier = a_dossier(Channel.DISTRICT_PROJECT, registered(date(2026, 5, 8)), registered(OPENS))
    assert dossier.classes[1].registered_on == OPENS
    assert dossier.classes[1].days_late_registered == 0
