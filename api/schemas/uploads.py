"""Workbooks on trial, as programs see them."""

from pydantic import Field

from api.schemas.base import FindingOut, Words
from api.schemas.classes import UploadOut


class TrialOut(UploadOut):
    """What an import would come to. Nothing is stored; the workbook is kept for a day.

    `refusal` and `missing` say why the import as a whole is not possible now.
    """

    state: str = Field(examples=["tried"])
    good: int
    repaired: int
    manual_review: int
    refused: int
    refusal: Words | None
    missing: list[FindingOut]
    page: str = Field(examples=["/uploads/…"], description="Where a person goes on with it.")
    marked: str = Field(description="The workbook with its findings beside each row.")
