"""The four routes through the JSON door, each down to what the public page says at its end."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from api.pages import contest_form
from states.records import clock
from states.records.tables import Certificate
from templates.sheets.contest_results import Contest
from templates.sheets.contest_samples import sample_results
from templates.sheets.passer_lists import sample_evaluation, sample_exam
from templates.sheets.receipt import write_receipt_sample
from tests.api.reported import a_reported_class

Enter = Callable[[str], TestClient]
Answer = dict[str, Any]

FIRST, SECOND = "HP/district_reviewer", "HP/district_reviewer/1"
CENTRE, CENTRE_TOO = "CENTRE/centre_officer", "CENTRE/centre_officer/1"
EVALUATOR, EVALUATOR_TOO = "E001/evaluation_officer", "E001/evaluation_officer/1"
EXAMS, EXAMS_TOO = "EXAMS/exam_officer", "EXAMS/exam_officer/1"
ORGANISER = "ORG1/contest_organiser"
TODAY = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def reported(enter: Enter, session: Session) -> None:
    """A class of six was reported: four passed. Today is 1 June 2026."""
    a_reported_class(session)


def sheet(data: bytes) -> dict[str, Any]:
    return {"files": {"file": ("名单.xlsx", data)}}


def done(response: Any, status: int = 200) -> Any:  # noqa: ANN401  an answer
    assert response.status_code == status, response.text
    return response.json()


def collects(uploader: TestClient) -> Answer:
    """The uploader's people are numbered, and the city accepts them all."""
    batch = done(uploader.post("/batches"), 201)
    book = uploader.get(f"/batches/{batch['code']}/workbook.xlsx")
    assert openpyxl.load_workbook(BytesIO(book.content)).sheetnames
    receipt = sheet(write_receipt_sample(book.content))
    told = done(uploader.post(f"/batches/{batch['code']}/receipt", **receipt))
    assert (told["accepted"], told["refused"], told["findings"]) == (batch["certificates"], 0, [])
    again = done(uploader.post(f"/batches/{batch['code']}/receipt", **receipt))
    assert (again["accepted"], again["unchanged"]) == (0, batch["certificates"])
    found: Answer = done(uploader.get(f"/batches/{batch['code']}"))
    assert found["state"] == "answered"
    return found


def seen_by_anybody(session: Session, uploader: TestClient, batch: Answer) -> Answer:
    """What the public look-up says of the first certificate of a batch."""
    one = done(uploader.get(f"/batches/{batch['code']}/certificates"))[0]
    assert uploader.get(f"/certificates/{one['serial']}.pdf").content[:4] == b"%PDF"
    session.expire_all()
    row = session.exec(select(Certificate).where(Certificate.serial == one["serial"])).one()
    found: Answer = done(uploader.get(f"/verify/{row.verify_token}"))
    assert (found["serial"], found["number"]) == (one["serial"], one["number"])
    assert "*" in found["masked_name"] or "＊" in found["masked_name"]
    return found


def a_confirmed_list(place: str, data: bytes, *, first: TestClient, second: TestClient) -> str:
    handed_in = done(first.post(f"/{place}", data={"title": "五月通过名单"}, **sheet(data)), 201)
    code = str(handed_in["outcome"]["code"])
    seen = {"sheet_sha256": handed_in["sheet_sha256"]}
    if handed_in["accepted"] < handed_in["rows"]:
        left_out = {"fact": {"kind": "rows_left_out", **seen}}
        done(first.post(f"/{place}/{code}/facts", json=left_out))
    confirmed = {"fact": {"kind": "list_confirmed", **seen}}
    assert first.post(f"/{place}/{code}/facts", json=confirmed).status_code == 409, "four eyes"
    assert done(second.post(f"/{place}/{code}/facts", json=confirmed))["stage"] == "confirmed"
    return code


