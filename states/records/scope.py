"""Whose projects somebody may see: the one condition that every list, page and search adds."""

from sqlalchemy import ColumnElement, false, true
from sqlmodel import Session, col, select

from states.actor import Actor
from states.errors import NotFound
from states.records.tables import Project
from states.rules.stages import DISTRICT_ROLES, MUNICIPAL_ROLES, PROVIDER_ROLES, Role

_ALL = MUNICIPAL_ROLES | {Role.SYSTEM}


def visible(actor: Actor) -> ColumnElement[bool]:
    """The condition on Project: a provider's own, a district's own, all for the city's offices.

    The system administrator runs the service and sees no project at all.
    """
    if actor.role in PROVIDER_ROLES:
        return col(Project.provider_id) == actor.office_id
    if actor.role in DISTRICT_ROLES:
        return col(Project.district_id) == actor.office_id
    return true() if actor.role in _ALL else false()


def find(session: Session, actor: Actor, code: str) -> Project:
    """The project of this code. Raises NotFound, also for one that is not the asker's to see."""
    found = session.exec(select(Project).where(Project.code == code, visible(actor))).first()
    if found is None:
        raise NotFound
    return found
