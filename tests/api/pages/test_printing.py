"""Certificates leave the house signed where it has a key, and only those that stand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import text
from sqlmodel import Session

from api.certificate_papers import Printer, particulars_of
from api.deps import COOKIE
from api.sample_offices import actors
from api.signing import SigningKeyUnusable, signer_from
from states.errors import BadInput
from states.records import certificate_board, vault
from states.records.certificate_board import CertificateRow
from states.records.places import CERTIFICATE_NAME
from states.rules.identity import mask_number
from states.settings import Settings
from templates.papers.particulars import Contested, Evaluated, Examined, Particulars
from templates.papers.signing import FIELD
from tests.api.pages.person_at_screen import AtScreen
from tests.desks import Class
from tests.house import sample_house
from tests.templates.pdf_signatures import stands
from tests.templates.test_papers import pages
from tests.templates.throwaway_keys import PASSWORD, Bundle, bundle, curve_key

Sit = Callable[[str], AtScreen]
CENTRE, REVIEWER = "CENTRE/centre_officer", "HP/district_reviewer"
BATCH = "/certificates/batches/2026-06-01.pdf"
SET = text("UPDATE certificate SET state = :state")
ACCEPT = text("UPDATE certificate SET state = 'accepted', number = 'YB' || serial")
RENAME = text("UPDATE certificate SET name_sealed = :name WHERE id = :id")
RESEAL = text("UPDATE certificate SET provider_name = :name WHERE id = :id")
EXPORTS = text("""
SELECT about, detail, project_id FROM ledger WHERE name = 'personal_data_exported' ORDER BY id
""")


@pytest.fixture
def row(session: Session) -> CertificateRow:
    people = actors(session)
    house = sample_house(people)
    life = Class(session, house).reported()
    batch = life.batch() or 0
    session.commit()
    return certificate_board.batch_rows(session, batch)[0]


@pytest.fixture
def officer(sit: Sit, row: CertificateRow) -> AtScreen:
    return sit(CENTRE)


def configured(settings: Settings, folder: Path, made: Bundle) -> Settings:
    file = folder / "signing.p12"
    file.write_bytes(made.pkcs12)
    told = {"signing_key": file, "signing_password": SecretStr(PASSWORD)}
    return settings.model_copy(update=told)


def test_one_certificate_and_a_whole_batch_are_signed(
    app: FastAPI, settings: Settings, officer: AtScreen, tmp_path: Path, *, row: CertificateRow
) -> None:
    trusted = bundle(curve_key())
    app.state.signer = signer_from(configured(settings, tmp_path, trusted))
    for address in (f"/certificates/{row.serial}.pdf", BATCH):
        assert stands(officer.opens(address).page.content, trusted, tmp_path)


def test_without_a_key_nothing_pretends_to_be_signed(
    officer: AtScreen, row: CertificateRow
) -> None:
    pdf = officer.opens(f"/certificates/{row.serial}.pdf").page.content
    assert pdf.startswith(b"%PDF")
    assert b"/ByteRange" not in pdf
    assert f"({FIELD})".encode() not in pdf


def test_an_expired_key_prints_nothing_and_says_why(
    app: FastAPI, settings: Settings, officer: AtScreen, tmp_path: Path, *, row: CertificateRow
) -> None:
    app.state.signer = signer_from(configured(settings, tmp_path, bundle(curve_key(), days=-1)))
    answer = officer.opens(f"/certificates/{row.serial}.pdf").page
    assert answer.status_code == 503
    assert "签名密钥的证书已过期" in answer.text


@pytest.mark.parametrize("state", ["dropped", "revoked", "replaced"])
def test_what_is_void_is_not_printed_again(
    officer: AtScreen, session: Session, row: CertificateRow, state: str
) -> None:
    session.connection().execute(SET, {"state": state})
    session.commit()
    assert officer.opens(f"/certificates/{row.serial}.pdf").page.status_code == 422
    assert "不能打印" in officer.text
    assert officer.opens(BATCH).page.status_code == 404


def acts_noted(session: Session) -> list[tuple[str, str, int]]:
    """Who is written down as having taken what out: the act, what it is about, how many."""
    rows = session.connection().execute(EXPORTS)
    return [(row.about, row.detail["sheet"], row.detail["rows"]) for row in rows]


@pytest.mark.parametrize("door", ["", "/api/v1"])
def test_a_whole_number_on_paper_is_for_the_permitted_and_in_the_ledger(
    sit: Sit, session: Session, row: CertificateRow, door: str
) -> None:
    address = f"{door}/certificates/{row.serial}.pdf"
    seen = [sit(who).opens(address).page for who in (f"{CENTRE}/1", REVIEWER)]
    for masked in seen:
        assert row.document_number not in pages(masked.content)[0]
        assert mask_number(row.document_number) in pages(masked.content)[0]
    assert acts_noted(session) == []
    whole = sit(CENTRE).opens(address).page
    assert row.document_number in pages(whole.content)[0]
    assert acts_noted(session) == [(f"certificate/{row.id}", "certificates", 1)]
    (kept,) = session.connection().execute(EXPORTS)
    assert kept.detail["sha256"] == sha256(whole.content).hexdigest()
    assert kept.project_id == row.project_id


NOBODYS = "\U00031350"
"""A character of extension H, which no font here has."""


def is_called(session: Session, row: CertificateRow, name: str) -> None:
    sealed = vault.seal(session, CERTIFICATE_NAME, row.id, name)
    session.connection().execute(RENAME, {"id": row.id, "name": sealed})
    session.commit()


@pytest.mark.parametrize("part", ["name", "sealer"])
def test_what_no_font_has_is_refused_in_words_that_name_the_certificate_and_not_the_person(
    sit: Sit, officer: AtScreen, session: Session, row: CertificateRow, *, part: str
) -> None:
    if part == "name":
        is_called(session, row, f"王{NOBODYS}")
    else:
        session.connection().execute(RESEAL, {"id": row.id, "name": f"上海示例{NOBODYS}学校"})
        session.commit()
    for address in (f"/certificates/{row.serial}.pdf", BATCH):
        assert officer.opens(address).page.status_code == 422
        assert f"证书 {row.serial} 上有" in officer.text
        assert "U+31350" in officer.text
        assert "王" not in officer.text
    answer = sit(CENTRE).opens(f"/api/v1/certificates/{row.serial}.pdf").page
    assert (answer.status_code, answer.json()["code"]) == (422, "certificate_unprintable")
    assert acts_noted(session) == [], "nothing left the house"


def test_the_title_of_a_contest_is_looked_at_too(row: CertificateRow) -> None:
    contest = replace(
        row, route="skills_contest", case_title=f"示例{NOBODYS}比武", held_on=DAY, name="示例"
    )
    printing = Printer("http://127.0.0.1:8000", sample=True, signer=None)
    with pytest.raises(BadInput) as refused:
        printing.many([contest, replace(contest, serial="AIP-2026-999999", case_title="比武")])
    assert refused.value.params["serials"] == row.serial


def test_many_unprintable_ones_are_named_by_the_first_ten(row: CertificateRow) -> None:
    rows = [replace(row, serial=f"S-{place}", provider_name="\x07") for place in range(12)]
    printing = Printer("http://127.0.0.1:8000", sample=True, signer=None)
    with pytest.raises(BadInput) as refused:
        printing.many(rows)
    serials = "、".join(f"S-{place}" for place in range(10))
    assert refused.value.params["serials"] == f"{serials}…"
    assert refused.value.params["characters"] == "U+0007", "it is named, and not said"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (f"张{NOBODYS}", "U+31350"), ("张\n示例", "U+000A"), ("张\x07示例", "U+0007"),
        ("张\u202e示例", "U+202E"), ("张\u200b示例", "U+200B"),
    ],
)  # fmt: skip
def test_a_name_is_corrected_only_to_one_that_can_be_printed(
    officer: AtScreen, session: Session, row: CertificateRow, name: str, *, told: str
) -> None:
    session.connection().execute(ACCEPT)
    session.commit()
    asked = {"kind": "correct", "reason": "姓名有误", "name": name}
    home, ask = f"/certificates/{row.serial}/history", f"/certificates/{row.serial}/changes"
    refused = officer.opens(home).sends(ask, **asked)
    assert refused.page.status_code == 422
    assert told in refused.text
    token = officer.client.cookies[COOKIE]
    headers = {"authorization": f"Bearer {token}"}
    answer = officer.client.post(f"/api/v1{ask}", json=asked, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "name_unprintable")
    assert told in answer.json()["sentence"]["en"]
    good = officer.client.post(
        f"/api/v1{ask}", json=asked | {"name": " 张𠮷·示例 "}, headers=headers
    )
    assert good.status_code == 201


DAY = date(2026, 6, 3)


@pytest.mark.parametrize(
    ("told", "printed"),
    [
        (
            {
                "route": "skill_level_evaluation", "kind": "ai_trainer_skill_level",
                "source_number": "S000031000001263000001", "evaluated_on": DAY,
            },
            Evaluated("人工智能训练师技能等级评价", "S000031000001263000001", DAY),
        ),
        (
            {
                "route": "university_it_exam", "kind": "grade_3", "result": "excellent",
                "case_year": 2026,
            },
            Examined(2026, "", "三级", "优秀"),
        ),
        (
            {
                "route": "skills_contest", "case_title": "示例技能比武", "held_on": DAY,
                "provider_name": "上海示例行业协会",
            },
            Contested("示例技能比武", "上海示例行业协会", DAY),
        ),
    ],
)  # fmt: skip
def test_what_the_records_hold_is_what_the_paper_of_a_route_says(
    row: CertificateRow, told: dict[str, Any], printed: Particulars
) -> None:
    assert particulars_of(replace(row, **told)) == printed
    lacking = {name: None for name in told if name in {"evaluated_on", "case_year", "held_on"}}
    with pytest.raises(LookupError, match="lacks"):
        particulars_of(replace(row, **{**told, **lacking}))


@pytest.mark.parametrize("password", [None, SecretStr("guessed")])
def test_a_key_that_does_not_open_is_said_at_the_start(
    settings: Settings, tmp_path: Path, password: SecretStr | None
) -> None:
    told = configured(settings, tmp_path, bundle(curve_key()))
    with pytest.raises(SigningKeyUnusable, match="DUBAN_SIGNING_KEY"):
        signer_from(told.model_copy(update={"signing_password": password}))
    with pytest.raises(SigningKeyUnusable, match="absent"):
        signer_from(told.model_copy(update={"signing_key": tmp_path / "absent.p12"}))
