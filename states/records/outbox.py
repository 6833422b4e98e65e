"""Letters promised in a transaction and delivered outside: promise, lease, mark, count.

A promise waits by the office's date; leases and repeats go by the machine's own clock, so that a
date that stands still (sample mode, rehearsals) does not stop the mail.
"""

import json
import secrets as randomness
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from states.records import clock
from states.records import mail_events as events
from states.records.leased_mail import LeasedMail
from states.records.letter_facts import context_for, contexts_for
from states.rules.deadlines import shanghai_day
from states.rules.letters import the_letters
from states.rules.patience import USUAL, Patience
from states.rules.stages import Role

__all__ = [
    "NOT_WANTED", "LeasedMail", "context_for", "contexts_for", "free_leases", "lease", "let_go",
    "mark", "next_repeat", "promise_to_person", "promise_to_role", "waiting_counts",
]  # fmt: skip

_FINAL = frozenset({"accepted", "refused", "moot"})
GIVEN_UP = "given up after repeats"

_INSERT = """
INSERT INTO outbox (key, letter, project_id, person_id, language, context, duty, subject,
                    state, promised_at, not_before, attempts, lease, message_id, answer)
SELECT :key || '/' || p.id, :letter, CAST(:project_id AS bigint), p.id,
       coalesce(CAST(:language AS text), p.language),
       CAST(:context AS jsonb), :duty, '', 'promised', :at, :at, 0, '',
       md5(:key || '/' || p.id), ''
  FROM person p
"""
_PROMISE_TO_ROLE = text(f"""
WITH promised AS (
{_INSERT}
 WHERE p.id IS DISTINCT FROM CAST(:but AS bigint) AND EXISTS (
   SELECT 1 FROM appointment a
    WHERE a.person_id = p.id AND a.role = :role
      AND (CAST(:office_id AS bigint) IS NULL OR a.office_id = :office_id)
      AND a.since <= :today AND (a.until IS NULL OR a.until >= :today))
ON CONFLICT (key) DO NOTHING
RETURNING 1)
SELECT count(*) AS letters, CASE WHEN count(*) > 0 THEN pg_notify('duban_work', '') END
  FROM promised
""")  # noqa: S608  constants of this file
_PROMISE_TO_PERSON = text(f"""
WITH promised AS (
{_INSERT}
 WHERE p.id = :person_id
ON CONFLICT (key) DO NOTHING
RETURNING 1)
SELECT count(*) AS letters, CASE WHEN count(*) > 0 THEN pg_notify('duban_work', '') END
  FROM promised
""")  # noqa: S608

# Due: promised by the office's date, to be repeated by the machine's clock, or left by a dead
# worker. While a project is unsettled its open duties are not known: its letters wait for that.
DUE = """
    ((m.state = 'promised' AND m.not_before <= :now)
  OR (m.state = 'deferred' AND m.not_before <= :real)
  OR (m.state = 'leased' AND m.leased_until <= :real))
 AND NOT EXISTS (SELECT 1 FROM project u WHERE u.id = m.project_id AND u.unsettled AND m.duty <> '')
 AND NOT (m.letter = 'daily_reminder' AND EXISTS (
   SELECT 1 FROM jsonb_to_recordset(m.context->'items') AS i(project bigint)
     JOIN project u ON u.id = i.project AND u.unsettled
    WHERE NOT EXISTS (SELECT 1 FROM failure f
                       WHERE f.sweep = 'drive_projects' AND f.about = 'project/' || u.id)))
"""
"""Which letters `m` may be leased: `:now` is business time, `:real` the machine's."""

