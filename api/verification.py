"""The public look at a certificate, shared by the page and both JSON doors.

There is nothing to enumerate: a code holds 144 random bits, looks of one address are paced, and
what was never given out is answered like what no code can look like.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

from fastapi import Depends, Request

from api.deps import Address, Db
from api.pace import Pace
from states.errors import NotFound
from states.records.certificate_board import PublicCertificate, by_token


class Standing(StrEnum):
    """What the public is told of a certificate."""

    VALID = "valid"
    WAITING = "waiting"
    REPLACED = "replaced"
    REVOKED = "revoked"
    VOID = "void"


STANDING: Mapping[str, Standing] = MappingProxyType(
    {
        "issued": Standing.WAITING,
        "refused": Standing.WAITING,
        "released": Standing.WAITING,
        "held": Standing.WAITING,
        "accepted": Standing.VALID,
        "replaced": Standing.REPLACED,
        "revoked": Standing.REVOKED,
        "dropped": Standing.VOID,
    }
)
"""By the state of the record. Whether the city refused it for now is not the public's business."""
_CODE = re.compile(r"[A-Za-z0-9_-]{24}")


@dataclass(frozen=True, slots=True)
class Looked:
    """A certificate that there is, and whether it stands."""

    certificate: PublicCertificate
    standing: Standing


def looked(request: Request, session: Db, address: Address, *, token: str) -> Looked | None:
    """What the code in the path stands for; None for no certificate. Raises TooManyLooks."""
    pace: Pace = request.app.state.pace
    pace.keep(address)
    if not _CODE.fullmatch(token):
        return None
    try:
        found = by_token(session, token)
    except NotFound:
        return None
    return Looked(found, STANDING[found.state])


Look = Annotated[Looked | None, Depends(looked)]
