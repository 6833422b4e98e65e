"""Letters: facts in, one EmailMessage out, in the language of the person who reads it.

Each letter is a folder `mail/<letter>/` of `subject.zh.txt`, `subject.en.txt`, `body.zh.txt` and
`body.en.txt`; `mail/frame.txt` and `mail/frame.html` put salutation, button and signature around.
An office may have a text of its own instead (`states.rules.letter_texts`), in the same frame.
"""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default as modern
from functools import cache
from pathlib import Path
from typing import Final, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from states.rules.letter_texts import LetterText
from states.rules.letters import the_letters
from states.rules.words import Language
from templates.letter_blocks import BadLinkError, Block, blocks_of
from templates.letter_fill import filled_blocks, filled_subject, one_line
from templates.letter_words import days_left, full_day, moment, month_name, short_day

__all__ = ["LETTERS", "BadLinkError", "UnsafeSubjectError", "compose"]

_FOLDER: Final = Path(__file__).parent / "mail"

LETTERS: Final = tuple(the_letters().letters)

_TRIAL: Final[dict[Language, str]] = {"zh": "[试发] ", "en": "[Test] "}

_TRAINING: Final[dict[Language, str]] = {"zh": "[演练] ", "en": "[Training] "}

_NAMELESS: Final = frozenset({"survey_learner", "survey_employer"})
"""Letters to people outside the offices: no name stands anywhere in them."""

_UNSAFE: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})
"""Unicode categories that break a header or turn its reading direction."""


class UnsafeSubjectError(ValueError):
    """A subject holds no line breaks and no control characters."""


def compose(  # noqa: PLR0913  a letter has an outside and an inside
    letter: str,
    lang: Language,
    context: Mapping[str, object],
    *,
    to: Address,
    sender: Address,
    message_id: str,
    date: datetime,
    text: LetterText | None = None,
    trial: bool = False,
) -> EmailMessage:
    """Fill one of LETTERS for one recipient, in the words of `text` or in the original's.

    `message_id` is "<key@host>", the same at every repeat; `date` must know its time zone; a
    `trial` says so in its subject. Raises KeyError for an unknown letter, jinja2.UndefinedError
    (with `text` KeyError) for a fact that is not there, BrokenTextError for a `text` that cannot
    be read, UnsafeSubjectError, and BadLinkError for a link that is not http(s).
    """
    if letter not in LETTERS:
        raise KeyError(letter)
    facts = {**context, "lang": lang, "office": sender.display_name, "date": date}
    message = EmailMessage(policy=modern.clone(cte_type="7bit"))
    message["From"] = sender
    message["To"] = Address(addr_spec=to.addr_spec) if letter in _NAMELESS else to
    message["Subject"] = (_TRIAL[lang] if trial else "") + _subject(letter, facts, text)
    message["Date"] = date
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = "zh-CN" if lang == "zh" else "en"
    message["X-Duban-Letter"] = letter
    _fill(message, letter, {**facts, "blocks": _blocks(letter, facts, text)})
    return message


def mark_as_training(message: EmailMessage, lang: Language) -> None:
    """Say in subject and header that a letter comes from a training copy, in its language."""
    subject = str(message["Subject"])
    del message["Subject"]
    message["Subject"] = _TRAINING[lang] + subject
    message["X-Duban-Training"] = "yes"


def _subject(letter: str, facts: Mapping[str, object], text: LetterText | None) -> str:
    lang = cast("Language", facts["lang"])
    if text:
        subject = filled_subject(text.subject, facts, lang)
    else:
        subject = _as_written().get_template(f"{letter}/subject.{lang}.txt").render(facts)
    if any(unicodedata.category(character) in _UNSAFE for character in subject):
        raise UnsafeSubjectError(UnsafeSubjectError.__doc__)
    return subject


def _fill(message: EmailMessage, letter: str, framed: Mapping[str, object]) -> None:
    forms = _in_one_line()
    choice = "" if the_letters().letters[letter].has_secret_link else framed.get("preferences", "")
    framed = {**framed, "subject": message["Subject"], "nameless": letter in _NAMELESS}
    framed["preferences"] = choice
    message.set_content(forms.get_template("frame.txt").render(framed))
    message.add_alternative(forms.get_template("frame.html").render(framed), subtype="html")


def _blocks(letter: str, facts: Mapping[str, object], text: LetterText | None) -> list[Block]:
    lang = cast("Language", facts["lang"])
    if text:
        return filled_blocks(text.body, facts, lang)
    return blocks_of(_in_one_line().get_template(f"{letter}/body.{lang}.txt").render(facts))


@cache
def _as_written() -> Environment:
    return _environment(None)


@cache
def _in_one_line() -> Environment:
    """No value can begin a paragraph of its own, and so none can forge a button."""
    return _environment(one_line)


def _environment(finalize: Callable[[object], object] | None) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        undefined=StrictUndefined,
        autoescape=select_autoescape(("html",)),
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "day": full_day,
        "short_day": short_day,
        "month": month_name,
        "moment": moment,
        "days_left": days_left,
    }
    return environment
