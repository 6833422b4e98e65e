"""What foreign servers say, as one line that can be kept and shown, whatever bytes it came in."""


def one_line(said: str, length: int) -> str:
    """At most `length` printable characters.

    Bytes that were no UTF-8 stand in `said` as surrogates; Chinese servers mean GB 18030 by them.
    """
    line = " ".join(_decoded(_bytes_of(said)).split())
    return "".join(each for each in line if each.isprintable())[:length]


def _bytes_of(said: str) -> bytes:
    try:
        return said.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return said.encode("utf-8", "replace")


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")
