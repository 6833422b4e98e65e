"""Scores corrected after they were settled, and what becomes of the returns that counted them."""

import pytest
from sqlmodel import Session, select

from states.actor import Actor
from states.errors import BadInput, NotAllowed, NotFound, NotYours
from states.records import (
    certificate_board,
    certificates,
    chain,
    corrections,
    return_deltas,
    returns,
)
from states.records.corrections import Marks
from states.records.inspections import Act
from states.records.passers import passers_of
from states.records.places import REMARK_TEXT
from states.records.tables import Mail, Remark
from states.records.vault import unseal
from states.rules.stages import Role, Stage
from tests.desks import Class
from tests.house import a_house


@pytest.fixture
def life(session: Session) -> Class:
    return Class(session, a_house(session))


def _return(life: Class, month: str = "2026-05") -> int:
    """The number of the district's return of a month."""
    return life.compiles(month)


def _signed(life: Class, number: int) -> None:
    for act, actor in (
        (returns.sign_prepared, life.house.first),
        (returns.sign_checked_and_submit, life.house.second),
    ):
        seen = returns.view(life.session, number).version
        act(life.session, number, actor=actor, at=life.at, seen=seen)


def test_E49_a_score_changed_after_acceptance_is_a_delta_of_the_next_return(life: Class) -> None:  # noqa: N802
    old = _return(life.reported())
    before = returns.view(life.session, old)
    life.decides(life.corrects(0, "fail", days=10))
    assert returns.view(life.session, old) == before, "old figures stay"
    assert len(passers_of(life.session, old)) == 4, "and so do its names"

    later = life.compiles("2026-06")
    figures = returns.view(life.session, later).figures
    (delta,) = figures["corrections"]
    told = [delta[name] for name in ("corrects", "month", "before", "after")]
    assert told == [old, "2026-05", "pass", "fail"]
    assert (delta["passed_before"], delta["passed_after"], figures["delta"]) == (4, 3, -1)
    assert (figures["passed"], figures["classes"]) == (0, [])
    (corrected,) = return_deltas.correcting(life.session, old)
    assert (corrected.carried_by, corrected.carried_in) == (later, "2026-06")
    assert "张示例" not in str(figures)


def test_a_correction_is_reported_once(life: Class) -> None:
    life.reported().decides(life.corrects(0, "fail", days=10))
    assert len(returns.view(life.session, life.compiles("2026-06")).figures["corrections"]) == 1
    assert len(returns.view(life.session, life.compiles("2026-06")).figures["corrections"]) == 1
    assert returns.view(life.session, life.compiles("2026-07")).figures["corrections"] == []


def test_a_correction_of_this_month_waits_for_the_return_of_this_month(life: Class) -> None:
    life.reported().decides(life.corrects(0, "fail", days=10))
    assert returns.view(life.session, life.compiles("2026-04")).figures["corrections"] == []


def test_two_corrections_of_a_class_count_one_after_the_other(life: Class) -> None:
    life.reported()
    life.decides(life.corrects(0, "fail", days=10))
    life.decides(life.corrects(4, "pass"))
    life.decides(life.corrects(0, "pass"))
    told = returns.view(life.session, life.compiles("2026-06")).figures
    steps = [(one["passed_before"], one["passed_after"]) for one in told["corrections"]]
    assert (steps, told["delta"]) == ([(4, 3), (3, 4), (4, 5)], 1)


def test_nothing_changes_before_a_second_person_decides(life: Class) -> None:
    life.reported()
    number = life.corrects(0, "fail")
    with pytest.raises(NotAllowed):
        life.corrects(0, "absent")
    alone = Actor(life.house.examiner.person_id, life.house.district_id, Role.REVIEWER)
    act = Act(life.id, alone, life.at)
    with pytest.raises(NotAllowed):
        corrections.decide(life.session, 1, number, confirm=True, act=act)
    with pytest.raises(BadInput):
        corrections.decide(life.session, 1, number, confirm=False, act=act)
    life.decides(number, confirm=False)
    with pytest.raises(NotAllowed):
        life.decides(number)
    (declined,) = corrections.of_class(life.session, life.class_id)
    assert declined.state == "declined"
    assert returns.view(life.session, life.compiles("2026-06")).figures["corrections"] == []


