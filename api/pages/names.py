"""A learner's name as a reader may see it: whole, masked, or forgotten."""

from states.rules.identity import mask_name
from states.rules.words import Language, say


def shown_name(name: str, lang: Language, *, whole: bool = False) -> str:
    """The name; every learner had one, so an empty one was forgotten."""
    if not name:
        return say("forgotten", "name", lang)
    return name if whole else mask_name(name)
