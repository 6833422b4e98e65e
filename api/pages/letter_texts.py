"""One text of a letter: an editor with a preview, trials to oneself, and every version."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import HTMLResponse

from api import view
from api.deps import Settings
from api.guards import CSP_WITH_LETTER
from api.letter_preview import Preview, preview
from api.maildir import SANDBOX
from api.once import Once
from api.pages.forms import new_key
from api.pages.letter_words import flaw_words, start_of, told_versions
from api.pages.sent import AVisit, Visit
from states.errors import BadInput, NotFound, NotYours
from states.records import letter_texts
from states.records.letter_texts import EDITORS, READERS, Which
from states.rules.letter_texts import LONGEST_SUBJECT, LetterText, flaws_of
from states.rules.letters import the_letters
from states.rules.words import Language, say

router = APIRouter(prefix="/letters/{letter}/{language}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One letter in one language, before somebody who may read its text."""

    visit: Visit
    which: Which
    base: str

    def preview(self, told: LetterText | None) -> Preview | None:
        """The letter in these words."""
        visit = self.visit
        return preview(
            visit.db, self.which, told, me=visit.me, at=visit.now, base=self.base
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form: over which version, and what is wrong with it by field."""

    text: LetterText
    seen: int
    errors: dict[str, str]


def sheet_of(visit: AVisit, settings: Settings, *, letter: str, language: Language) -> Sheet:
    """Raises NotYours, NotFound."""
    if visit.me.role not in READERS:
        raise NotYours
    if letter not in the_letters().letters:
        raise NotFound
    return Sheet(visit, Which(letter, language), settings.base_url)


def typed_of(
    subject: Annotated[str, Form(max_length=1000)] = "",
    body: Annotated[str, Form(max_length=20_000)] = "",
) -> LetterText:
    """As it was typed, with the line ends of this house; a browser sends its own."""
    return LetterText(subject.strip(), "\n".join(body.strip().splitlines()))


ASheet = Annotated[Sheet, Depends(sheet_of)]
ATyped = Annotated[LetterText, Depends(typed_of)]
Seen = Annotated[int, Form(ge=0)]


@router.get("")
def editor(sheet: ASheet) -> HTMLResponse:
    """One text with its preview and its history."""
    return _page(sheet, None)


@router.post("/preview")
def look(sheet: ASheet, told: ATyped) -> HTMLResponse:
    """What is typed, as its reader would see it; nothing is saved."""
    return _page(sheet, _checked(sheet, told, seen=0), block="preview")


@router.post("")
def change(sheet: ASheet, once: Once, *, told: ATyped, seen: Seen) -> Response:
    """Send the letter in these words from now on."""
    _only_editors(sheet)
    typed = _checked(sheet, told, seen=seen)
    if typed.errors:
        return _page(sheet, typed, status=422)
    try:
        _save(sheet, told, seen=seen)
    except BadInput as error:
        typed.errors["subject"] = say("input", str(error.params["why"]), sheet.visit.lang)
        return _page(sheet, typed, status=422)
    return _done(sheet, once, "letter_text_saved")


@router.post("/trial")
def trial(sheet: ASheet, once: Once, *, told: ATyped, seen: Seen) -> Response:
    """Send what is typed to the asker alone; the text that stands is not touched."""
    _only_editors(sheet)
    typed = _checked(sheet, told, seen=seen)
    if typed.errors:
        return _page(sheet, typed, status=422)
    visit, which = sheet.visit, sheet.which
    about = letter_texts.last_sent(visit.db, which.letter, actor=visit.me.actor)
    letter_texts.promise_trial(
        visit.db, which, told, about=about, actor=visit.me.actor, at=visit.now
    )
    # A repeat of this form is sent to the page; who sends it first keeps what they typed.
    once.redirect(_href(which))
    return _page(sheet, typed, said=say("done", "letter_trial_promised", visit.lang))


@router.post("/original")
def restore(sheet: ASheet, once: Once, *, seen: Seen) -> Response:
    """Let the text of the release stand again."""
    visit = sheet.visit
    letter_texts.restore(visit.db, sheet.which, seen=seen, actor=visit.me.actor, at=visit.now)
    return _done(sheet, once, "letter_text_restored")


def _save(sheet: Sheet, told: LetterText, *, seen: int) -> None:
    """Keep the text as the next version. Raises BadInput, also for the original's own words."""
    visit, which = sheet.visit, sheet.which
    if not seen and told == start_of(which):
        raise BadInput(why="letter_text_is_the_same")
    letter_texts.change(visit.db, which, told, seen=seen, actor=visit.me.actor, at=visit.now)


def _only_editors(sheet: Sheet) -> None:
    if sheet.visit.me.role not in EDITORS:
        raise NotYours


def _checked(sheet: Sheet, told: LetterText, *, seen: int) -> Typed:
    return Typed(told, seen, flaw_words(flaws_of(sheet.which.letter, told), sheet.visit.lang))


def _page(
    sheet: Sheet,
    typed: Typed | None,
    *,
    status: int = 200,
    block: Literal["", "preview"] = "",
    said: str = "",
) -> HTMLResponse:
    visit, which = sheet.visit, sheet.which
    versions = letter_texts.history(visit.db, which)
    start = start_of(which)
    own = versions[0].text if versions else None
    if typed is None:
        typed = Typed(own or start, versions[0].version if versions else 0, {})
    as_original = typed.text == start
    shown = None if typed.errors else sheet.preview(None if as_original else typed.text)
    response = view.render(
        visit.request,
        "letter_text",
        status=status,
        block=block,
        active="operations",
        which=which,
        letter=the_letters().letters[which.letter],
        placeholders=the_letters().may_name(which.letter),
        typed=typed,
        said=said,
        own=own,
        original=start,
        shown=shown,
        sandbox=SANDBOX,
        history=told_versions(which, versions),
        may_edit=visit.me.role in EDITORS,
        longest_subject=LONGEST_SUBJECT,
        new_key=new_key,
    )
    response.headers["content-security-policy"] = CSP_WITH_LETTER
    return response


def _done(sheet: Sheet, once: Once, said: str) -> Response:
    return view.flash(once.redirect(_href(sheet.which)), say("done", said, sheet.visit.lang))


def _href(which: Which) -> str:
    return f"/letters/{which.letter}/{which.language}"
