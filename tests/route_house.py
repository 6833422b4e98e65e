"""Contests for stories: a district, an organiser, and a case that lives by real facts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from states import case_actions
from states.actor import Actor
from states.records import contests, route_cases, vault
from states.records.claims import ClaimRow
from states.records.contests import ResultSheet
from states.records.places import CLAIM_NAME, LEARNER_NUMBER
from states.records.tables import Claim, Learner, RouteCase
from states.rules.cases.facts import (
    CaseFact,
    ContestFiled,
    CutDecided,
    FilingAccepted,
    ResultsConfirmed,
)
from states.rules.cases.kinds import CaseStage
from states.rules.contest import Standing, cut_of, places_of
from states.rules.identity import check_digit
from states.rules.routes import Level, Route
from states.rules.stages import Role
from tests.house import NOON, House, _office, _person, a_house

HELD_ON = date(2026, 4, 18)


def a_filing(**changes: Any) -> ContestFiled:  # noqa: ANN401  any field
    """A filing with every field of section 8; it passes unless the story changes it."""
    usual: dict[str, Any] = {
        "title": "人工智能应用岗位练兵", "activity": "JS-2026-01", "held_on": HELD_ON,
        "place": "示例路1号", "entrants": "本区企业职工", "expected": 100, "bank": "contest-2026",
        "ranking": "按总分排名", "tie_break": "none", "judges": "裁判5人，实行回避",
        "funding": "主办单位承担", "emergency": "备用考场一处", "contact": "示例联系人",
    }  # fmt: skip
    return ContestFiled(**usual | changes)


def a_number(order: int) -> str:
    body = f"319901{1960 + order % 40}0101{order:03}"
    return body + check_digit(body)


def a_sheet(*totals: int, faster_first: bool = False, void: int = 0, tag: str = "") -> ResultSheet:
    """So many contestants with these totals (tenths), and some without a valid score."""
    standings = [Standing(total) for total in totals]
    places = places_of(standings, faster_first=faster_first)
    rows = [
        ClaimRow(
            sheet_row=order + 2, name=f"选手{order}", document="resident_id_card",
            number=a_number(order), level=Level.BASIC, score=total, place=place,
        )
        for order, (total, place) in enumerate(zip(totals, places, strict=True), start=1)
    ]  # fmt: skip
    rows += [
        ClaimRow(
            sheet_row=order + 2, name=f"选手{order}", document="resident_id_card",
            number=a_number(order), level=Level.BASIC, valid=False, result="缺考",
        )
        for order in range(len(totals) + 1, len(totals) + void + 1)
    ]  # fmt: skip
    return ResultSheet(rows, cut_of(standings, faster_first=faster_first), f"{hash(totals)}{tag}")


def awarded(session: Session, case_id: int, orders: Iterable[int], *, level: str = "basic") -> None:
    """People of a confirmed case who wait for a number, each with a name and a card that stands."""
    for order in orders:
        (learner,) = vault.next_ids(session, "learner", 1)
        (claim,) = vault.next_ids(session, "claim", 1)
        number = vault.seal(session, LEARNER_NUMBER, learner, a_number(order))
        name = vault.seal(session, CLAIM_NAME, claim, f"选手{order}")
        session.add(Learner(id=learner, document_kind="resident_id_card", number_sealed=number))
        session.flush()
        session.add(
            Claim(
                id=claim, case_id=case_id, learner_id=learner, sheet_row=order + 2, level=level,
                name_sealed=name, awarded=True,
            )
        )  # fmt: skip
    session.flush()


@dataclass(frozen=True)
class Organised:
    """A house with an organiser in it."""

    house: House
    organiser: Actor


def organised(session: Session) -> Organised:
    house = a_house(session)
    office = _office(session, "organiser", "ORG1", name="上海示例行业协会")
    return Organised(house, _person(session, office, Role.ORGANISER, number=9))


class Contest:
    """A contest that lives by real facts; each step says what happened."""

    def __init__(self, session: Session, told: Organised, *, at: datetime = NOON) -> None:
        self.session, self.house, self.organiser = session, told.house, told.organiser
        self.at, self.id = at, 0

    def filed(self, **changes: Any) -> "Contest":  # noqa: ANN401  any field
        self.outcome = case_actions.file(
            self.session, a_filing(**changes), route=Route.CONTEST,
            district_id=self.house.district_id, actor=self.organiser, at=self.at,
        )  # fmt: skip
        self.id = self.outcome.case_id
        return self

    def says(self, fact: CaseFact, actor: Actor, *, days: int = 0) -> "Contest":
        self.at += timedelta(days=days)
        self.outcome = contests.record(self.session, self.id, fact, actor=actor, at=self.at)
        return self

    def accepted(self) -> "Contest":
        return self.filed().says(FilingAccepted(), self.house.first)

    def results(self, sheet: ResultSheet, *, days: int = 0) -> "Contest":
        self.at += timedelta(days=days)
        self.outcome = contests.import_results(
            self.session, self.id, sheet, actor=self.organiser, at=self.at
        )
        return self

    def confirmed(self, actor: Actor) -> "Contest":
        """Somebody signs for the results that stand."""
        return self.says(ResultsConfirmed(sheet_sha256=self.sheet), actor)

    @property
    def sheet(self) -> str:
        """The digest of the newest result sheet."""
        told = route_cases.load(self.session, self.id).dossier(self.at.date()).results
        return told.sheet_sha256 if told else ""

    def held(self, *totals: int) -> "Contest":
        return self.accepted().results(a_sheet(*totals), days=20)

    def decides(self, bound: str, actor: Actor) -> "Contest":
        fact = CutDecided.model_validate(
            {"sheet_sha256": self.sheet, "bound": bound, "text": "加试结果一致"}
        )
        self.outcome = contests.record(self.session, self.id, fact, actor=actor, at=self.at)
        return self

    @property
    def stage(self) -> CaseStage:
        return self.outcome.stage

    def case(self) -> RouteCase:
        """The row as it stands."""
        found = self.session.get_one(RouteCase, self.id)
        self.session.refresh(found)
        return found

    def replayed(self) -> CaseStage:
        """The stage that its facts give when they are told again."""
        loaded = route_cases.load(self.session, self.id)
        return case_actions.told_again(loaded)
