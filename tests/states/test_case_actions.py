"""The life of a contest through its one door: what each fact allows, and what it refuses."""

import pytest
from sqlalchemy import text
from sqlmodel import Session

from states import case_actions
from states.errors import NotAllowed, NotFound, NotYours, ProjectMoved
from states.records import case_board, claims, outbox, route_cases
from states.rules.cases.facts import (
    Collected,
    CutDecided,
    FilingAccepted,
    LateFilingAllowed,
    Rejected,
    ResultsConfirmed,
    SentBack,
    Withdrawn,
)
from states.rules.cases.kinds import CaseStage
from states.rules.deadlines import shanghai_day
from states.rules.routes import Route
from tests.house import _office, _person
from tests.route_house import HELD_ON, Contest, Organised, a_filing, a_sheet, organised

HUNDRED = tuple(range(1000, 500, -5))
TIED = (*range(1000, 520, -10), *[500] * 4, *range(480, 0, -10))


@pytest.fixture
def told(session: Session) -> Organised:
    return organised(session)


@pytest.fixture
def contest(session: Session, told: Organised) -> Contest:
    return Contest(session, told)


def codes(caught: pytest.ExceptionInfo[NotAllowed]) -> list[str]:
    return [finding.code for finding in caught.value.findings]


def awarded(contest: Contest) -> int:
    return sum(claim.awarded for claim in claims.of_case(contest.session, contest.id))


def letters(contest: Contest) -> list[str]:
    found = contest.session.connection().execute(
        text("SELECT letter FROM outbox WHERE context->>'case' = :id ORDER BY id"),
        {"id": str(contest.id)},
    )
    return list(found.scalars())


def test_a_contest_from_filing_to_collected(contest: Contest) -> None:
    assert contest.accepted().stage is CaseStage.ACCEPTED
    contest.results(a_sheet(*HUNDRED, 5, void=3), days=20)
    assert contest.stage is CaseStage.HELD
    assert (awarded(contest), len(claims.of_case(contest.session, contest.id))) == (50, 104)
    confirmed = contest.confirmed(contest.house.second)
    assert confirmed.stage is CaseStage.CONFIRMED
    row = contest.case()
    assert (row.first_signer_id, row.second_signer_id) == (
        contest.house.first.person_id, contest.house.second.person_id,
    )  # fmt: skip
    open_still = contest.says(Collected(numbered=49), contest.house.first)
    assert open_still.stage is CaseStage.CONFIRMED
    assert contest.outcome.findings[0].params["open"] == 1
    contest.says(Collected(numbered=49, dropped=1), contest.house.first)
    assert contest.stage is contest.replayed() is CaseStage.COLLECTED


def test_the_ledger_has_every_fact_and_move_without_a_gap(contest: Contest) -> None:
    contest.held(900, 800).confirmed(contest.house.second)
    file = case_board.file_of(
        contest.session, contest.house.first, contest.outcome.code,
        route=Route.CONTEST, today=shanghai_day(contest.at),
    )  # fmt: skip
    assert [(e.seq, e.kind, e.name) for e in file.entries] == [
        (1, "fact", "contest_filed"), (2, "fact", "filing_accepted"), (3, "move", "accept"),
        (4, "fact", "results_imported"), (5, "move", "hold"), (6, "fact", "results_confirmed"),
        (7, "move", "confirm"),
    ]  # fmt: skip
    assert all(entry.regime == "contest-2026" for entry in file.entries)
    assert contest.case().moves == 3
    kept = contest.session.connection().execute(text("SELECT regime FROM rulebook_used"))
    assert "contest-2026" in set(kept.scalars())


def test_whoever_has_to_act_gets_a_letter(contest: Contest) -> None:
    contest.held(900, 800).confirmed(contest.house.second)
    assert letters(contest) == [
        *["case_filed"] * 2, "case_accepted", *["case_to_confirm"] * 2, "case_confirmed",
    ]  # fmt: skip


