"""The next batch before it is made, for the two doors: who goes, who is held, who stays out."""

from api.desk import Desk
from states.records import preflight_board
from states.records.candidates import route_of
from states.records.preflight_board import Preview
from states.rules.routes import Route
from templates.papers.fonts import glyphs_missing


def preview_of(desk: Desk) -> Preview | None:
    """What a batch of the asker's office would hold now; None for whoever makes no batches."""
    actor = desk.actor
    route = route_of(actor.role)
    if route is None:
        return None
    uploader = None if route is Route.TRAINING else actor.office_id
    return preflight_board.preview(desk.session, route, uploader, fit=glyphs_missing, at=desk.at)
