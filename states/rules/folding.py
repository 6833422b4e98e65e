"""How each kind of fact changes the dossier: a fold, in the order of recording."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from states.rules.clocks import Clocks
from states.rules.deadline_rule import SilenceOutcome
from states.rules.dossier import (
    ClassFacts,
    Correction,
    Dossier,
    Moved,
    MoveProposed,
    Plan,
    Recorded,
    shanghai_day,
)
from states.rules.facts import Kind
from states.rules.stages import Channel, Mode, Stage
from states.rules.supervision import Fault, Step, after, recheck_step


def fold(recorded: Iterable[Recorded], *, stage: Stage, at: datetime, today: date) -> Dossier:
    """Read the facts in the order in which they were recorded."""
    dossier = Dossier(stage=stage, at=at, today=today)
    for fact in recorded:
        add(dossier, fact)
    return dossier


def add(dossier: Dossier, fact: Recorded) -> None:
    """Fold one more fact into `dossier`, in place."""
    _FOLDS[Kind(fact.kind)](dossier, fact)


def _plan(dossier: Dossier, fact: Recorded) -> None:
    said = fact.payload
    units = said["units"]
    dossier.plan = Plan(
        title=said["title"],
        channel=Channel(said["channel"]),
        total_half_hours=sum(u["half_hours"] for u in units),
        online_half_hours=sum(u["half_hours"] for u in units if u["mode"] == Mode.ONLINE),
        class_count=said["class_count"],
        class_size=said["class_size"],
        opens_on=_day(said["opens_on"]),
        ends_on=_day(said["ends_on"]),
        employer=said["employer"],
        licence_valid_until=_day_or_none(said["licence_valid_until"]),
        licence_covers=said["licence_covers"],
        submitted_by=fact.person_id,
        submitted_at=fact.at,
    )
    dossier.signers.clear()
    dossier.last_signed_at = None
    dossier.sent_back = False
    dossier.clocks.submitted()


def _signed(dossier: Dossier, fact: Recorded) -> None:
    if fact.person_id is not None:
        dossier.signers.append(fact.person_id)
        dossier.last_signed_at = fact.at


def _sent_back(dossier: Dossier, fact: Recorded) -> None:
    if dossier.plan:
        submitted = shanghai_day(dossier.plan.submitted_at)
        dossier.clocks.sent_back(submitted, shanghai_day(fact.at))
    _back_to_the_provider(dossier, fact)


def _back_to_the_provider(dossier: Dossier, fact: Recorded) -> None:
    dossier.sent_back = True
    dossier.sent_back_at = fact.at
    dossier.signers.clear()
    dossier.last_signed_at = None


def _rejected(dossier: Dossier, _: Recorded) -> None:
    dossier.rejected = True


def _withdrawn(dossier: Dossier, _: Recorded) -> None:
    dossier.withdrawn = True


def _terminated(dossier: Dossier, _: Recorded) -> None:
    dossier.terminated = True


def _suspended(dossier: Dossier, fact: Recorded) -> None:
    dossier.suspended = True
    dossier.held_stage = Stage(fact.payload["held_stage"])
    dossier.clocks.suspended(shanghai_day(fact.at))


def _resumed(dossier: Dossier, fact: Recorded) -> None:
    dossier.suspended = False
    dossier.clocks.resumed(shanghai_day(fact.at))


def _waiver_requested(dossier: Dossier, fact: Recorded) -> None:
    dossier.waiver_requests[fact.payload["rule"], fact.payload["subject"]] = fact.person_id or 0


def _waiver_granted(dossier: Dossier, fact: Recorded) -> None:
    dossier.waivers.add((fact.payload["rule"], fact.payload["subject"]))


def _class_opened(dossier: Dossier, fact: Recorded) -> None:
    said = fact.payload
    until, covers = _licence(dossier, said)
    dossier.classes[said["class_no"]] = ClassFacts(
        no=said["class_no"],
        id=said["class_id"],
        opens_on=_day(said["opens_on"]),
        ends_on=_day(said["ends_on"]),
        filed_at=fact.at,
        regime=said["regime"],
        standard=said["standard"],
        bank=said["bank"],
        reason=said["reason"],
        licence_valid_until=until,
        licence_covers=covers,
    )


def _licence(dossier: Dossier, said: Mapping[str, Any]) -> tuple[date | None, bool]:
    """As the filing read it. The first filings said none: the plan's was what was known then."""
    if "licence_covers" in said:
        return _day_or_none(said["licence_valid_until"]), said["licence_covers"]
    plan = dossier.plan
    return (plan.licence_valid_until, plan.licence_covers) if plan else (None, False)


def _roster(dossier: Dossier, fact: Recorded) -> None:
    klass = _class_of(dossier, fact)
    klass.roster_seq = fact.seq
    klass.admitted = fact.payload["admitted"]
    klass.manual_review = fact.payload["manual_review"]


