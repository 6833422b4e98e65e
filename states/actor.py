"""Who acts: a person in a role of an office, or the service itself."""

from dataclasses import dataclass

from states.rules.stages import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """A person acting in one of their appointments. The ids are opaque; names stay elsewhere."""

    person_id: int | None
    office_id: int | None
    role: Role
    request_id: str = ""


SYSTEM = Actor(person_id=None, office_id=None, role=Role.SYSTEM)
