"""What anybody may learn who holds a printed certificate: whether it stands, no more."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from api import view
from api.deps import Db, Lang
from states.errors import NotFound
from states.records.certificate_board import PublicCertificate, by_token
from states.rules.words import say

router = APIRouter(prefix="/verify")


@router.get("/{token}.json")
def verify_json(db: Db, token: str) -> Response:
    """The same for programs; 404 for a code that nobody was given."""
    try:
        found = by_token(db, token)
    except NotFound:
        return JSONResponse({"state": "unknown"}, 404)
    return JSONResponse(
        {
            "state": state_of(found),
            "serial": found.serial,
            "certificate_number": found.number,
            "name": found.masked_name,
            "level": found.level,
            "issued_on": found.issued_day.isoformat(),
            "sealing_body": found.provider_name,
            "inscription": found.inscription,
        }
    )


@router.get("/{token}")
def verify(request: Request, db: Db, lang: Lang, *, token: str) -> HTMLResponse:
    """Stands, waits for its number, or is void; the name only masked."""
    try:
        found = by_token(db, token)
    except NotFound:
        return view.render(request, "verify", status=404, found=None, state="unknown", level="")
    level = say("certificate_level", found.level, lang)
    return view.render(request, "verify", found=found, state=state_of(found), level=level)


def state_of(found: PublicCertificate) -> str:
    """valid, void, or pending while the city's system has not accepted it."""
    return "valid" if found.stands else "void" if found.is_void else "pending"
