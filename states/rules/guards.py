"""One small rule per clause: each looks at the facts and objects, or does not.

A rule says why it objects in the parameters of its sentence (`words.toml`, section `finding`).
How heavily the objection weighs is the rulebook's to say. Hours are halves of a class hour.
"""

from collections.abc import Mapping

import states.rules.licences
import states.rules.silence  # noqa: F401  both register their rules
from states.rules.binding import the_plan
from states.rules.dossier import ClassFacts, Dossier
from states.rules.facts import Kind
from states.rules.findings import SYSTEM_DEFAULT
from states.rules.halves import hours
from states.rules.rule import FINE, OBJECTS, RULES, Objection, class_rule, project_rule
from states.rules.rulebook import Rulebook

__all__ = ["CURES", "RULES"]


# ── The plan ────────────────────────────────────────────────────────────────────────────────────
@project_rule("C02", cure=Kind.PLAN_SUBMITTED)
def plan_reaches_the_hours(dossier: Dossier, book: Rulebook) -> Objection:
    """A course has 40 class hours; at least (A03)."""
    planned, wanted = the_plan(dossier).total_half_hours, book.limits.hours.half_hours
    return FINE if planned >= wanted else {"planned": hours(planned), "wanted": hours(wanted)}


@project_rule("A03")
def plan_stays_within_the_hours(dossier: Dossier, book: Rulebook) -> Objection:
    """More than 40 class hours is worth a word."""
    planned, wanted = the_plan(dossier).total_half_hours, book.limits.hours.half_hours
    return FINE if planned <= wanted else {"planned": hours(planned), "wanted": hours(wanted)}


@project_rule("C04", cure=Kind.PLAN_SUBMITTED)
def plan_online_share_is_at_most_half(dossier: Dossier, book: Rulebook) -> Objection:
    """Online hours are at most half of the planned total; the half itself is allowed."""
    plan = the_plan(dossier)
    return _share(plan.online_half_hours, plan.total_half_hours, book)


@project_rule("C07", cure=Kind.PLAN_SUBMITTED)
def employer_is_named(dossier: Dossier, book: Rulebook) -> Objection:
    """Targeted and enterprise training are for a named employer (C07, C08)."""
    plan = the_plan(dossier)
    return FINE if plan.employer or not book.channels[plan.channel].employer_required else OBJECTS


@project_rule(SYSTEM_DEFAULT, cure=Kind.WAIVER_GRANTED)
def class_size_is_usual(dossier: Dossier, book: Rulebook) -> Objection:
    """A class that is unusually small or large needs a waiver."""
    size, usual = the_plan(dossier).class_size, book.limits.class_size
    if usual.least <= size <= usual.most:
        return FINE
    return {"size": size, "least": usual.least, "most": usual.most}


@project_rule("C12", cure=Kind.REVIEW_SIGNED)
def persons_of_the_district_signed(dossier: Dossier, book: Rulebook) -> Objection:
    """Different persons of the district signed under the plan, as many as the channel asks."""
    wanted = book.channels[the_plan(dossier).channel].signatures
    signed = len(set(dossier.signers))
    return FINE if signed >= wanted else {"signed": signed, "wanted": wanted}


# ── Opening ─────────────────────────────────────────────────────────────────────────────────────
@project_rule("C12", cure=Kind.CLASS_OPENED)
def class_is_opened(dossier: Dossier, _: Rulebook) -> Objection:
    """At least one class has filed its opening."""
    return FINE if dossier.classes else OBJECTS


@class_rule("C12", cure=Kind.CLASS_OPENED)
def class_opens_after_approval(klass: ClassFacts, dossier: Dossier, _: Rulebook) -> Objection:
    """No class opens before its plan was approved."""
    approved = dossier.approved_on
    if approved is None or klass.opens_on >= approved:
        return FINE
    return {"opens_on": klass.opens_on.isoformat(), "approved_on": approved.isoformat()}


@class_rule("A22")
def class_opens_as_planned(klass: ClassFacts, dossier: Dossier, _: Rulebook) -> Objection:
    """The first session decides the regime; another day than planned is worth a word (E05)."""
    planned = the_plan(dossier).opens_on
    if klass.no != 1 or klass.opens_on == planned:
        return FINE
    return {"opens_on": klass.opens_on.isoformat(), "planned": planned.isoformat()}


@class_rule(SYSTEM_DEFAULT)
def class_is_filed_in_time(klass: ClassFacts, _: Dossier, __: Rulebook) -> Objection:
    """The opening is filed no later than on the day of the first session."""
    return FINE if klass.filed_on <= klass.opens_on else {"filed_on": klass.filed_on.isoformat()}


