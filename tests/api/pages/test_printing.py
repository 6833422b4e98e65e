"""Certificates leave the house signed where it has a key, and only those that stand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import text
from sqlmodel import Session

from api.certificate_papers import particulars_of
from api.sample_offices import actors
from api.signing import SigningKeyUnusable, signer_from
from states.records import certificate_board
from states.records.certificate_board import CertificateRow
from states.settings import Settings
from templates.papers.particulars import Contested, Evaluated, Examined, Particulars
from templates.papers.signing import FIELD
from tests.api.pages.person_at_screen import AtScreen
from tests.desks import Class
from tests.house import House
from tests.templates.pdf_signatures import stands
from tests.templates.throwaway_keys import PASSWORD, Bundle, bundle, curve_key

Sit = Callable[[str], AtScreen]
CENTRE, REVIEWER = "CENTRE/centre_officer", "HP/district_reviewer"
BATCH = "/certificates/batches/2026-05-01.pdf"
SET = text("UPDATE certificate SET state = :state")


@pytest.fixture
def row(session: Session) -> CertificateRow:
    people = actors(session)
    house = House(
        district_id=people["hp-supervise"].office_id or 0, provider=people["p001"],
        first=people["hp-review-1"], second=people["hp-review-2"], examiner=people["hp-exam"],
        centre=people["centre-1"], supervisor=people["hp-supervise"],
    )  # fmt: skip
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
