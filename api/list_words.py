"""What may be shown of somebody in a list: numbers are masked for all, names for most."""

from dataclasses import dataclass

from states.records.claims import ClaimView
from states.rules.identity import mask_name, mask_number
from states.rules.stages import Role

MAY_KNOW_NAMES = frozenset({Role.EVALUATOR, Role.EXAM_AUTHORITY})
"""Whose own list it is (another office's is not found at all)."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A person of a list as somebody may see them."""

    name: str
    document: str
    source: str


def shown(one: ClaimView, *, names: bool) -> Shown:
    """With `names` the name stands whole; numbers never do."""
    return Shown(
        name=one.name if names else mask_name(one.name),
        document=mask_number(one.document_number),
        source=mask_number(one.source_number),
    )
