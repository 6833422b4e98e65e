"""Promised letters and what became of them, and the catch-all mailbox of sample mode."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from api import view
from api.deps import Db, Lang, Now, Settings, SignedIn
from api.guards import CSP_WITH_FRAMES
from api.maildir import (
    HTML_POLICY,
    SANDBOX,
    MailView,
    NoSuchMailError,
    count_messages,
    list_messages,
    read_message,
)
from api.once import Once
from api.pages.forms import new_key
from api.pages.mail_words import life_words
from api.pages.wording import masked, masked_address, masked_answer, moot_words, name_of
from states.errors import NotFound, NotYours
from states.records import mail_board, mail_events
from states.records.letter_texts import READERS
from states.records.mail_board import LetterLine
from states.rules.stages import Role
from states.rules.words import Language, has, say
from states.settings import Settings as AllSettings
from templates.shapes import MailLine

router = APIRouter()
RETRY_ROLES = frozenset({Role.ADMINISTRATOR})
UNDELIVERED = frozenset({"refused", "bounced"})
PER_PAGE = 50
_SHOWN = {"promised": "waiting", "deferred": "waiting", "leased": "sending", "accepted": "sent",
          "refused": "refused", "bounced": "bounced", "moot": "moot"}  # fmt: skip


@router.get("/mails")
def mails(
    request: Request, db: Db, me: SignedIn, *, lang: Lang,
    state: str = "waiting", before: int | None = None,
) -> HTMLResponse:  # fmt: skip
    """The outbox: letters that wait, were delivered, or were refused."""
    lines, more = mail_board.letters(db, me.actor, state, before=before)
    return view.render(
        request,
        "mails",
        active="mailbox",
        state=state,
        groups=mail_board.counts(db, me.actor),
        lines=[(line.id, line.code, mail_line(line, lang)) for line in lines],
        before=lines[-1].id if more else None,
        may_retry=me.role in RETRY_ROLES and state in UNDELIVERED,
        sees_letters=me.role in READERS,
        new_key=new_key,
    )


@router.get("/mails/{mail_id}")
def life(
    request: Request, db: Db, settings: Settings, *, me: SignedIn, lang: Lang, mail_id: int
) -> HTMLResponse:
    """The life of one letter: each try, what its server answered, and what comes next."""
    line = mail_board.letter(db, me.actor, mail_id)
    return view.render(
        request,
        "mail",
        active="mailbox",
        line=line,
        told=mail_line(line, lang),
        message_id=message_id_of(line.message_id, settings),
        entries=life_words(mail_events.life_of(db, mail_id), lang),
        may_retry=me.role in RETRY_ROLES and line.state in UNDELIVERED,
        new_key=new_key,
    )


@router.post("/mails/{mail_id}/retry")
def retry(db: Db, now: Now, me: SignedIn, *, lang: Lang, once: Once, mail_id: int) -> Response:
    """Send a refused or bounced letter again, after what was wrong has been put right."""
    if me.role not in RETRY_ROLES:
        raise NotYours
    mail_board.retry(db, mail_id, at=now)
    return view.flash(once.redirect("/mails?state=waiting"), say("done", "mail_again", lang))


@router.get("/mailbox")
def mailbox(
    request: Request, _: SignedIn, settings: Settings,
    *, q: Annotated[str, Query(max_length=80)] = "", page: Annotated[int, Query(ge=1)] = 1,
) -> HTMLResponse:  # fmt: skip
    """Every letter that the house's own mail server caught, newest first."""
    folder = _folder(settings)
    total = count_messages(folder, query=q)
    start = (page - 1) * PER_PAGE
    return view.render(
        request,
        "mailbox",
        active="mailbox",
        q=q,
        page=page,
        total=total,
        messages=list_messages(folder, limit=PER_PAGE, offset=start, query=q),
        more=start + PER_PAGE < total,
    )


@router.get("/mailbox/{key}")
def letter(request: Request, _: SignedIn, settings: Settings, key: str) -> HTMLResponse:
    """One letter; its HTML stands in a frame that may do nothing."""
    found = _read(settings, key)
    response = view.render(request, "letter", active="mailbox", letter=found, sandbox=SANDBOX)
    response.headers["content-security-policy"] = CSP_WITH_FRAMES
    return response


@router.get("/mailbox/{key}/body")
def letter_body(_: SignedIn, settings: Settings, key: str) -> HTMLResponse:
    """What the frame shows: foreign HTML under its own strict policy."""
    policy = f"{HTML_POLICY}; frame-ancestors 'self'"
    return HTMLResponse(_read(settings, key).html, headers={"content-security-policy": policy})


def mail_line(line: LetterLine, lang: Language) -> MailLine:
    """A letter in words; person and address masked."""
    office = name_of(line.office, lang) or say("mail_note", "outside", lang, copies=1)
    role = say("role", line.role, lang) if line.role else ""
    note = moot_words(line.answer, lang) if line.state == "moot" else masked_answer(line.answer)
    name = say("mail_name", line.letter, lang) if has("mail_name", line.letter) else line.letter
    return MailLine(
        subject=say("mail_note", "trial", lang, name=name) if line.trial else name,
        office=" · ".join(filter(None, (office, role, masked(line.person)))),
        address=masked_address(line.address),
        state=_SHOWN[line.state],  # type: ignore[arg-type]
        promised_at=line.promised_at,
        sent_at=line.done_at if line.state == "accepted" else None,
        answer=note,
        attempts=line.attempts,
        href=f"/mails/{line.id}",
        next_try=line.not_before if line.state == "deferred" else None,
    )


def message_id_of(stem: str, settings: AllSettings) -> str:
    """As it stands in the header of the letter."""
    return f"<{stem}@{settings.mail_from.rpartition('@')[2]}>"


def _folder(settings: AllSettings) -> Path:
    """The mailbox exists in sample mode only: on a real installation nobody reads others' mail."""
    if not settings.sample_mode:
        raise NotFound
    return settings.mailbox_dir


def _read(settings: AllSettings, key: str) -> MailView:
    try:
        return read_message(_folder(settings), key)
    except NoSuchMailError as error:
        raise NotFound from error
