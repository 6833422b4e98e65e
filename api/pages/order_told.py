"""What was said about an order from above, in a few words: for timelines and the order itself."""

from collections.abc import Mapping

from states.rules.facts import Kind
from states.rules.words import Language, say


def told_of_order(kind: str, said: Mapping[str, object], lang: Language) -> str:
    """Given, answered, closed, or back with a new day."""
    code = kind
    if kind == Kind.ORDER_CLOSED:
        code = "order_accepted" if said["accepted"] else "order_again"
    return say("told", code, lang, **said)
