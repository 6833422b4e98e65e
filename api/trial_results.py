"""What a trial import said, as it is kept beside the workbook and shown on its page."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from api.desk import Taken
from api.errors import Problem
from states.records import reports
from states.rules.findings import Finding, Verdict, Weight

REFUSING = frozenset({Verdict.ERROR, Verdict.NOT_ELIGIBLE})
_WORST = (Verdict.ERROR, Verdict.NOT_ELIGIBLE, Verdict.MANUAL_REVIEW, Verdict.REPAIRED)


class KeptFinding(BaseModel):
    """A finding of the rules, as in states.rules.findings."""

    code: str
    clause: str
    weight: Weight
    params: dict[str, str | int]
    subject: str


class KeptProblem(BaseModel):
    """Why the import was refused whole, as in api.errors."""

    code: str
    params: dict[str, str | int]
    findings: list[KeptFinding]
    section: str
    word: str

    def opened(self) -> Problem:
        found = tuple(Finding(**dict(one)) for one in self.findings)
        return Problem(self.code, self.params, found, section=self.section, word=self.word)


@dataclass(frozen=True, slots=True)
class Gist:
    """What an import must say again: the same findings in the same world."""

    moves: int
    report: int
    digest: str


class TrialResult(BaseModel):
    """`findings` are lines of a report, `digest` is theirs and of the rows that would go in.

    `moves` and `report` say in which world it was tried.
    `changed`: the world moved between a trial and its import; this is the trial anew.
    """

    rows: int = 0
    accepted: int = 0
    findings: list[dict[str, Any]] = []
    digest: str = ""
    problem: KeptProblem | None = None
    moves: int = 0
    report: int = 0
    imported: bool = False
    changed: bool = False

    @property
    def importable(self) -> bool:
        return self.accepted > 0 and self.problem is None

    @property
    def gist(self) -> "Gist":
        return Gist(self.moves, self.report, self.digest)

    def verdicts(self) -> Mapping[int, Verdict]:
        """The worst verdict of every row that has a finding."""
        worst: dict[int, Verdict] = {}
        for line in self.findings:
            if line["verdict"] != "note":
                verdict = Verdict(line["verdict"])
                other = worst.setdefault(line["row"], verdict)
                worst[line["row"]] = min(verdict, other, key=_WORST.index)
        return worst

    def figures(self) -> Mapping[str, int]:
        """How many rows are good as they are, repaired, left to a person, and refused."""
        said = Counter(self.verdicts().values())
        refused_rows = said[Verdict.ERROR] + said[Verdict.NOT_ELIGIBLE]
        review, repaired = said[Verdict.MANUAL_REVIEW], said[Verdict.REPAIRED]
        good = self.rows - refused_rows - review - repaired
        return {
            "good": max(good, 0), "repaired": repaired, "manual_review": review,
            "refused": refused_rows,
        }  # fmt: skip


def said(taken: Taken, *, moves: int, report: int) -> TrialResult:
    """What the import answered."""
    lines = [dict(line) for line in reports.lines(taken.findings, taken.notes)]
    told = json.dumps([taken.rows, taken.accepted, lines], sort_keys=True)
    return TrialResult(
        rows=taken.rows,
        accepted=taken.accepted,
        findings=lines,
        digest=hashlib.sha256(told.encode()).hexdigest()[:32],
        moves=moves,
        report=report,
    )


def refused(problem: Problem, *, moves: int = 0, report: int = 0) -> TrialResult:
    """The import was refused whole."""
    kept = KeptProblem(
        code=problem.code,
        params=_plain(problem.params),
        findings=[
            KeptFinding(
                code=one.code, clause=one.clause, weight=one.weight, params=dict(one.params),
                subject=one.subject,
            )
            for one in problem.findings
        ],
        section=problem.section,
        word=problem.word,
    )  # fmt: skip
    return TrialResult(problem=kept, moves=moves, report=report)


def _plain(params: Mapping[str, object]) -> dict[str, str | int]:
    return {name: value if isinstance(value, int) else str(value) for name, value in params.items()}
