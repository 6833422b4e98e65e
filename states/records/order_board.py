"""Orders from above across projects: how each stands, for whoever may see its project."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlmodel import Session

from states.actor import Actor
from states.records.boards import Names
from states.rules.stages import DISTRICT_ROLES, MUNICIPAL_ROLES, PROVIDER_ROLES

STATES = ("open", "answered", "closed")
LONGEST_LIST = 500

# The newest thing that was said of an order after it was given says how it stands.
_ORDERS = text(f"""
SELECT * FROM (
  SELECT p.code, p.title, d.name_zh AS district_zh, d.name_en AS district_en,
         v.name_zh AS provider_zh, v.name_en AS provider_en,
         CAST(g.payload->>'no' AS int) AS no, g.payload->>'to' AS addressed, g.at AS given_at,
         o.name_zh AS giver_zh, o.name_en AS giver_en, l.at AS last_at,
         coalesce(t.due_on, CAST(coalesce(l.payload->>'due_on', g.payload->>'due_on') AS date))
           AS due_on,
         CASE WHEN l.kind = 'order_answered' THEN 'answered'
              WHEN CAST(l.payload->>'accepted' AS boolean) THEN 'closed' ELSE 'open' END AS state
    FROM fact g
    JOIN project p ON p.id = g.project_id
    JOIN office d ON d.id = p.district_id
    JOIN office v ON v.id = p.provider_id
    LEFT JOIN office o ON o.id = g.office_id
    LEFT JOIN LATERAL (
      SELECT f.kind, f.payload, f.at FROM fact f
       WHERE f.project_id = g.project_id AND f.seq > g.seq
         AND f.kind IN ('order_answered', 'order_closed') AND f.payload->>'no' = g.payload->>'no'
       ORDER BY f.seq DESC LIMIT 1) l ON true
    LEFT JOIN timer t ON t.project_id = p.id AND t.duty = 'answer_order'
                     AND t.subject = 'order-' || (g.payload->>'no')
   WHERE g.kind = 'order_given' AND (:provider = 0 OR g.payload->>'to' = 'provider_operator')
     AND (:everything OR p.district_id = :district OR p.provider_id = :provider)
) orders
 WHERE :state IN ('', state)
 ORDER BY state = 'closed', due_on, code, no LIMIT {LONGEST_LIST}
""")  # noqa: S608  a constant


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order; `last_at` is when something was last said of it after it was given."""

    code: str
    title: str
    district: Names
    provider: Names
    giver: Names | None
    no: int
    addressed: str
    given_at: datetime
    last_at: datetime | None
    due_on: date
    state: str


def orders(session: Session, actor: Actor, state: str = "") -> Sequence[OrderRow]:
    """The orders about projects that this person sees; the open ones first, by their days."""
    office = actor.office_id or 0
    asked = {
        "everything": actor.role in MUNICIPAL_ROLES,
        "district": office if actor.role in DISTRICT_ROLES else 0,
        "provider": office if actor.role in PROVIDER_ROLES else 0,
        "state": state if state in STATES else "",
    }
    return [
        OrderRow(
            code=row.code, title=row.title, district=Names(row.district_zh, row.district_en),
            provider=Names(row.provider_zh, row.provider_en),
            giver=Names(row.giver_zh, row.giver_en) if row.giver_zh else None,
            no=row.no, addressed=row.addressed, given_at=row.given_at, last_at=row.last_at,
            due_on=row.due_on, state=row.state,
        )
        for row in session.connection().execute(_ORDERS, asked)
    ]  # fmt: skip
