"""Personal data at rest: sealed field by field, found again by a keyed index, opened on purpose.

A sealed value is AES-256-GCM with the number of its data key in front, bound to its table, row and
column: it cannot be moved to another row. Data keys lie in the database, wrapped by a master key
that does not (`master_keys`). Whoever seals holds the active key's row until the transaction ends,
so that a rotation knows when nobody writes with the old key any more (`key_rotation`).

What lies outside the database (an attachment) is sealed by a key of its own (`lock`, `unlock`), and
only that key is sealed in a row: a rotation never rewrites files.
"""

import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Engine, text
from sqlmodel import Session

from states.records import secrets
from states.records.master_keys import KEY_BYTES, NONCE_BYTES

FIELD, INDEX = "field", "index"
_VERSION = b"\x01"
_HEAD = 1 + 4
_ACTIVE = "vault"
_LOOKS = 5

_KEYS = text("SELECT id, purpose, master, wrapped FROM data_key")
_HOLD = text("""
SELECT id FROM data_key WHERE purpose = :purpose AND state = 'active' FOR SHARE
""")
_ADD = text("""
INSERT INTO data_key (id, purpose, master, wrapped, state, made_at)
VALUES (:id, :purpose, :master, :wrapped, 'active', now())
""")
_NEXT = "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)"


class SealBroken(RuntimeError):
    """A sealed value does not open: it was changed or moved, or its key is gone."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value stands; the database column is called `column`_sealed."""

    table: str
    column: str

    def about(self, row: int | str, key_id: int) -> bytes:
        """The associated data that binds a value to this place."""
        return f"{self.table}:{row}:{self.column}:{key_id}".encode()


_rings: WeakKeyDictionary[Engine, dict[int, bytes]] = WeakKeyDictionary()


def seal(  # noqa: PLR0917  where, for which row, and what
    session: Session, place: Place, row: int | str, value: str
) -> bytes:
    """`value` for one row of `place`; nothing (b"") for an empty one."""
    return seal_bytes(session, place, row, value.encode()) if value else b""


def unseal(  # noqa: PLR0917  where, for which row, and what
    session: Session, place: Place, row: int | str, sealed: bytes
) -> str:
    """The value again. Raises SealBroken."""
    return unseal_bytes(session, place, row, sealed).decode() if sealed else ""


def seal_bytes(  # noqa: PLR0917  where, for which row, and what
    session: Session, place: Place, row: int | str, value: bytes
) -> bytes:
    """As `seal`, for content that is no text; an empty one is sealed too."""
    key_id = _active(session, FIELD)
    nonce = os.urandom(NONCE_BYTES)
    cipher = AESGCM(_key(session.connection(), key_id))
    sealed = cipher.encrypt(nonce, value, place.about(row, key_id))
    return head(key_id) + nonce + sealed


def unseal_bytes(  # noqa: PLR0917  where, for which row, and what
    session: Session, place: Place, row: int | str, sealed: bytes
) -> bytes:
    """The content again. Raises SealBroken."""
    key_id = key_of(sealed)
    cipher = AESGCM(_key(session.connection(), key_id))
    nonce, body = sealed[_HEAD : _HEAD + NONCE_BYTES], sealed[_HEAD + NONCE_BYTES :]
    try:
        return cipher.decrypt(nonce, body, place.about(row, key_id))
    except InvalidTag as error:
        raise SealBroken(place.table, place.column) from error


def key_of(sealed: bytes) -> int:
    """The number of the data key that a value is sealed by. Raises SealBroken."""
    if sealed[:1] != _VERSION or len(sealed) <= _HEAD + NONCE_BYTES:
        raise SealBroken
    return int.from_bytes(sealed[1:_HEAD])


def head(key_id: int) -> bytes:
    """How everything begins that is sealed by this key."""
    return _VERSION + key_id.to_bytes(4)


def blind_index(session: Session, value: str) -> bytes:
    """32 bytes by which an equal value is found, and from which nobody learns it (HMAC-SHA-256)."""
    key = _key(session.connection(), _active(session, INDEX))
    return hmac.digest(key, value.encode(), hashlib.sha256)


def lock(content: bytes, about: str) -> tuple[bytes, bytes]:
    """(key, locked): content for outside the database, and the new key to be sealed in its row."""
    key, nonce = os.urandom(KEY_BYTES), os.urandom(NONCE_BYTES)
    return key, nonce + AESGCM(key).encrypt(nonce, content, about.encode())


def unlock(key: bytes, locked: bytes, about: str) -> bytes:
    """The content again. Raises SealBroken."""
    try:
        return AESGCM(key).decrypt(locked[:NONCE_BYTES], locked[NONCE_BYTES:], about.encode())
    except InvalidTag as error:
        raise SealBroken(about) from error


def next_ids(session: Session, table: str, count: int) -> Sequence[int]:
    """Numbers for rows that are about to be inserted: a value is sealed for its row."""
    asked = {"table": table, "count": count}
    return session.connection().execute(text(_NEXT), asked).scalars().all()


def add_key(connection: Connection, key_id: int, purpose: str) -> None:
    """A new active data key, wrapped by the active master key."""
    masters, key = secrets.masters(), os.urandom(KEY_BYTES)
    values = {"id": key_id, "purpose": purpose, "master": masters.active}
    wrapped = masters.wrap(key, f"data_key:{key_id}:{purpose}")
    connection.execute(_ADD, values | {"wrapped": wrapped})


def forget_ring(bind: Engine) -> None:
    """Read the keys anew: another process, or a rotation, has changed them."""
    _rings.pop(bind, None)


def _active(session: Session, purpose: str) -> int:
    """The key to use, held against rotation until this transaction (or savepoint) ends."""
    held = session.info.setdefault(_ACTIVE, {})
    within = session.get_nested_transaction() or session.get_transaction()
    known = held.get(purpose)
    if known and known[0] is within and within is not None:
        return int(known[1])
    # While a rotation commits, the row waited for is no longer the active one: look again.
    asked = {"purpose": purpose}
    found = (session.connection().execute(_HOLD, asked).scalar() for _ in range(_LOOKS))
    key_id = next((key_id for key_id in found if key_id is not None), None)
    if key_id is None:
        raise SealBroken(purpose)
    held[purpose] = (session.get_nested_transaction() or session.get_transaction(), key_id)
    return int(key_id)


def _key(connection: Connection, key_id: int) -> bytes:
    """Raises SealBroken for a key that was retired for good."""
    ring = _rings.setdefault(connection.engine, {})
    if key_id not in ring:
        ring.update(_read_ring(connection))
    if key_id not in ring:
        raise SealBroken
    return ring[key_id]


def _read_ring(connection: Connection) -> dict[int, bytes]:
    masters = secrets.masters()
    return {
        row.id: masters.unwrap(row.wrapped, f"data_key:{row.id}:{row.purpose}", by=row.master)
        for row in connection.execute(_KEYS)
    }
