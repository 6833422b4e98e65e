"""Workbooks between their trial and their import; each is thrown away after a day."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from states.records.tables.columns import key, link, moment, one_of, sealed

UPLOAD_STATES = ("waiting", "trying", "tried", "importing", "imported", "failed")


class Upload(SQLModel, table=True):
    """A workbook as it was handed in, how far its reading got, and what a trial import said.

    It belongs to one role of one office. `token` names it in an address; name, content and result
    are sealed. `done` of `total` rows are read.
    """

    __tablename__ = "upload"
    __table_args__ = (one_of("state", UPLOAD_STATES, "upload_state_is_known"),)

    id: int = key()
    token: str = Field(unique=True)
    class_id: int = link("training_class.id", index=True)
    kind: str
    person_id: int = link("person.id")
    office_id: int = link("office.id")
    role: str
    filename_sealed: bytes = sealed()
    content_sealed: bytes = sealed()
    sha256: str
    state: str = "waiting"
    done: int = 0
    total: int = 0
    result_sealed: bytes = sealed()
    at: datetime = moment()
    expires_at: datetime = moment(index=True)
