"""Draws docs/routes.md from the books of the other routes, so that the page says what they say."""

from collections.abc import Iterator
from pathlib import Path

from states.rules.cases.book import RouteBook, books
from states.rules.cases.guards import CASE_RULES
from states.rules.cases.kinds import CaseStage
from states.rules.words import say

PAGE = Path(__file__).parent.parent / "docs" / "routes.md"
HEAD = """# The three other routes to a certificate

Drawn by `python -m scripts.routes` from `states/rulebooks/routes/`. Do not edit: change the book
and draw again; a test compares.

Each route has cases with a machine of their own, and `states/case_actions.py` is the one door
through which a case moves. A case is one contest, or one list of people who passed. Its facts, its
ledger and its letters work as those of a project do, and `case_actions.told_again` tells a case
from its facts and must give the stage that stands.

- **A list** (evaluation, exam) is read row by row. What cannot be taken is named with the reason:
  another year, route, level, district or city, a grade or number that does not fit its form. It
  waits until it is mended or somebody says to go on without it; then another person of the office
  confirms the very list they saw. The same workbook twice has one effect.
- **A contest** is filed before its day (A18: a later one counts by the word of a second person).
  Its result sheet goes in whole or not at all, since every row moves the cut: half of the valid
  scores, rounded down (A19). A tie across the cut is parted by the rule that the organiser declared
  when filing, or it waits for a decision of the district with both bounds on the screen. An
  employer that seems to belong to another district is flagged, never refused (A17).

What comes after `confirmed` is told in [certificates.md](certificates.md), and what contests may
make up of a district's certificates in [targets.md](targets.md).
"""


def draw() -> str:
    """The whole page as Markdown."""
    return "\n".join([HEAD, *(line for book in books() for line in _book(book))])


def _book(book: RouteBook) -> Iterator[str]:
    yield f"## {book.title.zh} · {book.title.en}"
    yield ""
    yield f"`{book.id}`, {book.document}, for cases filed from {book.valid_from} ({book.source})."
    yield ""
    yield from _diagram(book)
    yield from _arrows(book)
    yield from _facts(book)


def _diagram(book: RouteBook) -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield f"  [*] --> {book.path[0]}"
    known = dict.fromkeys(book.path)
    for arrow in book.arrows:
        for source in arrow.source:
            yield f"  {source} --> {arrow.target}: {say('case_arrow', arrow.name, 'en')}"
        known |= dict.fromkeys([*arrow.source, arrow.target])
    for stage in CaseStage:
        if stage in known:
            yield f"  {stage}: {say('case_stage', stage, 'zh')} {say('case_stage', stage, 'en')}"
    yield "```"
    yield ""


def _arrows(book: RouteBook) -> Iterator[str]:
    yield "| arrow | from | to | when | clause |"
    yield "|---|---|---|---|---|"
    for arrow in book.arrows:
        name = say("case_arrow", arrow.name, "zh")
        when = ", ".join(_guard(guard, book) for guard in arrow.guards)
        sources = ", ".join(arrow.source)
        yield f"| `{arrow.name}` {name} | {sources} | {arrow.target} | {when} | {arrow.clause} |"
    yield ""


def _guard(name: str, book: RouteBook) -> str:
    return f"`{name}` ({CASE_RULES[name].clause}, {book.weight(name).upper()})"


def _facts(book: RouteBook) -> Iterator[str]:
    yield "| fact | 事项 | who | in stages | clause |"
    yield "|---|---|---|---|---|"
    for rule in book.facts:
        who = ", ".join(say("role", role, "en") for role in sorted(rule.who))
        name, stages = say("case_fact", rule.kind, "zh"), ", ".join(rule.stages)
        yield f"| `{rule.kind}` | {name} | {who} | {stages} | {rule.clause} |"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(draw(), "utf-8")
