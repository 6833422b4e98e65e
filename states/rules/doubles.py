"""One person twice: in two classes at once, or on the way to a second certificate (A24)."""

from dataclasses import dataclass
from datetime import date

from states.rules.findings import SYSTEM_DEFAULT, Finding, Weight


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another class in which a person is enrolled.

    `clashes`: whether sessions of both lie over each other; None unless both have a timetable.
    `name` is empty for a class of another district, of which only its days are told.
    """

    opens_on: date
    ends_on: date
    name: str
    goes_on: bool
    clashes: bool | None = None


def enrolled_twice(other: Elsewhere, opens_on: date, ends_on: date) -> Finding | None:
    """Nobody sits in two sessions at once (E34); without timetables the days of the class decide.

    The notice forbids no second class, so a person of the district decides about a conflict, and
    another class that is still to end is only said.
    """
    overlap = other.opens_on <= ends_on and opens_on <= other.ends_on
    conflict = overlap if other.clashes is None else other.clashes
    if not (conflict or other.goes_on):
        return None
    code = "enrolled_at_the_same_time" if conflict else "enrolled_elsewhere"
    days = {"opens": other.opens_on.isoformat(), "ends": other.ends_on.isoformat()}
    weight = Weight.SHOULD if conflict else Weight.NOTE
    if other.name:
        return Finding(code, SYSTEM_DEFAULT, weight, {"klass": other.name, **days})
    return Finding(f"{code}_in_another_district", SYSTEM_DEFAULT, weight, days)


def certificate_is_held(issued_on: date) -> Finding:
    """One active certificate per person and level: another one would be held back (A24, E35)."""
    return Finding("certificate_is_held", "A24", Weight.SHOULD, {"issued": issued_on.isoformat()})
