"""Spot checks begin with a draw (抽查): what is drawn from, who was drawn, and the draw repeated.

The list that was drawn from is kept with its seed, so that the draw can be repeated at any time;
nothing here draws a second time for the same campaign.
"""

import json
import secrets as randomness
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from states.actor import Actor
from states.errors import BadInput, NotFound, NotYours
from states.records import acts, scope, vault
from states.records.classes import class_of
from states.rules import sampling
from states.rules.deadlines import shanghai_day
from states.rules.stages import DISTRICT_ROLES, MUNICIPAL_ROLES, Role
from states.rules.supervision import Manner

DRAWING = frozenset({Role.SUPERVISOR, Role.REVIEWER, Role.CENTRE})
LONGEST_SEED = 64
DRAWN = "campaign_drawn"
"""The act in the ledger."""

# Running: the first session has come, and nobody has recorded the end of the class.
_CLASSES = text("""
SELECT p.district_id, c.id AS class_id, CAST(NULL AS bigint) AS enrolment_id,
       p.code || '/' || c.no AS key
  FROM training_class c JOIN project p ON p.id = c.project_id
 WHERE p.stage = 'running' AND c.opens_on <= :today
   AND (CAST(:office AS bigint) IS NULL OR p.district_id = :office)
   AND NOT EXISTS (SELECT 1 FROM fact f WHERE f.project_id = p.id AND f.kind = 'class_ended'
                      AND CAST(f.payload->>'class_no' AS int) = c.no)
""")
_LEARNERS = text("""
SELECT p.district_id, c.id AS class_id, e.id AS enrolment_id,
       p.code || '/' || c.no || '/' || e.id AS key
  FROM enrolment e JOIN training_class c ON c.id = e.class_id JOIN project p ON p.id = c.project_id
 WHERE c.id = :class_id AND e.verdict = 'admitted'
""")
_DRAW = text("""
INSERT INTO campaign (id, office_id, ordered_by, name, manner, drawn_from, class_id, percent, seed,
                      algorithm, population, population_digest, person_id, at)
SELECT d.id, d.office_id, :ordered_by, :name, :manner, :drawn_from, CAST(:class_id AS bigint),
       :percent, :seed, :algorithm, d.population, d.digest, CAST(:person_id AS bigint), :at
  FROM jsonb_to_recordset(CAST(:drawn AS jsonb)) AS d(
    id bigint, office_id bigint, population jsonb, digest text)
""")
_PICK = text("""
INSERT INTO campaign_pick (campaign_id, place, key, class_id, enrolment_id)
SELECT k.campaign_id, k.place, k.key, k.class_id, k.enrolment_id
  FROM jsonb_to_recordset(CAST(:picks AS jsonb)) AS k(
    campaign_id bigint, place int, key text, class_id bigint, enrolment_id bigint)
""")
_KEPT = text("""
SELECT c.seed, c.percent, c.algorithm, c.population, c.population_digest,
       (SELECT json_agg(k.key ORDER BY k.place) FROM campaign_pick k WHERE k.campaign_id = c.id)
         AS picks
  FROM campaign c
 WHERE c.id = :id AND (CAST(:office AS bigint) IS NULL OR c.office_id = :office)
""")


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be drawn: a share of the running classes, or with `code` of a class's learners."""

    name: str
    manner: Manner
    percent: int
    seed: str = ""
    code: str = ""
    class_no: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """How many there are now, and how many a share of them is; by district for the centre."""

    districts: int
    size: int
    picks: int


@dataclass(frozen=True, slots=True)
class Redrawn:
    """A draw repeated from what was kept: the very same list, and the very same picks."""

    same_list: bool
    same_picks: bool
    population: tuple[str, ...]


Lists = Mapping[int, Mapping[str, Any]]
"""By district: what can be drawn, by its key."""


def reach(actor: Actor) -> int | None:
    """The district whose supervision one sees; None for all. Raises NotYours."""
    if actor.role in MUNICIPAL_ROLES:
        return None
    if actor.role not in DISTRICT_ROLES or actor.office_id is None:
        raise NotYours
    return actor.office_id


def preview(session: Session, order: Order, *, actor: Actor, at: datetime) -> Preview:
    """What `draw` would draw from now. Raises as `draw` does, but not for an empty list."""
    _check(order, actor)
    lists = _lists(session, _class_id(session, order, actor), actor=actor, at=at)
    sizes = [len(one) for one in lists.values()]
    picks = sum(sampling.how_many(size, order.percent) for size in sizes)
    return Preview(len(lists), sum(sizes), picks)


