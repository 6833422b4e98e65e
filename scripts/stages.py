"""Draws docs/stages.md from the rulebook, so that the page says what the law says."""

from collections.abc import Iterator
from pathlib import Path

from states.rules.deadline_rule import DeadlineRule
from states.rules.findings import SYSTEM_DEFAULT
from states.rules.guards import RULES
from states.rules.law import the_law
from states.rules.machine import targets
from states.rules.rulebook import Arrow, Rulebook
from states.rules.stages import Stage
from states.rules.words import say

PAGE = Path(__file__).parent.parent / "docs" / "stages.md"


def draw() -> str:
    """The whole page as Markdown."""
    book = max(the_law().regimes.values(), key=lambda regime: regime.opens_from)
    return "\n".join([*_head(book), *_diagram(book), *_arrows(book), *_facts(book), *_due(book)])


def _head(book: Rulebook) -> Iterator[str]:
    yield "# The stages of a training project"
    yield ""
    yield f"Drawn by `python -m scripts.stages` from the rulebook `{book.id}` ({book.title.zh})."
    yield "Do not edit: change the rulebook and draw again; a test compares."
    yield ""


def _diagram(book: Rulebook) -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield "  [*] --> proposed"
    for arrow in book.arrows:
        for source in arrow.source:
            for target in targets(arrow, book):
                yield f"  {source} --> {target}: {say('arrow', arrow.name, 'en')}"
    for stage in Stage:
        yield f"  {stage}: {say('stage', stage, 'zh')} {say('stage', stage, 'en')}"
    yield "```"
    yield ""


def _arrows(book: Rulebook) -> Iterator[str]:
    yield "## Arrows"
    yield ""
    yield "The first arrow whose guards all hold is taken. MUST blocks, SHOULD asks for a waiver,"
    yield "NOTE is only said."
    yield ""
    for arrow in book.arrows:
        yield f"### {say('arrow', arrow.name, 'zh')} · {say('arrow', arrow.name, 'en')}"
        yield ""
        yield f"{' / '.join(arrow.source)} → {_target(arrow)} ({arrow.clause})"
        yield ""
        for guard in arrow.guards:
            rule = RULES[guard]
            source = "system default" if rule.clause == SYSTEM_DEFAULT else rule.clause
            yield f"- `{guard}` · {source} · {book.weight(guard).upper()}"
        yield ""


def _target(arrow: Arrow) -> str:
    return "the stage in which it was suspended" if arrow.target == "held" else arrow.target


def _facts(book: Rulebook) -> Iterator[str]:
    yield "## Facts: who may record what, and when"
    yield ""
    yield "| fact | 事项 | who | in stages | clause |"
    yield "|---|---|---|---|---|"
    for rule in book.facts:
        who = ", ".join(say("role", role, "en") for role in sorted(rule.who))
        stages = ", ".join(rule.stages)
        name = say("fact", rule.kind, "zh")
        yield f"| `{rule.kind}` | {name} | {who} | {stages} | {rule.clause} |"
    yield ""


def _due(book: Rulebook) -> Iterator[str]:
    yield "## Deadlines"
    yield ""
    heads = (
        "stage | duty | who | counted from | working days | ladder | more time | silence | source"
    )
    yield f"| {heads} |"
    yield "|---" * 9 + "|"
    for rule in book.deadlines:
        duty = say("duty", rule.duty, "en")
        who = "whom it names" if rule.who == "addressed" else say("role", rule.who, "en")
        yield (
            f"| {', '.join(rule.stages)} | {duty} | {who} | {rule.starts} | {rule.working_days} "
            f"| {rule.ladder} | {_more_time(rule)} | {_silence(rule)} | {rule.source} |"
        )
    yield ""
    yield from _ladders(book)


def _more_time(rule: DeadlineRule) -> str:
    if rule.extend is None:
        return "none"
    who = ", ".join(say("role", role, "en") for role in sorted(rule.extend.by))
    return f"{rule.extend.working_days} days, by {who}"


def _silence(rule: DeadlineRule) -> str:
    if rule.silence is None:
        return "reminders only"
    return f"after {rule.silence.working_days} more: {rule.silence.outcome}"


def _ladders(book: Rulebook) -> Iterator[str]:
    yield "## Ladders of reminders"
    yield ""
    yield "| ladder | working days from the last day | who reads of it |"
    yield "|---|---|---|"
    for name, ladder in book.reminders.ladders.items():
        for rung in ladder:
            who = ", ".join(say("reader", reader, "en") for reader in rung.to)
            yield f"| {name} | {rung.working_days:+d} | {who} |"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(draw(), "utf-8")
