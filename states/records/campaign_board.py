"""What the pages of campaigns show: how far each draw is looked into, and who was drawn."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from states.actor import Actor
from states.errors import NotFound
from states.records.boards import Names
from states.records.campaigns import reach
from states.rules.supervision import Manner

LONGEST_LIST = 200

_OF_OFFICE = "(CAST(:office AS bigint) IS NULL OR c.office_id = :office)"
_CAMPAIGNS = text(f"""
SELECT c.id, c.name, c.manner, c.drawn_from, c.percent, c.seed, c.algorithm, c.population_digest,
       jsonb_array_length(c.population) AS size, c.at, c.office_id <> c.ordered_by AS ordered,
       o.name_zh, o.name_en, k.picks, k.done
  FROM campaign c JOIN office o ON o.id = c.office_id
  JOIN LATERAL (
    SELECT count(*) AS picks, count(*) FILTER (WHERE EXISTS (
             SELECT 1 FROM inspection i WHERE i.pick_id = k.id)) AS done
      FROM campaign_pick k WHERE k.campaign_id = c.id) k ON true
 WHERE {_OF_OFFICE} AND (CAST(:id AS bigint) IS NULL OR c.id = :id)
 ORDER BY c.id DESC LIMIT {LONGEST_LIST}
""")  # noqa: S608  constants of this file
_PICKS = text("""
SELECT k.id, k.place, k.key, k.enrolment_id, c.no AS class_no, c.id AS class_id, p.code, p.title,
       v.name_zh, v.name_en,
       (SELECT max(i.checked_on) FROM inspection i WHERE i.pick_id = k.id) AS checked_on,
       (SELECT count(*) FROM inspection i JOIN inspection_fault f ON f.inspection_id = i.id
         WHERE i.pick_id = k.id) AS faults
  FROM campaign_pick k
  JOIN training_class c ON c.id = k.class_id
  JOIN project p ON p.id = c.project_id
  JOIN office v ON v.id = p.provider_id
 WHERE k.campaign_id = :id
 ORDER BY k.place
""")


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign with how far it is; `ordered`: by the centre, for the district."""

    id: int
    name: str
    district: Names
    ordered: bool
    manner: Manner
    drawn_from: str
    percent: int
    seed: str
    algorithm: str
    population_digest: str
    size: int
    picks: int
    done: int
    at: datetime


@dataclass(frozen=True, slots=True)
class PickLine:
    """What was drawn, and whether somebody looked. `enrolment_id` is 0 for a whole class."""

    id: int
    place: int
    key: str
    code: str
    title: str
    class_no: int
    class_id: int
    provider: Names
    enrolment_id: int
    checked_on: date | None
    faults: int


def campaigns(session: Session, actor: Actor) -> list[CampaignLine]:
    """The newest campaigns one sees. Raises NotYours."""
    asked = {"office": reach(actor), "id": None}
    return [_campaign(row) for row in session.connection().execute(_CAMPAIGNS, asked)]


def campaign(session: Session, actor: Actor, campaign_id: int) -> CampaignLine:
    """One campaign. Raises NotFound, also for another district's, and NotYours."""
    asked = {"office": reach(actor), "id": campaign_id}
    found = session.connection().execute(_CAMPAIGNS, asked).first()
    if found is None:
        raise NotFound
    return _campaign(found)


def picks(session: Session, campaign_id: int) -> list[PickLine]:
    """Who was drawn, in the order of the draw."""
    return [
        PickLine(
            id=row.id, place=row.place, key=row.key, code=row.code, title=row.title,
            class_no=row.class_no, class_id=row.class_id, provider=_names(row),
            enrolment_id=row.enrolment_id or 0, checked_on=row.checked_on, faults=row.faults,
        )
        for row in session.connection().execute(_PICKS, {"id": campaign_id})
    ]  # fmt: skip


def _campaign(row: Any) -> CampaignLine:  # noqa: ANN401
    return CampaignLine(
        id=row.id, name=row.name, district=_names(row), ordered=row.ordered,
        manner=Manner(row.manner), drawn_from=row.drawn_from, percent=row.percent, seed=row.seed,
        algorithm=row.algorithm, population_digest=row.population_digest, size=row.size,
        picks=row.picks, done=row.done, at=row.at,
    )  # fmt: skip


def _names(row: Any) -> Names:  # noqa: ANN401
    return Names(row.name_zh, row.name_en)
