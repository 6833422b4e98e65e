"""One person over all routes: every class and case, every certificate, and what counts of them.

The same document is one person everywhere. A provider sees its own classes, a district what touches
it and of the rest only that there is more, the centre all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import TextClause, text
from sqlmodel import Session

from states.actor import Actor
from states.errors import NotFound, NotYours
from states.records import acts, vault
from states.records.boards import Names
from states.records.counted import ACTIVE, COUNTED, PERSONS
from states.records.places import CLAIM_NAME, ENROLMENT_NAME, LEARNER_NUMBER
from states.rules.deadlines import shanghai_day
from states.rules.identity import fold_number
from states.rules.stages import DISTRICT_ROLES, MUNICIPAL_ROLES, PROVIDER_ROLES, Role

SOUGHT = "person_sought"
MAY_SEEK = frozenset({Role.CENTRE, Role.REVIEWER})
READERS = MUNICIPAL_ROLES | DISTRICT_ROLES | PROVIDER_ROLES

_LEARNER = text("SELECT document_kind, number_sealed FROM learner WHERE id = :learner")
_BY_NUMBER = text("SELECT id FROM learner WHERE number_index = :number ORDER BY id")
_CLASSES = text("""
SELECT e.id, e.name_sealed, 'training' AS route, p.code || '/' || c.no AS label, p.code, c.no,
       p.title, c.opens_on AS day, p.stage, e.verdict, s.result, o.name_zh, o.name_en,
       d.name_zh AS district_zh, d.name_en AS district_en,
       CASE :scope WHEN 'all' THEN true WHEN 'district' THEN p.district_id = :office
                   ELSE p.provider_id = :office END AS near
  FROM enrolment e
  JOIN training_class c ON c.id = e.class_id
  JOIN project p ON p.id = c.project_id
  JOIN office o ON o.id = p.provider_id
  JOIN office d ON d.id = p.district_id
  LEFT JOIN score s ON s.enrolment_id = e.id
   AND s.fact_seq = (SELECT max(fact_seq) FROM score WHERE class_id = e.class_id)
 WHERE e.learner_id = :learner
 ORDER BY c.opens_on DESC, e.id DESC
""")
_CASES = text("""
SELECT k.id, k.name_sealed, r.route, r.code AS label, r.code, 0 AS no, r.title,
       coalesce(k.evaluated_on, r.held_on, CAST(r.filed_at AT TIME ZONE 'Asia/Shanghai' AS date))
         AS day, r.stage,
       CASE WHEN NOT k.valid THEN 'invalid'
            WHEN k.awarded AND r.stage IN ('confirmed', 'collected') THEN 'awarded'
            ELSE '' END AS verdict,
       k.result, o.name_zh, o.name_en, d.name_zh AS district_zh, d.name_en AS district_en,
       CASE :scope WHEN 'all' THEN true
                   WHEN 'district' THEN :office IN (k.district_id, r.district_id)
                   ELSE false END AS near
  FROM claim k
  JOIN route_case r ON r.id = k.case_id
  JOIN office o ON o.id = r.office_id
  LEFT JOIN office d ON d.id = coalesce(k.district_id, r.district_id)
 WHERE k.learner_id = :learner
 ORDER BY day DESC NULLS LAST, k.id DESC
""")
# A certificate that is not active counts in no year; `counts` is the one the person counts by.
_CERTIFICATES = text(f"""
WITH {COUNTED}, {PERSONS}
SELECT x.id, x.serial, x.number, x.route, x.level, x.state, x.issued_on, x.held_for, x.replaces,
       (SELECT y.id FROM certificate y WHERE y.replaces = x.id ORDER BY y.id DESC LIMIT 1)
         AS replaced_by,
       d.name_zh AS district_zh, d.name_en AS district_en,
       c.year, c.numbered, q.id IS NOT NULL AS counts,
       CASE :scope WHEN 'all' THEN true WHEN 'district' THEN x.district_id = :office
                   ELSE p.provider_id = :office END AS near
  FROM certificate x
  LEFT JOIN counted c ON c.id = x.id
  LEFT JOIN persons q ON q.id = x.id
  LEFT JOIN office d ON d.id = x.district_id
  LEFT JOIN project p ON p.id = x.project_id
 WHERE x.learner_id = :learner
 ORDER BY x.issued_on, x.id
""")  # noqa: S608
_ALIKE = text("""
SELECT l.id, l.document_kind, bool_or(p.district_id = :office OR :scope = 'all') AS near
  FROM enrolment e
  JOIN enrolment o ON o.likeness = e.likeness AND o.learner_id <> e.learner_id
  JOIN learner l ON l.id = o.learner_id
  JOIN training_class c ON c.id = o.class_id
  JOIN project p ON p.id = c.project_id
 WHERE e.learner_id = :learner AND :scope <> 'provider'
 GROUP BY l.id
 ORDER BY l.id
