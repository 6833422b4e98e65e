"""The look-up feed of certificates for 随申办 (C44): changes since a cursor, and one person's."""

import base64
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api import told
from api.deps import Db, Now
from api.feeding import Feed, TheFeed, client_only
from api.schemas.feed import FedCertificate, FeedKeyOut, FeedOut, LookupIn, LookupOut
from states.records import feed as records
from states.records.feed import Changed

router = APIRouter(prefix="/feed", tags=["feed"])
_REFUSALS = told.problems(401, 404, 422, 429)
_CLIENT = [Depends(client_only)]


@router.get("/key", responses=told.problems(404))
def key(feed: TheFeed) -> FeedKeyOut:
    """The public key of the signatures; anybody may have it."""
    return FeedKeyOut(key=base64.b64encode(feed.public_key).decode())


@router.get("/certificates", response_model=FeedOut, responses=_REFUSALS, dependencies=_CLIENT)
def certificates(
    session: Db, now: Now, feed: TheFeed, *,
    since: Annotated[str, Query(max_length=64, description="A `cursor`; empty: the first.")] = "",
    limit: Annotated[int, Query(ge=1, le=records.MOST)] = 200,
) -> Response:  # fmt: skip
    """What changed since a cursor: a certificate stands there once, by its last change."""
    page = records.changed_since(session, since, limit)
    items = [_item(feed, one) for one in page.items]
    return feed.signed(
        FeedOut(as_of=now, since=since, cursor=page.cursor, more=page.more, items=items)
    )


@router.post("/lookup", response_model=LookupOut, responses=_REFUSALS, dependencies=_CLIENT)
def lookup(session: Db, now: Now, feed: TheFeed, *, asked: LookupIn) -> Response:
    """The certificates of a person who gives name and document number; neither is kept."""
    found = records.of_person(session, asked.name, asked.document_number)
    return feed.signed(LookupOut(as_of=now, items=[_item(feed, one) for one in found]))


def _item(feed: Feed, one: Changed) -> FedCertificate:
    return FedCertificate(
        number=one.number,
        serial=one.serial,
        level=one.level,
        state=one.state,
        issued_on=one.issued_day,
        person=feed.person(one.learner_id),
    )
