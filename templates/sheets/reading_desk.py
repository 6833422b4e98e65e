"""The limited process that reads one file for `reading_room` and tells it what stands there."""

import inspect
import json
import resource
import sys
import time
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from templates.sheets.grid import SheetUnreadable
from templates.sheets.reading_room import adapter

_STATUS = Path("/proc/self/status")


def main() -> None:
    """One question on standard input, then the file; answers are lines on standard output."""
    question = json.loads(sys.stdin.buffer.readline())
    _keep_within(question["memory"], question["cpu"])
    try:
        answer = _answer(question)
    except SheetUnreadable as refusal:
        answer = b"refused " + json.dumps({"code": refusal.code, **refusal.params}).encode()
    except MemoryError:
        answer = b'refused {"code": "file_needs_too_much_memory"}'
    except BaseException as error:  # noqa: BLE001 -- a panic of the parser is no Exception
        answer = b"failed " + _where(error).encode()
    _say(b"used %d %d" % (_peak_kib(), int(time.process_time() * 1000)))
    _say(answer)


def _keep_within(memory: int, cpu: int) -> None:
    """This much address space and computing; no file is written, no core is left behind."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(question: Mapping[str, Any]) -> bytes:
    """The reading as JSON. Raises SheetUnreadable, and whatever a hostile file provokes."""
    module, name = question["reader"]
    reader = getattr(import_module(module), name)
    asked = {
        key: adapter(reader, key).validate_python(value) for key, value in question["asked"].items()
    }
    if "progress" in inspect.signature(reader).parameters:
        asked["progress"] = lambda done, total: _say(b"done %d %d" % (done, total))
    reading = reader(sys.stdin.buffer.read(), question["filename"], **asked)
    return b"read " + adapter(reader, "return").dump_json(reading)


def _where(error: BaseException) -> str:
    """The kind of an error and the place in our code: never its message, which may quote a cell."""
    step, place = error.__traceback__, ""
    while step is not None:
        place = f"{Path(step.tb_frame.f_code.co_filename).name}:{step.tb_lineno}"
        step = step.tb_next
    return f"{type(error).__name__} at {place}"


def _peak_kib() -> int:
    """The most memory ever resident, 0 where the system does not tell."""
    if not _STATUS.exists():
        return 0
    lines = _STATUS.read_text("ascii", "replace").splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


def _say(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
