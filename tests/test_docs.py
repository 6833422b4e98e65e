"""What the documents say is what the program does."""

from scripts import routes
from scripts.stages import PAGE, draw
from states.settings import Settings


def test_the_page_of_stages_is_drawn_from_the_rulebook() -> None:
    assert PAGE.read_text("utf-8") == draw(), "run `python -m scripts.stages`"


def test_the_page_of_routes_is_drawn_from_their_books() -> None:
    assert routes.PAGE.read_text("utf-8") == routes.draw(), "run `python -m scripts.routes`"


def test_every_setting_is_documented() -> None:
    page = (PAGE.parent / "operations.md").read_text("utf-8")
    named = [f"DUBAN_{name.upper()}" for name in Settings.model_fields]
    assert [name for name in named if name not in page] == []
