"""Projects through the JSON door: what is missing is named, and nobody sees too much."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from api.errors import STATUS
from states.records import boards
from states.records.tables import FactRow, ImportReport
from states.rules.words import has
from templates.sheets.samples import sample_roster

Enter = Callable[[str], TestClient]
SIGN = {"kind": "review_signed"}


@pytest.fixture
def code(enter: Enter) -> str:
    """A project proposed to 黄浦区."""
    return _propose(enter)


def _propose(enter: Enter, who: str = "P001/provider_operator") -> str:
    units = [
        {"name": "基础", "half_hours": 40, "mode": "online", "teacher": "示例教师"},
        {"name": "实训", "half_hours": 40, "mode": "offline", "teacher": "示例教师"},
    ]
    plan = {
        "title": "人工智能推介官（基础）示例班", "channel": "district_project_training",
        "units": units, "class_size": 8, "opens_on": "2026-04-13", "ends_on": "2026-04-24",
    }  # fmt: skip
    answer = enter(who).post("/projects", json={"district": "HP", "plan": plan})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["code"])


def _approve(enter: Enter, code: str) -> None:
    for who in ("HP/district_reviewer/0", "HP/district_reviewer/1"):
        assert enter(who).post(f"/projects/{code}/facts", json=SIGN).status_code == 200


def test_a_project_says_what_is_missing_and_who_acts_next(enter: Enter, code: str) -> None:
    found = enter("HP/district_reviewer").get(f"/projects/{code}").json()
    assert found["stage"] == "proposed"
    (missing,) = found["missing"]
    assert missing["code"] == "persons_of_the_district_signed"
    assert missing["clause"] == "C12"
    assert missing["sentence"]["zh"]
    assert missing["sentence"]["en"] != missing["sentence"]["zh"]
    assert found["next_step"]["role"] == "district_reviewer"
    assert [entry["seq"] for entry in found["timeline"]] == [1]


def test_two_persons_approve_a_plan(enter: Enter, code: str) -> None:
    _approve(enter, code)
    found = enter("P001/provider_operator").get(f"/projects/{code}").json()
    assert (found["stage"], found["moves"]) == ("approved", 1)


def test_another_district_or_provider_finds_nothing(enter: Enter, code: str) -> None:
    for who in ("PD/district_reviewer", "P002/provider_operator", "DUBAN/system_administrator"):
        stranger = enter(who)
        assert stranger.get(f"/projects/{code}").status_code == 404
        assert stranger.get(f"/projects/{code}/mails").status_code == 404
        assert stranger.post(f"/projects/{code}/facts", json=SIGN).status_code == 404
        assert stranger.get("/projects").json()["items"] == []


def test_an_illegal_move_names_what_is_missing(enter: Enter, code: str) -> None:
    opening = {"class_no": 1, "opens_on": "2026-04-13", "ends_on": "2026-04-24"}
    answer = enter("P001/provider_operator").post(f"/projects/{code}/classes", json=opening)
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    finding, missing = answer.json()["findings"]
    assert missing["code"] == "persons_of_the_district_signed"
    assert finding["code"] == "fact_does_not_fit_the_stage"
    assert "已申报" in finding["sentence"]["zh"]
    assert "proposed" not in finding["sentence"]["zh"]


def test_one_person_cannot_sign_twice(enter: Enter, code: str) -> None:
    reviewer = enter("HP/district_reviewer")
    reviewer.post(f"/projects/{code}/facts", json=SIGN)
    answer = reviewer.post(f"/projects/{code}/facts", json=SIGN)
    assert answer.status_code == 409
    assert answer.json()["findings"][0]["code"] == "signature_needs_another_person"


def test_a_role_may_do_only_what_is_its_own(enter: Enter, code: str) -> None:
    answer = enter("HP/district_examiner").post(f"/projects/{code}/facts", json=SIGN)
    assert answer.status_code == 403


def test_a_stale_page_overwrites_nothing(enter: Enter, code: str, session: Session) -> None:
    _approve(enter, code)
    before = len(session.exec(select(FactRow)).all())
    gone = {"kind": "withdrawn", "text": "不再举办"}
    provider = enter("P001/provider_operator")
    answer = provider.post(f"/projects/{code}/facts?moves=0", json=gone)
    assert answer.status_code == 409
    assert answer.json()["code"] == "project_moved"
    assert len(session.exec(select(FactRow)).all()) == before
    assert provider.post(f"/projects/{code}/facts?moves=1", json=gone).status_code == 200


def test_what_is_not_right_is_said_field_by_field(enter: Enter, code: str) -> None:
    body = {"kind": "sent_back", "code": "", "extra": 1}
    answer = enter("HP/district_reviewer").post(f"/projects/{code}/facts", json=body)
    assert answer.status_code == 422
    said = {flaw["where"].rpartition(".")[2]: flaw for flaw in answer.json()["fields"]}
    assert said["text"]["sentence"]["zh"] == "必填。"
    assert said["extra"]["code"] == "extra_forbidden"
    assert set(said) == {"code", "text", "extra"}


def test_facts_of_the_service_have_no_door(enter: Enter, code: str) -> None:
    body = {"kind": "survey_summed_up", "class_no": 1}
    answer = enter("HP/district_reviewer").post(f"/projects/{code}/facts", json=body)
    assert answer.status_code == 422


def test_a_list_goes_on_where_the_page_before_ended(
    enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boards, "PAGE", 2)
    made = [_propose(enter) for _ in range(5)]
    seen = [line["code"] for page in _pages(enter("HP/district_reviewer")) for line in page]
    assert seen == made[::-1]
    bad = enter("HP/district_reviewer").get("/projects", params={"cursor": "!"})
    assert bad.status_code == 422


def _pages(client: TestClient) -> Iterator[list[dict[str, Any]]]:
    cursor: str | None = ""
    while cursor is not None:
        page = client.get("/projects", params={"cursor": cursor}).json()
        yield page["items"]
        cursor = page["next"]


def test_a_roster_is_imported_and_each_refused_row_has_its_reason(enter: Enter, code: str) -> None:
    provider = _with_class(enter, code)
    opens = date(2026, 4, 13)
    sheet = sample_roster(opens, 6, seed=1, with_cases=True)
    answer = provider.post(f"/projects/{code}/classes/1/roster", files={"file": ("a.xlsx", sheet)})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["imported"]
    assert told["accepted"] < told["rows"]
    assert all(row["sentence"]["zh"] and row["sheet_row"] > 2 for row in told["findings"])
    learners = provider.get(f"/projects/{code}/classes/1").json()["learners"]
    assert len(learners) == told["accepted"]
    assert all("*" in one["document"] for one in learners)


def test_an_unreadable_workbook_is_refused_whole(enter: Enter, code: str, session: Session) -> None:
    provider = _with_class(enter, code)
    before = len(session.exec(select(FactRow)).all())
    for data in (b"", b"PK\x03\x04 not really", b"hello"):
        file = {"file": ("a.xlsx", data)}
        answer = provider.post(f"/projects/{code}/classes/1/roster", files=file)
        assert answer.status_code == 422
        assert answer.json()["sentence"]["zh"]
    assert len(session.exec(select(FactRow)).all()) == before


def test_a_roster_of_strangers_is_reported_but_not_imported(
    enter: Enter, code: str, session: Session
) -> None:
    provider = _with_class(enter, code)
    sheet = "姓名,证件号码,人员类别\n示例,319901199001011234,学生\n".encode()
    answer = provider.post(f"/projects/{code}/classes/1/roster", files={"file": ("a.csv", sheet)})
    assert answer.status_code == 422
    assert not answer.json()["imported"]
    assert answer.json()["findings"]
    (report,) = session.exec(select(ImportReport)).all()
    assert not report.imported


def _with_class(enter: Enter, code: str) -> TestClient:
    _approve(enter, code)
    provider = enter("P001/provider_operator")
    opening = {"class_no": 1, "opens_on": "2026-04-13", "ends_on": "2026-04-24"}
    assert provider.post(f"/projects/{code}/classes", json=opening).status_code == 200
    return provider


def test_the_date_can_be_moved_forward_in_sample_mode_only(
    enter: Enter, client: TestClient
) -> None:
    centre = enter("CENTRE/centre_officer")
    moved = centre.post("/clock", json={"days": 1}).json()
    assert moved["now"].startswith("2026-04-02")
    back = centre.post("/clock", json={"to": "2026-03-01T00:00:00Z"})
    assert back.status_code == 422
    assert back.json()["code"] == "clock_runs_forward"


def test_figures_of_the_service_are_for_those_who_run_it(enter: Enter, client: TestClient) -> None:
    assert client.get("/api/v1/health").json()["database"]
    assert enter("DUBAN/system_administrator").get("/operations").status_code == 200
    assert enter("P001/provider_operator").get("/operations").status_code == 403


def test_a_database_that_is_down_is_said_plainly(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object, **__: object) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr("states.records.clock.now", down)
    monkeypatch.setattr("api.routes.operations._health", down)
    answer = client.get("/api/v1/health")
    assert answer.status_code == 503
    assert "数据库" in answer.json()["sentence"]["zh"]


def test_every_error_has_its_words() -> None:
    without = [code for code in STATUS if code != "sheet_unreadable" and not has("error", code)]
    assert without == []
    assert all(has("error_title", str(status)) for status in STATUS.values())


def test_the_document_of_the_api_names_every_error(client: TestClient) -> None:
    told = client.get("/api/v1/openapi.json").json()
    facts = told["paths"]["/api/v1/projects/{code}/facts"]["post"]
    assert {"401", "403", "404", "409", "422"} <= set(facts["responses"])
    assert "application/problem+json" in facts["responses"]["409"]["content"]
    assert "sign" in facts["requestBody"]["content"]["application/json"]["examples"]


def test_the_api_can_be_read_without_a_script(client: TestClient) -> None:
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    assert "/api/v1/projects/{code}/facts" in page.text
    assert "<script>" not in page.text
