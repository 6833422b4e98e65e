"""A name and a number are planted, everything is done with them, and then they are nowhere.

Everybody on the rosters of a rehearsal is a canary; a rarer one sings where things go wrong. Only
what was handed over on purpose (the hub's folder, files an officer downloads) may hold them.
"""

import base64
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from sqlmodel import Session

from api.rehearsal.client import House
from api.rehearse import rehearse
from states.records import db, secrets, vault
from states.records.classes import roster_of
from states.records.embedded import Server, running
from states.records.places import LEARNER_NUMBER
from states.rules.identity import check_digit
from states.settings import Settings
from templates.sheets.writer import Page, header, write_pages

pytestmark = pytest.mark.real

NAME = "麒麟𠮷示例"
NUMBER = "31990119880612471" + check_digit("31990119880612471")
PHONE = "19912349876"
PERMITTED = frozenset({"hub", "registry"})
"""Folders that stand for foreign systems: what is handed over there may name people."""
ROSTER = header("姓名 性别 证件类型 证件号码 户籍所在地 人员类别 联系电话")


@dataclass
class Planted:
    """What must not be found, and what was looked through."""

    words: set[str] = field(default_factory=set)
    dumps: dict[str, bytes] = field(default_factory=dict)
    shown: int = 0
    statuses: list[int] = field(default_factory=list)


def test_no_name_and_no_number_is_found_anywhere(folder: Path) -> None:
    planted = Planted({NAME, NUMBER, PHONE})

    def look(url: str) -> None:
        server = running(folder)
        assert server is not None
        who = _learners(folder, server, planted)
        _do_everything(url, planted, who)
        planted.dumps = {name: _dump(server, name) for name in ("duban", "prefect")}

    summary = rehearse(1, folder, lambda *_: None, look=look)
    assert summary.problems == []
    assert len(planted.words) >= 15
    assert planted.shown == 1
    assert {200, 409, 422} <= set(planted.statuses)
    assert max(planted.statuses) < 500
    found = {f"{word[:2]}… in {where}" for where, word in _found(folder, planted)}
    assert found == set()
    # What stands in clear is found by the same search: in a dump, in a file and in a letter.
    clear = {where for where, _ in _found(folder, Planted({"上海示例"}, planted.dumps))}
    assert "duban" in clear
    assert any(where.endswith("(read)") for where in clear)


def test_the_search_itself_finds_what_is_there(folder: Path) -> None:
    planted = Planted({NAME})
    for kind, content in {
        "log": f"… {NAME} …".encode(),
        "json": NAME.encode("ascii", "backslashreplace"),
        "gbk.csv": NAME.encode("gb18030"),
        "blob": base64.b64encode(b"xx" + NAME.encode()),
    }.items():
        (folder / kind).write_bytes(content)
    (folder / "hub").mkdir()
    (folder / "hub" / "permitted").write_text(NAME)
    assert {where for where, _ in _found(folder, planted)} == {"log", "json", "gbk.csv", "blob"}


def _learners(folder: Path, server: Server, planted: Planted) -> dict[str, int]:
    """All names and numbers of the rehearsal become canaries; answers ids for the requests."""
    settings = Settings(data_dir=folder)
    secrets.use(settings.secret_key(), settings.master_keys())
    bind = db.engine(server.url)
    with Session(bind) as session:
        class_id = session.connection().execute(text("SELECT min(id) FROM training_class")).scalar()
        learners = roster_of(session, int(class_id or 0))
        people = session.connection().execute(text("SELECT id, number_sealed FROM learner"))
        for row in people:
            planted.words.add(vault.unseal(session, LEARNER_NUMBER, row.id, row.number_sealed))
    bind.dispose()
    # A name of two common characters may stand anywhere by chance; with three it does not.
    planted.words |= {one.name for one in learners if len(one.name) > 2}
    planted.words |= {one.phone for one in learners if one.phone}
    return {"enrolment": learners[0].id}


def _do_everything(url: str, planted: Planted, who: dict[str, int]) -> None:
    """What goes wrong, and what is allowed, with a canary in every place a person could put one."""
    house = House(url)
    code = house.get(house.person("CENTRE", "auditor"), "/projects")["items"][0]["code"]
    with _signed_in(house, url, code, "provider_operator") as provider:
        _as_a_provider(provider, planted, code, who["enrolment"])
    with _signed_in(house, url, code, "district_reviewer") as district:
        for path in ("/returns/1.xlsx", f"/projects/{code}/classes/1"):
            planted.statuses.append(district.get(path).status_code)
    house.close()


