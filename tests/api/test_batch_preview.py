"""The next batch before it is made, at both doors: nothing is numbered by looking."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from states.records import candidates, vault
from states.records.places import ENROLMENT_NAME
from states.records.tables import Certificate, Enrolment
from states.rules.routes import Route
from tests.api.reported import a_reported_class

Enter = Callable[[str], TestClient]
CENTRE, REVIEWER = "CENTRE/centre_officer", "HP/district_reviewer"
NOBODYS = "\U00031350"


@pytest.fixture
def unprintable(session: Session) -> Enrolment:
    """A reported class of which one passer has a name that no font can print."""
    life = a_reported_class(session)
    (passer, *_) = candidates.waiting(life.session, Route.TRAINING, None)
    row = session.get_one(Enrolment, passer.enrolment_id)
    row.name_sealed = vault.seal(session, ENROLMENT_NAME, row.id, f"张{NOBODYS}")
    session.commit()
    return row


def test_who_cannot_be_printed_is_named_with_what_to_do_and_the_rest_goes(
    enter: Enter, unprintable: Enrolment, session: Session
) -> None:
    told = enter(CENTRE).get("/batches/preview").json()
    assert (told["route"], told["certificates"], told["stays"]) == ("training", 3, 1)
    (stopped,) = told["stopped"]
    assert (stopped["rests_on"], stopped["class_no"]) == ("HP-2026-001", 1)
    assert stopped["sheet_row"] == unprintable.sheet_row
    (finding,) = stopped["findings"]
    assert finding["code"] == "preflight_glyphs_missing"
    assert NOBODYS in finding["sentence"]["zh"]
    assert "字体" in finding["todo"]["zh"]
    (share,) = told["shares"]
    (quota,) = told["quotas"]
    assert (quota["before"], quota["coming"], quota["after"]) == (0, 3, 3)
    assert (share["contest"], share["total"], share["standing"]) == (0, 3, "fine")
    assert not session.exec(select(Certificate)).all(), "looking numbers nobody"


def test_a_district_looks_at_its_contests_and_a_provider_at_none(
    enter: Enter, unprintable: Enrolment
) -> None:
    told = enter(REVIEWER).get("/batches/preview").json()
    assert (told["route"], told["certificates"], told["stopped"]) == ("skills_contest", 0, [])
    assert enter("P001/provider_operator").get("/batches/preview").status_code == 403
    assert enter(CENTRE).get("/batches/preview2").status_code == 404


def test_the_button_numbers_whom_the_page_named_and_nobody_else(
    enter: Enter, unprintable: Enrolment, session: Session
) -> None:
    centre = enter(CENTRE)
    assert centre.post("/batches").json()["certificates"] == 3
    numbered = session.exec(select(Certificate.enrolment_id)).all()
    assert unprintable.id not in numbered
    assert centre.post("/batches").json() == {"ok": False}
    told = centre.get("/batches/preview").json()
    assert (told["certificates"], told["stays"]) == (0, 1), "they wait on"
