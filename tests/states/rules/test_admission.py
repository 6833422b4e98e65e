"""At the door: what a fact speaks of must be there, and who says it must be allowed to say it."""

from datetime import UTC, date, datetime

import pytest

from states.rules import facts as said
from states.rules.admission import objections
from states.rules.binding import book_of
from states.rules.dossier import Dossier, Recorded
from states.rules.facts import Fact
from states.rules.folding import fold
from states.rules.law import the_law
from states.rules.stages import Stage
from tests.house import a_plan

PROVIDER, FIRST, SECOND, EXAMINER = 1, 2, 3, 4
NOON = datetime(2026, 5, 20, 4, tzinfo=UTC)
SIGNED = datetime(2026, 4, 7, 4, tzinfo=UTC)

OPENED = said.ClassOpened(
    class_no=1, class_id=1, opens_on=date(2026, 4, 8), ends_on=date(2026, 5, 8),
    regime="2026-67", standard="2025", bank="2025", reason="opened_under_the_notice",
    licence_valid_until=date(2027, 12, 31), licence_covers=True,
)  # fmt: skip
ROSTER = said.RosterImported(
    class_no=1, sheet_sha256="0" * 64, admitted=30, manual_review=0, refused=0
)
ENDED = said.ClassEnded(
    class_no=1, ended_on=date(2026, 5, 8), delivered_half_hours=80, online_half_hours=40
)
SCORES = said.ScoresImported(
    class_no=1, sheet_sha256="1" * 64, assessed_on=date(2026, 5, 12), passed=25, failed=5, absent=0
)
CONFIRMED = said.ScoresConfirmed(class_no=1)
SURVEY = said.SurveyOpened(class_no=1, closes_on=date(2026, 5, 27), learners=30, employers=0)
ASKED = said.WaiverRequested(rule="class_size_is_usual", text="大教室")
GRANTED = said.WaiverGranted(rule="class_size_is_usual")

WHO = {"plan_submitted": PROVIDER, "scores_imported": EXAMINER, "waiver_requested": FIRST}


def a_dossier(stage: Stage, *told: Fact) -> Dossier:
    """A project whose plan was signed by two persons on 7 April, and what was told since."""
    signed = (said.ReviewSigned(), said.ReviewSigned()) if stage is not Stage.PROPOSED else ()
    recorded = [
        Recorded(seq, fact.kind, fact.model_dump(mode="json"), WHO.get(fact.kind, seq), SIGNED)
        for seq, fact in enumerate([a_plan(), *signed, *told], 1)
    ]
    return fold(recorded, stage=stage, at=NOON, today=NOON.date())


def refusals(fact: Fact, person: int, dossier: Dossier) -> list[str]:
    rule = book_of(dossier, the_law()).fact_rules[fact.kind]
    return [found.code for found in objections(fact, person, dossier, rule=rule)]


def changed(fact: Fact, **update: object) -> Fact:
    return fact.model_copy(update=update)


