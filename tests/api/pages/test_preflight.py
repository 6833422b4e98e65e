"""Before the button: who would be numbered, who not; after the receipt: its lists (E50)."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlmodel import Session

from api.sample_offices import actors
from states.records import candidates, certificate_board, refusals, vault
from states.records.places import ENROLMENT_NAME
from states.records.tables import CertificateBatch, Enrolment
from states.rules.routes import Route
from tests.api.pages.person_at_screen import AtScreen
from tests.api.reported import a_house_of_the_sample, a_reported_class
from tests.city import City
from tests.desks import Class, ReceiptRow
from tests.route_house import Contest, Organised
from tests.states.records.test_case_batches import answers
from tests.states.records.test_case_batches import batch_of as batch_of_contest

Sit = Callable[[str], AtScreen]
CENTRE = "CENTRE/centre_officer"
NOBODYS = "\U00031350"


@pytest.fixture
def life(session: Session) -> Class:
    return a_reported_class(session)


def batch_of(life: Class) -> CertificateBatch:
    found = life.session.get_one(CertificateBatch, life.batch())
    life.session.commit()
    return found


def test_the_page_says_before_the_button_what_a_batch_would_hold(sit: Sit, life: Class) -> None:
    page = sit(CENTRE).opens("/certificates")
    assert "下一批证书预检 4 将编号 4" in page.text
    assert "证件、姓名、等级、测评和汇总均符合要求" in page.text
    assert "办理后技能比武占比" in page.text
    assert "取得编号后2026年计入4人（现0人，本批新增4人）" in page.text
    english = page.opens("/certificates?lang=en").text
    assert "What the next batch would hold 4" in english


def test_who_stays_out_is_named_with_what_to_do(sit: Sit, life: Class) -> None:
    (passer, *_) = candidates.waiting(life.session, Route.TRAINING, None)
    row = life.session.get_one(Enrolment, passer.enrolment_id)
    row.name_sealed = vault.seal(life.session, ENROLMENT_NAME, row.id, f"张{NOBODYS}")
    life.session.commit()
    page = sit(CENTRE).opens("/certificates")
    assert "将编号 3" in page.text
    assert "编号并生成批次 (3)" in page.text
    assert "不进本批 1" in page.text
    assert f"姓名中的“{NOBODYS} (U+31350)”" in page.text
    assert "请管理员在字体文件夹中加入含该字的字体" in page.text
    assert 'href="/projects/HP-2026-001/classes/1"' in page.page.text


def test_whoever_makes_no_batches_sees_no_preview(sit: Sit, life: Class) -> None:
    page = sit("HP/district_reviewer").opens("/certificates")
    assert "下一批证书预检" not in page.text, "no contest waits"


def test_E50_the_receipt_shows_its_lists_and_the_owner_what_came_back(  # noqa: N802
    sit: Sit, life: Class
) -> None:
    batch = batch_of(life)
    first, second, third, _ = certificate_board.batch_rows(life.session, batch.id)
    life.answered(
        batch.id,
        ReceiptRow(3, first.serial, certificate_number="YB1"),
        ReceiptRow(4, second.serial, certificate_number="YB2"),
        ReceiptRow(5, third.serial, accepted=False, reason="照片不符"),
        ReceiptRow(6, "AIP-2026-999999", certificate_number="YB9"),
    )
    life.session.commit()
    page = sit(CENTRE).opens(f"/certificates/batches/{batch.code}")
    for said in ("已归集，有编号 2", "退回，有原因 1", "回执中缺少 1", "不属于本批 1"):
        assert said in page.text
    project = sit("P001/provider_operator").opens("/projects/HP-2026-001")
    assert f"{third.serial} 张*例 · 照片不符" in project.text


def test_a_batch_that_the_hub_refused_shows_its_words(sit: Sit, life: Class) -> None:
    batch = batch_of(life)
    words = "第3行证件号码有误\n缺少照片"
    refusals.keep_batch(life.session, batch.id, sha256="5" * 64, words=words, at=life.at)
    life.session.commit()
    page = sit(CENTRE).opens(f"/certificates/batches/{batch.code}")
    assert "归集系统未接收整批证书。" in page.text
    assert "第3行证件号码有误 缺少照片" in page.text
    assert life.session.execute(text("SELECT count(*) FROM import_report")).scalar_one()
    life.receipt(batch.id)
    life.session.commit()
    assert "归集系统未接收整批证书" not in page.opens(f"/certificates/batches/{batch.code}").text


def test_E50_the_organiser_sees_what_came_back_of_a_contest(sit: Sit, session: Session) -> None:  # noqa: N802
    told = Organised(a_house_of_the_sample(session), actors(session)["contest-1"])
    here = told.house.district_id
    City(session, told.house, here, here).gives(Route.EVALUATION, 20, here)
    contest = Contest(session, told).held(*range(1000, 900, -10))
    contest.confirmed(contest.house.second)
    batch = batch_of_contest(contest)
    answers(contest, batch, refused=1)
    last = certificate_board.batch_rows(session, batch)[-1]
    session.commit()
    page = sit("ORG1/contest_organiser").opens(f"/contests/{contest.case().code}")
    assert "归集被退回 1" in page.text
    assert f"{last.serial} 选*5 · 照片不符" in page.text
    english = page.opens(f"/contests/{contest.case().code}?lang=en").text
    assert "Refused by aggregation 1" in english


def test_the_button_numbers_whom_the_page_promised(sit: Sit, life: Class) -> None:
    (passer, *_) = candidates.waiting(life.session, Route.TRAINING, None)
    row = life.session.get_one(Enrolment, passer.enrolment_id)
    row.name_sealed = vault.seal(life.session, ENROLMENT_NAME, row.id, f"张{NOBODYS}")
    life.session.commit()
    page = sit(CENTRE).opens("/certificates").sends("/certificates/batches")
    assert "0 / 3 · 0.0%" in page.text, "three are in the batch"
    assert "不进本批 1" in page.opens("/certificates").text


def test_a_refused_name_is_corrected_on_the_page_of_the_certificate(sit: Sit, life: Class) -> None:
    batch = batch_of(life)
    wrong = certificate_board.batch_rows(life.session, batch.id)[0]
    life.receipt(batch.id, refused=(wrong.serial,))
    life.session.commit()
    here = f"/certificates/{wrong.serial}"
    page = sit(CENTRE).opens(f"{here}/history")
    assert "证件号码即人员身份，有误的不能在此更正" in page.text
    page.sends(f"{here}/changes", kind="correct", name="章示例", reason="登记有误")
    assert page.may_not_send(f"{here}/changes/1"), "another person decides"
    page = sit(f"{CENTRE}/1").opens(f"{here}/history")
    assert "更正姓名 章示例" in page.text
    page.sends(page_change(page), decision="agree")
    assert "更正姓名 张示例 → 章示例" in page.text
    assert "列入下一批" in page.text
    english = page.opens(f"{here}/history?lang=en").text
    assert "A wrong document number is not corrected here" in english


def page_change(page: AtScreen) -> str:
    """Where the form of the only open change goes."""
    return (
        page.page.text.partition("/changes/")[0].rpartition('"')[2]
        + "/changes/"
        + (page.page.text.partition("/changes/")[2].partition('"')[0])
    )


def test_what_came_back_is_given_up_on_the_page_of_the_certificate(sit: Sit, life: Class) -> None:
    batch = batch_of(life)
    wrong = certificate_board.batch_rows(life.session, batch.id)[0]
    words = "证件号码有误"
    refusals.keep_batch(life.session, batch.id, sha256="5" * 64, words=words, at=life.at)
    life.session.commit()
    page = sit(CENTRE).opens(f"/certificates/batches/{batch.code}")
    assert "更正姓名或放弃" in page.text
    here = f"/certificates/{wrong.serial}"
    page.opens(f"{here}/history").sends(f"{here}/drop", reason=words)
    assert "证书已放弃" in page.text
    assert page.may_not_send(f"{here}/drop")
