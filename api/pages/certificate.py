"""One certificate: what it says, what became of it, and its changes by two persons."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse

from api import view
from api.certificate_papers import check_name
from api.deps import Db, Lang, Now, SignedIn
from api.issuing import AtBatches
from api.once import Once
from api.pages.forms import new_key
from api.pages.names import shown_name
from api.pages.wording import path_of
from states.records import chain, people_board
from states.records.candidates import uploader_role
from states.records.certificate_queue import visible_certificate
from states.records.chain import Change
from states.rules.identity import mask_number
from states.rules.routes import Level, Route, certificate_title
from states.rules.stages import Role
from states.rules.words import Language, say

router = APIRouter(prefix="/certificates/{serial}")
NAMES = frozenset(
    {Role.PROVIDER, Role.REVIEWER, Role.EXAMINER, Role.EVALUATOR, Role.EXAM_AUTHORITY}
)


@router.get("/history")
def page(request: Request, db: Db, me: SignedIn, *, lang: Lang, serial: str) -> HTMLResponse:
    """The certificate and everything that was asked and done about it."""
    row = visible_certificate(db, me.actor, serial)
    may_change = me.role is uploader_role(Route(row.route))
    kinds = chain.open_to(db, row.id) if may_change else ()
    came_back = kinds == (chain.CORRECT,)
    return view.render(
        request,
        "certificate",
        active="certificates",
        row=row,
        title=certificate_title(Level(row.level)),
        name=shown_name(row.name, lang, whole=me.role in NAMES),
        person_href=f"/people/{row.learner_id}" if me.role in people_board.READERS else "",
        number=mask_number(row.document_number),
        path=path_of(Route(row.route), row.code),
        changes=[
            (change, _names(change, lang, whole=may_change or me.role in NAMES))
            for change in chain.changes_of(db, row.id)
        ],
        may_change=may_change,
        person_id=me.actor.person_id,
        kinds=kinds,
        came_back=came_back,
        may_drop=came_back or (may_change and row.state == "held"),
        new_key=new_key,
    )


@router.post("/changes")
def ask(  # noqa: PLR0913
    db: Db, now: Now, me: SignedIn, *, lang: Lang, once: Once, serial: str,
    kind: Annotated[str, Form(pattern="^(revoke|replace|correct)$")],
    reason: Annotated[str, Form(min_length=2, max_length=2000)],
    name: Annotated[str, Form(max_length=120)] = "",
) -> Response:  # fmt: skip
    """Ask for a change; a second person of the office decides."""
    row = visible_certificate(db, me.actor, serial)
    check_name(name.strip())
    chain.ask(db, row.id, kind, reason=reason, name=name, actor=me.actor, at=now)
    answer = once.redirect(f"/certificates/{serial}/history")
    return view.flash(answer, say("done", "change_asked", lang))


@router.post("/changes/{change_id}")
def decide(  # noqa: PLR0913
    db: Db, now: Now, me: SignedIn, *, lang: Lang, once: Once, serial: str, change_id: int,
    decision: Annotated[str, Form(pattern="^(agree|refuse)$")],
) -> Response:  # fmt: skip
    """A second person agrees or refuses."""
    row = visible_certificate(db, me.actor, serial)
    chain.decide(db, row.id, change_id, agree=decision == "agree", actor=me.actor, at=now)
    answer = once.redirect(f"/certificates/{serial}/history")
    return view.flash(answer, say("done", f"change_{decision}", lang))


@router.post("/drop")
def give_up(
    issuing: AtBatches, *, lang: Lang, once: Once, serial: str,
    reason: Annotated[str, Form(min_length=2, max_length=2000)],
) -> Response:  # fmt: skip
    """Give up a certificate that came back without a number."""
    issuing.give_up(serial, reason)
    answer = once.redirect(f"/certificates/{serial}/history")
    return view.flash(answer, say("done", "certificate_dropped", lang))


def _names(change: Change, lang: Language, *, whole: bool) -> str:
    """The names of a correction: who decides on it must see them."""
    named = [name for name in (change.old_name, change.name) if name]
    return " → ".join(shown_name(name, lang, whole=whole) for name in named)
