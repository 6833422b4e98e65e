"""Sign-in for programs: a session's token is their bearer token."""

from fastapi import APIRouter, Request

from api import auth, told
from api.deps import Db, Settings, SignedIn, Visitor, may_enter_as_sample, token_of
from api.entrance import checked_sign_in, sample_people
from api.problems import NotSignedIn, SampleEntryClosed
from api.schemas.base import Done, Words
from api.schemas.projects import OfficeOut
from api.schemas.sessions import Credentials, SampleEntry, SamplePersonOut, SessionOut

router = APIRouter(prefix="/sessions", tags=["sessions"])


@router.post("", status_code=201, responses=told.problems(401, 403, 422))
def sign_in(
    request: Request, session: Db, settings: Settings, *, entry: Credentials | SampleEntry
) -> SessionOut:
    """Open a session with login and password, or in sample mode with an appointment."""
    if isinstance(entry, SampleEntry):
        allowed = may_enter_as_sample(request, settings)
        token = auth.enter_sample(session, entry.appointment_id, allowed=allowed)
    else:
        token = checked_sign_in(request, session, entry.login, entry.password)
    session.flush()
    me = auth.who(session, token)
    if me is None:
        raise NotSignedIn
    return SessionOut(token=token, role=me.role, office=told.office(me.office))


@router.get("/sample-people", responses=told.problems(403))
def people(request: Request, session: Db, settings: Settings) -> list[SamplePersonOut]:
    """Whom sample mode lets one enter as; nobody elsewhere."""
    if not may_enter_as_sample(request, settings):
        raise SampleEntryClosed
    return [
        SamplePersonOut(
            appointment_id=one.appointment_id,
            name=one.name,
            role=one.role,
            office=OfficeOut(
                kind=one.office_kind,
                code=one.office_code,
                name=Words(zh=one.name_zh, en=one.name_en),
            ),
        )
        for one in sample_people(session)
    ]


@router.get("/current", responses=told.problems(401))
def current(request: Request, me: SignedIn) -> SessionOut:
    """Who this session is."""
    return SessionOut(token=token_of(request), role=me.role, office=told.office(me.office))


@router.delete("/current", responses=told.problems(401))
def sign_out(request: Request, session: Db, _: Visitor) -> Done:
    """End this session."""
    auth.sign_out(session, token_of(request))
    return Done()