@class_rule("C10", cure=Kind.ROSTER_IMPORTED)
def class_has_learners(klass: ClassFacts, _: Dossier, __: Rulebook) -> Objection:
    """The roster of the class is in, and somebody on it may learn."""
    return FINE if klass.admitted + klass.manual_review > 0 else OBJECTS


@class_rule("A06", cure=Kind.ADMISSION_DECIDED)
def admissions_are_decided(klass: ClassFacts, _: Dossier, __: Rulebook) -> Objection:
    """The district has decided about every learner whom the rules left open."""
    return FINE if klass.manual_review == 0 else {"open": klass.manual_review}


@project_rule("C45")
def opening_day_is_reached(dossier: Dossier, _: Rulebook) -> Objection:
    """A project runs from the first session of its first class on; time alone brings that."""
    if not dossier.classes:
        return FINE
    first = min(klass.opens_on for klass in dossier.classes.values())
    return FINE if first <= dossier.today else {"opens_on": first.isoformat()}


# ── Delivery and assessment ─────────────────────────────────────────────────────────────────────
@project_rule(SYSTEM_DEFAULT, cure=Kind.CLASS_OPENED)
def planned_classes_are_opened(dossier: Dossier, _: Rulebook) -> Objection:
    """Every planned class was opened, or the provider closed the intake."""
    opened, planned = len(dossier.classes), the_plan(dossier).class_count
    if opened >= planned or dossier.intake_closed:
        return FINE
    return {"opened": opened, "planned": planned}


@class_rule("C02", cure=Kind.CLASS_ENDED)
def class_has_ended(klass: ClassFacts, _: Dossier, __: Rulebook) -> Objection:
    """The class was held to its end."""
    return OBJECTS if klass.ended_on is None else FINE


@class_rule("C02", cure=Kind.CLASS_ENDED)
def delivery_reaches_the_hours(klass: ClassFacts, _: Dossier, book: Rulebook) -> Objection:
    """What was delivered reaches 40 class hours too (E14)."""
    delivered, wanted = klass.taught_half_hours, book.limits.hours.half_hours
    if klass.ended_on is None or delivered >= wanted:
        return FINE
    return {"delivered": hours(delivered), "wanted": hours(wanted)}


@class_rule("C04", cure=Kind.CLASS_ENDED)
def delivered_online_share_is_at_most_half(
    klass: ClassFacts, _: Dossier, book: Rulebook
) -> Objection:
    """The share is checked again on what was delivered (A04, E13)."""
    if klass.ended_on is None:
        return FINE
    return _share(klass.taught_online_half_hours, klass.taught_half_hours, book)


@class_rule("C02", cure=Kind.ATTENDANCE_RECORDED)
def declared_hours_are_the_recorded_ones(klass: ClassFacts, _: Dossier, __: Rulebook) -> Objection:
    """The attendance counts; another total declared at the end is worth a word."""
    return _as_recorded(klass, klass.delivered_half_hours, klass.held_half_hours)


@class_rule("C04", cure=Kind.ATTENDANCE_RECORDED)
def declared_online_hours_are_the_recorded_ones(
    klass: ClassFacts, _: Dossier, __: Rulebook
) -> Objection:
    """The same of the online part (C03, C04)."""
    return _as_recorded(klass, klass.online_half_hours, klass.held_online_half_hours)


@class_rule("C14", cure=Kind.TRAINING_REGISTERED)
def training_is_registered(klass: ClassFacts, dossier: Dossier, book: Rulebook) -> Objection:
    """The class stands in the city's training information system; late or missing is said (A11)."""
    wanted = book.channels[the_plan(dossier).channel].registration_required
    return FINE if klass.registered or not wanted else OBJECTS


@class_rule("C14")
def training_is_registered_in_time(
    klass: ClassFacts, dossier: Dossier, book: Rulebook
) -> Objection:
    """A class that must stand in the city's system stands there when it opens; late is said."""
    wanted = book.channels[the_plan(dossier).channel].registration_required
    if not wanted or klass.registered_on is None or not klass.days_late_registered:
        return FINE
    return {
        "registered_on": klass.registered_on.isoformat(),
        "opens_on": klass.opens_on.isoformat(),
        "days": klass.days_late_registered,
    }


@class_rule("C17", cure=Kind.SCORES_IMPORTED)
def every_learner_has_a_score(klass: ClassFacts, _: Dossier, __: Rulebook) -> Objection:
    """The district registered a result for every learner of the class."""
    if not klass.scores_seq:
        return {"missing": klass.admitted}
    return FINE if klass.missing_scores == 0 else {"missing": klass.missing_scores}


