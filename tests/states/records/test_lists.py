"""Lists of an evaluation body: two persons for one list, and nobody stands in clear."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from states import case_actions
from states.actor import Actor
from states.case_actions import CaseOutcome
from states.errors import BadInput, NotAllowed, NotFound, NotYours
from states.records import claims, lists, route_cases
from states.records.claims import ClaimRow
from states.records.lists import PasserList
from states.records.tables import Appointment, Office, Person
from states.rules.cases.book import book_on
from states.rules.cases.facts import CaseFact, Collected, ListConfirmed, RowsLeftOut
from states.rules.cases.kinds import CaseStage
from states.rules.cases.machine import replay
from states.rules.routes import Level, Route
from states.rules.stages import Role
from tests.house import NOON, a_house
from tests.templates.sheet_builders import number

SHEET, OTHER_SHEET = "a" * 64, "b" * 64


def passers(count: int) -> list[ClaimRow]:
    return [
        ClaimRow(
            sheet_row=3 + place,
            name=f"示例{place}",
            document="resident_id_card",
            number=number("19900506", place + 1),
            level=Level.ADVANCED,
            kind="ai_trainer_skill_level",
            result="3",
            phone="13900000001",
            source_number=f"S000031319900263{place:06}",
            evaluated_on=date(2026, 3, 13),
            awarded=True,
        )
        for place in range(count)
    ]


def a_list(count: int = 3, *, refused: int = 0, sheet: str = SHEET, **changes: Any) -> PasserList:  # noqa: ANN401
    usual: dict[str, Any] = {
        "route": Route.EVALUATION, "title": "第一季度合格名单", "year": 2026,
        "rows": passers(count), "refused": refused, "filename": "名单.xlsx", "sha256": sheet,
        "report": (),
    }  # fmt: skip
    return PasserList(**(usual | changes))


class Body:
    """An evaluation body with two persons, and what they do with a list."""

    def __init__(self, session: Session) -> None:
        self.session = session
        office = Office(
            kind="evaluation_body", code="E001", name_zh="上海示例评价中心", name_en="E"
        )
        session.add(office)
        session.flush()
        self.first, self.second = (self._person(office.id, name) for name in ("甲", "乙"))

    def _person(self, office_id: int, name: str) -> Actor:
        person = Person(name=name, email=f"{name}@office.example.invalid")
        self.session.add(person)
        self.session.flush()
        role = Role.EVALUATOR
        since = date(2025, 1, 1)
        held = Appointment(person_id=person.id, office_id=office_id, role=role, since=since)
        self.session.add(held)
        self.session.flush()
        return Actor(person.id, office_id, role, "story")

    def hands_in(
        self, given: PasserList, *, code: str = "", by: Actor | None = None
    ) -> CaseOutcome:
        return lists.hand_in(
            self.session, given, actor=by or self.first, at=NOON, code=code
        )  # fmt: skip

    def says(self, case: CaseOutcome, fact: CaseFact, by: Actor) -> CaseOutcome:
        return case_actions.record(self.session, case.case_id, fact, actor=by, at=NOON)


@pytest.fixture
def body(session: Session) -> Body:
    a_house(session)
    return Body(session)


def reasons(refused: pytest.ExceptionInfo[NotAllowed]) -> list[str]:
    return [finding.code for finding in refused.value.findings]


def test_a_list_is_confirmed_by_a_second_person_and_then_awaits_its_certificates(
    body: Body,
) -> None:
    handed_in = body.hands_in(a_list())
    assert (handed_in.code, handed_in.stage) == ("E001-PJ-2026-001", CaseStage.FILED)
    with pytest.raises(NotAllowed) as alone:
        body.says(handed_in, ListConfirmed(sheet_sha256=SHEET), body.first)
    assert reasons(alone) == ["list_needs_another_person"]
    confirmed = body.says(handed_in, ListConfirmed(sheet_sha256=SHEET), body.second)
    assert confirmed.stage is CaseStage.CONFIRMED
    assert [finding.code for finding in confirmed.findings] == ["every_award_is_answered"]
    collected = body.says(handed_in, Collected(numbered=2, dropped=1), body.second)
    assert collected.stage is CaseStage.COLLECTED


def test_the_facts_told_again_give_the_same_stage(body: Body) -> None:
    case = body.hands_in(a_list())
    body.says(case, ListConfirmed(sheet_sha256=SHEET), body.second)
    told = route_cases.facts_of(body.session, case.case_id)
    book = book_on(Route.EVALUATION, date(2026, 4, 1))
    assert replay(told, Route.EVALUATION, book) is CaseStage.CONFIRMED
    signers = body.session.connection().execute(
        text("SELECT first_signer_id, second_signer_id FROM route_case WHERE id = :id"),
        {"id": case.case_id},
    )
    assert tuple(signers.one()) == (body.first.person_id, body.second.person_id)


def test_refused_rows_wait_for_a_word_before_anybody_confirms(body: Body) -> None:
    case = body.hands_in(a_list(3, refused=2))
    with pytest.raises(NotAllowed) as early:
        body.says(case, ListConfirmed(sheet_sha256=SHEET), body.second)
    assert reasons(early) == ["refused_rows_are_settled"]
    body.says(case, RowsLeftOut(sheet_sha256=SHEET), body.first)
    with pytest.raises(NotAllowed) as again:
        body.says(case, RowsLeftOut(sheet_sha256=SHEET), body.first)
    assert reasons(again) == ["no_row_was_refused"]
    confirmed = body.says(case, ListConfirmed(sheet_sha256=SHEET), body.second)
    assert confirmed.stage is CaseStage.CONFIRMED


def test_a_later_list_takes_the_place_of_the_first_and_needs_its_own_second_person(
    body: Body,
) -> None:
    case = body.hands_in(a_list(3, refused=2))
    mended = a_list(5, sheet=OTHER_SHEET, title="更正后的名单")
    assert body.hands_in(mended, code=case.code, by=body.second).code == case.code
    assert len(claims.of_case(body.session, case.case_id)) == 5
    with pytest.raises(NotAllowed) as stale:
        body.says(case, ListConfirmed(sheet_sha256=SHEET), body.second)
    assert reasons(stale) == ["list_was_replaced", "list_needs_another_person"]
    confirmed = body.says(case, ListConfirmed(sheet_sha256=OTHER_SHEET), body.first)
    assert confirmed.stage is CaseStage.CONFIRMED
    with pytest.raises(NotAllowed) as late:
        body.hands_in(a_list(1, sheet="c" * 64), code=case.code)
    assert reasons(late)[0] == "case_fact_does_not_fit_the_stage"
    assert len(claims.of_case(body.session, case.case_id)) == 5


def test_a_list_taken_back_leaves_nobody_behind_and_may_come_again(body: Body) -> None:
    case = body.hands_in(a_list())
    with pytest.raises(BadInput) as twice:
        body.hands_in(a_list())
    assert twice.value.params == {"why": "list_handed_in_before", "code": case.code}
    found = route_cases.find(body.session, body.first, case.code, route=Route.EVALUATION)
    gone = lists.withdraw(body.session, found, words="重新核对", actor=body.second, at=NOON)
    assert gone.stage is CaseStage.WITHDRAWN
    assert claims.of_case(body.session, case.case_id) == []
    assert body.hands_in(a_list()).code == "E001-PJ-2026-002"


def test_a_list_without_a_good_row_stores_nothing(body: Body) -> None:
    with pytest.raises(BadInput) as refused:
        body.hands_in(a_list(0, refused=4))
    assert refused.value.params["why"] == "list_without_good_rows"
    assert body.session.connection().execute(text("SELECT count(*) FROM route_case")).scalar() == 0


def test_names_numbers_and_phones_of_a_list_stand_sealed(body: Body) -> None:
    case = body.hands_in(a_list(1))
    rows = body.session.connection().execute(text("SELECT c::text FROM claim c")).scalars().all()
    for clear in ("示例0", number("19900506", 1), "13900000001", "S000031319900263000000"):
        assert all(clear not in row and clear.encode().hex() not in row for row in rows)
    (one,) = claims.of_case(body.session, case.case_id)
    assert (one.name, one.source_number, one.awarded) == ("示例0", "S000031319900263000000", True)


def test_nobody_of_another_office_or_role_sees_or_hands_in(body: Body, session: Session) -> None:
    case = body.hands_in(a_list())
    stranger = Actor(body.first.person_id, body.first.office_id, Role.ORGANISER, "story")
    with pytest.raises(NotYours):
        body.hands_in(a_list(1, sheet=OTHER_SHEET), by=stranger)
    elsewhere = Actor(body.first.person_id, 1, Role.EVALUATOR, "story")
    with pytest.raises(NotFound):
        route_cases.find(session, elsewhere, case.code, route=Route.EVALUATION)
    with pytest.raises(NotFound):
        route_cases.find(session, body.first, case.code, route=Route.EXAM)