""")


@dataclass(frozen=True, slots=True)
class Passage:
    """A class or a case that the person went through; `code` and `no` find a class's page."""

    route: str
    label: str
    code: str
    no: int
    title: str
    day: date | None
    stage: str
    verdict: str
    result: str
    held_by: Names
    district: Names | None


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate. `counts` names the reason in the word list's section of that name.

    `chain` are the certificates that it waits for, replaces or was replaced by: (how, serial).
    """

    serial: str
    number: str
    route: str
    level: str
    state: str
    issued_on: date
    year: int
    district: Names | None
    counts: str
    chain: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Likeness:
    """Somebody under another document who may be the same; `learner_id` 0 where out of reach."""

    learner_id: int
    document_kind: str


@dataclass(frozen=True, slots=True)
class PersonView:
    """One person as one may see them. Name and number come whole, empty once forgotten.

    `more_passages` and `more_certificates` are those of others, of which a district is told no
    more than that they are there.
    """

    learner_id: int
    name: str
    document_kind: str
    document_number: str
    passages: Sequence[Passage]
    more_passages: int
    certificates: Sequence[Held]
    more_certificates: int
    alike: Sequence[Likeness]
    told_of_others: bool


def person(session: Session, actor: Actor, learner_id: int) -> PersonView:
    """The person, in five queries. Raises NotFound, also where nothing of theirs is one's own."""
    scope = _scope(actor.role)
    asked = {
        "learner": learner_id, "scope": scope, "office": actor.office_id or 0, "active": ACTIVE,
        "year": None,
    }  # fmt: skip
    learner = session.connection().execute(_LEARNER, asked).first()
    classes, cases = _all(session, _CLASSES, asked), _all(session, _CASES, asked)
    certificates = _all(session, _CERTIFICATES, asked)
    own = [row for row in (*classes, *cases) if row.near]
    held = [row for row in certificates if row.near]
    if learner is None or not (own or held or scope == "all"):
        raise NotFound
    others = scope != "provider"
    return PersonView(
        learner_id=learner_id,
        name=next(_names(session, classes, cases), ""),
        document_kind=learner.document_kind,
        document_number=vault.unseal(session, LEARNER_NUMBER, learner_id, learner.number_sealed),
        passages=[_passage(row) for row in own],
        more_passages=(len(classes) + len(cases) - len(own)) * others,
        certificates=[_held(row, held, told=others) for row in held],
        more_certificates=(len(certificates) - len(held)) * others,
        alike=[
            Likeness(row.id if row.near else 0, row.document_kind)
            for row in _all(session, _ALIKE, asked)
        ],
        told_of_others=others,
    )


def seek(session: Session, number: str, *, actor: Actor, at: datetime) -> int | None:
    """Who has this document number, as far as they touch the asker; None for nobody.

    The ledger keeps the search and who was found, never the number. Raises NotYours.
    """
    if actor.role not in MAY_SEEK:
        raise NotYours
    folded, _ = fold_number(number)
    asked = {"number": vault.blind_index(session, folded)}
    known = session.connection().execute(_BY_NUMBER, asked).scalars().all()
    found = next((one for one in known if _is_near(session, actor, one)), None)
    about = f"learner/{found}" if found else ""
    acts.note(session, SOUGHT, actor=actor, at=at, about=about, detail={"found": bool(found)})
    return found


def _is_near(session: Session, actor: Actor, learner_id: int) -> bool:
    try:
        person(session, actor, learner_id)
    except NotFound:
        return False
    return True


def _scope(role: Role) -> str:
    if role in MUNICIPAL_ROLES:
        return "all"
    if role in DISTRICT_ROLES:
        return "district"
    if role in READERS:
        return "provider"
    raise NotFound


def _all(session: Session, query: TextClause, asked: Mapping[str, object]) -> Sequence[Any]:
    return session.connection().execute(query, asked).all()


def _names(session: Session, classes: Sequence[Any], cases: Sequence[Any]) -> Iterator[str]:
    """What lists within reach call the person, the newest class first."""
    for place, rows in ((ENROLMENT_NAME, classes), (CLAIM_NAME, cases)):
        for row in rows:
            if row.near and row.name_sealed:
                yield vault.unseal(session, place, row.id, row.name_sealed)


def _passage(row: Any) -> Passage:  # noqa: ANN401  a row of _CLASSES or _CASES
    return Passage(
        route=row.route, label=row.label, code=row.code, no=row.no, title=row.title, day=row.day,
        stage=row.stage, verdict=row.verdict, result=row.result or "",
        held_by=Names(row.name_zh, row.name_en), district=_district(row),
    )  # fmt: skip


def _held(row: Any, known: Sequence[Any], *, told: bool) -> Held:  # noqa: ANN401
    serials = {one.id: one.serial or "" for one in known}
    linked = ((how, getattr(row, how)) for how in ("held_for", "replaces", "replaced_by"))
    issued: datetime = row.issued_on
    return Held(
        serial=row.serial or "", number=row.number or "", route=row.route, level=row.level,
        state=row.state, issued_on=shanghai_day(issued), year=row.year or 0,
        district=_district(row), counts=_reason(row) if told else "",
        chain=tuple((how, serials.get(other, "")) for how, other in linked if other),
    )  # fmt: skip


def _reason(row: Any) -> str:  # noqa: ANN401
    if row.state == "held":
        return "held"
    if row.year is None:
        return "void"
    if not row.numbered:
        return "waiting"
    return "counts" if row.counts else "counted_before"


def _district(row: Any) -> Names | None:  # noqa: ANN401
    return Names(row.district_zh, row.district_en) if row.district_zh else None