def test_an_earlier_month_takes_back_the_correction_that_a_later_draft_took(life: Class) -> None:
    life.reported().decides(life.corrects(0, "fail", days=10))
    later = life.compiles("2026-07")
    assert len(returns.view(life.session, later).figures["corrections"]) == 1
    earlier = life.compiles("2026-06")
    assert len(returns.view(life.session, earlier).figures["corrections"]) == 1
    figures = returns.view(life.session, later).figures
    assert (figures["corrections"], figures["delta"]) == ([], 0)


def test_a_correction_before_the_first_signature_is_counted_and_no_delta(life: Class) -> None:
    number = life.surveyed().compiles()
    waiting = life.corrects(0, "fail")
    codes = [f.code for f in returns.findings_of(life.session, returns.view(life.session, number))]
    assert codes == ["return_correction_is_open"]
    life.decides(waiting)
    with pytest.raises(NotAllowed) as refused:
        _signed(life, number)
    assert [f.code for f in refused.value.findings] == ["return_counts_old_scores"]
    life.compiles()
    figures = returns.view(life.session, number).figures
    assert (figures["passed"], figures["corrections"]) == (3, [])
    _signed(life, number)


def test_figures_do_not_change_after_the_first_signature(life: Class) -> None:
    number = life.surveyed().compiles()
    _signed(life, number)
    before = returns.view(life.session, number)
    life.decides(life.corrects(0, "fail"))
    life.compiles()
    assert returns.view(life.session, number) == before
    assert return_deltas.correcting(life.session, number) == [], "nothing was accepted yet"
    returns.accept(life.session, number, actor=life.house.centre, at=life.at, seen=before.version)
    assert len(return_deltas.correcting(life.session, number)) == 1
    later = returns.view(life.session, life.compiles("2026-05")).figures
    assert later["passed"] == 4
    assert len(returns.view(life.session, life.compiles("2026-06")).figures["corrections"]) == 1


def test_a_return_given_back_counts_the_corrected_score_and_carries_no_delta(life: Class) -> None:
    number = life.surveyed().compiles()
    _signed(life, number)
    life.decides(life.corrects(0, "fail"))
    seen = returns.view(life.session, number).version
    returns.give_back(
        life.session, number, text="成绩有更正", actor=life.house.centre, at=life.at, seen=seen
    )
    life.compiles()
    figures = returns.view(life.session, number).figures
    assert (figures["passed"], figures["corrections"]) == (3, [])


def test_a_certificate_of_somebody_who_did_not_pass_is_listed_to_be_revoked(life: Class) -> None:
    batch = life.reported().batch()
    assert batch is not None
    life.receipt(batch)
    life.wait(days=0)
    life.decides(life.corrects(0, "fail", days=10))
    assert life.outcome.stage is Stage.CERTIFIED
    later = life.compiles("2026-06")
    (named,) = return_deltas.to_revoke(life.session, later)
    assert (named.state, named.class_no, named.sheet_row) == ("accepted", 1, 3)
    assert return_deltas.to_revoke(life.session, later - 1) == [named], "and where it was counted"
    life.decides(life.corrects(0, "pass"))
    life.compiles("2026-06")
    assert return_deltas.to_revoke(life.session, later) == [], "the pass was given back"
    life.decides(life.corrects(0, "fail"))
    life.compiles("2026-06")
    assert return_deltas.to_revoke(life.session, later) == [named], "named once"


def test_a_certificate_leaves_the_list_once_two_persons_of_the_centre_have_revoked_it(
    life: Class,
) -> None:
    life.receipt(life.reported().batch() or 0)
    life.decides(life.corrects(0, "fail", days=10))
    number, centre = life.compiles("2026-06"), life.house.centre
    (named,) = return_deltas.to_revoke(life.session, number)
    change = chain.ask(
        life.session, named.id, chain.REVOKE, reason="成绩更正", actor=centre, at=life.at
    )
    (waits,) = return_deltas.to_revoke(life.session, number)
    assert (named.asked, waits.asked) == (False, True)
    other = Actor(life.house.first.person_id, centre.office_id, Role.CENTRE)
    chain.decide(life.session, named.id, change, agree=True, actor=other, at=life.at)
    assert return_deltas.to_revoke(life.session, number) == []