def _admission(dossier: Dossier, fact: Recorded) -> None:
    klass = _class_of(dossier, fact)
    klass.manual_review -= 1
    klass.admitted += int(fact.payload["admit"])


def _intake_closed(dossier: Dossier, _: Recorded) -> None:
    dossier.intake_closed = True


def _registered(dossier: Dossier, fact: Recorded) -> None:
    klass = _class_of(dossier, fact)
    klass.registered, klass.registered_on = True, _day(fact.payload["registered_on"])


def _class_ended(dossier: Dossier, fact: Recorded) -> None:
    klass = _class_of(dossier, fact)
    klass.ended_on = _day(fact.payload["ended_on"])
    klass.delivered_half_hours = fact.payload["delivered_half_hours"]
    klass.online_half_hours = fact.payload["online_half_hours"]


def _scores(dossier: Dossier, fact: Recorded) -> None:
    klass = _class_of(dossier, fact)
    klass.scores_seq, klass.scores_by, klass.scores_at = fact.seq, fact.person_id, fact.at
    klass.passed, klass.failed = fact.payload["passed"], fact.payload["failed"]
    klass.absent, klass.missing_scores = fact.payload["absent"], fact.payload["missing"]
    klass.assessed_on = _day(fact.payload["assessed_on"])
    klass.confirmed_at = None


def _scores_confirmed(dossier: Dossier, fact: Recorded) -> None:
    _class_of(dossier, fact).confirmed_at = fact.at


def _score_corrected(dossier: Dossier, fact: Recorded) -> None:
    said = fact.payload
    _class_of(dossier, fact).corrections[said["correction_id"]] = Correction(
        said["enrolment_id"], fact.person_id, said["before"], said["after"]
    )


def _correction_decided(dossier: Dossier, fact: Recorded) -> None:
    klass = _class_of(dossier, fact)
    told = klass.corrections.pop(fact.payload["correction_id"])
    if fact.payload["confirmed"]:
        _count(klass, told.before, -1)
        _count(klass, told.after, 1)


def _count(klass: ClassFacts, result: str, change: int) -> None:
    """Misconduct counts among the failed, as in the score sheet."""
    klass.passed += change * (result == "pass")
    klass.failed += change * (result in ("fail", "misconduct"))
    klass.absent += change * (result == "absent")


def _survey_opened(dossier: Dossier, fact: Recorded) -> None:
    _class_of(dossier, fact).survey_closes_on = _day(fact.payload["closes_on"])


def _survey_summed_up(dossier: Dossier, fact: Recorded) -> None:
    klass = _class_of(dossier, fact)
    klass.survey_summed_up = True
    klass.survey_summed_up_at = fact.at


def _return_accepted(dossier: Dossier, fact: Recorded) -> None:
    dossier.returns_accepted_at = fact.at
    for no in fact.payload["class_nos"]:
        dossier.classes[no].reported_month = fact.payload["month"]


def _batched(dossier: Dossier, fact: Recorded) -> None:
    dossier.batched += fact.payload["count"]
    dossier.held += fact.payload.get("held", 0)


def _receipt(dossier: Dossier, fact: Recorded) -> None:
    dossier.accepted += fact.payload["accepted"]
    dossier.refused += fact.payload["refused"]


def _dropped(dossier: Dossier, _: Recorded) -> None:
    dossier.dropped += 1


def _checked(dossier: Dossier, fact: Recorded) -> None:
    for found in fact.payload["faults"]:
        dossier.faults[found["fault_id"]] = Fault(
            id=found["fault_id"], class_no=fact.payload["class_no"], due_on=_day(found["due_on"])
        )


def _rectified(dossier: Dossier, fact: Recorded) -> None:
    fault = _step(dossier, fact, Step.REPORT)
    fault.rectified_by, fault.rectified_at = fact.person_id, fact.at


def _reviewed(dossier: Dossier, fact: Recorded) -> None:
    fault = _step(dossier, fact, recheck_step(accepted=fact.payload["accepted"]))
    if fact.payload["due_on"]:
        fault.due_on = _day(fact.payload["due_on"])


def _step(dossier: Dossier, fact: Recorded, step: Step) -> Fault:
    fault = dossier.faults[fact.payload["fault_id"]]
    fault.state = after(fault.state, step) or fault.state
    return fault


def _timetable(dossier: Dossier, fact: Recorded) -> None:
    klass = _class_of(dossier, fact)
    klass.timetable_seq = fact.seq
    klass.timetable_half_hours = fact.payload["planned_half_hours"]
    klass.timetable_online_half_hours = fact.payload["planned_online_half_hours"]
    _held(klass, fact)


