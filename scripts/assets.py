"""Copy what the pages need out of node_modules: the vendor folder is made, never committed.

Run after `npm install`; package.json says what to copy under "duban". Of the icon sprite only the
icons that the pages use are kept (1.1 MB become 20 kB).
"""

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "api" / "static" / "vendor"


def copy_assets(plan: dict[str, Any], modules: Path, vendor: Path) -> list[str]:
    """Copy every listed file flat into `vendor` and cut the sprite. Returns the names made."""
    vendor.mkdir(parents=True, exist_ok=True)
    for asset in plan["assets"]:
        shutil.copyfile(modules / asset, vendor / Path(asset).name)
    sprite = (modules / plan["icons"]["sprite"]).read_text("utf-8")
    (vendor / "icons.svg").write_text(cut(sprite, plan["icons"]["names"]), "utf-8")
    return sorted(path.name for path in vendor.iterdir())


def cut(sprite: str, names: list[str]) -> str:
    """The sprite with only the named symbols. Raises SystemExit naming icons it lacks."""
    symbols = dict(re.findall(r'(?s)(?=<symbol[^>]*\bid="([^"]+)")(<symbol.*?</symbol>)', sprite))
    if missing := [name for name in names if name not in symbols]:
        raise SystemExit(f"assets: the icon sprite lacks {', '.join(missing)}")
    note = "<!-- Cut from Bootstrap Icons, MIT, Copyright 2019-2024 The Bootstrap Authors -->"
    body = "".join(symbols[name] for name in names)
    return f'<svg xmlns="http://www.w3.org/2000/svg">{note}{body}</svg>\n'


def main() -> None:
    plan = json.loads((ROOT / "package.json").read_text("utf-8"))["duban"]
    try:
        made = copy_assets(plan, ROOT / "node_modules", VENDOR)
    except FileNotFoundError as error:
        raise SystemExit(f"assets: {error.filename} is missing; run npm install first") from error
    sys.stdout.write(f"assets: {', '.join(made)} in {VENDOR.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
