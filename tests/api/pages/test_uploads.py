"""A workbook's round trip at the screen: tried, marked, mended, tried again, imported."""

from dataclasses import replace
from io import BytesIO

import openpyxl
import pytest
from sqlalchemy import text
from sqlmodel import Session

from api import trials
from api.desk import Taken
from templates.sheets.blanks import ROSTER_HEADER
from templates.sheets.reader import read_table
from templates.sheets.roster import ROSTER_COLUMNS
from tests.api.conftest import Enter
from tests.api.pages.person_at_screen import AtScreen
from tests.api.pages.test_life_at_the_screen import (
    CLASS,
    EXAMINER,
    FIRST,
    NEIGHBOUR,
    PROVIDER,
    Sit,
    downloads,
    imports,
    provider,
    uploads,
)
from tests.templates.sheet_builders import learner, number, roster_file

__all__ = ["provider"]

ROSTER = f"{CLASS}/roster"
OTHER_PROVIDER = "P002/provider_operator"
LI, WANG = number("19900101", 1), number("19910202", 3)


def a_roster(*names: str, broken: tuple[str, ...] = ()) -> bytes:
    """Learners by name; the broken ones have lost digits of their numbers."""
    return roster_file(
        *(
            learner("319901" if name in broken else number("19900101", 2 * place + 1), 姓名=name)
            for place, name in enumerate((*names, *broken))
        )
    )


def here(who: AtScreen) -> str:
    return str(who.page.url.path)


def enrolled(session: Session) -> int:
    session.rollback()
    return int(session.connection().execute(text("SELECT count(*) FROM enrolment")).scalar_one())


def test_a_trial_stores_nothing_and_its_report_names_each_row(
    provider: AtScreen, session: Session
) -> None:
    uploads(provider.opens(CLASS), ROSTER, a_roster("李示例", "王示例", broken=("赵示例",)))
    assert here(provider).startswith("/uploads/")
    assert "尚未保存任何内容" in provider.text
    assert "导入可用的行 (2)" in provider.text
    assert "行数 3 合格 2 已自动更正 0 待人工核定 0 不予导入 1" in provider.text
    assert enrolled(session) == 0
    assert "等待您处理" in provider.opens(CLASS).text
    said = session.connection().execute(text("SELECT count(*) FROM import_report")).scalar_one()
    assert said == 0


def test_the_workbook_comes_back_with_a_column_mended_and_goes_in(
    provider: AtScreen, session: Session
) -> None:
    uploads(provider.opens(CLASS), ROSTER, a_roster("李示例", broken=("赵示例",)))
    book = openpyxl.load_workbook(BytesIO(downloads(provider, f"{here(provider)}/marked.xlsx")))
    sheet = book.active
    assert sheet is not None
    column = sheet.max_column
    assert sheet.cell(3, column).value == "核对结果"
    assert sheet.cell(4, column).value is None
    assert "错误：" in str(sheet.cell(5, column).value)
    sheet.cell(5, 5).value = WANG
    mended = BytesIO()
    book.save(mended)
    uploads(provider, ROSTER, mended.getvalue())
    assert "导入可用的行 (2)" in provider.text
    provider.sends(f"{here(provider)}/import")
    assert "返回班级" in provider.text
    assert enrolled(session) == 2
    assert "等待您处理" not in provider.opens(CLASS).text


def test_bad_rows_are_left_out_when_one_goes_on(provider: AtScreen, session: Session) -> None:
    imports(provider.opens(CLASS), ROSTER, a_roster("李示例", broken=("赵示例", "钱示例")))
    assert enrolled(session) == 1
    place = here(provider)
    assert "共3行，已导入1行" in provider.opens(CLASS).text
    assert f'href="{place}/marked.xlsx"' in provider.page.text


def test_without_a_good_row_nobody_can_go_on(provider: AtScreen, session: Session) -> None:
    uploads(provider.opens(CLASS), ROSTER, a_roster(broken=("赵示例",)))
    assert provider.may_not_send(f"{here(provider)}/import")
    assert enrolled(session) == 0


def test_a_good_workbook_waits_for_one_press_of_the_focused_button(provider: AtScreen) -> None:
    uploads(provider.opens(CLASS), ROSTER, a_roster("李示例"))
    assert " autofocus" in provider.page.text
    uploads(provider.opens(CLASS), ROSTER, a_roster("李示例", broken=("赵示例",)))
    assert " autofocus" not in provider.page.text