_DUE = f"SELECT m.id FROM outbox m WHERE {DUE}"  # noqa: S608  a constant of this file
# No longer owed: the duty is done, the reader has acted already, or the link is spent.
_MOOT = """
  (m.duty <> '' AND m.project_id IS NOT NULL AND NOT EXISTS (
     SELECT 1 FROM timer t WHERE t.project_id = m.project_id AND t.duty = m.duty
        AND (m.subject = '' OR t.subject = m.subject)))
  OR (m.letter = 'second_signature_needed' AND EXISTS (
     SELECT 1 FROM project p WHERE p.id = m.project_id
        AND m.person_id IN (p.first_signer_id, p.second_signer_id)))
  OR (m.letter IN ('survey_learner', 'survey_employer') AND NOT EXISTS (
     SELECT 1 FROM survey_invitation i
      WHERE i.id = CAST(m.context->>'invitation' AS bigint)
        AND NOT i.answered AND i.closes_on >= :today))
  OR (m.letter IN ('return_to_prepare', 'return_to_sign', 'return_submitted') AND NOT EXISTS (
     SELECT 1 FROM monthly_return r
      WHERE r.id = CAST(m.context->>'return' AS bigint)
        AND r.state = CASE m.letter WHEN 'return_to_prepare' THEN 'draft'
                                    WHEN 'return_to_sign' THEN 'prepared' ELSE 'submitted' END))
  OR (m.letter IN ('batch_ready', 'batch_refused') AND NOT EXISTS (
     SELECT 1 FROM certificate_batch b
      WHERE b.id = CAST(m.context->>'batch' AS bigint) AND b.state <> 'answered'))
  OR (m.letter IN ('certificates_refused', 'case_refused') AND NOT EXISTS (
     SELECT 1 FROM certificate x
      WHERE x.batch_id = CAST(m.context->>'refused_in' AS bigint) AND x.state = 'refused'))
  OR (m.letter IN ('case_filed', 'case_to_confirm') AND NOT EXISTS (
     SELECT 1 FROM route_case c
      WHERE c.id = CAST(m.context->>'case' AS bigint)
        AND c.stage IN ('filed', 'accepted', 'held')))
  OR (m.letter = 'forgetting_announced' AND NOT EXISTS (
     SELECT 1 FROM forgetting f
      WHERE f.id = CAST(m.context->>'forgetting' AS bigint) AND f.state = 'approved'))
  OR (m.letter = 'daily_reminder' AND NOT EXISTS (
     SELECT 1 FROM jsonb_to_recordset(m.context->'items')
                     AS i(project bigint, return bigint, duty text, subject text, due date)
       JOIN timer t ON (t.project_id = i.project OR t.return_id = i.return) AND t.duty = i.duty
                   AND t.subject = coalesce(i.subject, '')
                   AND t.due_on = coalesce(i.due, t.due_on)
                   AND NOT coalesce(m.person_id, 0) = ANY(t.not_by)))
  OR (m.letter = 'urged' AND NOT EXISTS (
     SELECT 1 FROM timer t WHERE t.project_id = m.project_id AND t.duty = m.duty
        AND t.subject = m.subject AND NOT coalesce(m.person_id, 0) = ANY(t.not_by)))
  OR (m.letter IN ('daily_reminder', 'urged') AND NOT EXISTS (
     SELECT 1 FROM appointment a
      WHERE a.person_id = m.person_id AND a.since <= :today
        AND coalesce(a.until, :today) >= :today))
"""
# Switched off by its reader; a letter that has become a duty since is sent all the same.
_UNWANTED = """
  (m.letter = ANY(:optional) AND EXISTS (
     SELECT 1 FROM letter_preference w
      WHERE w.person_id = m.person_id AND w.letter = m.letter AND NOT w.wanted))
"""
NOT_WANTED = "not wanted"
"""The answer of a letter that its reader has switched off."""
# Every change of a letter leaves its event in the same statement. A trial is nobody's duty, and
# always wanted.
_MARK_MOOT = text(f"""
WITH moot AS (
UPDATE outbox m SET state = 'moot', lease = '', leased_until = NULL, done_at = :at,
                    answer = CASE WHEN {_UNWANTED} THEN '{NOT_WANTED}' ELSE m.answer END
 WHERE m.id IN ({_DUE} FOR UPDATE OF m SKIP LOCKED) AND NOT jsonb_exists(m.context, 'trial')
   AND ({_MOOT} OR {_UNWANTED})
RETURNING m.id, m.answer = '{NOT_WANTED}' AS unwanted)
INSERT INTO mail_event (mail_id, at, what, answer, evidence)
SELECT id, :real, 'moot', CASE WHEN unwanted THEN '{NOT_WANTED}' ELSE '' END, '' FROM moot
""")  # noqa: S608  constants of this file
_LEASE = text(f"""
WITH taken AS (
UPDATE outbox m SET state = 'leased', lease = :lease, leased_until = :until,
                    attempts = m.attempts + 1
  FROM (SELECT m.id, p.name, p.email FROM outbox m LEFT JOIN person p ON p.id = m.person_id
         WHERE m.id IN ({_DUE} ORDER BY m.not_before, m.id LIMIT :limit
                        FOR UPDATE OF m SKIP LOCKED)) AS due
 WHERE m.id = due.id
RETURNING m.id, m.key, m.letter, m.language, m.project_id, m.person_id,
          coalesce(due.email, '') AS "to", coalesce(due.name, '') AS name, m.context, m.duty,
          m.subject, m.message_id, m.promised_at, m.attempts, m.lease
), noted AS ({events.noting("taken", "leased")})
SELECT * FROM taken
""")  # noqa: S608
_MARK = text("""
WITH marked AS (
UPDATE outbox SET state = :state, answer = :answer, lease = '', leased_until = NULL,
       not_before = coalesce(CAST(:again AS timestamptz), not_before), done_at = :done
 WHERE id = :id AND lease = :lease AND state = 'leased'
RETURNING id
)
INSERT INTO mail_event (mail_id, at, what, code, answer, until, evidence)
SELECT id, :real, :what, CAST(:code AS int), :answer, CAST(:again AS timestamptz), '' FROM marked
RETURNING mail_id
""")
_LET_GO = text(f"""
WITH back AS (
UPDATE outbox SET state = 'deferred', not_before = :real, attempts = attempts - 1, lease = '',
                  leased_until = NULL
 WHERE id = ANY(:ids) AND lease = :lease AND state = 'leased'
RETURNING id)
{events.noting("back", "let_go")}
""")  # noqa: S608  a constant of another file
# A worker sends in this order: at the first letter of its lease it died, the rest it had not begun.
_FREE = text("""
WITH held AS (
  SELECT id, row_number() OVER (PARTITION BY lease ORDER BY promised_at, id) = 1 AS begun
    FROM outbox WHERE state = 'leased' AND leased_until > :real
), freed AS (
  UPDATE outbox m SET leased_until = :real,
                      attempts = m.attempts - CASE WHEN held.begun THEN 0 ELSE 1 END
    FROM held WHERE m.id = held.id AND m.state = 'leased' AND m.leased_until > :real
  RETURNING m.id, held.begun
)
INSERT INTO mail_event (mail_id, at, what, answer, evidence)
SELECT id, :real, CASE WHEN begun THEN 'freed' ELSE 'let_go' END, '', '' FROM freed
""")
_COUNTS = text("SELECT state, count(*) AS mails FROM outbox GROUP BY state")
_NEXT = text("""
SELECT min(CASE WHEN state = 'leased' THEN leased_until ELSE not_before END) FROM outbox
 WHERE state IN ('deferred', 'leased')
""")


