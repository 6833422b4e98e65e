"""The districts as the codes of papers name them (GB/T 2260), for hints about employers (A17)."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent.parent / "rulebooks" / "tables" / "districts.csv"
_REGION = slice(2, 8)
"""Where a unified social credit code names the region in which it was registered."""


@cache
def region_codes() -> Mapping[str, str]:
    """The GB/T 2260 code of each district, by the code of its office."""
    with _FILE.open(encoding="utf-8", newline="") as lines:
        return {row["code"]: row["gbt2260"] for row in csv.DictReader(lines)}


def registered_elsewhere(uscc: str, district: str) -> bool:
    """Whether a credit code names another district of this city: a hint, never a proof."""
    region = uscc[_REGION]
    return region in region_codes().values() and region != region_codes().get(district)