def test_going_on_twice_imports_once(provider: AtScreen, session: Session) -> None:
    uploads(provider.opens(CLASS), ROSTER, a_roster("李示例"))
    action = f"{here(provider)}/import"
    form = provider.form(action).values
    answers = [provider.client.post(action, data=form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    again = form | {"idempotency_key": "another"}
    assert provider.client.post(action, data=again).status_code == 422
    reports = "SELECT count(*) FROM import_report"
    assert session.connection().execute(text(reports)).scalar_one() == 1


def test_when_another_roster_came_first_the_new_trial_is_shown(
    sit: Sit, provider: AtScreen, session: Session
) -> None:
    uploads(provider.opens(CLASS), ROSTER, a_roster("李示例"))
    colleague = sit(PROVIDER).opens(CLASS)
    imports(colleague, ROSTER, a_roster("王示例", "钱示例"))
    provider.sends(f"{here(provider)}/import")
    assert "核对之后情况有变" in provider.text
    assert enrolled(session) == 2
    provider.sends(f"{here(provider)}/import")
    assert enrolled(session) == 1


def test_when_the_stage_moved_nothing_is_imported(
    sit: Sit, provider: AtScreen, session: Session
) -> None:
    uploads(provider.opens(CLASS), ROSTER, a_roster("李示例"))
    project = CLASS.partition("/classes")[0]
    sit(FIRST).opens(project).sends(f"{project}/facts/suspended", text="现场检查")
    provider.sends(f"{here(provider)}/import")
    assert "核对之后情况有变" in provider.text
    assert enrolled(session) == 0


def test_a_page_that_shows_an_old_trial_is_refused(provider: AtScreen, session: Session) -> None:
    uploads(provider.opens(CLASS), ROSTER, a_roster("李示例"))
    provider.sends(f"{here(provider)}/import", seen="0" * 16)
    assert provider.page.status_code == 422
    assert enrolled(session) == 0


def test_an_upload_is_its_offices_alone(sit: Sit, provider: AtScreen) -> None:
    uploads(provider.opens(CLASS), ROSTER, a_roster("李示例"))
    place = here(provider)
    assert sit(PROVIDER).opens(place).page.status_code == 200
    for other in (FIRST, EXAMINER, NEIGHBOUR, OTHER_PROVIDER):
        assert sit(other).opens(place).page.status_code == 404
        assert sit(other).opens(f"{place}/marked.xlsx").page.status_code == 404
    assert provider.opens("/uploads/nobody-has-this").page.status_code == 404


def test_a_day_later_an_upload_is_gone(provider: AtScreen, session: Session) -> None:
    uploads(provider.opens(CLASS), ROSTER, a_roster("李示例"))
    place = here(provider)
    session.connection().execute(text("UPDATE upload SET expires_at = now()"))
    session.commit()
    assert provider.opens(place).page.status_code == 404
    uploads(provider.opens(CLASS), ROSTER, a_roster("王示例"))
    kept = session.connection().execute(text("SELECT count(*) FROM upload")).scalar_one()
    assert kept == 1


def test_a_trial_whose_process_died_begins_again_when_somebody_looks(
    provider: AtScreen, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploads(provider.opens(CLASS), ROSTER, a_roster("李示例"))
    place = here(provider)
    died = "UPDATE upload SET state = 'importing', result_sealed = '', done = 1, total = 9"
    session.connection().execute(text(died))
    session.commit()
    provider.opens(place)
    until_done(provider, place)
    assert "核对之后情况有变" in provider.text
    assert "导入可用的行 (1)" in provider.text


def test_a_crash_in_a_trial_is_said_on_its_page_and_stores_nothing(
    provider: AtScreen, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crashes(*_: object, **__: object) -> Taken:
        raise RuntimeError("示例")

    kind = replace(trials.KINDS["roster"], take=crashes)
    monkeypatch.setattr(trials, "KINDS", {"roster": kind})
    uploads(provider.opens(CLASS), ROSTER, a_roster("李示例"))
    assert "upload 1" in provider.text
    assert "示例" not in provider.text.partition("修改后重新上传")[0].partition("upload 1")[2]
    assert provider.may_not_send(f"{here(provider)}/import")
    assert enrolled(session) == 0


def until_done(who: AtScreen, place: str) -> None:
    """The page without scripts is asked again, as its meta refresh would."""
    for _ in range(2000):
        if 'http-equiv="refresh"' not in who.opens(place).page.text:
            return
    pytest.fail("the trial does not end")


def test_a_roster_to_correct_holds_its_learners_masked_and_goes_in_again(
    provider: AtScreen, session: Session
) -> None:
    imports(provider.opens(CLASS), ROSTER, a_roster("李示例", "王示例"))
    prefilled = downloads(provider, f"{CLASS}/roster.xlsx")
    table = read_table(prefilled, "r.xlsx", ROSTER_COLUMNS)
    assert [row.text("姓名") for row in table.rows] == ["李示例", "王示例"]
    assert all("*" in row.text("证件号码") for row in table.rows)
    book = openpyxl.load_workbook(BytesIO(prefilled))
    sheet = book.worksheets[0]
    sheet.cell(4, 2).value = "李更正"
    changed = BytesIO()
    book.save(changed)
    imports(provider.opens(CLASS), ROSTER, changed.getvalue())
    assert "已导入" in provider.text
    assert "李更正" in provider.opens(CLASS).text
    assert enrolled(session) == 2


def test_who_may_not_correct_a_roster_gets_an_empty_one(sit: Sit, provider: AtScreen) -> None:
    imports(provider.opens(CLASS), ROSTER, a_roster("李示例"))
    sheet = openpyxl.load_workbook(BytesIO(downloads(sit(FIRST), f"{CLASS}/roster.xlsx"))).active
    assert sheet is not None
    assert [cell.value for cell in sheet[3]] == list(ROSTER_HEADER)
    assert sheet.max_row == 3


def test_programs_try_a_workbook_out_too(
    provider: AtScreen, session: Session, enter: Enter
) -> None:
    client = enter(PROVIDER)
    sheet = {"file": ("花名册.xlsx", a_roster("李示例", broken=("赵示例",)))}
    at = "/projects/HP-2026-001/classes/1/roster"
    told = client.post(at, params={"trial": "true"}, files=sheet).json()
    assert (told["state"], told["rows"], told["accepted"], told["refused"]) == ("tried", 2, 1, 1)
    assert not told["imported"]
    assert enrolled(session) == 0
    marked = client.get(told["marked"].removeprefix("/api/v1"))
    assert marked.content[:2] == b"PK"
    again = client.get(f"{told['page']}")
    assert again.json()["findings"] == told["findings"]
