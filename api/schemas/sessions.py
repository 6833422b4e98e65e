"""Who signs in, and as whom."""

from pydantic import Field

from api.schemas.base import In, Out
from api.schemas.projects import OfficeOut
from states.rules.stages import Role


class Credentials(In):
    """Login and password."""

    login: str = Field(max_length=120, examples=["hp-review-1"])
    password: str = Field(max_length=500)


class SampleEntry(In):
    """Sample mode on this machine only: any appointment of a sample person."""

    appointment_id: int


class SessionOut(Out):
    """A session; its token is the bearer token of further requests."""

    token: str
    role: Role
    office: OfficeOut


class SamplePersonOut(Out):
    """Somebody whom sample mode lets one enter as."""

    appointment_id: int
    name: str
    role: Role
    office: OfficeOut
