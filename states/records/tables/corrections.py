"""Scores corrected after they were settled, and the return that carries each correction (E49)."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from states.records.tables.columns import key, link, moment, one_of

CORRECTION_STATES = ("open", "confirmed", "declined")
_RESULTS = ("pass", "fail", "absent", "misconduct")


class ScoreCorrection(SQLModel, table=True):
    """One learner's score before and after, in tenths of a mark.

    A confirmed one is a new set of scores of its class with the number `decided_seq`, so that what
    an earlier return counted stays. `return_id` is the later return that carries it as a delta.
    """

    __tablename__ = "score_correction"
    __table_args__ = (
        one_of("state", CORRECTION_STATES, "correction_state_is_known"),
        one_of("before_result", _RESULTS, "before_result_is_known"),
        one_of("after_result", _RESULTS, "after_result_is_known"),
        CheckConstraint(
            "(state = 'open') = (decided_seq IS NULL)", name="a_decided_correction_has_its_fact"
        ),
        CheckConstraint(
            "return_id IS NULL OR state = 'confirmed'", name="a_return_carries_confirmed_ones"
        ),
        Index(
            "one_open_correction_per_learner",
            "enrolment_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: int = key()
    class_id: int = link("training_class.id", index=True)
    enrolment_id: int = link("enrolment.id")
    fact_seq: int = Field(sa_type=BigInteger)
    before_result: str
    before_theory: int | None = None
    before_practice: int | None = None
    before_total: int | None = None
    after_result: str
    after_theory: int | None = None
    after_practice: int | None = None
    after_total: int | None = None
    state: str = "open"
    registered_by: int | None = link("person.id", default=None)
    registered_at: datetime = moment()
    decided_by: int | None = link("person.id", default=None)
    decided_at: datetime | None = moment(default=None)
    decided_seq: int | None = Field(default=None, sa_type=BigInteger)
    return_id: int | None = link("monthly_return.id", default=None, index=True)
