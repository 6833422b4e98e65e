"""The life of one letter in words: one line for each try, not one for each step of it."""

from collections.abc import Iterable, Iterator
from typing import Literal

from api.pages.wording import masked_answer
from states.records.mail_events import LetterEvent
from states.records.outbox import NOT_WANTED
from states.rules.words import Language, say
from templates.filters import minute
from templates.shapes import Entry

_ENDS_A_TRY = frozenset(
    {"accepted", "deferred", "unknown", "refused", "given_up", "freed", "let_go"}
)
_BY_A_PERSON = frozenset({"retried"})
_FROM_OUTSIDE = frozenset({"accepted", "refused", "bounced", "delayed"})


def life_words(events: Iterable[LetterEvent], lang: Language) -> list[Entry]:
    """The life of a letter, the promise first; addresses in answers masked."""
    return [_entry(event, what, no=no, lang=lang) for event, what, no in _tries(list(events))]


def _tries(events: list[LetterEvent]) -> Iterator[tuple[LetterEvent, str, int]]:
    """Every event to be told, as what, and at which try (from 1 again after a new promise)."""
    no = 0
    for event, after in zip(events, [*[each.what for each in events[1:]], ""], strict=True):
        what = event.what
        if what == "leased":
            no += 1
            what = "lost" if after == "leased" else "leased"
        if event.what != "leased" or after not in _ENDS_A_TRY:
            yield event, what, no
        if event.what == "retried":
            no = 0
        no -= event.what == "let_go"


def _entry(event: LetterEvent, what: str, *, no: int, lang: Language) -> Entry:
    return Entry(
        at=event.at,
        sentence=say("mail_event", "not_wanted" if _is_unwanted(event) else what, lang, no=no),
        who="" if _is_unwanted(event) else masked_answer(_answer(event)),
        office=_next(event, lang),
        kind=_kind(what),
    )


def _is_unwanted(event: LetterEvent) -> bool:
    return event.answer == NOT_WANTED


def _answer(event: LetterEvent) -> str:
    """The server's words with its code in front, said once."""
    code = str(event.code or "")
    return event.answer if event.answer.startswith(code) else f"{code} {event.answer}"


def _next(event: LetterEvent, lang: Language) -> str:
    return say("mail_life", "next_try", lang, at=minute(event.until)) if event.until else ""


def _kind(what: str) -> Literal["fact", "mail", "system"]:
    if what in _BY_A_PERSON:
        return "fact"
    return "mail" if what in _FROM_OUTSIDE else "system"
