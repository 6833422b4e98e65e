"""What a page is asked with: the request, its moment, who asks, in which language; and its form."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session
from starlette.datastructures import FormData

from api.auth import Signed
from api.deps import Db, Lang, Now, SignedIn
from states.rules.deadlines import shanghai_day
from states.rules.words import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One signed-in person asking for one page."""

    request: Request
    db: Session
    now: datetime
    me: Signed
    lang: Language

    @property
    def today(self) -> date:
        """The day in Shanghai."""
        return shanghai_day(self.now)


def visit_of(request: Request, db: Db, *, now: Now, me: SignedIn, lang: Lang) -> Visit:
    return Visit(request=request, db=db, now=now, me=me, lang=lang)


async def form_of(request: Request) -> FormData:
    """Read once per request, however many ask."""
    return await request.form()


AVisit = Annotated[Visit, Depends(visit_of)]
SentForm = Annotated[FormData, Depends(form_of)]
