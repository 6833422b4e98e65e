"""Files from outside are read in a process of their own: whatever is in them, the house stands."""

import inspect
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from subprocess import DEVNULL, PIPE, Popen
from threading import Timer
from typing import IO, Any, Concatenate, ParamSpec, TypeVar, cast, get_type_hints

from pydantic import TypeAdapter, ValidationError

from templates.sheets.grid import SheetUnreadable
from templates.sheets.reader import Progress, silent

P = ParamSpec("P")
T = TypeVar("T")

MIB = 1024 * 1024
READER = (sys.executable, "-I", "-B", "-m", "templates.sheets.reading_desk")
LONGEST_ANSWER = 256 * MIB
_KEPT_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH")
"""Nothing else: the settings of the house, with its secrets, are not for the reader."""
_FATES = {
    -signal.SIGXCPU: "file_takes_too_long",
    -signal.SIGKILL: "file_takes_too_long",  # by our own alarm
    -signal.SIGABRT: "file_needs_too_much_memory",
    -signal.SIGSEGV: "file_needs_too_much_memory",  # no more stack
    -signal.SIGBUS: "file_needs_too_much_memory",
}
_REFUSAL = TypeAdapter(dict[str, str | int])

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a reader may use: address space in bytes, seconds of computing, seconds in all."""

    memory: int
    cpu: int
    wall: int


def limits_for(size: int) -> Limits:
    """Small files get little, so that a small bomb stays small; 50,000 honest rows still pass."""
    quarters = size // (MIB // 4)
    cpu = min(2 + quarters, 60)
    return Limits(memory=min(300 + 10 * quarters, 480) * MIB, cpu=cpu, wall=10 + 5 * cpu)


def read_aside(
    reader: Callable[Concatenate[bytes, str, P], T],
    data: bytes,
    filename: str,
    *args: P.args,
    **asked: P.kwargs,
) -> T:
    """What `reader(data, filename, **asked)` returns, read in a fresh and limited process.

    `reader` is a function of a module, fully annotated; its arguments and its result travel as
    JSON and are checked on arrival. An argument `progress` stays here and is told what the
    reader says. Raises SheetUnreadable: the reader's own, or because a limit was reached.
    """
    given = inspect.signature(reader).bind(data, filename, *args, **asked).arguments
    told = dict(list(given.items())[2:])
    progress: Progress = told.pop("progress", silent)
    limits = limits_for(len(data))
    with _reader_at_work(limits.wall) as process:
        _ask(process, _question(reader, filename, told, limits=limits), data)
        kind, answer = _last_word(process, progress)
    if kind == "refused":
        raise SheetUnreadable(**_REFUSAL.validate_json(answer))  # type: ignore[arg-type]
    if kind == "read":
        with suppress(ValidationError):
            return cast("T", adapter(reader, "return").validate_json(answer))
    # Nothing of the file may stand in the log: the desk says only where its error arose.
    place = answer[:200].decode(errors="replace") if kind == "failed" else "another shape"
    logger.error("reading aside with %s gave %s", reader.__name__, place)
    raise SheetUnreadable("file_damaged")


@cache
def adapter(reader: Callable[..., object], name: str) -> TypeAdapter[Any]:
    """Carries an argument of a reader, or its "return", to JSON and back."""
    return TypeAdapter(get_type_hints(reader)[name])


# ── Inside ──────────────────────────────────────────────────────────────────────────────────────
@contextmanager
def _reader_at_work(seconds: int) -> Iterator[Popen[bytes]]:
    """The process; when this ends it is gone, one way or another."""
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    with Popen(READER, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=kept) as process:
        alarm = Timer(seconds, process.kill)
        alarm.start()
        try:
            yield process
        finally:
            alarm.cancel()
            process.kill()


def _question(
    reader: Callable[..., object], filename: str, told: Mapping[str, object], *, limits: Limits
) -> dict[str, object]:
    return {
        "reader": [reader.__module__, reader.__name__],
        "filename": filename,
        "asked": {
            name: adapter(reader, name).dump_python(value, mode="json")
            for name, value in told.items()
        },
        "memory": limits.memory,
        "cpu": limits.cpu,
    }


def _ask(process: Popen[bytes], question: Mapping[str, object], data: bytes) -> None:
    # One that died already does not listen: its exit code says of what.
    with suppress(BrokenPipeError), cast("IO[bytes]", process.stdin) as pipe:
        pipe.write(json.dumps(question).encode() + b"\n")
        pipe.write(data)


def _last_word(process: Popen[bytes], progress: Progress) -> tuple[str, bytes]:
    """What came at last: read, refused or failed. Raises SheetUnreadable when nothing came."""
    stream = cast("IO[bytes]", process.stdout)
    while line := stream.readline(LONGEST_ANSWER):
        kind, _, body = line.partition(b" ")
        if kind == b"done":
            progress(*map(int, body.split()))
        elif kind == b"used":
            logger.info("a file was read aside with %d KiB and %d ms", *map(int, body.split()))
        else:
            return kind.decode("ascii", "replace"), body
    raise SheetUnreadable(_FATES.get(process.wait(), "file_damaged"))
