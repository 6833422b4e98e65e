"""Answers of only fives that come from one connection within a minute are counted (E57).

An answer itself keeps no address and no time of day. Beside it, and only while the survey is open,
stands a fingerprint of the connection: keyed by the installation and by a random salt of the class.
When the survey closes, fingerprints and salt are thrown away; what stays is one number a class.
"""

import hashlib
import hmac
import os
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from states.records import secrets
from states.rules.law import the_law

BEST = 5
_BYTES = 16

_SALT = text("""
INSERT INTO survey_watch AS w (class_id, salt, alike) VALUES (:class_id, :salt, 0)
ON CONFLICT (class_id) DO UPDATE SET alike = w.alike
RETURNING salt, (SELECT regime FROM training_class WHERE id = :class_id) AS regime
""")
_NOTE = text("""
INSERT INTO survey_connection AS c (class_id, fingerprint, since, run, alike)
VALUES (:class_id, :fingerprint, :at, 1, 0)
ON CONFLICT (class_id, fingerprint) DO UPDATE SET
  since = CASE WHEN :at <= c.since + :within THEN c.since ELSE :at END,
  run = CASE WHEN :at <= c.since + :within THEN c.run + 1 ELSE 1 END,
  alike = c.alike + CASE WHEN :at > c.since + :within OR c.run + 1 < :least THEN 0
                         WHEN c.run + 1 = :least THEN :least ELSE 1 END
""")
# A row without a salt says that the survey is closed, also where nothing was ever counted.
_CLOSE = text("""
WITH gone AS (DELETE FROM survey_connection WHERE class_id = :class_id RETURNING alike)
INSERT INTO survey_watch AS w (class_id, salt, alike)
SELECT :class_id, NULL, coalesce(sum(alike), 0) FROM gone
ON CONFLICT (class_id) DO UPDATE SET salt = NULL, alike = excluded.alike
  WHERE w.salt IS NOT NULL
""")
_ALIKE = text("SELECT alike FROM survey_watch WHERE class_id = :class_id AND salt IS NULL")


def note(
    session: Session, class_id: int, *, connection: str, ratings: Mapping[str, int], at: datetime
) -> None:
    """Look at an answer that was just taken; one that is not all fives leaves no trace here."""
    if not connection or set(ratings.values()) != {BEST}:
        return
    asked = {"class_id": class_id, "salt": os.urandom(_BYTES)}
    kept = session.connection().execute(_SALT, asked).one()
    limits = the_law().regimes[kept.regime].limits.anomalies
    if kept.salt is not None:
        values = {
            "class_id": class_id,
            "fingerprint": _fingerprint(kept.salt, connection),
            "at": at,
            "within": timedelta(seconds=limits.survey_seconds),
            "least": limits.survey_answers,
        }
        session.connection().execute(_NOTE, values)


def close(session: Session, class_id: int) -> None:
    """The survey is over: keep the count, throw away what it was counted by."""
    session.connection().execute(_CLOSE, {"class_id": class_id})


def alike(session: Session, class_id: int) -> int:
    """How many answers came too much alike; 0 as long as the survey is open."""
    return session.connection().execute(_ALIKE, {"class_id": class_id}).scalar() or 0


def _fingerprint(salt: bytes, connection: str) -> bytes:
    digest = hmac.digest(secrets.key(), salt + connection.encode(), hashlib.sha256)
    return digest[:_BYTES]
