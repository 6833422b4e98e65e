"""What came back is noted at its letter: once, whichever way and however often it comes."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import text
from sqlmodel import Session

from states.records import clock
from states.rules.bounces import Report, Verdict, read_report

# A letter put off after an unanswered DATA may come back too: then it is not repeated any more.
# Whose address was forgotten meanwhile is not quoted again.
_NOTE = text("""
WITH letter AS (
  SELECT m.id, m.state,
         CASE WHEN EXISTS (SELECT 1 FROM survey_invitation i
                            WHERE i.id = CAST(m.context->>'invitation' AS bigint)
                              AND i.email_sealed = '')
              THEN '' ELSE CAST(:answer AS text) END AS answer
    FROM outbox m WHERE m.message_id = :letter FOR UPDATE
), noted AS (
  INSERT INTO mail_event (mail_id, at, what, code, answer, evidence)
  SELECT id, :real, CAST(:what AS text), CAST(:code AS int), answer, :evidence FROM letter
   WHERE CAST(:what AS text) = 'delayed' OR state IN ('leased', 'deferred', 'accepted', 'refused')
  ON CONFLICT (mail_id, evidence) WHERE evidence <> '' DO NOTHING
  RETURNING mail_id, answer
), changed AS (
  UPDATE outbox m SET state = 'bounced', lease = '', leased_until = NULL, answer = n.answer,
                      done_at = :at
    FROM noted n WHERE m.id = n.mail_id AND CAST(:what AS text) = 'bounced'
)
SELECT (SELECT min(id) FROM letter) AS mail, (SELECT count(*) FROM noted) AS noted
""")
_WHATS = {Verdict.FAILED: "bounced", Verdict.DELAYED: "delayed"}


class Taken(StrEnum):
    """What a message that came back changed. Only the first two changed anything."""

    BOUNCED = "bounced"
    DELAYED = "delayed"
    KNOWN = "known"
    NO_BOUNCE = "no_bounce"
    NO_LETTER = "no_letter"
    UNCLEAR = "unclear"

    @property
    def is_for_a_person(self) -> bool:
        """Whether somebody should read the message."""
        return self in {Taken.NO_LETTER, Taken.UNCLEAR}


def take(session: Session, raw: bytes, *, machine_now: datetime) -> tuple[Taken, int | None]:
    """Read one message that came back; answers what it changed, and the letter's number."""
    report = read_report(raw)
    what = _WHATS.get(report.verdict)
    if what is None:
        return Taken(report.verdict.value), None
    return _note(session, report, what, machine_now=machine_now)


def _note(
    session: Session, report: Report, what: str, *, machine_now: datetime
) -> tuple[Taken, int | None]:
    asked = {
        "letter": report.letter, "what": what, "code": report.code, "answer": report.answer,
        "evidence": report.evidence, "real": machine_now, "at": clock.now(session),
    }  # fmt: skip
    row = session.connection().execute(_NOTE, asked).one()
    if row.mail is None:
        return Taken.NO_LETTER, None
    return (Taken(what) if row.noted else Taken.KNOWN), row.mail
