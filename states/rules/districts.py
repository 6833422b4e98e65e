"""The districts as the codes of papers name them (GB/T 2260), for hints about employers (A17)."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from states.rules.uscc import LENGTH

_FILE = Path(__file__).parent.parent / "rulebooks" / "tables" / "districts.csv"
_REGION = slice(2, 8)
"""Where a unified social credit code names the region in which it was registered."""
_OTHER_PROVINCES = {
    *(*range(11, 16), *range(21, 24), *range(32, 38), *range(41, 47)),
    *(*range(50, 55), *range(61, 66), 71, 81, 82),
}
"""All but Shanghai (31), by the first two digits of GB/T 2260."""


@cache
def region_codes() -> Mapping[str, str]:
    """The GB/T 2260 code of each district, by the code of its office."""
    with _FILE.open(encoding="utf-8", newline="") as lines:
        return {row["code"]: row["gbt2260"] for row in csv.DictReader(lines)}


def registered_elsewhere(uscc: str, district: str) -> bool:
    """Whether a credit code names another province or another district of this city (A17).

    A hint, never a proof. Codes of the whole city, of districts merged since, or of none that there
    ever was say nothing.
    """
    if len(uscc) != LENGTH:
        return False
    region, known = uscc[_REGION], region_codes()
    if region.isdecimal() and int(region[:2]) in _OTHER_PROVINCES:
        return True
    return region in known.values() and region != known.get(district)