def draw(session: Session, order: Order, *, actor: Actor, at: datetime) -> Sequence[int]:
    """One campaign for one's own district, or from the centre one for each that trains now.

    Raises NotYours, NotFound for a class that is not the asker's, and BadInput(why=
    "percent_of_nothing" | "seed_too_long" | "name_is_required" | "nobody_to_draw").
    """
    _check(order, actor)
    if not order.name.strip():
        raise BadInput(why="name_is_required")
    class_id = _class_id(session, order, actor)
    lists = _lists(session, class_id, actor=actor, at=at)
    if not lists:
        raise BadInput(why="nobody_to_draw")
    seed = order.seed.strip() or randomness.token_hex(8)
    ids = vault.next_ids(session, "campaign", len(lists))
    drawn = [
        _drawn(number, lists[office], office)
        for number, office in zip(ids, sorted(lists), strict=True)
    ]
    values = _values(order, actor, seed=seed, at=at) | {"class_id": class_id}
    session.connection().execute(_DRAW, values | {"drawn": _json(drawn)})
    picks = [pick for one in drawn for pick in _picks(one, lists, seed, percent=order.percent)]
    session.connection().execute(_PICK, {"picks": _json(picks)})
    for one in drawn:
        _note(session, one, values, actor=actor)
    return ids


def draw_again(session: Session, actor: Actor, campaign_id: int) -> Redrawn:
    """Repeat a draw from what was kept, and compare. Raises NotFound, NotYours."""
    asked = {"id": campaign_id, "office": reach(actor)}
    kept = session.connection().execute(_KEPT, asked).first()
    if kept is None:
        raise NotFound
    again = sampling.draw(kept.population, seed=kept.seed, percent=kept.percent)
    return Redrawn(
        same_list=sampling.digest(kept.population) == kept.population_digest,
        same_picks=kept.algorithm == sampling.ALGORITHM and list(again) == kept.picks,
        population=tuple(kept.population),
    )


def _check(order: Order, actor: Actor) -> None:
    if actor.role not in DRAWING or (order.code and actor.role is Role.CENTRE):
        raise NotYours
    if order.percent not in sampling.PERCENT:
        raise BadInput(why="percent_of_nothing")
    if len(order.seed) > LONGEST_SEED:
        raise BadInput(why="seed_too_long")


def _lists(session: Session, class_id: int | None, *, actor: Actor, at: datetime) -> Lists:
    """One query; its rows are sorted later, since a database sorts by its own language."""
    if class_id:
        rows = session.connection().execute(_LEARNERS, {"class_id": class_id})
    else:
        asked = {"today": shanghai_day(at), "office": reach(actor)}
        rows = session.connection().execute(_CLASSES, asked)
    lists: dict[int, dict[str, Any]] = {}
    for row in rows:
        lists.setdefault(row.district_id, {})[row.key] = row
    return lists


def _class_id(session: Session, order: Order, actor: Actor) -> int | None:
    if not order.code:
        return None
    project = scope.find(session, actor, order.code)
    return class_of(session, project.id, order.class_no).id


def _drawn(number: int, listed: Mapping[str, Any], office: int) -> dict[str, Any]:
    population = sorted(listed)
    digest = sampling.digest(population)
    return {"id": number, "office_id": office, "population": population, "digest": digest}


def _picks(
    drawn: Mapping[str, Any], lists: Lists, seed: str, *, percent: int
) -> list[dict[str, Any]]:
    keys = sampling.draw(drawn["population"], seed=seed, percent=percent)
    listed = lists[drawn["office_id"]]
    return [
        {
            "campaign_id": drawn["id"], "place": place, "key": key,
            "class_id": listed[key].class_id, "enrolment_id": listed[key].enrolment_id,
        }
        for place, key in enumerate(keys, 1)
    ]  # fmt: skip


def _values(order: Order, actor: Actor, *, seed: str, at: datetime) -> dict[str, Any]:
    return {
        "ordered_by": actor.office_id, "name": order.name.strip(), "manner": order.manner,
        "drawn_from": "learners" if order.code else "classes",
        "percent": order.percent, "seed": seed, "algorithm": sampling.ALGORITHM,
        "person_id": actor.person_id, "at": at,
    }  # fmt: skip


def _note(
    session: Session, drawn: Mapping[str, Any], values: Mapping[str, Any], *, actor: Actor
) -> None:
    """The ledger knows the seed and the list from the moment of the draw."""
    detail = {"seed": values["seed"], "digest": drawn["digest"], "percent": values["percent"]}
    about = f"campaign/{drawn['id']}"
    acts.note(session, DRAWN, actor=actor, at=values["at"], about=about, detail=detail)


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False)
