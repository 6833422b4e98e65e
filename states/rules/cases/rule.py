"""How a rule about a case gets its name, its clause and its weight."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from states.rules.cases.book import RouteBook
from states.rules.cases.dossier import CaseDossier
from states.rules.cases.kinds import CaseKind
from states.rules.findings import Finding
from states.rules.rule import Objection

_Judge = Callable[[CaseDossier, RouteBook], Objection]


@dataclass(frozen=True, slots=True)
class CaseRule:
    """A rule by its name, with the clause it enforces and the fact that would answer it."""

    name: str
    clause: str
    cure: CaseKind | None
    judge: _Judge

    def finding(self, dossier: CaseDossier, book: RouteBook) -> Finding | None:
        """What the rule says about this case; None when it has nothing to say."""
        params = self.judge(dossier, book)
        if params is None:
            return None
        return Finding(self.name, self.clause, book.weight(self.name), params)


_rules: dict[str, CaseRule] = {}
CASE_RULES: Mapping[str, CaseRule] = _rules


def case_rule(clause: str, cure: CaseKind | None = None) -> Callable[[_Judge], _Judge]:
    """Register a rule about a case, judged by the book of its route."""

    def register(judge: _Judge) -> _Judge:
        _rules[judge.__name__] = CaseRule(judge.__name__, clause, cure, judge)
        return judge

    return register
