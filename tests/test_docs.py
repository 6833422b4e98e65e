"""What the documents say is what the program does."""

from scripts.stages import PAGE, draw


def test_the_page_of_stages_is_drawn_from_the_rulebook() -> None:
    assert PAGE.read_text("utf-8") == draw(), "run `python -m scripts.stages`"
