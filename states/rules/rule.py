"""How a rule gets its name, its clause and its weight: the two decorators that register it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from states.rules.binding import book_of
from states.rules.dossier import ClassFacts, Dossier
from states.rules.facts import Kind
from states.rules.findings import Finding
from states.rules.law import Law
from states.rules.rulebook import Rulebook

Params = Mapping[str, str | int]
Objection = Params | None
FINE: Objection = None
OBJECTS: Params = {}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by its name, with the clause it enforces and the fact that would answer it."""

    name: str
    clause: str
    cure: Kind | None
    check: Callable[[Dossier, Law], Iterator[Finding]]


RULES: dict[str, Rule] = {}


def project_rule(
    clause: str, cure: Kind | None = None
) -> Callable[[Callable[[Dossier, Rulebook], Objection]], Callable[[Dossier, Rulebook], Objection]]:
    """Register a rule about the project as a whole, judged by the book that binds it."""

    def register(
        rule: Callable[[Dossier, Rulebook], Objection],
    ) -> Callable[[Dossier, Rulebook], Objection]:
        name = rule.__name__

        def check(dossier: Dossier, law: Law) -> Iterator[Finding]:
            book = book_of(dossier, law)
            if (params := rule(dossier, book)) is not None:
                yield Finding(name, clause, book.weight(name), params)

        RULES[name] = Rule(name, clause, cure, check)
        return rule

    return register


def class_rule(
    clause: str, cure: Kind | None = None
) -> Callable[
    [Callable[[ClassFacts, Dossier, Rulebook], Objection]],
    Callable[[ClassFacts, Dossier, Rulebook], Objection],
]:
    """Register a rule about every class, each judged by the book pinned at its own opening."""

    def register(
        rule: Callable[[ClassFacts, Dossier, Rulebook], Objection],
    ) -> Callable[[ClassFacts, Dossier, Rulebook], Objection]:
        name = rule.__name__

        def check(dossier: Dossier, law: Law) -> Iterator[Finding]:
            for klass in dossier.classes.values():
                book = law.regimes[klass.regime]
                if (params := rule(klass, dossier, book)) is not None:
                    yield Finding(name, clause, book.weight(name), params, str(klass.no))

        RULES[name] = Rule(name, clause, cure, check)
        return rule

    return register
