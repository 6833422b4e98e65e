"""Who is asked what they think of a class: invitations, their links, and slips for the rest.

A token is computed from a nonce and the installation's key, so that mails and handouts can spell it
while the records keep only its hash.
"""

import base64
import hashlib
import hmac
import json
import secrets as randomness
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from states.records import secrets, vault
from states.records.places import (
    ENROLMENT_EMAIL,
    ENROLMENT_EMPLOYER_EMAIL,
    ENROLMENT_NAME,
    INVITATION_EMAIL,
)
from states.rules.facts import SurveyOpened
from states.rules.machine import Chore
from states.rules.stages import Channel

LEARNER, EMPLOYER = "learner", "employer"
_TOKEN_BYTES = 18
# Everybody assessed, with the plan as last submitted; misconduct and absence are not assessed.
_ASSESSED = text("""
SELECT e.id, e.email_sealed, e.employer, e.employer_uscc, e.employer_email_sealed,
       plan.payload AS plan
  FROM enrolment e
  JOIN training_class c ON c.id = e.class_id
  JOIN score s ON s.enrolment_id = e.id AND s.result IN ('pass', 'fail')
   AND s.fact_seq = (SELECT max(fact_seq) FROM score WHERE class_id = e.class_id)
  JOIN LATERAL (SELECT payload FROM fact f
                 WHERE f.project_id = c.project_id AND f.kind = 'plan_submitted'
                 ORDER BY seq DESC LIMIT 1) plan ON true
 WHERE e.class_id = :class_id
 ORDER BY e.sheet_row, e.id
""")
_INVITE = text("""
WITH wanted AS (
  SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS w(
    id bigint, population text, enrolment_id bigint, employer text, email text, nonce text,
    token_hash text)
), invited AS (
  INSERT INTO survey_invitation (id, class_id, population, enrolment_id, employer, email_sealed,
                                 nonce, token_hash, closes_on, answered)
  SELECT id, :class_id, population, enrolment_id, employer, decode(email, 'base64'), nonce,
         token_hash, :closes_on, false
    FROM wanted
  ON CONFLICT ON CONSTRAINT everybody_is_invited_once DO NOTHING
  RETURNING id, population, email_sealed
), promised AS (
  INSERT INTO outbox (key, letter, project_id, language, context, duty, subject, state,
                      promised_at, not_before, attempts, lease, message_id, answer)
  SELECT 'survey/' || id, 'survey_' || population,
         (SELECT project_id FROM training_class WHERE id = :class_id), 'zh',
         jsonb_build_object('invitation', id), '', '', 'promised', :at, :at, 0, '',
         md5('survey/' || id), ''
    FROM invited WHERE email_sealed <> ''
  ON CONFLICT (key) DO NOTHING
)
SELECT pg_notify('duban_work', '') FROM invited LIMIT 1
""")
# No address, or a letter that was refused, given up after repeats, or came back.
_UNREACHED = """
(i.email_sealed = '' OR EXISTS (
  SELECT 1 FROM outbox m WHERE m.key = 'survey/' || i.id AND m.state IN ('refused', 'bounced')))
"""
_HANDOUT = text(f"""
SELECT i.population, i.nonce, i.closes_on, i.employer, e.id, e.sheet_row, e.name_sealed
  FROM survey_invitation i LEFT JOIN enrolment e ON e.id = i.enrolment_id
 WHERE i.class_id = :class_id AND NOT i.answered AND {_UNREACHED}
 ORDER BY i.population DESC, e.sheet_row, i.id
""")  # noqa: S608  a constant of this file
_UNMAILED = text(f"""
SELECT count(*) FROM survey_invitation i
 WHERE i.class_id = :class_id AND NOT i.answered AND {_UNREACHED}
""")  # noqa: S608


@dataclass(frozen=True, slots=True)
class _Addressed:
    """Somebody assessed, with the addresses that their row of the roster gave."""

    enrolment_id: int
    email: str
    employer: str
    employer_uscc: str
    employer_email: str
    plan: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HandoutLink:
    """A link for somebody whom no mail reached. `place` is the row of the roster, 0 for firms."""

    population: str
    place: int
    name: str
    token: str
    closes_on: date


