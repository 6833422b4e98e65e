"""What the two doors, page and JSON, do with versions of the rules: tried, proposed, told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session

from states.errors import BadInput, NotYours
from states.records import rule_versions, what_if
from states.records.rule_versions import Version
from states.records.what_if import Line, Reach
from states.rules.law import Law, the_law
from states.rules.rulebook import Bank, Rulebook, Standard
from states.rules.stages import MUNICIPAL_ROLES, Role
from states.rules.versions import FIELDS, RuleVersion, VersionKind, numbers_of
from states.rules.what_if import law_with, law_with_notice_on, newest_of, overlap

NOTICE_DATE = "notice_date"
"""What one may ask beside the kinds of versions: the newest notice with another date."""
DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class Asked:
    """A what-if and its answer; `kind` is the axis it looks at, `asked` what was chosen."""

    asked: str
    kind: VersionKind
    on: date
    lines: Sequence[Line]
    reach: Reach


def ask(session: Session, asked: str, on: date, *, role: Role, at: datetime) -> Asked:
    """Which classes another rule from `on` would change; nothing is saved.

    Raises NotYours, BadInput when such a version could not stand.
    """
    if role not in MUNICIPAL_ROLES:
        raise NotYours
    law = the_law()
    kind = VersionKind.REGIME if asked == NOTICE_DATE else VersionKind(asked)
    if asked == NOTICE_DATE:
        then = law_with_notice_on(law, on)
    else:
        then = _with_draft(law, kind, on, at=at)
    found = what_if.lines(session, kind, now=law, then=then, at=at)
    return Asked(asked, kind, on, found, what_if.reach_of(found))


def _with_draft(law: Law, kind: VersionKind, on: date, *, at: datetime) -> Law:
    draft = like_the_newest(law, kind, on)
    if found := overlap(draft, law, instead_of=None):
        raise BadInput(why=found.why, version=found.version, day=found.day.isoformat())
    return law_with(law, draft, at=at)


def like_the_newest(law: Law, kind: VersionKind, on: date) -> RuleVersion:
    """A version that says what the newest one says, from another day on."""
    before = newest_of(law, kind, day=on)
    named = {"kind": kind, "id": DRAFT, "title": "?", "document": "?", "succeeds": before}
    numbers = numbers_of(version_of(law, kind, before))
    return RuleVersion.model_validate({**named, **numbers, "effective_from": on})


def version_of(law: Law, kind: VersionKind, key: str) -> Standard | Bank | Rulebook:
    """A version by its kind and id, of this release or published since."""
    if kind is VersionKind.REGIME:
        return law.regimes[key]
    return law.standards[key] if kind is VersionKind.STANDARD else law.banks[key]


def as_version(law: Law, version: RuleVersion) -> Standard | Bank | Rulebook:
    """A version that may not be published yet, in the shape of its kind."""
    if version.kind is VersionKind.REGIME:
        return version.as_regime(law.regimes[version.succeeds])
    return version.as_standard() if version.kind is VersionKind.STANDARD else version.as_bank()


def drafted(told: Mapping[str, Any], *, corrects: Version | None) -> RuleVersion:
    """What somebody typed as a version that succeeds the newest one of its kind.

    Raises BadInput(why="rule_version_unreadable").
    """
    try:
        kind, day = VersionKind(str(told["kind"])), date.fromisoformat(str(told["effective_from"]))
        law = the_law()
        before = corrects.version.succeeds if corrects else newest_of(law, kind, day=date.max)
        numbers = {name: told[name] for name in FIELDS[kind]}
        named = {name: told[name] for name in ("id", "title", "document")}
        return RuleVersion.model_validate(
            {**named, **numbers, "kind": kind, "effective_from": day, "succeeds": before}
        )
    except (KeyError, ValueError, ValidationError) as error:
        raise BadInput(why="rule_version_unreadable") from error


def tried(
    session: Session, version: RuleVersion, *, corrects: Version | None, at: datetime
) -> Reach:
    """What a version would reach. Raises BadInput when it cannot stand beside the others."""
    instead_of = corrects.version if corrects else None
    if found := overlap(version, the_law(), instead_of=instead_of):
        raise BadInput(why=found.why, version=found.version, day=found.day.isoformat())
    return what_if.reach_of(rule_versions.preview(session, version, at=at, corrects=corrects))
