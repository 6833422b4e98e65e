"""Every scanner and every register keeps the same promises: the real ones and their twins."""

import json
import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from flows.outside.clamd import ClamdScanner
from flows.outside.failing import FailingRegister, FailingScanner
from flows.outside.null import NullRegister, NullScanner
from flows.outside.ports import (
    REASONS_LENGTH,
    BadFilingKeyError,
    Filed,
    FilingAnswer,
    RegisterUnavailableError,
    Scan,
    Scanner,
    ScannerUnavailableError,
    TrainingRegister,
)
from flows.outside.register import BadRegistryUrlError, FolderRegister, HttpRegister
from tests.flows.outside.strangers import EICAR, Clamd, Register, serving

KEY = "HP-2026-001-1-1-0123abcd"


# ── Scanners ────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def clamd() -> Iterator[Clamd]:
    server = Clamd()
    with serving(server):
        yield server


@pytest.fixture(params=["clamd", "null", "failing"])
def scanner(request: pytest.FixtureRequest, clamd: Clamd) -> Scanner:
    twins: dict[str, Scanner] = {
        "clamd": ClamdScanner(clamd.address),
        "null": NullScanner(),
        "failing": FailingScanner(),
    }
    return twins[request.param]


@pytest.mark.parametrize("content", [b"", b"x", EICAR, b"x" * 200_000])
def test_a_scanner_gives_the_same_verdict_again_or_says_it_is_away(
    scanner: Scanner, content: bytes
) -> None:
    if isinstance(scanner, FailingScanner):
        with pytest.raises(ScannerUnavailableError):
            scanner.scan(content)
        return
    assert scanner.scan(content) is scanner.scan(content)
    assert (scanner.scan(content) is Scan.INFECTED) is (
        EICAR in content and isinstance(scanner, ClamdScanner)
    )


def test_clamd_sees_the_whole_file(clamd: Clamd) -> None:
    content = bytes(range(256)) * 1000
    assert ClamdScanner(clamd.address).scan(content) is Scan.CLEAN
    assert clamd.seen == [content]


@pytest.mark.parametrize("said", [b"INSTREAM size limit exceeded. ERROR", b"\0", b"?" * 9000])
def test_an_answer_without_a_verdict_is_no_verdict(said: bytes) -> None:
    server = Clamd(said)
    with serving(server), pytest.raises(ScannerUnavailableError):
        ClamdScanner(server.address).scan(b"x")


def test_a_daemon_that_is_not_there_is_unavailable() -> None:
    server = Clamd()
    server.server_close()
    with pytest.raises(ScannerUnavailableError, match="ConnectionRefusedError"):
        ClamdScanner(server.address).scan(b"x")


# ── Registers ───────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def city() -> Iterator[Register]:
    server = Register()
    with serving(server):
        yield server


@pytest.fixture(params=["http", "folder", "null", "failing"])
def register(request: pytest.FixtureRequest, city: Register, tmp_path: Path) -> TrainingRegister:
    twins: dict[str, TrainingRegister] = {
        "http": HttpRegister(city.url, "token"),
        "folder": FolderRegister(tmp_path / "registry"),
        "null": NullRegister(),
        "failing": FailingRegister(),
    }
    return twins[request.param]


def test_a_register_gives_a_repeat_the_same_answer_or_says_it_is_away(
    register: TrainingRegister, city: Register, tmp_path: Path
) -> None:
    if isinstance(register, FailingRegister):
        with pytest.raises(RegisterUnavailableError):
            register.file(KEY, b"first")
        return
    first = register.file(KEY, b"first")
    assert register.file(KEY, b"first") == first
    assert first.outcome in {Filed.REGISTERED, Filed.LEFT}
    if isinstance(register, HttpRegister):
        assert city.kept == {KEY: b"first"}
    if isinstance(register, FolderRegister):
        assert (tmp_path / "registry" / f"{KEY}.xlsx").read_bytes() == b"first"


@pytest.mark.parametrize("key", ["", "../evil", "a/b", "班", "x" * 65, "a\r\nb: c"])
def test_a_register_refuses_a_key_that_is_no_name(register: TrainingRegister, key: str) -> None:
    with pytest.raises(BadFilingKeyError):
        register.file(key, b"")


def test_the_city_answers_with_a_number_and_its_day(city: Register) -> None:
    answer = HttpRegister(city.url, "secret").file(KEY, b"sheet")
    assert answer == FilingAnswer(Filed.REGISTERED, "SH-0001", date(2026, 4, 9))
    assert city.asked == [(KEY, "Bearer secret")]


@pytest.mark.parametrize(
    ("status", "said", "outcome", "reasons"),
    [
        (202, {}, Filed.PENDING, ""),
        (422, {"reasons": ["第3行证件号码有误", "缺少教师"]}, Filed.REFUSED,
         "第3行证件号码有误\n缺少教师"),
        (400, b"<html>", Filed.REFUSED, ""),
        (422, {"reasons": ["长" * 9000]}, Filed.REFUSED, "长" * REASONS_LENGTH),
    ],
)  # fmt: skip
def test_the_city_may_wait_or_refuse(
    status: int, said: object, outcome: Filed, reasons: str
) -> None:
    server = Register((status, said))
    with serving(server):
        answer = HttpRegister(server.url).file(KEY, b"")
    assert (answer.outcome, answer.reasons) == (outcome, reasons)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, {}), (404, {}), (409, {}), (429, {}), (500, {}), (503, {}), (302, {}),
        (200, b"no json"), (200, []), (200, {"number": "SH-1"}), (200, {"number": ""}),
        (200, {"number": "SH-1", "registered_on": "soon"}),
        (200, {"number": "n" * 121, "registered_on": "2026-04-09"}),
        (200, {"number": "SH\n1", "registered_on": "2026-04-09"}),
        (200, b'{"number": "' + b"1" * 70_000),
        (422, b"x" * 70_000),
    ],
)  # fmt: skip
def test_whatever_else_it_says_the_class_comes_again_later(status: int, said: object) -> None:
    server = Register((status, said))
    with serving(server), pytest.raises(RegisterUnavailableError):
        HttpRegister(server.url).file(KEY, b"")


def test_a_city_that_is_not_there_is_unavailable_and_nothing_is_told_of_the_address() -> None:
    server = Register()
    server.server_close()
    with pytest.raises(RegisterUnavailableError) as trouble:
        HttpRegister(server.url, "secret").file(KEY, b"")
    assert str(trouble.value) == "ConnectError"


@pytest.mark.parametrize("url", ["http://city.example.invalid/x", "ftp://127.0.0.1/", "city", ""])
def test_people_are_never_sent_over_an_open_line(url: str) -> None:
    with pytest.raises(BadRegistryUrlError):
        HttpRegister(url)


def test_a_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    FolderRegister(tmp_path / "registry").file("a", b"1")
    for path in (tmp_path / "registry", tmp_path / "registry" / "a.xlsx"):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077


def test_a_folder_that_cannot_be_written_is_an_unavailable_register(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text(json.dumps("in the way"))
    with pytest.raises(RegisterUnavailableError):
        FolderRegister(blocked).file("a", b"1")
