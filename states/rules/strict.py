"""The shape of everything that is read from a rulebook: frozen, and nothing unknown in it."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A part of a rulebook."""

    model_config = ConfigDict(frozen=True, extra="forbid")