def test_E39_a_tie_across_the_cut_waits_for_a_decision(contest: Contest) -> None:  # noqa: N802
    contest.held(*TIED)
    assert contest.stage is CaseStage.ACCEPTED
    (finding,) = contest.outcome.findings
    assert (finding.code, finding.clause) == ("cut_is_decided", "A19")
    assert finding.params == {"cut": 50, "low": 48, "high": 52}
    assert awarded(contest) == 48
    contest.decides("high", contest.house.second)
    assert (contest.stage, awarded(contest)) == (CaseStage.HELD, 52)
    contest.decides("low", contest.house.first)
    assert awarded(contest) == 48
    with pytest.raises(NotAllowed) as caught:
        contest.confirmed(contest.house.first)
    assert codes(caught) == ["results_need_another_person"]
    contest.confirmed(contest.house.second)
    assert contest.stage is contest.replayed() is CaseStage.CONFIRMED


@pytest.mark.parametrize(("valid", "cut"), [(1, 0), (2, 1), (3, 1), (101, 50)])
def test_E40_half_of_the_valid_rounded_down(  # noqa: N802
    contest: Contest, valid: int, cut: int
) -> None:
    contest.held(*range(1000, 1000 - valid, -1))
    assert (contest.stage, awarded(contest)) == (CaseStage.HELD, cut)


def test_E41_a_late_filing_needs_the_decision_of_a_second_person(  # noqa: N802
    contest: Contest,
) -> None:
    contest.filed(held_on=shanghai_day(contest.at)).says(FilingAccepted(), contest.house.first)
    assert contest.stage is CaseStage.FILED
    assert [f.code for f in contest.outcome.findings] == ["contest_is_filed_before_its_day"]
    allowed = LateFilingAllowed(text="因台风改期")
    with pytest.raises(NotAllowed) as caught:
        contest.says(allowed, contest.house.first)
    assert codes(caught) == ["late_filing_needs_another_person"]
    contest.says(allowed, contest.house.second)
    assert contest.stage is contest.replayed() is CaseStage.ACCEPTED


def test_a_filing_in_time_is_not_allowed_late(contest: Contest) -> None:
    with pytest.raises(NotAllowed) as caught:
        contest.filed().says(LateFilingAllowed(text="?"), contest.house.second)
    assert codes(caught) == ["filing_is_not_late"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"bank": "2025"}, "contest_has_its_own_bank"),
        ({"held_on": HELD_ON.replace(year=2027)}, "contest_lies_in_the_year"),
    ],
)
def test_a_filing_against_the_rules_stays_where_it_is(
    contest: Contest, changes: dict[str, object], code: str
) -> None:
    contest.filed(**changes).says(FilingAccepted(), contest.house.first)
    assert contest.stage is CaseStage.FILED
    assert [f.code for f in contest.outcome.findings] == [code]


def test_no_results_before_the_filing_is_accepted_or_the_day_has_come(contest: Contest) -> None:
    with pytest.raises(NotAllowed) as caught:
        contest.filed().results(a_sheet(900))
    assert codes(caught)[0] == "case_fact_does_not_fit_the_stage"
    contest.says(FilingAccepted(), contest.house.first)
    with pytest.raises(NotAllowed) as caught:
        contest.results(a_sheet(900))
    assert codes(caught) == ["contest_is_still_to_come"]
    assert claims.of_case(contest.session, contest.id) == []


def test_a_corrected_sheet_replaces_the_earlier_until_it_is_confirmed(contest: Contest) -> None:
    contest.held(900, 800).results(a_sheet(900, 800, 700, 600))
    assert (contest.stage, awarded(contest)) == (CaseStage.HELD, 2)
    contest.results(a_sheet(700, 700))
    assert (contest.stage, awarded(contest)) == (CaseStage.ACCEPTED, 0)
    assert contest.replayed() is CaseStage.ACCEPTED
    contest.results(a_sheet(900, 600)).confirmed(contest.house.second)
    with pytest.raises(NotAllowed) as caught:
        contest.results(a_sheet(900, 500))
    assert codes(caught)[0] == "case_fact_does_not_fit_the_stage"
    assert awarded(contest) == 1