def test_training_ends_in_a_certificate_that_stands(enter: Enter, session: Session) -> None:
    centre = enter(CENTRE)
    found = seen_by_anybody(session, centre, collects(centre))
    assert (found["state"], found["level"], found["stands"]) == ("valid", "basic", True)
    assert found["provider"] == "上海示例职业技能培训学校"
    assert done(centre.get("/projects/HP-2026-001"))["stage"] == "certified"


def test_an_evaluation_ends_in_an_advanced_certificate(enter: Enter, session: Session) -> None:
    first, second = enter(EVALUATOR), enter(EVALUATOR_TOO)
    data = sample_evaluation(TODAY, 8, year=2026, seed=1, districts=("黄浦区",))
    code = a_confirmed_list("evaluations", data, first=first, second=second)
    batch = collects(first)
    assert batch["route"] == "skill_level_evaluation"
    found = seen_by_anybody(session, first, batch)
    assert (found["state"], found["level"]) == ("valid", "advanced")
    assert done(first.get(f"/evaluations/{code}"))["stage"] == "collected"
    assert second.get("/batches").json() == first.get("/batches").json() != []
    assert enter(EXAMS).get(f"/batches/{batch['code']}").status_code == 404


def test_an_exam_ends_in_the_level_that_was_printed(enter: Enter, session: Session) -> None:
    first, second = enter(EXAMS), enter(EXAMS_TOO)
    data = sample_exam(TODAY, 8, year=2026, seed=1)
    code = a_confirmed_list("exams", data, first=first, second=second)
    found = seen_by_anybody(session, first, collects(first))
    assert found["state"] == "valid"
    assert found["inscription"] == "上海市人力资源和社会保障局、上海市教育委员会监制"
    assert done(first.get(f"/exams/{code}"))["stage"] == "collected"


def test_a_contest_ends_in_certificates_with_the_organisers_seal(
    enter: Enter, session: Session
) -> None:
    collects(enter(CENTRE))
    organiser, first, second = enter(ORGANISER), enter(FIRST), enter(SECOND)
    day = TODAY + timedelta(days=3)
    filing = {**contest_form.example(TODAY, "contest-2026").values, "held_on": day.isoformat()}
    filed = {"district": "HP", "filing": filing}
    code = done(organiser.post("/contests", json=filed), 201)["code"]
    accepted = {"kind": "filing_accepted", "number": "JS-2026-07"}
    assert done(first.post(f"/contests/{code}/facts", json=accepted))["stage"] == "accepted"
    clock.move(session, by=timedelta(days=4))
    session.commit()
    contest = Contest(code, "JS-2026-07", "上海示例行业协会", day)
    data = sample_results(contest, 3, seed=1)
    told = done(organiser.post(f"/contests/{code}/results", **sheet(data)))
    assert told["imported"], told
    assert told["outcome"]["stage"] == "held"
    seen = done(second.get(f"/contests/{code}"))["cut"]["sheet_sha256"]
    confirmed = {"kind": "results_confirmed", "sheet_sha256": seen}
    done(second.post(f"/contests/{code}/facts", json=confirmed))
    found = seen_by_anybody(session, first, collects(first))
    assert (found["state"], found["level"]) == ("valid", "basic")
    assert found["provider"] == "上海示例行业协会"
    assert done(organiser.get(f"/contests/{code}"))["stage"] == "collected"


def test_a_certificate_is_corrected_by_two_and_the_public_page_says_so(
    enter: Enter, session: Session
) -> None:
    centre, other = enter(CENTRE), enter(CENTRE_TOO)
    batch = collects(centre)
    one = done(centre.get(f"/batches/{batch['code']}/certificates"))[0]
    here = f"/certificates/{one['serial']}/changes"
    asked = {"kind": "correct", "reason": "姓名登记有误", "name": "章示例"}
    assert enter(FIRST).post(here, json=asked).status_code == 403
    assert centre.post(here, json=asked | {"name": ""}).status_code == 422
    change = done(centre.post(here, json=asked), 201)
    assert centre.post(f"{here}/{change['id']}", json={"agree": True}).status_code == 422
    assert other.post(f"{here}/{change['id'] + 1}", json={"agree": True}).status_code == 404
    decided = done(other.post(f"{here}/{change['id']}", json={"agree": True}))
    assert (decided["state"], bool(decided["successor"])) == ("done", True)
    old = session.exec(select(Certificate).where(Certificate.serial == one["serial"])).one()
    told = done(centre.get(f"/verify/{old.verify_token}"))
    assert (told["state"], told["stands"]) == ("replaced", False)
    assert collects(centre)["certificates"] == 1
    new = seen_by_anybody(session, centre, centre.get("/batches").json()[0])
    assert (new["state"], new["serial"]) == ("valid", decided["successor"])


