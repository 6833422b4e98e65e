"""Every certificate hub keeps the same promises: folder, HTTP, and the null and failing twins."""

import stat
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from pydantic import SecretStr

from flows.outside.failing import FailingHub
from flows.outside.hub import BadHubUrlError, FolderHub, HttpHub
from flows.outside.null import NullHub
from flows.outside.ports import (
    REASONS_LENGTH,
    BadBatchCodeError,
    CertificateHub,
    HubReceipt,
    HubRefusedError,
    HubUnavailableError,
)
from flows.wiring import certificate_hub
from states.settings import Settings
from tests.flows.outside.strangers import Hub, serving

CODE = "HP-2026-05-01"
ANSWER = "内部流水号,归集结果\n".encode()


@pytest.fixture
def city() -> Iterator[Hub]:
    server = Hub()
    with serving(server):
        yield server


@pytest.fixture(params=["folder", "http", "null", "failing"])
def hub(request: pytest.FixtureRequest, city: Hub, tmp_path: Path) -> CertificateHub:
    twins: dict[str, CertificateHub] = {
        "folder": FolderHub(tmp_path / "hub"),
        "http": HttpHub(city.url, "token"),
        "null": NullHub(),
        "failing": FailingHub(),
    }
    return twins[request.param]


@pytest.fixture
def answers(city: Hub, tmp_path: Path) -> Callable[[CertificateHub, bytes], None]:
    """The other side answers the batch."""

    def put(hub: CertificateHub, content: bytes) -> None:
        city.receipts[CODE] = content
        if isinstance(hub, FolderHub):
            (tmp_path / "hub" / f"{CODE}-receipt.csv").write_bytes(content)
        if isinstance(hub, NullHub):
            hub.receipts[CODE] = HubReceipt(f"{CODE}-receipt.csv", content)

    return put


def test_a_hub_takes_a_batch_once_or_says_it_is_away(
    hub: CertificateHub, city: Hub, tmp_path: Path
) -> None:
    for workbook in (b"first", b"first", b"second"):
        try:
            hub.put(CODE, workbook)
        except HubUnavailableError:
            assert isinstance(hub, FailingHub)
    if isinstance(hub, FolderHub):
        kept = [(path.name, path.read_bytes()) for path in (tmp_path / "hub").iterdir()]
        assert kept == [(f"{CODE}.xlsx", b"first")], "and nothing else is left there"
    if isinstance(hub, NullHub):
        assert hub.batches == {CODE: b"first"}
    if isinstance(hub, HttpHub):
        assert city.kept == {CODE: b"first"}
        (first, bearer), (again, _), (second, _) = city.asked
        assert first == again != second
        assert first == f"{CODE}-{sha256(b'first').hexdigest()[:16]}"
        assert bearer == "Bearer token"


def test_a_receipt_is_there_until_it_was_taken(
    hub: CertificateHub, answers: Callable[[CertificateHub, bytes], None]
) -> None:
    if isinstance(hub, FailingHub):
        with pytest.raises(HubUnavailableError):
            hub.receipt(CODE)
        return
    assert hub.receipt(CODE) is None, "a hub that knows nothing of it"
    hub.put(CODE, b"sheet")
    assert hub.receipt(CODE) is None, "a hub that has not answered yet"
    answers(hub, ANSWER)
    found = hub.receipt(CODE)
    assert found == HubReceipt(f"{CODE}-receipt.csv", ANSWER) == hub.receipt(CODE)
    hub.taken(CODE, found)
    assert hub.receipt(CODE) in (None, found), "again the same at most"
    answers(hub, b"another")
    hub.taken(CODE, found)
    later = hub.receipt(CODE)
    assert later is not None
    assert later.content == b"another", "what came meanwhile is not lost"


@pytest.mark.parametrize("code", ["", "../evil", "a/b", ".hidden", "批次", "x" * 65, "a\n"])
def test_a_hub_refuses_a_code_that_is_no_file_name(hub: CertificateHub, code: str) -> None:
    with pytest.raises(BadBatchCodeError):
        hub.put(code, b"")
    with pytest.raises(BadBatchCodeError):
        hub.receipt(code)


