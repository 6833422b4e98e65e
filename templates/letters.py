"""Letters: facts in, one EmailMessage out, in the language of the person who reads it.

Each letter is a folder `mail/<letter>/` of `subject.zh.txt`, `subject.en.txt`, `body.zh.txt` and
`body.en.txt`; `mail/frame.txt` and `mail/frame.html` put salutation, button and signature around.
"""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default as modern
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from states.rules.words import Language
from templates.letter_blocks import BadLinkError, blocks_of
from templates.letter_words import days_left, full_day, moment, month_name, short_day

__all__ = ["LETTERS", "BadLinkError", "UnsafeSubjectError", "compose"]

_FOLDER: Final = Path(__file__).parent / "mail"

LETTERS: Final[tuple[str, ...]] = (
    "plan_submitted",
    "second_signature_needed",
    "plan_returned",
    "plan_rejected",
    "plan_approved",
    "project_withdrawn",
    "class_opened",
    "project_running",
    "scores_due",
    "scores_to_confirm",
    "correction_to_confirm",
    "check_found",
    "rectification_reported",
    "check_reviewed",
    "project_assessed",
    "survey_learner",
    "survey_employer",
    "project_surveyed",
    "return_to_prepare",
    "return_to_sign",
    "return_submitted",
    "return_returned",
    "return_accepted",
    "batch_ready",
    "batch_refused",
    "certificates_refused",
    "project_certified",
    "project_suspended",
    "project_resumed",
    "project_terminated",
    "forgetting_announced",
    "case_filed",
    "case_accepted",
    "case_returned",
    "case_rejected",
    "case_withdrawn",
    "case_to_confirm",
    "case_confirmed",
    "case_refused",
    "daily_reminder",
    "set_password",
)

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
) -> EmailMessage:
    """Fill one of LETTERS for one recipient.

    `message_id` is "<key@host>", the same at every repeat; `date` must know its time zone. Raises
    KeyError for an unknown letter, jinja2.UndefinedError for a fact that is not there,
    UnsafeSubjectError, and BadLinkError for a link that is not http(s).
    """
    if letter not in LETTERS:
        raise KeyError(letter)
    facts = {**context, "lang": lang, "office": sender.display_name, "date": date}
    message = EmailMessage(policy=modern.clone(cte_type="7bit"))
    message["From"] = sender
    message["To"] = Address(addr_spec=to.addr_spec) if letter in _NAMELESS else to
    message["Subject"] = _subject(letter, lang, facts)
    message["Date"] = date
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = "zh-CN" if lang == "zh" else "en"
    message["X-Duban-Letter"] = letter
    _fill(message, letter, facts)
    return message


def _subject(letter: str, lang: Language, facts: Mapping[str, object]) -> str:
    template = _as_written().get_template(f"{letter}/subject.{lang}.txt")
    subject = template.render(facts)
    if any(unicodedata.category(character) in _UNSAFE for character in subject):
        raise UnsafeSubjectError(UnsafeSubjectError.__doc__)
    return subject


def _fill(message: EmailMessage, letter: str, facts: Mapping[str, object]) -> None:
    forms = _in_one_line()
    body = forms.get_template(f"{letter}/body.{facts['lang']}.txt").render(facts)
    framed = {**facts, "blocks": blocks_of(body), "subject": message["Subject"]}
    framed["nameless"] = letter in _NAMELESS
    message.set_content(forms.get_template("frame.txt").render(framed))
    message.add_alternative(forms.get_template("frame.html").render(framed), subtype="html")


@cache
def _as_written() -> Environment:
    return _environment(None)


@cache
def _in_one_line() -> Environment:
    """No value can begin a paragraph of its own, and so none can forge a button."""
    return _environment(_one_line)


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


def _one_line(value: object) -> object:
    text = str(value)
    safe = "".join(" " if unicodedata.category(each) in _UNSAFE else each for each in text)
    return " ".join(safe.split())