def promise_to_role(  # noqa: PLR0913  what, to whom, and about what
    session: Session,
    *,
    key: str,
    letter: str,
    role: Role,
    office_id: int | None,
    context: Mapping[str, Any],
    at: datetime,
    except_person: int | None = None,
    project_id: int | None = None,
    duty: str = "",
) -> int:
    """Promise a letter to everybody who holds a role (in one office, or in all of them).

    One row per person with the key `key/person`; a repeat adds nobody. Answers how many were new.
    """
    asked = _values(key, letter, context, at=at, project_id=project_id, duty=duty)
    asked |= {"role": role, "office_id": office_id, "but": except_person}
    asked |= {"today": shanghai_day(at)}
    return int(session.connection().execute(_PROMISE_TO_ROLE, asked).one().letters)


def promise_to_person(  # noqa: PLR0913  what, to whom, and about what
    session: Session,
    *,
    key: str,
    letter: str,
    person_id: int,
    context: Mapping[str, Any],
    at: datetime,
    project_id: int | None = None,
    duty: str = "",
    language: str | None = None,
) -> int:
    """Promise a letter to one person, once per key, in their language unless one is named.

    Answers how many were new.
    """
    asked = _values(key, letter, context, at=at, project_id=project_id, duty=duty)
    asked |= {"person_id": person_id, "language": language}
    found = session.connection().execute(_PROMISE_TO_PERSON, asked)
    return int(found.one().letters)