@pytest.mark.parametrize(
    ("stage", "told", "fact", "person", "expected"),
    [
        (Stage.APPROVED, (), said.ReviewSigned(), FIRST, ["fact_does_not_fit_the_stage"]),
        (Stage.PROPOSED, (), said.ReviewSigned(), PROVIDER, ["signature_under_own_plan"]),
        (Stage.APPROVED, (), ROSTER, PROVIDER, ["class_is_not_known"]),
        (Stage.APPROVED, (), OPENED, PROVIDER, []),
        (Stage.APPROVED, (), changed(OPENED, class_no=2), PROVIDER, ["class_is_not_planned"]),
        (
            Stage.APPROVED, (), changed(OPENED, ends_on=date(2026, 4, 7)), PROVIDER,
            ["days_are_in_order"],
        ),
        (
            Stage.APPROVED, (), changed(OPENED, opens_on=date(2026, 4, 6)), PROVIDER,
            ["class_opens_after_approval"],
        ),
        (Stage.RUNNING, (OPENED, ROSTER), OPENED, PROVIDER, ["class_has_opened_already"]),
        (
            Stage.RUNNING, (OPENED, ROSTER, ENDED, SCORES), ROSTER, PROVIDER,
            ["roster_is_fixed_by_scores"],
        ),
        (Stage.APPROVED, (OPENED,), changed(ROSTER, admitted=0), PROVIDER, ["class_has_learners"]),
        (
            Stage.RUNNING, (OPENED, ROSTER),
            said.AdmissionDecided(class_no=1, enrolment_id=9, admit=True, text="x"), FIRST,
            ["nobody_waits_for_admission"],
        ),
        (Stage.RUNNING, (OPENED, ROSTER), ENDED, PROVIDER, []),
        (
            Stage.RUNNING, (OPENED, ROSTER), changed(ENDED, ended_on=date(2026, 5, 21)), PROVIDER,
            ["day_is_not_in_the_future"],
        ),
        (
            Stage.RUNNING, (OPENED, ROSTER), changed(ENDED, ended_on=date(2026, 4, 7)), PROVIDER,
            ["days_are_in_order"],
        ),
        (
            Stage.RUNNING, (OPENED, ROSTER), changed(ENDED, online_half_hours=81), PROVIDER,
            ["online_is_part_of_the_total"],
        ),
        (
            Stage.RUNNING, (OPENED, ROSTER, ENDED, SCORES), ENDED, PROVIDER,
            ["roster_is_fixed_by_scores"],
        ),
        (Stage.RUNNING, (OPENED, ROSTER), SCORES, EXAMINER, ["class_has_ended"]),
        (
            Stage.RUNNING, (OPENED, ROSTER, ENDED), changed(SCORES, assessed_on=date(2026, 5, 7)),
            EXAMINER, ["assessment_follows_the_class"],
        ),
        (
            Stage.RUNNING, (OPENED, ROSTER, ENDED), changed(SCORES, assessed_on=date(2026, 5, 21)),
            EXAMINER, ["day_is_not_in_the_future"],
        ),
        (
            Stage.ASSESSED, (OPENED, ROSTER, ENDED, SCORES, CONFIRMED, SURVEY), SCORES, EXAMINER,
            ["scores_are_already_surveyed"],
        ),
        (Stage.RUNNING, (OPENED, ROSTER, ENDED), CONFIRMED, FIRST, ["every_learner_has_a_score"]),
        (
            Stage.RUNNING, (OPENED, ROSTER, ENDED, changed(SCORES, missing=2)), CONFIRMED, FIRST,
            ["every_learner_has_a_score"],
        ),
        (
            Stage.RUNNING, (OPENED, ROSTER, ENDED, SCORES), CONFIRMED, EXAMINER,
            ["confirmation_needs_another_person"],
        ),
        (Stage.RUNNING, (OPENED, ROSTER, ENDED, SCORES), CONFIRMED, FIRST, []),
        (
            Stage.ASSESSED, (OPENED, ROSTER, ENDED, SCORES, CONFIRMED), CONFIRMED, FIRST,
            ["scores_are_confirmed_already"],
        ),
        (Stage.PROPOSED, (), GRANTED, FIRST, ["waiver_was_not_requested"]),
        (Stage.PROPOSED, (ASKED,), GRANTED, FIRST, ["waiver_needs_another_person"]),
        (Stage.PROPOSED, (ASKED,), GRANTED, SECOND, []),
        (
            Stage.RUNNING, (OPENED,),
            said.TrainingRegistered(class_no=1, number="1", registered_on=date(2026, 5, 21)),
            PROVIDER, ["day_is_not_in_the_future"],
        ),
        (
            Stage.SURVEYED, (OPENED,),
            said.ReturnAccepted(return_id=1, month="2026-05", class_nos=(1, 2)), 5,
            ["class_is_not_known"],
        ),
        (
            Stage.REPORTED, (OPENED,), said.CertificateDropped(certificate_id=1, text="x"), 5,
            ["no_certificate_is_open"],
        ),
        (
            Stage.RETURNED, (), a_plan().model_copy(update={"ends_on": date(2026, 4, 1)}),
            PROVIDER, ["days_are_in_order"],
        ),
    ],
)  # fmt: skip
def test_a_fact_is_let_in_or_refused_with_its_reason(
    stage: Stage, told: tuple[Fact, ...], fact: Fact, person: int, expected: list[str]
) -> None:
    assert refusals(fact, person, a_dossier(stage, *told)) == expected
