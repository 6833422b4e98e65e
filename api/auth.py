"""Who is at the door: passwords, sessions, one-time links, and the sample entry.

Only hashes are kept: Argon2id of a password, SHA-256 of a 256-bit session or link token. All times
here are the machine's own: a movable office date must not sign anybody in or out.
"""

import hashlib
import hmac
import secrets as randomness
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Row, text
from sqlmodel import Session, col, select

from api.problems import LinkSpent, SampleEntryClosed, SignInFailed, WeakPassword
from states.actor import Actor
from states.errors import NotFound
from states.records import secrets
from states.records.tables import Account, Appointment, SetupLink, WebSession
from states.rules.stages import Role
from states.rules.words import Language

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=8)
LINK_LASTS = timedelta(days=3)
TOUCH_EVERY = timedelta(minutes=1)
"""`seen_at` is written no more often than this: a page of ten requests is one write."""
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128
LOOPBACK = frozenset({"127.0.0.1", "::1"})

_TOKEN_BYTES = 32
_hasher = PasswordHasher()

_WHO = text("""
SELECT s.account_id, s.appointment_id, s.seen_at, p.id AS person_id, p.name, p.language,
       o.id AS office_id, o.kind AS office_kind, o.code AS office_code, o.name_zh, o.name_en,
       a.role, a.full_numbers
  FROM web_session s
  JOIN account c ON c.id = s.account_id AND NOT c.disabled
  JOIN appointment a ON a.id = s.appointment_id AND a.person_id = c.person_id
   AND a.since <= CURRENT_DATE AND (a.until IS NULL OR a.until >= CURRENT_DATE)
  JOIN person p ON p.id = a.person_id
  JOIN office o ON o.id = a.office_id
 WHERE s.token_hash = :token_hash AND s.expires_at > :now AND s.seen_at > :idle
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeCard:
    """The office somebody acts for."""

    id: int
    kind: str
    code: str
    name_zh: str
    name_en: str

    def name(self, lang: Language) -> str:
        return self.name_zh if lang == "zh" else self.name_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Who is signed in, in which appointment; plain values that outlive the database session."""

    actor: Actor
    account_id: int
    appointment_id: int
    name: str
    language: Language
    office: OfficeCard
    csrf: str
    full_numbers: bool = False

    @property
    def role(self) -> Role:
        return self.actor.role


def sign_in(session: Session, login: str, password: str) -> str:
    """A new session's token. Raises SignInFailed, alike for unknown logins and wrong passwords."""
    account = session.exec(select(Account).where(Account.login == login)).first()
    known = account.password_hash if account and not account.disabled else None
    if not _fits(known or _nobodys_hash(), password) or known is None or account is None:
        raise SignInFailed
    if _hasher.check_needs_rehash(known):
        account.password_hash = _hasher.hash(password)
    return _open(session, account.id, _first_appointment(session, account.person_id))


def enter_sample(session: Session, appointment_id: int, *, allowed: bool) -> str:
    """A session as any sample person. `allowed`: sample mode, local, and a client on loopback."""
    if not allowed:
        raise SampleEntryClosed
    appointment = session.get(Appointment, appointment_id)
    if appointment is None:
        raise NotFound
    accounts = select(Account).where(Account.person_id == appointment.person_id)
    account = session.exec(accounts.order_by(col(Account.id))).first()
    if account is None or account.disabled:
        raise NotFound
    return _open(session, account.id, appointment.id)


def who(session: Session, token: str, *, request_id: str = "") -> Signed | None:
    """The person behind a token, or nobody: unknown, idle for too long, or expired."""
    now = datetime.now(UTC)
    hashed = token_hash(token)
    found = session.connection().execute(
        _WHO, {"token_hash": hashed, "now": now, "idle": now - IDLE}
    )
    row = found.first()
    if row is None:
        return None
    if now - row.seen_at > TOUCH_EVERY:
        _touch(session, hashed, now)
    return _signed(row, token, request_id)


def sign_out(session: Session, token: str) -> None:
    """End a session; an unknown one is ended already."""
    row = session.get(WebSession, token_hash(token))
    if row is not None:
        session.delete(row)


def csrf_of(token: str) -> str:
    """What every form of this session must carry."""
    return hmac.new(secrets.key(), b"csrf:" + token.encode(), hashlib.sha256).hexdigest()


def csrf_fits(token: str, sent: str) -> bool:
    return hmac.compare_digest(csrf_of(token).encode(), sent.encode())


def token_hash(token: str) -> str:
    """What is kept of a session or link token."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_link(session: Session, account_id: int) -> str:
    """The token of a new one-time link to set a password; older links of the account are void."""
    now = datetime.now(UTC)
    for old in session.exec(select(SetupLink).where(SetupLink.account_id == account_id)):
        old.used_at = old.used_at or now
    token = randomness.token_urlsafe(_TOKEN_BYTES)
    session.add(
        SetupLink(token_hash=token_hash(token), account_id=account_id, expires_at=now + LINK_LASTS)
    )
    return token


def link_login(session: Session, token: str) -> str:
    """The login that a one-time link sets the password of. Raises LinkSpent."""
    _, account = _usable(session, token)
    return account.login


def set_password(session: Session, token: str, password: str) -> None:
    """Use a one-time link; all sessions of the account end. Raises LinkSpent, WeakPassword."""
    link, account = _usable(session, token)
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or password == account.login:
        raise WeakPassword(least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD)
    account.password_hash = _hasher.hash(password)
    link.used_at = datetime.now(UTC)
    for row in session.exec(select(WebSession).where(WebSession.account_id == account.id)):
        session.delete(row)


def _usable(session: Session, token: str) -> tuple[SetupLink, Account]:
    link = session.get(SetupLink, token_hash(token), with_for_update=True)
    if link is None or link.used_at is not None or link.expires_at <= datetime.now(UTC):
        raise LinkSpent
    account = session.get(Account, link.account_id)
    if account is None or account.disabled:
        raise LinkSpent
    return link, account


def _signed(row: Row[tuple[object, ...]], token: str, request_id: str) -> Signed:
    return Signed(
        actor=Actor(row.person_id, row.office_id, Role(row.role), request_id),
        account_id=row.account_id,
        appointment_id=row.appointment_id,
        name=row.name,
        language="en" if row.language == "en" else "zh",
        office=OfficeCard(
            id=row.office_id,
            kind=row.office_kind,
            code=row.office_code,
            name_zh=row.name_zh,
            name_en=row.name_en,
        ),
        csrf=csrf_of(token),
        full_numbers=row.full_numbers,
    )


def _touch(session: Session, hashed: str, now: datetime) -> None:
    row = session.get(WebSession, hashed)
    if row is not None:
        row.seen_at = now


def _open(session: Session, account_id: int, appointment_id: int) -> str:
    token, now = randomness.token_urlsafe(_TOKEN_BYTES), datetime.now(UTC)
    session.add(
        WebSession(
            token_hash=token_hash(token),
            account_id=account_id,
            appointment_id=appointment_id,
            created_at=now,
            seen_at=now,
            expires_at=now + ABSOLUTE,
        )
    )
    return token


def _first_appointment(session: Session, person_id: int) -> int:
    held = session.exec(
        select(Appointment)
        .where(Appointment.person_id == person_id)
        .order_by(col(Appointment.since), col(Appointment.id))
    )
    lasting = next(filter(_lasts, held), None)
    if lasting is None:
        raise SignInFailed
    return lasting.id


def _lasts(appointment: Appointment) -> bool:
    today = datetime.now(UTC).date()
    return appointment.since <= today <= (appointment.until or date.max)


def _fits(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password[: LONGEST_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    """Checked for unknown logins, so that they take as long as known ones."""
    return _hasher.hash(randomness.token_urlsafe(_TOKEN_BYTES))
