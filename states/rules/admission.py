"""What may be recorded now: the stage is right, and what the fact speaks of is there.

A rule here refuses a fact at the door; a rule in `guards` lets it in and holds the move.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from states.rules import facts
from states.rules.binding import the_plan
from states.rules.dossier import Dossier
from states.rules.facts import Fact, Kind
from states.rules.facts_of_returns import ScoreCorrected, ScoreCorrectionDecided
from states.rules.facts_of_rules import ClassMoveDecided, ClassMoveProposed
from states.rules.facts_of_supervision import (
    CheckRecorded,
    CheckReviewed,
    RectificationReported,
)
from states.rules.facts_of_teaching import AttendanceRecorded, TimetableFiled
from states.rules.findings import SYSTEM_DEFAULT, Finding
from states.rules.licences import not_valid
from states.rules.rulebook import FactRule
from states.rules.stages import Stage
from states.rules.supervision import Step, after, recheck_step

Check = Callable[[Any, int | None, Dossier], Iterator[Finding]]


def objections(
    fact: Fact, person_id: int | None, dossier: Dossier, *, rule: FactRule
) -> tuple[Finding, ...]:
    """Every reason why this person cannot record this fact now; empty when they can."""
    if dossier.stage not in rule.stages:
        params = {"stage": dossier.stage, "kind": fact.kind, "allowed": " ".join(rule.stages)}
        return (Finding("fact_does_not_fit_the_stage", rule.clause, params=params),)
    found = [*_class_is_known(fact, dossier)]
    if not found and fact.kind in _CHECKS:
        found = [*_CHECKS[fact.kind](fact, person_id, dossier)]
    return tuple(found)


def _object(code: str, clause: str = SYSTEM_DEFAULT, **params: str | int) -> Finding:
    return Finding(code, clause, params=params)


def _class_is_known(fact: Fact, dossier: Dossier) -> Iterator[Finding]:
    no = getattr(fact, "class_no", None)
    if no is not None and fact.kind is not Kind.CLASS_OPENED and no not in dossier.classes:
        yield _object("class_is_not_known", "C12", no=no)


def _signed(_: facts.ReviewSigned, person: int | None, dossier: Dossier) -> Iterator[Finding]:
    if person in dossier.signers:
        yield _object("signature_needs_another_person", "C12")
    if person == the_plan(dossier).submitted_by:
        yield _object("signature_under_own_plan", "C12")


def _resubmitted(fact: facts.PlanSubmitted, _: int | None, __: Dossier) -> Iterator[Finding]:
    if fact.ends_on < fact.opens_on:
        yield _object("days_are_in_order")


def _opened(fact: facts.ClassOpened, _: int | None, dossier: Dossier) -> Iterator[Finding]:
    if fact.class_no > the_plan(dossier).class_count:
        yield _object("class_is_not_planned", "C12", count=the_plan(dossier).class_count)
    if fact.ends_on < fact.opens_on:
        yield _object("days_are_in_order")
    yield from _licensed(fact)
    before = dossier.classes.get(fact.class_no)
    if before and before.roster_seq and dossier.stage is Stage.RUNNING:
        yield _object("class_has_opened_already", "C12", no=fact.class_no)
    approved = dossier.approved_on
    if approved and fact.opens_on < approved:
        yield _object(
            "class_opens_after_approval",
            "C12",
            opens_on=fact.opens_on.isoformat(),
            approved_on=approved.isoformat(),
        )


def _licensed(fact: facts.ClassOpened) -> Iterator[Finding]:
    if lacking := not_valid(fact.licence_valid_until, fact.opens_on):
        yield _object("licence_is_valid_when_class_opens", "C11", **lacking)
    if not fact.licence_covers:
        yield _object("licence_covers_the_class", "C11")


def _roster(fact: facts.RosterImported, _: int | None, dossier: Dossier) -> Iterator[Finding]:
    if dossier.classes[fact.class_no].scores_seq:
        yield _object("roster_is_fixed_by_scores", "C17")
    elif dossier.classes[fact.class_no].attendance_seq:
        yield _object("roster_is_fixed_by_attendance", "C13")
    if fact.admitted + fact.manual_review == 0:
        yield _object("class_has_learners", "C10")


def _admission(fact: facts.AdmissionDecided, _: int | None, dossier: Dossier) -> Iterator[Finding]:
    if dossier.classes[fact.class_no].manual_review == 0:
        yield _object("nobody_waits_for_admission", "A06")


def _ended(fact: facts.ClassEnded, _: int | None, dossier: Dossier) -> Iterator[Finding]:
    klass = dossier.classes[fact.class_no]
    if fact.ended_on > dossier.today:
        yield _object("day_is_not_in_the_future", day=fact.ended_on.isoformat())
    if fact.ended_on < klass.opens_on:
        yield _object("days_are_in_order")
    if fact.online_half_hours > fact.delivered_half_hours:
        yield _object("online_is_part_of_the_total", "C04")
    if klass.scores_seq:
        yield _object("roster_is_fixed_by_scores", "C17")


def _scores(fact: facts.ScoresImported, _: int | None, dossier: Dossier) -> Iterator[Finding]:
    klass = dossier.classes[fact.class_no]
    if klass.ended_on is None:
        yield _object("class_has_ended", "C16")
    elif fact.assessed_on < klass.ended_on:
        yield _object(
            "assessment_follows_the_class",
            "C16",
            assessed_on=fact.assessed_on.isoformat(),
            ended_on=klass.ended_on.isoformat(),
        )
    if fact.assessed_on > dossier.today:
        yield _object("day_is_not_in_the_future", day=fact.assessed_on.isoformat())
    if klass.survey_closes_on is not None:
        yield _object("scores_are_already_surveyed", "C19")


def _confirmed(
    fact: facts.ScoresConfirmed, person: int | None, dossier: Dossier
) -> Iterator[Finding]:
    klass = dossier.classes[fact.class_no]
    if not klass.scores_seq:
        yield _object("every_learner_has_a_score", "C17", missing=klass.admitted)
    elif klass.confirmed_at is not None:
        yield _object("scores_are_confirmed_already", "C17")
    elif klass.missing_scores:
        yield _object("every_learner_has_a_score", "C17", missing=klass.missing_scores)
    elif person == klass.scores_by:
        yield _object("confirmation_needs_another_person", "C17")


def _granted(fact: facts.WaiverGranted, person: int | None, dossier: Dossier) -> Iterator[Finding]:
    asked_by = dossier.waiver_requests.get((fact.rule, fact.subject))
    if asked_by is None:
        yield _object("waiver_was_not_requested")
    elif asked_by == person:
        yield _object("waiver_needs_another_person")


def _registered(
    fact: facts.TrainingRegistered, _: int | None, dossier: Dossier
) -> Iterator[Finding]:
    if fact.registered_on > dossier.today:
        yield _object("day_is_not_in_the_future", day=fact.registered_on.isoformat())


def _returned(fact: facts.ReturnAccepted, _: int | None, dossier: Dossier) -> Iterator[Finding]:
    for no in fact.class_nos:
        if no not in dossier.classes:
            yield _object("class_is_not_known", "C18", no=no)


def _dropped(_: facts.CertificateDropped, __: int | None, dossier: Dossier) -> Iterator[Finding]:
    if dossier.batched - dossier.accepted - dossier.dropped <= 0:
        yield _object("no_certificate_is_open", "C22")


def _checked(fact: CheckRecorded, _: int | None, dossier: Dossier) -> Iterator[Finding]:
    if fact.checked_on > dossier.today:
        yield _object("day_is_not_in_the_future", day=fact.checked_on.isoformat())
    if fact.checked_on < dossier.classes[fact.class_no].opens_on:
        yield _object("check_follows_the_opening", "C13")
    if any(found.due_on < dossier.today for found in fact.faults):
        yield _object("rectification_day_is_to_come", "C13")


def _rectified(fact: RectificationReported, _: int | None, dossier: Dossier) -> Iterator[Finding]:
    yield from _no_step(fact, Step.REPORT, dossier)


def _rechecked(fact: CheckReviewed, person: int | None, dossier: Dossier) -> Iterator[Finding]:
    yield from _no_step(fact, recheck_step(accepted=fact.accepted), dossier)
    fault = dossier.faults.get(fact.fault_id)
    if fault and fault.rectified_by is not None and fault.rectified_by == person:
        yield _object("recheck_needs_another_person", "C13")
    if not fact.accepted and (fact.due_on is None or fact.due_on < dossier.today):
        yield _object("rectification_day_is_to_come", "C13")


def _no_step(
    fact: RectificationReported | CheckReviewed, step: Step, dossier: Dossier
) -> Iterator[Finding]:
    """The fault is not there, or not in a state for this step."""
    fault = dossier.faults.get(fact.fault_id)
    if fault is None or fault.class_no != fact.class_no:
        yield _object("fault_is_not_known", "C13")
    elif after(fault.state, step) is None:
        yield _object("fault_does_not_fit_the_step", "C13", fault=fault.state)


def _timetable(fact: TimetableFiled, _: int | None, dossier: Dossier) -> Iterator[Finding]:
    if dossier.classes[fact.class_no].scores_seq:
        yield _object("roster_is_fixed_by_scores", "C17")


def _attendance(fact: AttendanceRecorded, _: int | None, dossier: Dossier) -> Iterator[Finding]:
    if not dossier.classes[fact.class_no].timetable_seq:
        yield _object("attendance_needs_a_timetable", "C02")


def _corrected(fact: ScoreCorrected, _: int | None, dossier: Dossier) -> Iterator[Finding]:
    klass = dossier.classes[fact.class_no]
    if klass.survey_closes_on is None:
        yield _object("scores_may_still_be_replaced", "C17")
    if any(one.enrolment_id == fact.enrolment_id for one in klass.corrections.values()):
        yield _object("correction_is_open", "C17")


def _correction_decided(
    fact: ScoreCorrectionDecided, person: int | None, dossier: Dossier
) -> Iterator[Finding]:
    told = dossier.classes[fact.class_no].corrections.get(fact.correction_id)
    if told is None or told.enrolment_id != fact.enrolment_id:
        yield _object("no_correction_is_open", "C17")
    elif told.by == person and fact.confirmed:
        yield _object("confirmation_needs_another_person", "C17")


def _move_proposed(fact: ClassMoveProposed, _: int | None, dossier: Dossier) -> Iterator[Finding]:
    klass = dossier.classes[fact.class_no]
    if klass.scores_seq:
        yield _object("class_move_comes_too_late", "A02")
    if klass.move_proposed:
        yield _object("class_move_is_open", "A02")
    if (fact.regime, fact.standard, fact.bank) == (klass.regime, klass.standard, klass.bank):
        yield _object("class_move_changes_nothing", "A02")


def _move_decided(
    fact: ClassMoveDecided, person: int | None, dossier: Dossier
) -> Iterator[Finding]:
    klass = dossier.classes[fact.class_no]
    told = klass.move_proposed
    if told is None or told.seq != fact.proposal:
        yield _object("no_class_move_is_open", "A02")
    elif told.by == person and fact.moved:
        yield _object("class_move_needs_another_person", "A02")
    elif klass.scores_seq and fact.moved:
        yield _object("class_move_comes_too_late", "A02")


_CHECKS: Mapping[Kind, Check] = {
    Kind.PLAN_SUBMITTED: _resubmitted,
    Kind.REVIEW_SIGNED: _signed,
    Kind.CLASS_OPENED: _opened,
    Kind.ROSTER_IMPORTED: _roster,
    Kind.ADMISSION_DECIDED: _admission,
    Kind.CLASS_ENDED: _ended,
    Kind.SCORES_IMPORTED: _scores,
    Kind.SCORES_CONFIRMED: _confirmed,
    Kind.WAIVER_GRANTED: _granted,
    Kind.TRAINING_REGISTERED: _registered,
    Kind.RETURN_ACCEPTED: _returned,
    Kind.CERTIFICATE_DROPPED: _dropped,
    Kind.TIMETABLE_FILED: _timetable,
    Kind.ATTENDANCE_RECORDED: _attendance,
    Kind.CHECK_RECORDED: _checked,
    Kind.RECTIFICATION_REPORTED: _rectified,
    Kind.CHECK_REVIEWED: _rechecked,
    Kind.SCORE_CORRECTED: _corrected,
    Kind.SCORE_CORRECTION_DECIDED: _correction_decided,
    Kind.CLASS_MOVE_PROPOSED: _move_proposed,
    Kind.CLASS_MOVE_DECIDED: _move_decided,
}