def test_who_passes_after_all_is_numbered_although_the_project_was_certified(life: Class) -> None:
    life.receipt(life.reported().batch() or 0)
    life.wait(days=0)
    assert life.batch() is None
    life.decides(life.corrects(4, "pass", days=10))
    assert life.outcome.stage is Stage.CERTIFIED
    later = life.batch()
    assert later is not None
    assert life.receipt(later).accepted == 1
    assert life.batch() is None


def test_who_fails_after_all_is_not_sent_again_after_a_refusal(life: Class) -> None:
    batch = life.reported().batch() or 0
    first = certificate_board.batch_rows(life.session, batch)[0]
    life.receipt(batch, refused=(first.serial,))
    certificates.release(life.session, certificate_id=first.id, actor=life.house.centre, at=life.at)
    life.decides(life.corrects(0, "fail", days=10))
    assert life.batch() is None
    (named,) = return_deltas.to_revoke(life.session, life.compiles("2026-06"))
    assert (named.serial, named.state) == (first.serial, "released")
    certificates.drop(
        life.session, certificate_id=first.id, text="成绩更正", actor=life.house.centre, at=life.at
    )
    assert return_deltas.to_revoke(life.session, life.compiles("2026-06")) == []


def test_a_correction_says_why_and_the_reason_is_sealed(life: Class) -> None:
    life.surveyed().corrects(0, "fail")
    remark = life.session.exec(select(Remark).order_by(Remark.id)).all()[-1]  # type: ignore[arg-type]
    assert unseal(life.session, REMARK_TEXT, remark.id, remark.text_sealed) == "登分有误"
    letters = life.session.exec(select(Mail).where(Mail.letter == "correction_to_confirm")).all()
    assert {mail.person_id for mail in letters} == {
        life.house.first.person_id, life.house.second.person_id,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("marks", "why"),
    [
        (Marks("pass", 900, 300, 600), "marks_do_not_fit"),
        (Marks("pass"), "marks_do_not_fit"),
        (Marks("absent", 900, 900, 900), "marks_do_not_fit"),
        (Marks("fail", 300, 1200, 700), "marks_do_not_fit"),
        (Marks("fail", 300, 850, 10000), "marks_do_not_fit"),
        (Marks("absent", total=650), "marks_do_not_fit"),
        (Marks("pass", 800, 850, 830), "score_is_the_same"),
    ],
)
def test_a_correction_that_makes_no_sense_is_refused(life: Class, marks: Marks, why: str) -> None:
    life.surveyed()
    act = Act(life.id, life.house.examiner, life.at)
    with pytest.raises(BadInput) as refused:
        corrections.register(
            life.session, 1, life.known()[0], marks=marks, words="登分有误", act=act
        )
    assert refused.value.params["why"] == why


def test_only_the_examiner_of_the_district_corrects_and_only_settled_scores(life: Class) -> None:
    life.held().scores("pass", "pass", "pass", "pass", "fail", "absent")
    with pytest.raises(NotAllowed):
        life.corrects(0, "fail")
    learner = life.known()[0]
    for actor, error in ((life.house.provider, NotYours), (life.house.first, NotYours)):
        with pytest.raises(error):
            corrections.register(
                life.session, 1, learner, marks=Marks("absent"), words="更正",
                act=Act(life.id, actor, life.at),
            )  # fmt: skip
    act = Act(life.id, life.house.examiner, life.at)
    with pytest.raises(NotFound):
        corrections.register(
            life.session, 1, learner + 999, marks=Marks("absent"), words="更正", act=act
        )
    with pytest.raises(NotFound):
        corrections.decide(life.session, 1, 999, confirm=True, act=act)
