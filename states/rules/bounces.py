"""What comes back about a letter: delivery reports (RFC 3464), other bounces, automatic replies.

A letter is known by the stem of its Message-ID, 32 hexadecimal digits, which is also its envelope
id. Only what says clearly that a letter failed counts; a person's reply is for a person.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser, HeaderParser
from email.utils import parseaddr
from enum import StrEnum
from typing import Final

from states.rules.legible import one_line

ANSWER_LENGTH: Final = 200
_STATUS: Final = frozenset({"message/delivery-status", "message/global-delivery-status"})
_HEADERS: Final = frozenset(
    {"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"}
)
_WHOLE: Final = frozenset({"message/rfc822", "message/global"})
_DAEMONS: Final = frozenset(
    {"mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon", "mdaemon"}
)
_STEM: Final = re.compile(r"\b([0-9a-f]{32})(?=@|$)", re.IGNORECASE)
_OURS: Final = re.compile(r"^\s*Message-ID:\s*<([0-9a-f]{32})@", re.IGNORECASE | re.MULTILINE)
_ENHANCED: Final = re.compile(r"(?<![\d.])5\.\d{1,3}\.\d{1,3}(?![\d.])")
_BASIC: Final = re.compile(r"(?<![\d.-])(5[05]\d)(?=[ -])")
_CODE: Final = re.compile(r"\s*([245]\d\d)\b")
_TYPED: Final = re.compile(r"^\s*[\w-]+\s*;\s*")


class Verdict(StrEnum):
    """FAILED: it did not reach its reader. DELAYED: it is still being tried.

    NO_BOUNCE: an automatic reply, a receipt, a report of success. UNCLEAR: for a person to read.
    """

    FAILED = "failed"
    DELAYED = "delayed"
    NO_BOUNCE = "no_bounce"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Report:
    """What a message says about one of our letters.

    `letter` is the stem of its Message-ID, empty when none is named; `code` the SMTP code; `answer`
    status and diagnosis on one line, which may quote an address; `evidence` is the same for the
    same message, whichever way it came.
    """

    verdict: Verdict
    letter: str = ""
    code: int | None = None
    answer: str = ""
    evidence: str = ""


def read_report(raw: bytes) -> Report:
    """Read one message. Never raises: what cannot be read is UNCLEAR."""
    try:
        return _read(BytesParser().parsebytes(raw))
    except Exception:  # noqa: BLE001  # foreign bytes; the parser trips over odd ones in many ways
        return Report(Verdict.UNCLEAR)


def _read(message: Message) -> Report:
    status = next((p for p in message.walk() if p.get_content_type() in _STATUS), None)
    if status is not None:
        return _from_status(message, status)
    if _is_a_daemons(message):
        return _from_words(message)
    automatic = Verdict.NO_BOUNCE if _is_automatic(message) else Verdict.UNCLEAR
    return Report(automatic)


def _from_status(message: Message, status: Message) -> Report:
    blocks = _blocks(status)
    by_action = {_field(block, "Action").lower(): block for block in reversed(blocks)}
    failed, delayed = by_action.get("failed"), by_action.get("delayed")
    told = failed or delayed
    if told is None:
        return Report(Verdict.NO_BOUNCE if by_action.keys() - {""} else Verdict.UNCLEAR)
    code, answer = _diagnosis(told)
    fields = "\n".join(block.as_string() for block in blocks)
    return Report(
        Verdict.FAILED if failed else Verdict.DELAYED,
        _letter_of(message, blocks),
        code,
        answer,
        _evidence(message, fields),
    )


def _blocks(status: Message) -> list[Message]:
    """The groups of fields: about the whole message, then about each recipient."""
    payload = status.get_payload()
    parts = [part for part in payload if isinstance(part, Message)] if payload else []
    if status.get_content_type() == "message/delivery-status" and len(parts) > 1:
        return parts
    text = "\n\n".join(part.as_string() for part in parts) or str(payload)
    return [HeaderParser().parsestr(each) for each in re.split(r"\r?\n\s*\r?\n", text.strip())]


def _diagnosis(block: Message) -> tuple[int | None, str]:
    status = _field(block, "Status").split(" ")[0]
    diagnosis = _TYPED.sub("", _field(block, "Diagnostic-Code"))
    code = _CODE.match(diagnosis)
    said = diagnosis if status in diagnosis else f"{status} {diagnosis}"
    return (int(code[1]) if code else None), _line(said)


def _letter_of(message: Message, blocks: list[Message]) -> str:
    """The stem of our Message-ID: from the envelope, the returned headers, or the threading."""
    return next(_stems(message, blocks), "")


def _stems(message: Message, blocks: list[Message]) -> Iterator[str]:
    named = [_field(block, "Original-Envelope-Id") for block in blocks]
    named += [_field(block, "X-Original-Message-ID").strip("<>") for block in blocks]
    named += [_field(head, "Message-ID").strip("<> ") for head in _returned(message)]
    named += [_field(message, name).strip("<> ") for name in ("In-Reply-To", "References")]
    for each in named:
        if found := _STEM.search(each):
            yield found[1].lower()


def _returned(message: Message) -> Iterator[Message]:
    """The headers of the letter that came back."""
    for part in message.walk():
        kind, payload = part.get_content_type(), part.get_payload()
        if kind in _WHOLE and isinstance(payload, list):
            yield from (each for each in payload if isinstance(each, Message))
        elif kind in _HEADERS:
            yield HeaderParser().parsestr(_text(part))


def _from_words(message: Message) -> Report:
    """A bounce in no standard form: it must name our letter and a permanent code."""
    words = "\n".join(_own_text(message))
    letter = _letter_of(message, []) or next((m[1].lower() for m in _OURS.finditer(words)), "")
    said = _OURS.split(words)[0]
    enhanced, basic = _ENHANCED.search(said), _BASIC.search(said)
    found = enhanced or basic
    if not letter or found is None:
        return Report(Verdict.UNCLEAR)
    line = next(line for line in said.splitlines() if found[0] in line)
    code = int(basic[1]) if basic else None
    return Report(Verdict.FAILED, letter, code, _line(line), _evidence(message, words))


def _own_text(message: Message) -> Iterator[str]:
    """The words of the report itself, not of the letter that it returns."""
    if message.get_content_type() in _WHOLE:
        return
    if not message.is_multipart():
        if message.get_content_maintype() == "text":
            yield _text(message)
        return
    for part in message.get_payload():
        if isinstance(part, Message):
            yield from _own_text(part)


def _is_a_daemons(message: Message) -> bool:
    sender = parseaddr(_field(message, "From"))[1].partition("@")[0].lower()
    return sender in _DAEMONS


def _is_automatic(message: Message) -> bool:
    """Out of office and their like (RFC 3834), and receipts that a letter was read."""
    if message.get_param("report-type") == "disposition-notification":
        return True
    said = _field(message, "Auto-Submitted").lower()
    if said and said != "no":
        return True
    marks = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply", "X-Vacation")
    return any(mark in message for mark in marks) or _field(message, "Precedence").lower() in {
        "auto_reply", "auto-reply", "bulk", "junk",
    }  # fmt: skip


def _evidence(message: Message, fields: str) -> str:
    said = _field(message, "Message-ID") or fields
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:32]


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return str(part.get_payload())
    try:
        return payload.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return payload.decode("utf-8", "replace")


def _field(message: Message, name: str) -> str:
    return " ".join(str(message.get(name, "")).split())


def _line(text: str) -> str:
    return one_line(text, ANSWER_LENGTH)
