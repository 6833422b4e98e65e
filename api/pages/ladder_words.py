"""The ladder of a deadline in words: every rung before it happens and after, with its letters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from api.pages.wording import masked, name_of
from states.records.ladder_board import Reached, RungKey, RungReader
from states.rules.deadline_rule import Rung
from states.rules.words import Language, say

_SENT = {
    "promised": "waiting", "deferred": "waiting", "leased": "sending", "accepted": "sent",
    "refused": "refused", "bounced": "refused", "moot": "moot",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReaderLine:
    """Somebody a rung was told to, and how far the letter got; `href` is the letter."""

    who: str
    as_what: str
    state: str
    href: str


@dataclass(frozen=True, slots=True)
class RungLine:
    """One rung: `state` is "done", "next", "ahead" or "left_out" (it lay before the beginning)."""

    on: date
    when: str
    to: str
    state: str
    readers: tuple[ReaderLine, ...] = ()


@dataclass(frozen=True, slots=True)
class LadderWords:
    """Tells ladders of one project or return, from what was reached of them until today."""

    reached: Mapping[RungKey, Reached]
    today: date
    lang: Language

    def lines(
        self, duty: str, subject: str, due_on: date, *, days: Sequence[date], ladder: Sequence[Rung]
    ) -> tuple[RungLine, ...]:
        """The rungs of one deadline in order; `days` are theirs."""
        found = [self.reached.get((duty, subject, due_on, place)) for place in range(len(days))]
        open_days = (day for day, there in zip(days, found, strict=True) if there is None)
        coming = min((day for day in open_days if day >= self.today), default=None)
        return tuple(
            self._line(rung, day, there, coming=day == coming)
            for rung, day, there in zip(ladder, days, found, strict=False)
        )

    def _line(self, rung: Rung, day: date, there: Reached | None, *, coming: bool) -> RungLine:
        ahead = "left_out" if day < self.today else "next" if coming else "ahead"
        readers = (say("reader", reader, self.lang) for reader in rung.to)
        return RungLine(
            on=there.on_day if there else day,
            when=self._when(rung.working_days),
            to=self._joined(readers),
            state="done" if there else ahead,
            readers=tuple(map(self._reader, there.readers)) if there else (),
        )

    def _when(self, days: int) -> str:
        which = "before" if days < 0 else "after" if days else "on"
        return say("rung", which, self.lang, days=abs(days))

    def _reader(self, reader: RungReader) -> ReaderLine:
        role = say("role", reader.role, self.lang) if reader.role else ""
        told = (name_of(reader.office, self.lang), role, masked(reader.person))
        return ReaderLine(
            who=" · ".join(filter(None, told)),
            as_what=say("reader", reader.as_what, self.lang),
            state=_SENT[reader.state],
            href=f"/mails/{reader.mail_id}",
        )

    def _joined(self, words: Iterable[str]) -> str:
        return ("、" if self.lang == "zh" else ", ").join(words)
