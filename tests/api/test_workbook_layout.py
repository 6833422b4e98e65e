"""The workbook of a batch leaves by the layout of this installation, at every door."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlmodel import Session

from api.main import create_app
from api.run import run
from states.records import certificate_board, chain
from states.records.folder import kept_port
from states.settings import Settings
from templates.sheets.aggregation import UnusableLayout
from templates.sheets.aggregation_rows import aggregation_row
from tests.api.reported import a_reported_class
from tests.desks import Class

Enter = Callable[[str], TestClient]
PAGE = "http://127.0.0.1:8000/certificates/batches/2026-06-01.xlsx"
OWN = """
sheet = "Sheet1"
source = "沪人社示例 2026"
columns = [
    { field = "internal_serial", title = "流水号" },
    { field = "issued_on", title = "发证日", format = "yyyy年m月d日" },
    { field = "photo", title = "照片", required = REQUIRED },
]
"""


@pytest.fixture(params=["false"])
def settings(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Settings:
    """An office that knows the real template."""
    file = tmp_path / "own.toml"
    file.write_text(OWN.replace("REQUIRED", request.param), "utf-8")
    return settings.model_copy(update={"aggregation_layout": file})


@pytest.fixture
def life(session: Session) -> Iterator[Class]:
    made = a_reported_class(session)
    made.batch()
    session.commit()
    yield made
    session.rollback()


def test_page_and_program_get_the_offices_own_columns(enter: Enter, life: Class) -> None:
    centre = enter("CENTRE/centre_officer")
    for address in (PAGE, "/batches/2026-06-01/workbook.xlsx"):
        book = openpyxl.load_workbook(BytesIO(centre.get(address).content))
        header, first, *_ = book["Sheet1"].iter_rows(values_only=True)
        assert header == ("流水号", "发证日", "照片")
        assert first[0] == "AIP-2026-000001"
        assert "年" in str(first[1])


@pytest.mark.parametrize("settings", ["true"], indirect=True)
def test_a_column_that_must_be_filled_stops_the_workbook_in_words(
    enter: Enter, life: Class, session: Session
) -> None:
    centre = enter("CENTRE/centre_officer")
    answer = centre.get("/batches/2026-06-01/workbook.xlsx")
    assert (answer.status_code, answer.json()["code"]) == (422, "workbook_incomplete")
    assert "“照片”列" in answer.json()["sentence"]["zh"]
    assert "AIP-2026-000001、AIP-2026-000002" in answer.json()["sentence"]["zh"]
    assert centre.get(PAGE).status_code == 422
    left = text("SELECT count(*) FROM ledger WHERE name = 'personal_data_exported'")
    assert session.execute(left).scalar() == 0


def test_a_successor_names_the_one_that_it_replaces(life: Class, session: Session) -> None:
    batch = session.execute(text("SELECT id FROM certificate_batch")).scalar_one()
    life.receipt(batch)
    old = certificate_board.batch_rows(session, batch)[0]
    asked = chain.ask(
        session, old.id, chain.REPLACE, reason="证书遗失", actor=life.house.centre, at=life.at
    )
    other = replace(life.house.centre, person_id=life.house.first.person_id)
    chain.decide(session, old.id, asked, agree=True, actor=other, at=life.at)
    (new,) = certificate_board.batch_rows(session, life.batch() or 0)
    assert aggregation_row(old).note == ""
    note = f"替换原证书：证书编号 {old.number}，内部流水号 {old.serial}"
    assert aggregation_row(new).note == note


def test_a_layout_with_a_flaw_is_said_at_the_start_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "flawed.toml"
    file.write_text(OWN.replace("REQUIRED", '"perhaps"'), "utf-8")
    told = Settings(data_dir=tmp_path, port=kept_port(tmp_path, "web"), aggregation_layout=file)
    assert run(told) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "DUBAN_AGGREGATION_LAYOUT flawed.toml: columns.3.required" in said


def test_a_web_with_such_a_layout_does_not_start(settings: Settings, tmp_path: Path) -> None:
    missing = settings.model_copy(update={"aggregation_layout": tmp_path / "absent.toml"})
    with pytest.raises(UnusableLayout), TestClient(create_app(missing)):
        pass
