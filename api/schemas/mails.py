"""What the JSON API says of one letter."""

from datetime import datetime

from pydantic import Field

from api.schemas.base import Out, Words


class LetterEventOut(Out):
    """One thing that happened to a letter, by the machine's clock."""

    at: datetime
    what: str = Field(examples=["deferred"])
    code: int | None = Field(description="The SMTP reply code, where a server answered.")
    answer: str = Field(description="The server's words; addresses in it are masked.")
    until: datetime | None = Field(description="When it is tried again.")


class LetterOut(Out):
    """A promised letter and its whole life. Person and address are masked."""

    id: int
    letter: str
    state: str = Field(examples=["accepted"])
    project: str = Field(description="Code of the project it is about, or empty.")
    office: Words | None
    role: str
    person: str
    address: str
    promised_at: datetime
    done_at: datetime | None
    attempts: int
    not_before: datetime
    message_id: str = Field(description="The same at every repeat.")
    events: list[LetterEventOut]
