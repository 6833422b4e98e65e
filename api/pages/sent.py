"""A form as it was sent, for pages that read it field by field."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData


async def form_of(request: Request) -> FormData:
    """Read once per request, however many ask."""
    return await request.form()


SentForm = Annotated[FormData, Depends(form_of)]
