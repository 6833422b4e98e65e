"""Monthly returns and corrected scores through the JSON door."""

from collections.abc import Callable

from fastapi.testclient import TestClient
from sqlmodel import Session

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
    made = second.post("/returns", json={"month": "2026-06"}).json()
    (delta,) = made["figures"]["corrections"]
    assert (delta["month"], delta["before"], delta["after"]) == ("2026-05", "pass", "fail")
    old = enter("CENTRE/centre_officer").get(f"/returns/{delta['corrects']}").json()
    assert [one["carried_by"] for one in old["corrected_by"]] == [made["id"]]
    assert old["figures"]["passed"] == 4
    assert enter("PD/district_reviewer").get(HERE).status_code == 404
