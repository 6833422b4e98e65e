"""The cases of the three other routes: lists of evaluations and exams, contests; their people."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from states.records.tables.columns import document, key, link, moment, one_of, sealed
from states.rules.routes import Route

OTHER_ROUTES = tuple(route for route in Route if route is not Route.TRAINING)


class RouteCase(SQLModel, table=True):
    """One evaluation list, exam list or contest. Only `states/case_actions.py` writes `stage`.

    `office_id` filed it (evaluation body, exam authority, organiser); `district_id` is the district
    of a contest. `kind` is the kind of evaluation or the exam's name, empty for a contest. Its
    certificates count in `year`: of the contest's day, else of the list.
    """

    __tablename__ = "route_case"
    __table_args__ = (
        one_of("route", OTHER_ROUTES, "case_route_is_known"),
        CheckConstraint("stage <> ''", name="a_case_has_a_stage"),
        CheckConstraint("first_signer_id <> second_signer_id", name="case_second_is_another"),
        Index("route_case_by_office", "office_id", "route"),
        Index("route_case_by_district", "district_id", "route"),
    )

    id: int = key()
    code: str = Field(unique=True)
    route: str
    kind: str = ""
    title: str
    office_id: int = link("office.id")
    district_id: int | None = link("office.id", default=None)
    stage: str
    moves: int = 0
    ledger_seq: int = Field(default=0, sa_type=BigInteger)
    held_on: date | None = None
    year: int | None = None
    filed_at: datetime = moment()
    stage_since: datetime = moment()
    first_signer_id: int | None = link("person.id", default=None)
    second_signer_id: int | None = link("person.id", default=None)


class RouteFact(SQLModel, table=True):
    """What somebody said about a case: appended, never changed. `seq` is its ledger number."""

    __tablename__ = "route_fact"
    __table_args__ = (UniqueConstraint("case_id", "seq", name="case_fact_has_its_number"),)

    id: int = key()
    case_id: int = link("route_case.id")
    seq: int = Field(sa_type=BigInteger)
    kind: str
    payload: dict[str, Any] = document()
    person_id: int | None = link("person.id", default=None)
    office_id: int | None = link("office.id", default=None)
    role: str
    at: datetime = moment()


class Claim(SQLModel, table=True):
    """A person whom a case brings to a certificate, as its list said; awarded or not.

    Marks are tenths, `seconds` the time used in a contest. `source_number_sealed` is the number of
    the certificate that an evaluation gave. `district_id` attributes the claim, where one is known.
    """

    __tablename__ = "claim"
    __table_args__ = (
        UniqueConstraint("case_id", "learner_id", name="a_person_claims_once_in_a_case"),
        one_of("level", ("basic", "advanced"), "claim_level_is_known"),
        Index("claim_by_learner", "learner_id"),
    )

    id: int = key()
    case_id: int = link("route_case.id")
    learner_id: int = link("learner.id")
    sheet_row: int
    name_sealed: bytes = sealed()
    phone_sealed: bytes = sealed()
    sex: str = ""
    school: str = ""
    employer: str = ""
    employer_uscc: str = ""
    district_id: int | None = link("office.id", default=None)
    level: str
    kind: str = ""
    source_number_sealed: bytes = sealed()
    evaluated_on: date | None = None
    result: str = ""
    score: int | None = None
    seconds: int | None = None
    place: int | None = None
    valid: bool = True
    awarded: bool = False
    findings: list[str] = document(default_factory=list)
    forgotten_at: datetime | None = moment(default=None)
