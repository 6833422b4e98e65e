"""Monthly returns for programs."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from api.schemas.base import In, Out, Words


class Month(In):
    month: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", examples=["2026-04"])


class ReturnOut(Out):
    """A district's monthly return. Send `version` back to be refused when it has moved."""

    id: int
    district: Words
    district_code: str
    month: str
    state: Literal["draft", "prepared", "submitted", "accepted", "returned"]
    version: int
    compiled_at: datetime
    prepared_at: datetime | None
    submitted_at: datetime | None
    decided_at: datetime | None
    returned_text: str
    figures: dict[str, Any]