def answered_but_one(centre: TestClient) -> tuple[Answer, str]:
    """What the receipt came to, and the serial of the one that the city refused."""
    batch = done(centre.post("/batches"), 201)
    book = centre.get(f"/batches/{batch['code']}/workbook.xlsx")
    wrong = done(centre.get(f"/batches/{batch['code']}/certificates"))[1]["serial"]
    receipt = sheet(write_receipt_sample(book.content, refused={wrong: "姓名不符"}))
    return done(centre.post(f"/batches/{batch['code']}/receipt", **receipt)), wrong


def test_E50_the_answer_to_a_receipt_holds_its_three_lists(enter: Enter) -> None:  # noqa: N802
    centre = enter(CENTRE)
    batch = done(centre.post("/batches"), 201)
    first, second, *rest = done(centre.get(f"/batches/{batch['code']}/certificates"))
    lines = f"{first['serial']},成功,YB-1,\n{second['serial']},失败,,照片不符\n"
    data = f"内部流水号,归集结果,证书编号,失败原因\n{lines}".encode()
    file = {"files": {"file": ("回执.csv", data)}}
    told = done(centre.post(f"/batches/{batch['code']}/receipt", **file))
    assert told["numbered"] == [{"serial": first["serial"], "number": "YB-1"}]
    assert told["sent_back"] == [{"serial": second["serial"], "reason": "照片不符"}]
    assert told["missing"] == [one["serial"] for one in rest]


def test_a_refused_name_is_corrected_by_two_and_goes_into_the_next_batch(enter: Enter) -> None:
    centre, other = enter(CENTRE), enter(CENTRE_TOO)
    _, wrong = answered_but_one(centre)
    here = f"/certificates/{wrong}/changes"
    asked = {"kind": "correct", "reason": "姓名登记有误", "name": "章示例"}
    assert centre.post(here, json=asked | {"kind": "revoke", "name": ""}).status_code == 422
    change = done(centre.post(here, json=asked), 201)
    assert change["name"] == "章示例", "whoever decides must see it"
    assert done(enter("HP/district_reviewer").get(here))[0]["name"] == "章*例"
    decided = done(other.post(f"{here}/{change['id']}", json={"agree": True}))
    assert (decided["old_name"], decided["successor"]) == ("张示例", None)
    assert collects(centre)["certificates"] == 1
    numbers = {one["serial"]: one["number"] for one in certificates_of(centre)}
    assert numbers[wrong]


def certificates_of(centre: TestClient) -> list[Answer]:
    found: list[Answer] = done(centre.get("/projects/HP-2026-001/certificates"))
    return found


def test_under_a_wrong_document_number_a_certificate_is_given_up_by_its_serial(
    enter: Enter,
) -> None:
    centre = enter(CENTRE)
    _, wrong = answered_but_one(centre)
    reason = {"text": "证件号码有误"}
    assert enter(FIRST).post(f"/certificates/{wrong}/drop", json=reason).status_code == 403
    done(centre.post(f"/certificates/{wrong}/drop", json=reason))
    assert {one["state"] for one in certificates_of(centre) if one["serial"] == wrong} == {
        "dropped"
    }
    assert done(centre.get("/projects/HP-2026-001"))["stage"] == "certified"