def _as_a_provider(provider: httpx.Client, planted: Planted, code: str, enrolment: int) -> None:
    good = (NAME, "男", "居民身份证", NUMBER, "上海", "登记失业人员", PHONE)
    mixed = (NUMBER, NAME, NAME, NAME, NUMBER, NAME, NUMBER)
    place = f"/api/v1/projects/{code}/classes/1/roster"
    for name, rows in ((f"{NAME}.xlsx", [good]), ("x.xlsx", [mixed]), (f"{NUMBER}.csv", [])):
        sheet = write_pages(Page("花名册", ROSTER, rows)) if rows else NAME.encode()
        for how in ({}, {"trial": "true"}):
            answer = provider.post(place, files={"file": (name, sheet)}, params=how)
            planted.statuses.append(answer.status_code)
    for path in ("/projects", "/api/v1/projects", "/mailbox"):
        planted.statuses.append(provider.get(path, params={"q": NUMBER}).status_code)
    body = {"kind": "admission_decided", "enrolment_id": NUMBER, "admit": NAME, "text": NAME}
    facts = provider.post(f"/api/v1/projects/{code}/facts", json=body)
    planted.statuses.append(facts.status_code)
    looked = provider.post(
        f"/projects/{code}/classes/1/learners/{enrolment}", data={"reason": "identity"}
    )
    planted.shown += any(word in looked.text for word in planted.words)


def _signed_in(house: House, url: str, code: str, role: str) -> httpx.Client:
    """A client who speaks as somebody of this role who may see the project."""
    for office in (code.split("-", maxsplit=1)[0], "P001", "P002", "P003", "P004"):
        try:
            headers = house._headers(house.person(office, role), "")
        except KeyError:
            continue
        with httpx.Client(base_url=url, headers=headers) as trying:
            if trying.get(f"/api/v1/projects/{code}").is_success:
                return httpx.Client(base_url=url, headers=headers)
    raise AssertionError(code)


def _dump(server: Server, name: str) -> bytes:
    address = server.url if name == "duban" else server.prefect_url
    plain = re.sub(r"^postgresql\+\w+:", "postgresql:", address)
    done = subprocess.run(
        [server.seat.programs / "pg_dump", "--inserts", plain],
        check=True,
        capture_output=True,
        env={"PATH": os.defpath},
    )
    return done.stdout


def _found(folder: Path, planted: Planted) -> Iterator[tuple[str, str]]:
    patterns = {spelling: word for word in planted.words for spelling in _spellings(word)}
    anything = re.compile(b"|".join(re.escape(one) for one in patterns))
    for where, content in _everything(folder, planted):
        for hit in set(anything.findall(content)):
            yield where, patterns[hit]


def _everything(folder: Path, planted: Planted) -> Iterator[tuple[str, bytes]]:
    """Every file below the folder as it lies there, every letter read, and both dumps."""
    yield from planted.dumps.items()
    for file in folder.rglob("*"):
        inside = file.relative_to(folder)
        if file.is_file() and inside.parts[0] not in PERMITTED:
            yield str(inside), file.read_bytes()
            if inside.parts[0] == "mailbox":
                yield f"{inside} (read)", _read(file)


def _read(letter: Path) -> bytes:
    message = message_from_bytes(letter.read_bytes(), policy=policy.default)
    parts = [part.get_content() for part in message.walk() if not part.is_multipart()]
    heads = [f"{name}: {value}" for name, value in message.items()]
    return "\n".join([*heads, *map(str, parts)]).encode()


def _spellings(word: str) -> set[bytes]:
    """How a word may be written: three charsets, escaped, and inside Base64 at any offset."""
    plain = word.encode()
    coded = {base64.b64encode(b"x" * shift + plain)[4 : -4 or None] for shift in range(3)}
    escaped = {
        word.encode("ascii", "backslashreplace"),
        "".join(f"\\u{unit:04x}" for unit in _utf_16(word)).encode(),
    }
    return {plain, word.encode("gb18030"), word.encode("utf-16-le"), *coded, *escaped}


def _utf_16(word: str) -> list[int]:
    raw = word.encode("utf-16-be")
    return [int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2)]
