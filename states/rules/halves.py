"""Class hours are counted in halves: integers, never floats (E09, E14)."""


def hours(half_hours: int) -> str:
    """Half class hours as an office writes class hours: 79 is "39.5", 80 is "40"."""
    whole, half = divmod(half_hours, 2)
    return f"{whole}.5" if half else str(whole)