def open_survey(session: Session, chore: Chore, *, at: datetime) -> SurveyOpened:
    """Invite everybody assessed and their employers (C19, C20, A14), once."""
    rows = session.connection().execute(_ASSESSED, {"class_id": chore.klass.id}).all()
    addressed = [_addressed(session, row) for row in rows]
    learners = [_invitee(LEARNER, enrolment=one.enrolment_id, email=one.email) for one in addressed]
    employers = [
        _invitee(EMPLOYER, employer=name, email=email)
        for name, email in _employers(addressed).items()
    ]
    invited = _sealed(session, [*learners, *employers])
    session.connection().execute(
        _INVITE,
        {
            "class_id": chore.klass.id, "closes_on": chore.on, "at": at,
            "rows": json.dumps(invited, ensure_ascii=False),
        },
    )  # fmt: skip
    return SurveyOpened(
        class_no=chore.klass.no,
        closes_on=chore.on,
        learners=len(learners),
        employers=len(employers),
    )


def token_for(nonce: str) -> str:
    """The token of an invitation: 144 bits that only this installation can compute."""
    digest = hmac.digest(secrets.key(), f"survey:{nonce}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:_TOKEN_BYTES]).decode()


def links_for_handout(session: Session, class_id: int) -> list[HandoutLink]:
    """Unused links of everybody whom no mail can reach; names come whole."""
    return [
        HandoutLink(
            row.population,
            row.sheet_row or 0,
            _name(session, row),
            token_for(row.nonce),
            row.closes_on,
        )
        for row in session.connection().execute(_HANDOUT, {"class_id": class_id})
    ]


def unmailed(session: Session, class_id: int) -> int:
    """How many who have not answered can only be handed their link on paper."""
    return int(session.connection().execute(_UNMAILED, {"class_id": class_id}).scalar_one())


def _name(session: Session, row: Any) -> str:  # noqa: ANN401  a row of _HANDOUT
    if row.id is None:
        return str(row.employer)
    return vault.unseal(session, ENROLMENT_NAME, row.id, row.name_sealed)


def _invitee(
    population: str, *, enrolment: int | None = None, employer: str = "", email: str
) -> dict[str, Any]:
    nonce = randomness.token_urlsafe(16)
    return {
        "population": population, "enrolment_id": enrolment, "employer": employer, "email": email,
        "nonce": nonce, "token_hash": token_hash(token_for(nonce)),
    }  # fmt: skip


def _addressed(session: Session, row: Any) -> _Addressed:  # noqa: ANN401  a row of _ASSESSED
    return _Addressed(
        enrolment_id=row.id,
        email=vault.unseal(session, ENROLMENT_EMAIL, row.id, row.email_sealed),
        employer=row.employer,
        employer_uscc=row.employer_uscc,
        employer_email=vault.unseal(
            session, ENROLMENT_EMPLOYER_EMAIL, row.id, row.employer_email_sealed
        ),
        plan=row.plan,
    )


def _sealed(session: Session, invited: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Every invitation under its own number, its address sealed for that row."""
    ids = vault.next_ids(session, "survey_invitation", len(invited))
    return [
        {
            **one,
            "id": key,
            "email": _base64(vault.seal(session, INVITATION_EMAIL, key, one["email"])),
        }
        for key, one in zip(ids, invited, strict=True)
    ]


def _base64(sealed: bytes) -> str:
    return base64.b64encode(sealed).decode()


def _employers(rows: Sequence[_Addressed]) -> dict[str, str]:
    """Name -> mail address of the employers to ask: the plan's own, or those of the roster."""
    plan: Mapping[str, Any] = rows[0].plan if rows else {}
    if plan.get("employer") and plan["channel"] != Channel.DISTRICT_PROJECT:
        named = (row.employer_email for row in rows if row.employer_email)
        return {plan["employer"]: plan["employer_email"] or next(named, "")}
    by_key: dict[str, tuple[str, str]] = {}
    for row in rows:
        if row.employer:
            name, email = by_key.get(row.employer_uscc or row.employer, (row.employer, ""))
            by_key[row.employer_uscc or row.employer] = (name, email or row.employer_email)
    return dict(by_key.values())


def token_hash(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
