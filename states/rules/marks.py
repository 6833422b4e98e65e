"""Whether a result is what its marks say (C17)."""


def marks_fit(
    result: str,
    *,
    theory: int | None,
    practice: int | None,
    total: int | None,
    pass_mark: int,
    full: int,
) -> bool:
    """Marks are tenths: the absent have none, misconduct any, pass and fail what both parts say.

    The total decides nothing and may be left out, but it is a mark like the others.
    """
    given = [mark for mark in (theory, practice, total) if mark is not None]
    if any(not 0 <= mark <= full for mark in given):
        return False
    if result == "misconduct":
        return True
    if result == "absent":
        return not given
    if theory is None or practice is None:
        return False
    return (min(theory, practice) >= pass_mark) is (result == "pass")