@class_rule("C17", cure=Kind.SCORES_CONFIRMED)
def scores_are_confirmed(klass: ClassFacts, _: Dossier, __: Rulebook) -> Objection:
    """A second person of the district confirmed the scores."""
    return OBJECTS if klass.scores_seq and klass.confirmed_at is None else FINE


@class_rule("C13", cure=Kind.CHECK_REVIEWED)
def findings_are_crossed_off(klass: ClassFacts, dossier: Dossier, _: Rulebook) -> Objection:
    """Whatever a check of the class found was put right, looked at again and crossed off (销号)."""
    left = dossier.open_faults(klass.no)
    return {"open": left} if left else FINE


# ── Survey, return, certificates ────────────────────────────────────────────────────────────────
@class_rule("C19")
def survey_is_summed_up(klass: ClassFacts, _: Dossier, __: Rulebook) -> Objection:
    """The satisfaction survey of the class has closed and was added up (C19-C21)."""
    if klass.survey_summed_up:
        return FINE
    return {"closes_on": klass.survey_closes_on.isoformat() if klass.survey_closes_on else "—"}


@class_rule("C18", cure=Kind.RETURN_ACCEPTED)
def class_is_in_an_accepted_return(klass: ClassFacts, _: Dossier, __: Rulebook) -> Objection:
    """The centre accepted a monthly return that names the class."""
    return FINE if klass.reported_month else OBJECTS


@project_rule("C22", cure=Kind.CERTIFICATES_BATCHED)
def certificates_are_numbered(dossier: Dossier, _: Rulebook) -> Objection:
    """Every passer has a numbered certificate in a batch, or one that is held (A24)."""
    missing = dossier.passers - dossier.batched - dossier.held
    return FINE if missing <= 0 else {"missing": missing}


@project_rule("C22", cure=Kind.RECEIPT_IMPORTED)
def receipt_answers_every_certificate(dossier: Dossier, _: Rulebook) -> Objection:
    """Every certificate stands in the city's system, or was given up with a reason."""
    open_ones = dossier.batched - dossier.accepted - dossier.dropped
    return FINE if open_ones <= 0 else {"open": open_ones, "refused": dossier.refused}


@project_rule(SYSTEM_DEFAULT)
def somebody_passed(dossier: Dossier, _: Rulebook) -> Objection:
    """A project in which nobody passed is closed without a certificate, and says so."""
    return FINE if dossier.passers else OBJECTS


# ── Side exits: each holds when somebody recorded the fact ──────────────────────────────────────
@project_rule(SYSTEM_DEFAULT, cure=Kind.WITHDRAWN)
def provider_withdrew(dossier: Dossier, _: Rulebook) -> Objection:
    """The provider took the project back."""
    return FINE if dossier.withdrawn else OBJECTS


@project_rule("C12", cure=Kind.REJECTED)
def district_rejected(dossier: Dossier, _: Rulebook) -> Objection:
    """A reviewer refused the plan with a reason."""
    return FINE if dossier.rejected else OBJECTS


@project_rule(SYSTEM_DEFAULT, cure=Kind.SENT_BACK)
def district_sent_back(dossier: Dossier, _: Rulebook) -> Objection:
    """A reviewer asked the provider to complete the plan."""
    return FINE if dossier.sent_back else OBJECTS


@project_rule("C12", cure=Kind.PLAN_SUBMITTED)
def provider_answered_the_send_back(dossier: Dossier, _: Rulebook) -> Objection:
    """The provider handed in the completed plan."""
    return OBJECTS if dossier.sent_back else FINE


@project_rule("C13", cure=Kind.TERMINATED)
def district_terminated(dossier: Dossier, _: Rulebook) -> Objection:
    """The district ended the project."""
    return FINE if dossier.terminated else OBJECTS


@project_rule("C13", cure=Kind.SUSPENDED)
def district_suspended(dossier: Dossier, _: Rulebook) -> Objection:
    """The district stopped the project's clock."""
    return FINE if dossier.suspended else OBJECTS


@project_rule("C13", cure=Kind.RESUMED)
def district_resumed(dossier: Dossier, _: Rulebook) -> Objection:
    """The district let the project go on."""
    return OBJECTS if dossier.suspended else FINE


def _as_recorded(klass: ClassFacts, declared: int, recorded: int) -> Objection:
    if klass.ended_on is None or not klass.attendance_seq or declared == recorded:
        return FINE
    return {"declared": hours(declared), "recorded": hours(recorded)}


def _share(online: int, total: int, book: Rulebook) -> Objection:
    if book.limits.online_share.allows(online, total):
        return FINE
    return {"online": hours(online), "total": hours(total)}


CURES: Mapping[str, Kind | None] = {name: rule.cure for name, rule in RULES.items()}