def test_a_send_back_is_answered_by_what_was_sent_back(contest: Contest) -> None:
    sent_back = SentBack(text="请补充裁判回避措施")
    contest.filed().says(sent_back, contest.house.first)
    assert contest.stage is CaseStage.RETURNED
    with pytest.raises(NotAllowed) as caught:
        contest.results(a_sheet(900))
    assert "results_need_an_accepted_filing" in codes(caught)
    contest.says(a_filing(title="新名称"), contest.organiser)
    assert (contest.stage, contest.case().title) == (CaseStage.FILED, "新名称")
    contest.says(FilingAccepted(), contest.house.first).results(a_sheet(900, 800), days=20)
    contest.says(sent_back, contest.house.second).results(a_sheet(900, 700))
    assert contest.stage is contest.replayed() is CaseStage.HELD


def test_the_end_of_a_case(session: Session, told: Organised) -> None:
    gone = Contest(session, told).filed().says(Withdrawn(text="活动取消"), told.organiser)
    refused = Contest(session, told).filed().says(Rejected(text="非本区"), told.house.first)
    assert (gone.stage, refused.stage) == (CaseStage.WITHDRAWN, CaseStage.REJECTED)
    with pytest.raises(NotAllowed):
        refused.says(FilingAccepted(), told.house.first)


def test_roles_and_offices_are_kept_apart(session: Session, contest: Contest) -> None:
    contest.filed()
    with pytest.raises(NotYours):
        contest.says(FilingAccepted(), contest.organiser)
    with pytest.raises(NotYours):
        case_actions.file(
            session, a_filing(), route=Route.CONTEST, district_id=contest.house.district_id,
            actor=contest.house.first, at=contest.at,
        )  # fmt: skip
    other = _person(
        session,
        _office(session, "district", "PD", name="浦东"),
        contest.house.first.role,
        number=70,
    )
    with pytest.raises(NotFound):
        contest.says(FilingAccepted(), other)
    for who, seen in ((other, 0), (contest.house.first, 1), (contest.organiser, 1),
                      (contest.house.centre, 1), (contest.house.provider, 0)):  # fmt: skip
        assert case_board.list_of(session, who, Route.CONTEST)[1] == seen
    with pytest.raises(NotFound):
        route_cases.find(session, other, contest.outcome.code, route=Route.CONTEST)


def test_whoever_saw_an_older_page_changes_nothing(contest: Contest) -> None:
    contest.accepted()
    with pytest.raises(ProjectMoved):
        case_actions.record(
            contest.session, contest.id, Rejected(text="?"), actor=contest.house.first,
            at=contest.at, seen_moves=0,
        )  # fmt: skip
    assert contest.case().stage == CaseStage.ACCEPTED


def test_a_letter_names_the_case_and_leads_to_its_page(session: Session, told: Organised) -> None:
    contest = Contest(session, told).filed()
    leased = outbox.lease(
        session, at=contest.at, machine_now=contest.at, limit=10, lease_seconds=60
    )
    told_of = outbox.contexts_for(session, leased, at=contest.at, base_url="http://x")
    context = next(iter(told_of.values()))
    assert context["link"] == f"http://x/contests/{contest.outcome.code}"
    assert "人工智能应用岗位练兵" in str(context["case"])


def test_nobody_confirms_a_sheet_they_did_not_see(contest: Contest) -> None:
    contest.held(900, 800, 700, 600)
    seen = contest.sheet
    contest.results(a_sheet(910, 900, 890, 880, 870, 860))
    for fact in (
        ResultsConfirmed(sheet_sha256=seen),
        CutDecided(sheet_sha256=seen, bound="high", text="同意"),
    ):
        with pytest.raises(NotAllowed) as caught:
            contest.says(fact, contest.house.second)
        assert "results_were_replaced" in codes(caught)
    assert contest.confirmed(contest.house.second).stage is CaseStage.CONFIRMED


def test_a_contest_filed_again_begins_without_its_old_people(contest: Contest) -> None:
    contest.held(900, 800, 700)
    contest.says(SentBack(text="请补正"), contest.house.second)
    assert (awarded(contest), len(claims.of_case(contest.session, contest.id))) == (0, 3)
    contest.says(a_filing(), contest.organiser)
    assert claims.of_case(contest.session, contest.id) == []


def test_a_rejected_contest_awards_nobody(contest: Contest) -> None:
    contest.held(900, 800, 700)
    contest.says(Rejected(text="不属实"), contest.house.second)
    assert (awarded(contest), contest.stage) == (0, CaseStage.REJECTED)
