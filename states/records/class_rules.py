"""The rules that the row of a class names: it takes over what was changed before it opens."""

from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from states.rules.facts_of_rules import ClassRepinned
from states.rules.law import the_law
from states.rules.machine import Chore
from states.rules.repinning import fresh_pin

_PIN = text("""
UPDATE training_class SET regime = :regime, standard = :standard, bank = :bank, reason = :reason
 WHERE id = :id
""")


def take_over(session: Session, chore: Chore, *, at: datetime) -> ClassRepinned:  # noqa: ARG001
    """Pin a class anew whose rules were changed before the day it opens (A02)."""
    pin = fresh_pin(chore.klass, the_law())
    if pin is None:
        raise LookupError("a class with nothing to take over")
    pin_anew(
        session, chore.klass.id,
        regime=pin.regime, standard=pin.standard, bank=pin.bank, reason=pin.reason,
    )  # fmt: skip
    return ClassRepinned(
        class_no=chore.klass.no, regime=pin.regime, standard=pin.standard, bank=pin.bank,
        reason=pin.reason,
    )  # fmt: skip


def pin_anew(
    session: Session, class_id: int, *, regime: str, standard: str, bank: str, reason: str
) -> None:
    """Write what binds a class beside it; the fact that says why is the caller's to record."""
    values = {"regime": regime, "standard": standard, "bank": bank, "reason": reason}
    session.connection().execute(_PIN, {"id": class_id, **values})
