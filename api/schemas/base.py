"""What every part of the JSON API says: words, findings, problems."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from states.rules.kinds import Text


class In(BaseModel):
    """What is sent; a field we do not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Out(BaseModel):
    """What is answered; it may be read off the records' own views."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Words(Out):
    """One sentence in both languages."""

    zh: str
    en: str


class Reason(In):
    text: Text


class FindingOut(Out):
    """A rule's objection: what is missing, by which clause, and what to do about it."""

    code: str = Field(examples=["persons_of_the_district_signed"])
    clause: str = Field(examples=["C12"])
    weight: str = Field(examples=["must"])
    subject: str = Field(default="", description="Number of the class it concerns, or empty.")
    sentence: Words
    todo: Words
    params: dict[str, Any] = {}


class FieldFlaw(Out):
    """One part of a request that is not right."""

    where: str
    code: str
    sentence: Words


class ProblemOut(Out):
    """RFC 9457 problem details; `findings` names what is missing, `fields` what is not right."""

    type: str = Field(examples=["urn:duban:problem:not_allowed"])
    title: str
    status: int
    detail: str
    instance: str
    code: str
    sentence: Words
    request_id: str
    findings: list[FindingOut] = []
    fields: list[FieldFlaw] = []


class Done(Out):
    ok: bool = True
