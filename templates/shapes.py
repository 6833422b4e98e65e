"""What the page parts expect to be given: plain values in the reader's language, no rows, no rules.

The callers (api/pages) fill these; the macros in parts/ only lay them out. Every sentence arrives
ready in the language of the page; every `href` is a path of this site. Times carry a zone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from states.rules.findings import Verdict, Weight

Tone = Literal["info", "success", "warning", "danger"]
NAVIGATION = (
    "desk", "projects", "supervision", "returns", "certificates", "mailbox", "operations"
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is signed in. `acting_for` names the person a deputy acts for (代 X 办理)."""

    name: str
    office: str
    role: str = ""
    acting_for: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flash:
    """One message about what was just done; warnings and dangers are announced at once."""

    text: str
    tone: Tone = "success"


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """What waits or is down, until it no longer does ("3 mails wait: the mail server is down")."""

    text: str
    tone: Tone = "warning"
    href: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleClock:
    """The movable clock of sample mode. `next_event` says what falls due at `next_at`."""

    now: datetime
    next_event: str = ""
    next_at: datetime | None = None
    switch_href: str = "/sign-in"
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """What surrounds every page. `language_href` shows this very page in the other language."""

    csrf: str
    language_href: str
    active: str = ""
    person: Person | None = None
    navigation: tuple[str, ...] = NAVIGATION
    counts: Mapping[str, int] = field(default_factory=dict)
    flashes: tuple[Flash, ...] = ()
    banners: tuple[Banner, ...] = ()
    sample: SampleClock | None = None
    rule_news: bool = False
    training: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StageStep:
    """One of the seven stages on the strip. `note` stands under the date ("due", a count …)."""

    label: str
    state: Literal["done", "current", "ahead"]
    on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideExit:
    """The project left the straight path: sent back, suspended, rejected, withdrawn, ended."""

    label: str
    since: date
    reason: str
    tone: Tone = "warning"
    waits_for: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A deadline. `days` counts working days left, negative when late.

    `paused` waits for somebody since a day; `provisional` lies beyond the working-day calendar.
    `rule` says where the deadline comes from (a clause or "system default").
    """

    state: Literal["ok", "amber", "red", "paused", "provisional"]
    days: int | None = None
    due: date | None = None
    rule: str = ""
    since: date | None = None
    waits_for: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingLine:
    """One thing that is missing or wrong: what, by which clause, and what to do about it."""

    weight: Weight
    sentence: str
    clause: str
    clause_text: str = ""
    todo: str = ""
    href: str = ""
    link: str = ""
    subject: str = ""
    waived: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value that an entry changed."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event of a project's timeline, in words. `number` is its place in the ledger."""

    at: datetime
    sentence: str
    who: str
    office: str = ""
    on_behalf: str = ""
    kind: Literal["fact", "move", "mail", "system"] = "fact"
    note: str = ""
    changes: tuple[Change, ...] = ()
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """Who acts next, on what, until when and why."""

    who: str
    what: str
    why: str = ""
    clock: Clock | None = None
    mine: bool = False
    href: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLine:
    """One promised letter: to which office, and how far it got."""

    subject: str
    office: str
    address: str
    state: Literal["waiting", "sending", "sent", "refused", "bounced", "moot"]
    promised_at: datetime
    sent_at: datetime | None = None
    answer: str = ""
    attempts: int = 0
    href: str = ""
    next_try: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLine:
    """What one row of a spreadsheet deserves; the row number is the sheet's own."""

    sheet_row: int
    verdict: Verdict
    sentence: str
    clause: str
    column: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetReport:
    """What an upload came to. `imported` is false as long as nothing was stored.

    `more` findings are not among `lines`: the marked workbook has them all.
    """

    file: str
    sheet: str
    rows: int
    accepted: int
    imported: bool
    lines: tuple[RowLine, ...] = ()
    more: int = 0
    corrected_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One independent axis of a class's rules: what applies, and because of what."""

    label: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passport:
    """Under which rules a class runs and why: one sentence and its four axes.

    `flags`: what some other day of the class would have given, in words; `moved`: by which decision
    it was changed.
    """

    title: str
    sentence: str
    axes: tuple[Axis, ...]
    flags: tuple[str, ...] = ()
    moved: str = ""
    pinned_at: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of a chart: a whole number and how it reads."""

    label: str
    value: int
    note: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartBar:
    """One bar of a drawn chart. `width` is its part of the whole ("87.5%"), empty for no bar.

    `tone` ("green", "amber", "red") only repeats in colour what `words` say.
    """

    label: str
    words: str
    width: str
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartMark:
    """A line through all bars of a chart, at a part of the whole ("30%"), and what it means."""

    at: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice of a select or a group of radio buttons."""

    value: str
    label: str
    hint: str = ""
