"""What anybody may learn who holds a printed certificate: whether it stands, no more."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from api import view
from api.deps import Lang
from api.verification import Look
from states.rules.words import say

router = APIRouter(prefix="/verify")


@router.get("/{token}.json")  # noqa: FAST003  the look takes it
def verify_json(look: Look) -> Response:
    """The same for programs; 404 for a code that nobody was given."""
    if look is None:
        return JSONResponse({"state": "unknown"}, 404)
    found = look.certificate
    return JSONResponse(
        {
            "state": look.standing,
            "serial": found.serial,
            "certificate_number": found.number,
            "name": found.masked_name,
            "level": found.level,
            "issued_on": found.issued_day.isoformat(),
            "sealing_body": found.provider_name,
            "inscription": found.inscription,
        }
    )


@router.get("/{token}")  # noqa: FAST003
def verify(request: Request, look: Look, lang: Lang) -> HTMLResponse:
    """Valid, waiting for its number, replaced, revoked or given up; the name only masked."""
    if look is None:
        return view.render(request, "verify", status=404, found=None, state="unknown", level="")
    level = say("certificate_level", look.certificate.level, lang)
    return view.render(request, "verify", found=look.certificate, state=look.standing, level=level)
