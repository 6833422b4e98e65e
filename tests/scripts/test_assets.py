"""The icon sprite holds what the pages use, no more and no less."""

import json
import re
from pathlib import Path

import pytest

from scripts import assets

SPRITE = '<svg><symbol id="a" viewBox="0"><path/></symbol><symbol id="b"><path/></symbol></svg>'


def test_only_the_named_icons_are_cut_out() -> None:
    cut = assets.cut(SPRITE, ["b"])
    assert 'id="b"' in cut
    assert 'id="a"' not in cut


def test_an_icon_that_does_not_exist_is_named() -> None:
    with pytest.raises(SystemExit, match="nowhere"):
        assets.cut(SPRITE, ["nowhere"])


def test_every_icon_named_in_a_template_is_on_the_list() -> None:
    plan = json.loads((assets.ROOT / "package.json").read_text("utf-8"))
    names = set(plan["duban"]["icons"]["names"])
    used = {name for path in (assets.ROOT / "templates").rglob("*.html") for name in direct(path)}
    assert used <= names


def direct(path: Path) -> list[str]:
    """Icons called by a literal name in this template."""
    return re.findall(r'icon\("([a-z0-9-]+)"\)', path.read_text("utf-8"))
