"""Supervision (C13): who was drawn for a check, what checks found, and how it was put right."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from states.records.tables.columns import document, key, link, moment, one_of, sealed
from states.rules.supervision import FaultState, Manner


class Campaign(SQLModel, table=True):
    """A draw, with everything needed to repeat it; it is never drawn again under the same row.

    `office_id` is the district, `ordered_by` the office that asked: the district or the centre.
    """

    __tablename__ = "campaign"
    __table_args__ = (
        one_of("manner", Manner, "campaign_manner_is_known"),
        one_of("drawn_from", ("classes", "learners"), "campaign_draws_from_something"),
        CheckConstraint("percent BETWEEN 1 AND 100", name="campaign_share_is_a_share"),
        CheckConstraint(
            "(class_id IS NULL) = (drawn_from = 'classes')", name="learners_are_of_one_class"
        ),
        Index("campaign_by_district", "office_id"),
    )

    id: int = key()
    office_id: int = link("office.id")
    ordered_by: int = link("office.id")
    name: str
    manner: str
    drawn_from: str
    class_id: int | None = link("training_class.id", default=None)
    percent: int
    seed: str
    algorithm: str
    population: list[str] = document()
    population_digest: str
    person_id: int | None = link("person.id", default=None)
    at: datetime = moment()


class CampaignPick(SQLModel, table=True):
    """A class, or a learner of one, that was drawn; `place` is its rank in the draw, from 1.

    `enrolment_id` is no foreign key: a later roster replaces the rows that an earlier one made.
    """

    __tablename__ = "campaign_pick"
    __table_args__ = (UniqueConstraint("campaign_id", "place", name="a_place_is_drawn_once"),)

    id: int = key()
    campaign_id: int = link("campaign.id")
    place: int
    key: str
    class_id: int = link("training_class.id", index=True)
    enrolment_id: int | None = Field(default=None, sa_type=BigInteger)


class Inspection(SQLModel, table=True):
    """One check of a class, or of one of its learners; the fact says who recorded it and when."""

    __tablename__ = "inspection"
    __table_args__ = (one_of("manner", Manner, "inspection_manner_is_known"),)

    id: int = key()
    class_id: int = link("training_class.id", index=True)
    pick_id: int | None = link("campaign_pick.id", default=None, index=True)
    enrolment_id: int | None = Field(default=None, sa_type=BigInteger)
    manner: str
    checked_on: date
    note_sealed: bytes = sealed()
    person_id: int | None = link("person.id", default=None)
    at: datetime = moment()


class InspectionFault(SQLModel, table=True):
    """Something a check found; `state` and `due_on` say what the facts say."""

    __tablename__ = "inspection_fault"
    __table_args__ = (
        one_of("state", FaultState, "fault_state_is_known"),
        Index("fault_is_open", "due_on", postgresql_where=text("state <> 'crossed_off'")),
    )

    id: int = key()
    inspection_id: int = link("inspection.id", index=True)
    code: str
    text_sealed: bytes = sealed()
    due_on: date
    urges_suspension: bool = False
    state: str = FaultState.OPEN


class Rectification(SQLModel, table=True):
    """One report that a fault is put right, and what the re-check of it came to."""

    __tablename__ = "rectification"
    __table_args__ = (
        CheckConstraint("reviewed_by <> reported_by", name="another_person_rechecks"),
        CheckConstraint(
            "(accepted IS NULL) = (reviewed_at IS NULL)", name="a_recheck_has_its_moment"
        ),
    )

    id: int = key()
    fault_id: int = link("inspection_fault.id", index=True)
    text_sealed: bytes = sealed()
    reported_by: int | None = link("person.id", default=None)
    reported_at: datetime = moment()
    accepted: bool | None = None
    review_sealed: bytes = sealed()
    reviewed_by: int | None = link("person.id", default=None)
    reviewed_at: datetime | None = moment(default=None)
