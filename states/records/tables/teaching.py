"""Sessions of a class and who was there; what a correction replaced stays readable."""

from datetime import date, time

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from states.records.tables.columns import key, link, one_of, sealed
from states.rules.stages import Mode
from states.rules.teaching import CheckKind, Mark

_STANDS = text("superseded_seq IS NULL")


class ClassSession(SQLModel, table=True):
    """One session of a timetable; it stands until a later timetable supersedes it.

    Sessions have no number of their own: they are counted by day and time when shown.
    """

    __tablename__ = "class_session"
    __table_args__ = (
        one_of("mode", tuple(Mode), "session_mode_is_known"),
        CheckConstraint("half_hours > 0", name="a_session_has_hours"),
        CheckConstraint("ends > starts", name="a_session_ends_after_it_starts"),
        Index(
            "one_session_at_a_time",
            "class_id", "held_on", "starts",
            unique=True,
            postgresql_where=_STANDS,
        ),
    )  # fmt: skip

    id: int = key()
    class_id: int = link("training_class.id", index=True)
    held_on: date
    starts: time
    ends: time
    mode: str
    half_hours: int
    unit: str
    teacher: str
    fact_seq: int = Field(sa_type=BigInteger)
    superseded_seq: int | None = Field(default=None, sa_type=BigInteger)


class Attendance(SQLModel, table=True):
    """One learner's mark in one session; a correction is a new row that supersedes it."""

    __tablename__ = "attendance"
    __table_args__ = (
        one_of("mark", tuple(Mark), "mark_is_known"),
        one_of("check_kind", ("", *CheckKind), "check_kind_is_known"),
        CheckConstraint("half_hours >= 0", name="credited_hours_are_not_negative"),
        Index(
            "one_mark_at_a_time",
            "session_id", "enrolment_id",
            unique=True,
            postgresql_where=_STANDS,
        ),
        Index("attendance_by_session", "session_id"),
    )  # fmt: skip

    id: int = key()
    session_id: int = link("class_session.id")
    enrolment_id: int = link("enrolment.id", index=True)
    mark: str
    half_hours: int
    in_at: time | None = None
    out_at: time | None = None
    check_kind: str = ""
    reason_sealed: bytes = sealed()
    fact_seq: int = Field(sa_type=BigInteger)
    superseded_seq: int | None = Field(default=None, sa_type=BigInteger)
