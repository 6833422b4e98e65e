"""Facts about the rules of a class: taken over before it opens, or moved by decision (A02, C45).

A class under way keeps what it opened under; only a decision of two persons changes that.
"""

from typing import Literal

from pydantic import Field

from states.rules.kinds import Kind, OfClass, ShortText, Text


class _Pinned(OfClass):
    regime: ShortText
    standard: ShortText
    bank: ShortText


class ClassRepinned(_Pinned):
    """Its rules were changed before the day it opens: the class takes the new ones over (A02)."""

    kind: Literal[Kind.CLASS_REPINNED] = Kind.CLASS_REPINNED
    reason: ShortText


class ClassMoveProposed(_Pinned):
    """Somebody of the bureau proposes that a class runs under other rules from now on."""

    kind: Literal[Kind.CLASS_MOVE_PROPOSED] = Kind.CLASS_MOVE_PROPOSED
    text: Text


class ClassMoveDecided(OfClass):
    """A second person moves the class, or declines the proposal of that ledger number."""

    kind: Literal[Kind.CLASS_MOVE_DECIDED] = Kind.CLASS_MOVE_DECIDED
    proposal: int
    moved: bool
    text: str = Field(default="", max_length=2000)
