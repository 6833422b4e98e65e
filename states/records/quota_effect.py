"""How far a batch would bring each district towards its quota of a year (C37, C38), in persons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session

from states.records.counted import ACTIVE, COUNTED, PERSONS

_TOWARDS = text(f"""
WITH {COUNTED}, {PERSONS}, coming AS (
  SELECT DISTINCT c.district_id, c.learner_id
    FROM unnest(CAST(:districts AS bigint[]), CAST(:people AS bigint[]))
      AS c(district_id, learner_id)
)
SELECT o.name_zh AS zh, o.name_en AS en, CAST(:year AS int) AS year,
       (SELECT count(*) FROM persons q JOIN counted c ON c.id = q.id
         WHERE c.numbered AND c.district_id = o.id) AS before,
       (SELECT count(*) FROM coming k WHERE k.district_id = o.id
           AND NOT EXISTS (SELECT 1 FROM counted c
                            WHERE c.learner_id = k.learner_id AND c.numbered)) AS coming,
       (SELECT r.number FROM quota_row r
         WHERE r.district_id = o.id
           AND r.version_id = (SELECT max(id) FROM quota_version WHERE year = :year)) AS quota
  FROM office o
 WHERE o.id IN (SELECT district_id FROM coming)
 ORDER BY o.id
""")  # noqa: S608  names of ours


@dataclass(frozen=True, slots=True)
class QuotaEffect:
    """Persons of a district: counted by now, to be counted once the batch is numbered, asked of it.

    `coming` are persons without a certificate that counts already; `quota` None where none stands.
    """

    zh: str
    en: str
    year: int
    before: int
    coming: int
    quota: int | None

    @property
    def after(self) -> int:
        """Once the city has given every number."""
        return self.before + self.coming


def towards(
    session: Session, people: Mapping[int | None, Sequence[int]], *, year: int
) -> list[QuotaEffect]:
    """What these learners, by district, would add to each one's persons; None has no quota."""
    pairs = [(district, one) for district, ids in people.items() if district for one in ids]
    asked = {
        "districts": [district for district, _ in pairs], "people": [one for _, one in pairs],
        "year": year, "learner": None, "active": ACTIVE,
    }  # fmt: skip
    found = session.connection().execute(_TOWARDS, asked).mappings()
    return [QuotaEffect(**row) for row in found]