def lease(
    session: Session, *, at: datetime, machine_now: datetime, limit: int, lease_seconds: int
) -> list[LeasedMail]:
    """Take letters that are due, for one worker; what is no longer owed becomes moot instead.

    Empty when nothing is due. An attempt counts from here on, so that a letter that kills its
    worker is given up too.
    """
    asked: dict[str, Any] = {"now": at, "real": machine_now}
    known = {"at": at, "today": shanghai_day(at), "optional": list(the_letters().optional)}
    session.connection().execute(_MARK_MOOT, asked | known)
    until = machine_now + timedelta(seconds=lease_seconds)
    asked |= {"lease": randomness.token_hex(8), "until": until, "limit": limit}
    rows = session.connection().execute(_LEASE, asked)
    mails = [LeasedMail(**row._mapping) for row in rows]  # noqa: SLF001  public in SQLAlchemy
    return sorted(mails, key=_age)


def mark(  # noqa: PLR0913  what the server did, and when
    session: Session,
    mail: LeasedMail,
    *,
    outcome: str,
    answer: str,
    machine_now: datetime,
    code: int | None = None,
    patience: Patience = USUAL,
) -> bool:
    """Note what became of a leased letter: "accepted", "refused", "moot", "deferred", "unknown".

    The last two are repeated with the same Message-ID until patience ends. Answers False when the
    lease has passed to somebody else, or a bounce came first: then nothing is written.
    """
    state, what, again = outcome, outcome, None
    if outcome not in _FINAL:
        delay = patience.after(mail.attempts)
        again = machine_now + delay if delay else None
        state, what = ("deferred", outcome) if delay else ("refused", "given_up")
        answer = answer if delay else f"{GIVEN_UP}: {answer}"
    asked = {
        "id": mail.id, "lease": mail.lease, "state": state, "answer": answer, "again": again,
        "done": None if again else clock.now(session), "real": machine_now, "what": what,
        "code": code,
    }  # fmt: skip
    return session.connection().execute(_MARK, asked).first() is not None


def let_go(session: Session, mails: Sequence[LeasedMail], *, machine_now: datetime) -> None:
    """Give back what one lease took and nobody began: it was no attempt."""
    ids, lease = [mail.id for mail in mails], mails[0].lease
    session.connection().execute(_LET_GO, {"ids": ids, "lease": lease, "real": machine_now})


def free_leases(session: Session, *, machine_now: datetime) -> None:
    """End every lease: whoever asks knows that nobody delivers.

    The letter that a dead worker was at counts as tried, so that one which kills its workers is
    given up in the end; those behind it do not.
    """
    session.connection().execute(_FREE, {"real": machine_now})


def waiting_counts(session: Session) -> dict[str, int]:
    """How many letters are in each state; states without any are left out."""
    return {row.state: row.mails for row in session.connection().execute(_COUNTS)}


def next_repeat(session: Session) -> datetime | None:
    """When, by the machine's clock, a letter must be tried again or a lease ends."""
    found: datetime | None = session.connection().execute(_NEXT).scalar()
    return found


def _values(
    key: str,
    letter: str,
    context: Mapping[str, Any],
    *,
    at: datetime,
    project_id: int | None,
    duty: str,
) -> dict[str, Any]:
    return {
        "key": key, "letter": letter, "context": json.dumps(dict(context), ensure_ascii=False),
        "at": at, "project_id": project_id, "duty": duty, "language": None,
    }  # fmt: skip


def _age(mail: LeasedMail) -> tuple[datetime, int]:
    return mail.promised_at, mail.id
