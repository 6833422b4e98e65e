"""The door of the look-up feed: one machine client with a token, answers signed by Ed25519.

The signature stands in the header `duban-signature`, in base64, over exactly the bytes of the body.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import Depends, Request, Response
from pydantic import BaseModel

from api.deps import Address, Settings, token_of
from api.pace import Pace
from api.problems import NotSignedIn
from states.errors import NotFound
from states.settings import is_blank, key_in

SIGNATURE = "duban-signature"
_PERSON = b"duban feed: persons"


@dataclass(frozen=True, slots=True)
class Feed:
    """What signs the answers and names persons without telling who they are."""

    seed: bytes

    @property
    def public_key(self) -> bytes:
        """32 bytes, for whoever checks the signatures."""
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def person(self, learner_id: int) -> str:
        """The same person in every answer: 32 hexadecimal digits from which nobody is learnt."""
        key = hashlib.sha256(_PERSON + self.seed).digest()
        return hmac.digest(key, str(learner_id).encode(), "sha256").hex()[:32]

    def signed(self, said: BaseModel) -> Response:
        """The answer with its signature."""
        body = said.model_dump_json().encode()
        signature = base64.b64encode(self._key.sign(body)).decode()
        return Response(body, media_type="application/json", headers={SIGNATURE: signature})

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def feed(settings: Settings) -> Feed:
    """The feed of this installation. Raises NotFound where there is none."""
    _token(settings)
    return Feed(key_in(settings.feed_key_file))


def client_only(request: Request, settings: Settings, *, address: Address) -> None:
    """Let the one client in that has the token. Raises NotFound, TooManyLooks, NotSignedIn."""
    right = _token(settings)
    pace: Pace = request.app.state.feed_pace
    pace.keep(address)
    if not secrets.compare_digest(token_of(request).encode(), right):
        raise NotSignedIn


def _token(settings: Settings) -> bytes:
    """What the client must say. A blank one would be said by whoever says nothing: no feed."""
    token = settings.feed_token
    if token is None or is_blank(token):
        raise NotFound
    return token.get_secret_value().encode()


TheFeed = Annotated[Feed, Depends(feed)]
