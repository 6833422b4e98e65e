"""Two districts of many certificates, for stories about figures; each rests on a case's claim."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count

from sqlalchemy import insert
from sqlmodel import Session

from states.actor import Actor
from states.records import share_board, target_board, vault, waivers
from states.records.tables import Certificate, CertificateBatch, Claim, Learner, Office, RouteCase
from states.records.target_board import Board
from states.rules.routes import Route
from tests.house import House, a_house

SPRING = datetime(2026, 5, 10, 4, tzinfo=UTC)


@dataclass
class City:
    """Two districts in which certificates fall from the sky."""

    session: Session
    house: House
    here: int
    there: int
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def people(self, many: int) -> list[int]:
        """So many persons of whom nothing is known but that they are."""
        ids = vault.next_ids(self.session, "learner", many)
        shared = {"document_kind": "resident_id_card", "number_sealed": b""}
        self.session.execute(insert(Learner), [shared | {"id": one} for one in ids])
        return list(ids)

    def gives(
        self, route: Route, many: int, district: int | None, *, at: datetime = SPRING,
        state: str = "accepted", learners: Sequence[int] = (), level: str = "basic",
        held_on: date = date(2026, 4, 1),
    ) -> list[int]:  # fmt: skip
        """So many certificates of a route, one a person; answers the persons."""
        people = list(learners) or self.people(many)
        claims = self._claims(route, people, level=level, held_on=held_on)
        batch = CertificateBatch(code=f"B{next(self.numbers)}", route=route, made_at=at)
        self.session.add(batch)
        self.session.flush()
        shared = {
            "route": route, "district_id": district, "batch_id": batch.id, "issued_on": at,
            "state": state, "level": level, "provider_name": "示例", "inscription": "示例",
        }  # fmt: skip
        self.session.execute(
            insert(Certificate),
            [
                shared | self._numbers() | {"learner_id": one, "claim_id": claim}
                for one, claim in zip(people, claims, strict=True)
            ],
        )
        return people

    def _claims(
        self, route: Route, people: Sequence[int], *, level: str, held_on: date
    ) -> list[int]:
        # What rests on an enrolment is looked at elsewhere: here a case stands for a class, too.
        then = datetime.combine(held_on, SPRING.timetz())
        case = RouteCase(
            code=f"R{next(self.numbers)}",
            route=Route.EVALUATION if route is Route.TRAINING else route,
            title="示例", office_id=self.here, stage="collected", filed_at=then, stage_since=then,
            held_on=held_on if route is Route.CONTEST else None,
            year=None if route is Route.TRAINING else held_on.year,
        )  # fmt: skip
        self.session.add(case)
        self.session.flush()
        ids = vault.next_ids(self.session, "claim", len(people))
        rows = [
            {"id": claim, "case_id": case.id, "learner_id": one, "sheet_row": 1, "level": level}
            for claim, one in zip(ids, people, strict=True)
        ]
        self.session.execute(insert(Claim), rows)
        return list(ids)

    def _numbers(self) -> dict[str, object]:
        number = next(self.numbers)
        return {"serial": f"S{number}", "number": f"N{number}", "verify_token": f"T{number}"}

    def board(self, actor: Actor | None = None, *, at: datetime = SPRING) -> Board:
        return target_board.board(self.session, actor or self.house.centre, at=at)

    def share(self, route: Route = Route.CONTEST, more: int = 0) -> share_board.Effect:
        (found,) = share_board.hold_share(self.session, route, {self.here: more}, year=2026)
        return found

    def asks(self, up_to: int = 40, reason: str = "区内赛事集中在上半年") -> int:
        return waivers.ask(
            self.session, year=2026, up_to=up_to, reason=reason, actor=self.house.first, at=SPRING
        )

    def decides(self, waiver: int, actor: Actor, *, granted: bool = True) -> None:
        waivers.decide(self.session, waiver, granted=granted, actor=actor, at=SPRING)


def a_city(session: Session) -> City:
    """The house's district, and a neighbour."""
    house = a_house(session)
    there = Office(kind="district", code="PD", name_zh="浦东新区", name_en="Pudong New Area")
    session.add(there)
    session.flush()
    return City(session, house, house.district_id, there.id)
