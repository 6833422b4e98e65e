"""Classes, the people who learn in them, their scores, and what was said of each spreadsheet."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from states.records.tables.columns import document, key, link, moment, one_of, sealed


class TrainingClass(SQLModel, table=True):
    """A class of a project, with what is pinned to it; `moved_on` is the day of a decision."""

    __tablename__ = "training_class"
    __table_args__ = (
        UniqueConstraint("project_id", "no", name="class_has_one_number"),
        CheckConstraint("ends_on >= opens_on", name="a_class_ends_after_it_opens"),
    )

    id: int = key()
    project_id: int = link("project.id")
    no: int
    opens_on: date
    ends_on: date
    regime: str
    standard: str
    bank: str
    reason: str
    moved_on: date | None = None


class Learner(SQLModel, table=True):
    """A person who learns: the same document number is the same person everywhere.

    `number_index` finds the number again without telling it; a forgotten person has none.
    """

    __tablename__ = "learner"
    __table_args__ = (
        UniqueConstraint("document_kind", "number_index", name="a_document_is_one_person"),
    )

    id: int = key()
    document_kind: str
    number_index: bytes | None = Field(default=None, sa_type=LargeBinary)
    number_sealed: bytes = sealed()


class Enrolment(SQLModel, table=True):
    """A learner in a class, as the roster said it on the opening day (A09).

    `likeness` is a blind index of name, birth and phone: two documents that share it may be one
    person's (E37).
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("class_id", "learner_id", name="a_learner_enrols_once"),
        one_of("verdict", ("admitted", "manual_review", "refused"), "verdict_is_known"),
        Index("enrolment_by_likeness", "likeness", postgresql_where=text("likeness IS NOT NULL")),
    )

    id: int = key()
    class_id: int = link("training_class.id")
    learner_id: int = link("learner.id", index=True)
    sheet_row: int
    name_sealed: bytes = sealed()
    sex: str = ""
    birth: date | None = None
    category: str = ""
    phone_sealed: bytes = sealed()
    email_sealed: bytes = sealed()
    employer: str = ""
    employer_uscc: str = ""
    employer_email_sealed: bytes = sealed()
    school: str = ""
    hukou: str = ""
    retirement: str = ""
    likeness: bytes | None = Field(default=None, sa_type=LargeBinary)
    verdict: str
    findings: list[str] = document(default_factory=list)
    forgotten_at: datetime | None = moment(default=None)


class Score(SQLModel, table=True):
    """One learner's result from one import, in tenths of a mark; the newest import stands."""

    __tablename__ = "score"
    __table_args__ = (
        one_of("result", ("pass", "fail", "absent", "misconduct"), "result_is_known"),
        UniqueConstraint("enrolment_id", "fact_seq", name="one_score_per_import"),
        Index("score_by_class", "class_id", "fact_seq"),
    )

    id: int = key()
    class_id: int = link("training_class.id")
    enrolment_id: int = link("enrolment.id")
    fact_seq: int = Field(sa_type=BigInteger)
    exam_number: str = ""
    assessed_on: date
    theory: int | None = None
    practice: int | None = None
    total: int | None = None
    result: str


class ImportReport(SQLModel, table=True):
    """What each row of an uploaded workbook deserved; shown until the next upload.

    Sealed whole: a cell in the wrong column, or the name of a file, may name a person.
    """

    __tablename__ = "import_report"
    __table_args__ = (Index("import_report_by_class", "class_id", "kind"),)

    id: int = key()
    class_id: int | None = link("training_class.id", default=None)
    batch_id: int | None = link("certificate_batch.id", default=None)
    kind: str
    filename_sealed: bytes = sealed()
    sha256: str
    imported: bool
    rows: int
    findings_sealed: bytes = sealed()
    person_id: int | None = link("person.id", default=None)
    at: datetime = moment()
