"""The look-up feed of certificates (随申办): what changed, and one person's."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from api.schemas.base import In, Out


class FedCertificate(Out):
    """A certificate that the city's system has or had; `person` is the same in every answer."""

    number: str = Field(description="The city's number.")
    serial: str
    level: Literal["basic", "advanced"]
    state: Literal["valid", "replaced", "revoked"]
    issued_on: date
    person: str = Field(description="Names nobody; a look-up of a person answers with the same.")


class FeedOut(Out):
    """A page of changes, the oldest first; ask again with `cursor` as `since`, now or later."""

    kind: Literal["certificates"] = "certificates"
    as_of: datetime
    since: str
    cursor: str
    more: bool
    items: list[FedCertificate]


class LookupIn(In):
    """Who asks for their own certificates: the name and the number on the document."""

    name: str = Field(min_length=1, max_length=120)
    document_number: str = Field(min_length=1, max_length=40)


class LookupOut(Out):
    """The certificates of that person, oldest first; none also where name and number differ."""

    kind: Literal["lookup"] = "lookup"
    as_of: datetime
    items: list[FedCertificate]


class FeedKeyOut(Out):
    """What checks the signatures: 32 bytes in base64."""

    algorithm: Literal["Ed25519"] = "Ed25519"
    key: str
