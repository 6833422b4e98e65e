"""Monthly returns and corrected scores through the JSON door."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from states.records import clock
from tests.api.reported import a_reported_class, a_surveyed_class

Enter = Callable[[str], TestClient]
FIRST, SECOND = "HP/district_reviewer", "HP/district_reviewer/1"
EXAMINER = "HP/district_examiner"
HERE = "/projects/HP-2026-001/classes/1/corrections"


def test_a_return_tells_its_findings_and_who_is_responsible(enter: Enter, session: Session) -> None:
    life = a_surveyed_class(session)
    life.corrects(0, "fail", days=0)
    session.commit()
    first = enter(FIRST)
    made = first.post("/returns", json={"month": "2026-05"}).json()
    told = first.get(f"/returns/{made['id']}").json()
    (finding,) = told["findings"]
    assert (finding["code"], finding["weight"]) == ("return_correction_is_open", "note")
    assert (told["figures"]["passed"], told["figures"]["persons"]) == (4, 4)
    signed = first.post(
        f"/returns/{made['id']}/prepare?version={made['version']}", json={"responsible": "王示例"}
    )
    assert (signed.status_code, signed.json()["responsible"]) == (200, "王示例")


def test_a_correction_by_api_reaches_the_next_return(enter: Enter, session: Session) -> None:
    life = a_reported_class(session)
    examiner, second = enter(EXAMINER), enter(SECOND)
    body = {"enrolment_id": life.known()[0], "result": "fail", "theory": 450, "practice": 850,
            "total": 650, "text": "登分有误"}  # fmt: skip
    wrong = examiner.post(HERE, json=body | {"result": "pass"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "marks_do_not_fit")
    assert second.post(HERE, json=body).status_code == 403
    assert examiner.post(HERE, json=body).status_code == 200
    (waiting,) = second.get(HERE).json()
    assert (waiting["state"], waiting["reason"]) == ("open", "登分有误")
    assert second.post(f"{HERE}/{waiting['id'] + 9}", json={"confirm": True}).status_code == 404
    assert second.post(f"{HERE}/{waiting['id']}", json={"confirm": True}).status_code == 200
    assert second.post(f"{HERE}/{waiting['id']}", json={"confirm": True}).status_code == 409
    clock.move(session, by=timedelta(days=31))
    session.commit()
    made = second.post("/returns", json={"month": "2026-06"}).json()
    (delta,) = made["figures"]["corrections"]
    assert (delta["month"], delta["before"], delta["after"]) == ("2026-05", "pass", "fail")
    old = enter("CENTRE/centre_officer").get(f"/returns/{delta['corrects']}").json()
    assert [one["carried_by"] for one in old["corrected_by"]] == [made["id"]]
    assert old["figures"]["passed"] == 4
    assert enter("PD/district_reviewer").get(HERE).status_code == 404


@pytest.mark.parametrize("month", ["2026-06", "2029-12", "9999-12", "2019-03", "0001-01"])
def test_no_door_compiles_a_month_that_is_not_over_or_before_the_rules(
    enter: Enter, session: Session, month: str
) -> None:
    a_surveyed_class(session)
    first = enter(FIRST)
    refused = first.post("/returns", json={"month": month})
    assert (refused.status_code, refused.json()["code"]) == (422, "month_not_to_report")
    assert "2025-01" in refused.json()["sentence"]["zh"]
    assert "2026-05" in refused.json()["sentence"]["en"]
    assert first.get("/returns").json() == []


def test_who_reads_returns_is_the_same_at_both_doors(enter: Enter, session: Session) -> None:
    a_surveyed_class(session)
    made = enter(FIRST).post("/returns", json={"month": "2026-05"}).json()
    here = f"/returns/{made['id']}"
    told = {who: enter(who).get(here).status_code for who in READERS}
    assert told == READERS
    assert enter(EXAMINER).get("/returns").status_code == 403


READERS = {
    SECOND: 200, EXAMINER: 403, "PD/district_reviewer": 404, "P001/provider_operator": 403,
    "CENTRE/auditor": 200, "CENTRE/centre_officer": 200,
}  # fmt: skip


def test_a_total_that_nobody_can_reach_is_refused(enter: Enter, session: Session) -> None:
    life = a_reported_class(session)
    body = {"enrolment_id": life.known()[0], "result": "fail", "theory": 450, "practice": 850,
            "total": 10000, "text": "登分有误"}  # fmt: skip
    refused = enter(EXAMINER).post(HERE, json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "marks_do_not_fit")
