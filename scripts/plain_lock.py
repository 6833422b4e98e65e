"""Takes the sponsors' addresses out of package-lock.json: a lock names versions and hashes only."""

import json
from pathlib import Path

LOCK = Path(__file__).parent.parent / "package-lock.json"


def without_funding(node: object) -> object:
    """The same tree without any `funding` entry."""
    if isinstance(node, dict):
        return {key: without_funding(value) for key, value in node.items() if key != "funding"}
    return node


if __name__ == "__main__":
    plain = without_funding(json.loads(LOCK.read_text("utf-8")))
    LOCK.write_text(json.dumps(plain, indent=2, ensure_ascii=False) + "\n", "utf-8")
