"""What 证书归集 sent back: a whole batch with the hub's words, or rows with theirs (E50).

Whoever is answerable for the people gets a letter: the provider and the district of a class, the
office that filed a case and the district of a contest. The uploader gets the one about a batch.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from states.records import outbox, reports, vault
from states.records.candidates import uploader_role
from states.records.places import CERTIFICATE_NAME, CERTIFICATE_REASON
from states.records.reports import Report, Sheet
from states.rules.findings import RowFinding, Verdict
from states.rules.routes import Route
from states.rules.stages import Role

_KIND = "hub"
_CODE = "hub_refused_batch"
SENT_BACK = f"""
(x.state IN ('refused', 'released') OR x.state = 'issued' AND b.state = 'made' AND EXISTS (
   SELECT 1 FROM import_report w WHERE w.batch_id = b.id AND w.kind = '{_KIND}'))"""  # noqa: S608
"""That certificate `x` of batch `b` came back without a number, alone or with its whole batch."""

_BATCH = text("SELECT code, route, uploader_id FROM certificate_batch WHERE id = :id")
# Only where this receipt refused somebody; the digest tells two sets of people apart.
_OWNERS = text("""
SELECT x.project_id, k.id AS case_id, coalesce(p.provider_id, k.office_id) AS office_id,
       coalesce(p.district_id, k.district_id) AS district_id, x.route, count(*) AS refused,
       md5(string_agg(CAST(x.id AS text), ',' ORDER BY x.id)) AS digest
  FROM certificate x
  LEFT JOIN project p ON p.id = x.project_id
  LEFT JOIN claim m ON m.id = x.claim_id
  LEFT JOIN route_case k ON k.id = m.case_id
 WHERE x.batch_id = :id AND x.state = 'refused'
 GROUP BY x.project_id, p.id, k.id, x.route
HAVING bool_or(x.changed_at = :at)
 ORDER BY x.project_id, k.id
""")
_REFUSED = text("""
SELECT x.id, x.serial, x.state, x.name_sealed, x.reason_sealed
  FROM certificate x LEFT JOIN claim m ON m.id = x.claim_id
 WHERE x.state IN ('refused', 'released') AND x.reason_sealed <> ''
   AND (x.project_id = :project_id OR m.case_id = :case_id)
 ORDER BY x.serial
""")
_OWNER_ROLE = {
    Route.TRAINING: Role.PROVIDER,
    Route.EVALUATION: Role.EVALUATOR,
    Route.EXAM: Role.EXAM_AUTHORITY,
    Route.CONTEST: Role.ORGANISER,
}


@dataclass(frozen=True, slots=True)
class Refused:
    """A certificate that came back, with the city's reason; the name comes whole."""

    serial: str
    name: str
    reason: str
    released: bool


def tell_owners(session: Session, batch_id: int, *, at: datetime) -> int:
    """Promise letters to the owners of the rows that the receipt of this moment refused.

    The import calls it, in its transaction and with its `at`. Answers how many letters are new.
    """
    told = 0
    for row in session.connection().execute(_OWNERS, {"id": batch_id, "at": at}):
        case = {"case": row.case_id} if row.case_id else {}
        to = [(_OWNER_ROLE[Route(row.route)], row.office_id)]
        if row.district_id:
            to.append((Role.REVIEWER, row.district_id))
        for role, office_id in to:
            told += outbox.promise_to_role(
                session,
                key=f"refused/{batch_id}/{row.digest}/{role}",
                letter="case_refused" if case else "certificates_refused",
                role=role,
                office_id=office_id,
                context={"refused": row.refused, "refused_in": batch_id, **case},
                at=at,
                project_id=row.project_id,
            )
    return told


def keep_batch(session: Session, batch_id: int, *, sha256: str, words: str, at: datetime) -> None:
    """The hub takes no such batch: keep its words with the batch, and tell whoever uploads it.

    `sha256` is of the workbook that was refused; the words may name people and are kept sealed.
    """
    batch = session.connection().execute(_BATCH, {"id": batch_id}).one()
    finding = RowFinding(0, Verdict.ERROR, _CODE, "C22", params={"words": words})
    sheet = Sheet(_KIND, f"{batch.code}.xlsx", sha256, 0, reports.lines([finding]),
                  batch_id=batch_id)  # fmt: skip
    reports.keep(session, sheet, imported=False, person_id=None, at=at)
    outbox.promise_to_role(
        session,
        key=f"batch_refused/{batch_id}/{sha256[:16]}",
        letter="batch_refused",
        role=uploader_role(Route(batch.route)),
        office_id=batch.uploader_id,
        context={"batch": batch_id},
        at=at,
    )


def of_batch(session: Session, batch_id: int) -> Report | None:
    """The hub's latest refusal of the whole batch, if it ever refused it."""
    return reports.last(session, _KIND, batch_id=batch_id)


def of_owner(
    session: Session, *, project_id: int | None = None, case_id: int | None = None
) -> list[Refused]:
    """What was sent back of a project or of a case, and is not yet in another batch."""
    asked = {"project_id": project_id, "case_id": case_id}
    return [
        Refused(
            serial=row.serial,
            name=vault.unseal(session, CERTIFICATE_NAME, row.id, row.name_sealed),
            reason=vault.unseal(session, CERTIFICATE_REASON, row.id, row.reason_sealed),
            released=row.state == "released",
        )
        for row in session.connection().execute(_REFUSED, asked)
    ]
