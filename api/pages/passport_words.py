"""The rule passport of a class in words: what binds it, since when and why, and what to mind."""

from datetime import date

from states.rules.dossier import ClassFacts
from states.rules.findings import Weight
from states.rules.halves import hours
from states.rules.law import Law, Pin, the_law
from states.rules.passport import Bound, Flag, bound, flags, limits_of, why
from states.rules.rulebook import Bank, Rulebook, Standard
from states.rules.versions import percent_of
from states.rules.words import Language, has, say
from templates.filters import date_words
from templates.shapes import Axis, Passport

_HOURS_RULE = "delivery_reaches_the_hours"


def passport_of(klass: ClassFacts, lang: Language, *, today: date) -> Passport:
    """Under which rules a class runs, and why; all four axes, as pinned to it."""
    law = the_law()
    regime = law.regimes[klass.regime]
    return Passport(
        title=say("passport", "title", lang, no=klass.no, regime=getattr(regime.title, lang)),
        sentence=_sentence(klass, law, lang, today=today),
        axes=(
            *(_axis(one, klass, law, lang=lang) for one in bound(klass, law)),
            _hours(klass, law, lang),
        ),
        flags=tuple(_flag(flag, klass, lang) for flag in flags(klass, law)),
        moved=_moved(klass, lang),
        pinned_at=klass.filed_at,
    )


def flag_marks(klass: ClassFacts, lang: Language) -> tuple[str, ...]:
    """The flags of a class in a few words each, for a line of a list."""
    return tuple(say("late", f"short_{flag.code}", lang) for flag in flags(klass, the_law()))


def flag_sentences(klass: ClassFacts, lang: Language) -> tuple[tuple[str, str], ...]:
    """Code and sentence of every flag, for programs."""
    return tuple((flag.code, _flag(flag, klass, lang)) for flag in flags(klass, the_law()))


def sentence_of(klass: ClassFacts, lang: Language, *, today: date) -> str:
    """Why a class runs under its regime, in one sentence."""
    return _sentence(klass, the_law(), lang, today=today)


def pin_sentence(pin: Pin, lang: Language, *, opens_on: date, ended_on: date | None) -> str:
    """Why a class that would open on that day runs under its regime."""
    law = the_law()
    own = law.regimes[pin.regime]
    notice = law.notice_after(opens_on) or own
    return say(
        "pin", pin.reason, lang,
        opens_on=date_words(opens_on, lang), on=date_words(notice.opens_from, lang),
        ended_on=date_words(ended_on, lang) if ended_on else "",
        notice=notice.document or getattr(notice.title, lang),
        clause=clause_place(notice.source, lang), regime=getattr(own.title, lang),
    )  # fmt: skip


def title_of(axis: str, key: str, lang: Language) -> str:
    """The name of a version on one of the three axes; a regime with its document."""
    return str(getattr(_version(axis, key, the_law()).title, lang))


def clause_place(clause: str, lang: Language) -> str:
    """Where a clause stands in the notice; another source as it stands."""
    if clause == "system default":
        return "系统默认" if lang == "zh" else "system default"
    return say("clause_place", clause, lang) if has("clause_place", clause) else clause


def _sentence(klass: ClassFacts, law: Law, lang: Language, *, today: date) -> str:
    because = why(klass, law, today=today)
    notice = law.regimes[because.notice]
    return say(
        "pin", because.code, lang,
        opens_on=date_words(klass.opens_on, lang), on=date_words(because.on, lang),
        ended_on=date_words(klass.ended_on, lang) if klass.ended_on else "",
        notice=notice.document or getattr(notice.title, lang),
        clause=clause_place(notice.source, lang),
        regime=getattr(law.regimes[klass.regime].title, lang),
    )  # fmt: skip


def _moved(klass: ClassFacts, lang: Language) -> str:
    if klass.moved is None:
        return ""
    on = date_words(klass.moved.on, lang)
    return say("pin", "moved_because", lang, on=on, text=klass.moved.text)


def _axis(one: Bound, klass: ClassFacts, law: Law, *, lang: Language) -> Axis:
    if klass.moved:
        reason = say("passport", "moved_reason", lang, on=date_words(klass.moved.on, lang))
    else:
        reason = say(
            "passport", f"{one.axis}_reason", lang, since=date_words(one.since, lang),
            day=date_words(klass.opens_on, lang), clause=clause_place(one.clause, lang),
        )  # fmt: skip
    value = version_words(_version(one.axis, one.key, law), lang)
    return Axis(label=say("passport", one.axis, lang), value=value, reason=reason)


def _version(axis: str, key: str, law: Law) -> Rulebook | Standard | Bank:
    if axis == "regime":
        return law.regimes[key]
    return law.standards[key] if axis == "standard" else law.banks[key]


def version_words(one: Rulebook | Standard | Bank, lang: Language) -> str:
    """A version by its name and what it decides; of a regime only its name."""
    title = str(getattr(one.title, lang))
    if isinstance(one, Standard):
        return say("passport", "standard_value", lang, title=title, minutes=one.class_hour_minutes)
    if isinstance(one, Bank):
        full, mark = tenths(one.full_tenths), tenths(one.pass_tenths)
        return say("passport", "bank_value", lang, title=title, full=full, mark=mark)
    return title


def tenths(mark: int) -> str:
    """600 tenths of a mark are "60", 595 are "59.5"."""
    whole, part = divmod(mark, 10)
    return f"{whole}.{part}" if part else str(whole)


def _hours(klass: ClassFacts, law: Law, lang: Language) -> Axis:
    regime, limits = law.regimes[klass.regime], limits_of(klass, law)
    return Axis(
        label=say("passport", "hours", lang),
        value=limits_words(regime, lang),
        reason=say(
            "passport", "hours_reason", lang, since=date_words(regime.opens_from, lang),
            hours=clause_place(limits.hours.source, lang),
            online=clause_place(limits.online_share.source, lang),
        ),
    )  # fmt: skip


def limits_words(regime: Rulebook, lang: Language) -> str:
    """The hours of a class and their online part; where they only are a note, it says so."""
    soft = regime.weight(_HOURS_RULE) is Weight.NOTE
    return say(
        "passport", "hours_value_soft" if soft else "hours_value", lang,
        hours=hours(regime.limits.hours.half_hours), percent=percent_of(regime.limits.online_share),
    )  # fmt: skip


def _flag(flag: Flag, klass: ClassFacts, lang: Language) -> str:
    other = ("、" if lang == "zh" else ", ").join(
        title_of(axis, key, lang) for axis, key in flag.other.items()
    )
    return say(
        "late", flag.code, lang, day=date_words(flag.day, lang),
        opens_on=date_words(klass.opens_on, lang), other=other,
    )  # fmt: skip
