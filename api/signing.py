"""The key that signs printed papers, as DUBAN_SIGNING_KEY names it; read once, at the start."""

from pathlib import Path
from typing import Annotated, cast

from fastapi import Depends, Request

from states.settings import Settings
from templates.papers.signing import Signer, UnusableKey


class SigningKeyUnusable(RuntimeError):
    """签名密钥无法使用。 DUBAN_SIGNING_KEY is no PKCS#12 file, or its password does not open it."""

    def __init__(self, file: Path, error: Exception) -> None:
        said = " ".join(str(error).split())
        super().__init__(f"签名密钥无法使用 · DUBAN_SIGNING_KEY {file.name}: {said}")


def signer_from(settings: Settings) -> Signer | None:
    """None where no key is configured. Raises SigningKeyUnusable."""
    file, password = settings.signing_key, settings.signing_password
    if file is None:
        return None
    try:
        return Signer.from_pkcs12(
            file.read_bytes(), password.get_secret_value() if password else None
        )
    except (OSError, UnusableKey) as error:
        raise SigningKeyUnusable(file, error) from error


def signer_of(request: Request) -> Signer | None:
    """The signer of this web."""
    return cast("Signer | None", request.app.state.signer)


Signing = Annotated[Signer | None, Depends(signer_of)]
