"""Versions of the rules in words: what they change, whom they reach, and why."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from api.pages.passport_words import limits_words, tenths, version_words
from api.pages.wording import name_of
from api.rules_at_work import Asked, as_version, version_of
from states.records.rule_versions import Version
from states.records.what_if import Line, Reach
from states.rules.halves import hours
from states.rules.law import Law
from states.rules.rulebook import Bank, Rulebook, Standard
from states.rules.versions import RuleVersion, VersionKind, differences
from states.rules.what_if import Effect, dated_versions
from states.rules.words import Language, say
from templates.filters import date_words
from templates.shapes import Bar
from templates.sheets.what_if import WhatIfRow


@dataclass(frozen=True, slots=True)
class StandsLine:
    """One axis of the rules: what is in force today, since when, and what comes next."""

    label: str
    value: str
    since: date
    document: str
    limits: str
    next_value: str = ""
    next_on: date | None = None


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version as the pages tell it. `state` is a code of the section `rule_state`."""

    id: int
    kind: str
    code: str
    title: str
    document: str
    effective_from: date
    sentences: tuple[str, ...]
    state: str
    version: Version | None = None
    now: Reach | None = None
    may_publish: bool = False
    may_correct: bool = False
    is_new: bool = False


def stands(law: Law, today: date, lang: Language) -> list[StandsLine]:
    """The three axes today, the limits of hours with the regime."""
    return [_stands(law, kind, today, lang=lang) for kind in reversed(VersionKind)]


def _stands(law: Law, kind: VersionKind, today: date, *, lang: Language) -> StandsLine:
    dated = dated_versions(law, kind)
    since, key = [one for one in dated if one[0] <= today][-1]
    later = [one for one in dated if one[0] > today]
    version = version_of(law, kind, key)
    coming = version_of(law, kind, later[0][1]) if later else None
    return StandsLine(
        label=say("rule_short", kind, lang),
        value=version_words(version, lang),
        since=since,
        document=version.document if isinstance(version, Rulebook) else "",
        limits=_limits(version, lang),
        next_value=version_words(coming, lang) if coming else "",
        next_on=later[0][0] if later else None,
    )


def _limits(version: Standard | Bank | Rulebook, lang: Language) -> str:
    return limits_words(version, lang) if isinstance(version, Rulebook) else ""


def difference_sentences(law: Law, version: RuleVersion, lang: Language) -> tuple[str, ...]:
    """What a version changes against the one it succeeds, one sentence a difference."""
    before = version_of(law, version.kind, version.succeeds)
    found = [
        say("rule_difference", one.what, lang,
            before=_value(one.what, one.before), after=_value(one.what, one.after))
        for one in differences(before, as_version(law, version))
    ]  # fmt: skip
    takes_effect = say(
        "rule_difference", "takes_effect", lang,
        on=date_words(version.effective_from, lang), before=getattr(before.title, lang),
    )  # fmt: skip
    return (takes_effect, *(found or [say("rule_difference", "nothing", lang)]))


def _value(what: str, value: int | str) -> str:
    if what.endswith("_tenths"):
        return tenths(int(value))
    return hours(int(value)) if what == "half_hours" else str(value)


def why_words(line: Line, on: date, lang: Language) -> str:
    """Why a class changes, keeps its own, or is not concerned."""
    code = line.verdict.why
    if code == "untouched" and line.opens_on >= on:
        code = "untouched_after"
    opens_on = date_words(line.opens_on, lang)
    return say("what_if", code, lang, opens_on=opens_on, on=date_words(on, lang))


def by_district(asked: Asked, lang: Language, *, effect: Effect) -> list[Bar]:
    """How many classes each district has of one effect, the most first."""
    counts: Counter[str] = Counter()
    for line in asked.lines:
        if line.verdict.effect is effect:
            counts[name_of(line.district, lang)] += line.classes
    return [Bar(label=name, value=count) for name, count in counts.most_common()]


def sheet_rows(asked: Asked, law: Law, lang: Language) -> list[WhatIfRow]:
    """Every class as the workbook lists it."""
    return [_sheet_row(line, asked, law, lang=lang) for line in asked.lines]


def _sheet_row(line: Line, asked: Asked, law: Law, *, lang: Language) -> WhatIfRow:
    return WhatIfRow(
        district=name_of(line.district, lang), project=line.project, title=line.title,
        provider=name_of(line.provider, lang),
        klass=str(line.no) if line.no else f"×{line.classes}",
        opens_on=line.opens_on.isoformat(), standing=say("standing", line.standing, lang),
        before=key_words(asked, line.verdict.before, law, lang=lang),
        after=key_words(asked, line.verdict.after, law, lang=lang),
        effect=say("effect", line.verdict.effect, lang), why=why_words(line, asked.on, lang),
    )  # fmt: skip


def key_words(asked: Asked, key: str, law: Law, *, lang: Language) -> str:
    """The name of a version; the draft of a what-if has none yet."""
    known = {VersionKind.REGIME: law.regimes, VersionKind.STANDARD: law.standards}.get(
        asked.kind, law.banks
    )
    if key in known:
        return str(getattr(version_of(law, asked.kind, key).title, lang))
    return say("rule_state", "draft", lang)


def district_sums(asked: Asked, lang: Language) -> list[tuple[str, int, int, int]]:
    """Name, then how many classes change, keep their own, are not concerned."""
    counts: dict[str, Counter[Effect]] = {}
    for line in asked.lines:
        name = name_of(line.district, lang)
        counts.setdefault(name, Counter())[line.verdict.effect] += line.classes
    return [
        (name, found[Effect.CHANGES], found[Effect.KEEPS], found[Effect.SAME])
        for name, found in counts.items()
    ]


def history(
    law: Law, versions: Sequence[Version], lang: Language, *, seen: int
) -> list[VersionLine]:
    """Every version that the public may know, the latest to take effect first."""
    told = [_published(law, one, lang, seen=seen) for one in versions if one.published_at]
    lines = [*told, *_of_the_release(law, lang)]
    return sorted(lines, key=lambda line: (line.effective_from, line.id), reverse=True)


def _published(law: Law, one: Version, lang: Language, *, seen: int) -> VersionLine:
    version = one.version
    return VersionLine(
        id=one.id, kind=version.kind, code=version.id, title=version.title,
        document=version.document, effective_from=version.effective_from,
        sentences=difference_sentences(law, version, lang),
        state="published" if one.stands else "withdrawn",
        version=one, is_new=one.newest_step > seen,
    )  # fmt: skip


def _of_the_release(law: Law, lang: Language) -> Iterator[VersionLine]:
    later = {one.key for one in law.published}
    for kind in VersionKind:
        for since, key in dated_versions(law, kind):
            if (kind, key) in later:
                continue
            version = version_of(law, kind, key)
            regime = isinstance(version, Rulebook)
            yield VersionLine(
                id=0, kind=kind, code=key, title=str(getattr(version.title, lang)),
                document=version.document if isinstance(version, Rulebook) else "",
                effective_from=since,
                sentences=(_limits(version, lang) if regime else version_words(version, lang),),
                state="released",
            )  # fmt: skip
