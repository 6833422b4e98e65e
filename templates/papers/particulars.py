"""What a certificate says of the way to it, route by route (C23-C36). Values come ready to print.

How it is said stands in the route's own template, `certificate_<route>.typ`.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from states.rules.routes import Route
from templates.papers.dates import day_zh, hours_zh

Told = dict[str, str | list[str]]


@dataclass(frozen=True)
class Trained:
    """A class, from its first to its last day, with the hours given in it (C08)."""

    route: ClassVar = Route.TRAINING
    started: date
    ended: date
    half_hours: int

    def told(self) -> Told:
        return {
            "started": day_zh(self.started),
            "ended": day_zh(self.ended),
            "hours": hours_zh(self.half_hours),
        }


@dataclass(frozen=True)
class Evaluated:
    """An evaluation by its full name, and the number of the certificate it gave (C24)."""

    route: ClassVar = Route.EVALUATION
    evaluation: str
    source_number: str
    evaluated: date

    def told(self) -> Told:
        return {
            "evaluation": self.evaluation,
            "source_number": self.source_number,
            "evaluated": day_zh(self.evaluated),
        }


@dataclass(frozen=True)
class Examined:
    """The exam's year, its paper, the grade (三级) and the result (合格, 优秀) as printed (C27)."""

    route: ClassVar = Route.EXAM
    year: int
    paper: str
    grade: str
    result: str

    def told(self) -> Told:
        about = [part for part in (self.paper, self.grade) if part]
        return {"year": str(self.year), "about": about, "result": self.result}


@dataclass(frozen=True)
class Contested:
    """A contest by its name and organiser; the place in the ranking is nobody's business (C34)."""

    route: ClassVar = Route.CONTEST
    activity: str
    organiser: str
    held: date

    def told(self) -> Told:
        return {
            "activity": self.activity,
            "organiser": self.organiser,
            "held": day_zh(self.held),
        }


Particulars = Trained | Evaluated | Examined | Contested
