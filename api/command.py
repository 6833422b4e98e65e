"""The entry of `duban`: the checks answer at once, everything else loads the whole house first."""

import sys
from importlib import import_module

ALONE = frozenset({"check", "rules", "workdays"})
"""What needs neither server nor database, and must not wait for their code."""


def main() -> None:
    """Runs the command named by the first argument."""
    alone = not ALONE.isdisjoint(sys.argv[1:2])
    import_module("api.checks" if alone else "api.cli").main()
