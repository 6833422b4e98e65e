"""The unified social credit code (GB 32100) of providers and employers."""

from states.rules.identity import fold_number

CLAUSE = "GB 32100"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18


def uscc_check_digit(body: str) -> str:
    """The 18th place for the 17 before it. Raises ValueError on a letter outside the alphabet."""
    total = sum(ALPHABET.index(letter) * 3**place for place, letter in enumerate(body))
    return ALPHABET[-total % 31]


def uscc_flaw(code: str) -> str | None:
    """What is wrong with a normalised code: "uscc_malformed", "uscc_check_digit" or None."""
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        return "uscc_malformed"
    return None if uscc_check_digit(code[:-1]) == code[-1] else "uscc_check_digit"


def fold_uscc(text: str) -> str:
    """Half-width capitals without blanks."""
    return fold_number(text)[0]