def _attendance(dossier: Dossier, fact: Recorded) -> None:
    klass = _class_of(dossier, fact)
    klass.attendance_seq = fact.seq
    _held(klass, fact)


def _held(klass: ClassFacts, fact: Recorded) -> None:
    klass.held_half_hours = fact.payload["held_half_hours"]
    klass.held_online_half_hours = fact.payload["held_online_half_hours"]


def _repinned(dossier: Dossier, fact: Recorded) -> None:
    klass, said = _class_of(dossier, fact), fact.payload
    klass.regime, klass.standard, klass.bank = said["regime"], said["standard"], said["bank"]
    klass.reason = said["reason"]


def _move_proposed(dossier: Dossier, fact: Recorded) -> None:
    said = fact.payload
    _class_of(dossier, fact).move_proposed = MoveProposed(
        seq=fact.seq, by=fact.person_id, on=shanghai_day(fact.at),
        regime=said["regime"], standard=said["standard"], bank=said["bank"], text=said["text"],
    )  # fmt: skip


def _move_decided(dossier: Dossier, fact: Recorded) -> None:
    klass = _class_of(dossier, fact)
    told, klass.move_proposed = klass.move_proposed, None
    if told and fact.payload["moved"]:
        on = shanghai_day(fact.at)
        klass.moved = Moved(on, told.text, regime_changed=told.regime != klass.regime)
        klass.regime, klass.standard, klass.bank = told.regime, told.standard, told.bank


def _silent(dossier: Dossier, fact: Recorded) -> None:
    _clock(Clocks.silent)(dossier, fact)
    if fact.payload["outcome"] == SilenceOutcome.RETURN:
        _back_to_the_provider(dossier, fact)


def _clock(
    change: Callable[[Clocks, Mapping[str, Any], date], None],
) -> Callable[[Dossier, Recorded], None]:
    """Facts about deadlines change the clocks and nothing else."""
    return lambda dossier, fact: change(dossier.clocks, fact.payload, shanghai_day(fact.at))


def _class_of(dossier: Dossier, fact: Recorded) -> ClassFacts:
    return dossier.classes[fact.payload["class_no"]]


_day = date.fromisoformat


def _day_or_none(text: str | None) -> date | None:
    return _day(text) if text else None


_FOLDS = {
    Kind.PLAN_SUBMITTED: _plan,
    Kind.REVIEW_SIGNED: _signed,
    Kind.SENT_BACK: _sent_back,
    Kind.REJECTED: _rejected,
    Kind.WITHDRAWN: _withdrawn,
    Kind.SUSPENDED: _suspended,
    Kind.RESUMED: _resumed,
    Kind.TERMINATED: _terminated,
    Kind.WAIVER_REQUESTED: _waiver_requested,
    Kind.WAIVER_GRANTED: _waiver_granted,
    Kind.CLASS_OPENED: _class_opened,
    Kind.ROSTER_IMPORTED: _roster,
    Kind.ADMISSION_DECIDED: _admission,
    Kind.INTAKE_CLOSED: _intake_closed,
    Kind.TRAINING_REGISTERED: _registered,
    Kind.CLASS_ENDED: _class_ended,
    Kind.SCORES_IMPORTED: _scores,
    Kind.SCORES_CONFIRMED: _scores_confirmed,
    Kind.SURVEY_OPENED: _survey_opened,
    Kind.SURVEY_SUMMED_UP: _survey_summed_up,
    Kind.RETURN_ACCEPTED: _return_accepted,
    Kind.CERTIFICATES_BATCHED: _batched,
    Kind.RECEIPT_IMPORTED: _receipt,
    Kind.CERTIFICATE_DROPPED: _dropped,
    Kind.TIMETABLE_FILED: _timetable,
    Kind.ATTENDANCE_RECORDED: _attendance,
    Kind.CHECK_RECORDED: _checked,
    Kind.RECTIFICATION_REPORTED: _rectified,
    Kind.CHECK_REVIEWED: _reviewed,
    Kind.SCORE_CORRECTED: _score_corrected,
    Kind.SCORE_CORRECTION_DECIDED: _correction_decided,
    Kind.CLASS_REPINNED: _repinned,
    Kind.CLASS_MOVE_PROPOSED: _move_proposed,
    Kind.CLASS_MOVE_DECIDED: _move_decided,
    Kind.DEADLINE_EXTENDED: _clock(Clocks.extended),
    Kind.URGED: _clock(Clocks.reminded),
    Kind.SILENCE_WARNED: _clock(Clocks.warned),
    Kind.SILENCE_NOTED: _silent,
    Kind.TAKEN_UP: _clock(Clocks.take_up),
    Kind.ORDER_GIVEN: _clock(Clocks.ordered),
    Kind.ORDER_ANSWERED: _clock(Clocks.answered),
    Kind.ORDER_CLOSED: _clock(Clocks.closed),
}