# ── The folder ──────────────────────────────────────────────────────────────────────────────────
def test_a_folder_keeps_the_receipts_it_gave_aside_and_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    hub = FolderHub(folder)
    hub.put(CODE, b"1")
    for content in (b"first", b"second", b"second"):
        (folder / f"{CODE}-receipt.xlsx").write_bytes(content)
        found = hub.receipt(CODE)
        assert found == HubReceipt(f"{CODE}-receipt.xlsx", content)
        hub.taken(CODE, found)
    assert sorted(path.read_bytes() for path in (folder / "done").iterdir()) == [
        b"first",
        b"second",
    ]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / f"{CODE}.xlsx").stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_written_is_an_unavailable_hub(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(HubUnavailableError):
        FolderHub(blocked).put(CODE, b"1")
    with pytest.raises(HubUnavailableError):
        FolderHub(tmp_path).taken(CODE, HubReceipt("gone", b""))


# ── HTTP ────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("status", "said", "reasons"),
    [
        (422, '{"reasons": ["第3行证件号码有误", "缺少照片"]}'.encode(),
         "第3行证件号码有误\n缺少照片"),
        (400, b"<html>", "HTTP 400"),
        (413, b'{"reasons": []}', "HTTP 413"),
        (422, b'{"reasons": ["' + b"x" * 70_000 + b'"]}', "HTTP 422"),
        (422, b'{"reasons": ["' + b"x" * 9000 + b'"]}', "x" * REASONS_LENGTH),
    ],
)  # fmt: skip
def test_a_refusal_keeps_its_words_for_people(status: int, said: bytes, reasons: str) -> None:
    server = Hub((status, said))
    with serving(server), pytest.raises(HubRefusedError) as refusal:
        HttpHub(server.url).put(CODE, b"")
    assert refusal.value.reasons == reasons
    assert str(refusal.value) == "", "nothing of it gets into a log"


@pytest.mark.parametrize("said", [b"", b"x" * 70_000, b'{"reasons": ["thanks"]}'])
def test_a_hub_that_has_the_batch_may_say_what_it_likes(said: bytes) -> None:
    server = Hub((200, said), (202, said))
    with serving(server):
        for _ in range(2):
            HttpHub(server.url).put(CODE, b"first")
    assert server.kept == {CODE: b"first"}


def test_a_repeat_of_what_is_still_in_work_is_no_refusal() -> None:
    """A hub may answer 409 while it still works on the first request with this key."""
    server = Hub((409, b'{"reasons": ["in progress"]}'), (201, b""))
    with serving(server):
        with pytest.raises(HubUnavailableError, match="HTTP 409"):
            HttpHub(server.url).put(CODE, b"first")
        HttpHub(server.url).put(CODE, b"first")
    (first, _), (again, _) = server.asked
    assert first == again
    assert server.kept == {CODE: b"first"}


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 502, 503, 302])
def test_whatever_else_it_says_the_batch_comes_again_later(status: int) -> None:
    server = Hub((status, b"x" * 70_000 if status == 500 else b""))
    with serving(server), pytest.raises(HubUnavailableError):
        HttpHub(server.url).put(CODE, b"")


@pytest.mark.parametrize("status", [401, 403, 410, 429, 500, 503, 302])
def test_a_receipt_that_cannot_be_had_is_asked_for_again(status: int) -> None:
    server = Hub((status, b""))
    with serving(server), pytest.raises(HubUnavailableError):
        HttpHub(server.url).receipt(CODE)


def test_a_receipt_is_named_by_what_it_is(city: Hub) -> None:
    city.receipts[CODE], city.kind = b"PK", "application/octet-stream"
    found = HttpHub(city.url).receipt(CODE)
    assert found is not None
    assert found.filename == f"{CODE}-receipt.xlsx"


def test_a_hub_that_is_not_there_or_too_slow_is_unavailable_and_its_address_is_not_told() -> None:
    server = Hub()
    silent = HttpHub(server.url, "secret", seconds=0.05)
    with pytest.raises(HubUnavailableError) as slow:  # it listens, and nobody serves it
        silent.put(CODE, b"")
    server.server_close()
    with pytest.raises(HubUnavailableError) as gone:
        silent.receipt(CODE)
    assert (str(slow.value), str(gone.value)) == ("ReadTimeout", "ConnectError")


@pytest.mark.parametrize("url", ["http://city.example.invalid/x", "ftp://127.0.0.1/", "city", ""])
def test_people_are_never_sent_over_an_open_line(url: str) -> None:
    with pytest.raises(BadHubUrlError):
        HttpHub(url)


def test_a_house_has_a_folder_until_an_address_is_set(city: Hub, tmp_path: Path) -> None:
    alone = certificate_hub(Settings(data_dir=tmp_path))
    alone.put(CODE, b"1")
    assert (tmp_path / "hub" / f"{CODE}.xlsx").read_bytes() == b"1"
    told = Settings(data_dir=tmp_path, hub_url=city.url, hub_token=SecretStr("hush"))
    certificate_hub(told).put(CODE, b"2")
    assert city.kept == {CODE: b"2"}
    assert city.asked[0][1] == "Bearer hush"
