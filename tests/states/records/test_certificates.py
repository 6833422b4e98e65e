"""Certificates: numbered without gaps, answered by receipts, sent again or given up."""

from typing import Any

import pytest
from sqlmodel import Session

from states.errors import BadInput, NotFound, NotYours
from states.records import certificate_board, certificates
from states.records.tables import Office
from states.rules.stages import Stage
from tests.desks import Class, ReceiptRow
from tests.house import a_house


@pytest.fixture
def life(session: Session) -> Class:
    return Class(session, a_house(session)).reported()


def _rows(life: Class, batch: int | None) -> list[certificate_board.CertificateRow]:
    assert batch is not None
    return certificate_board.batch_rows(life.session, batch)


def test_every_passer_gets_a_serial_without_a_gap_and_the_exact_inscription(life: Class) -> None:
    rows = _rows(life, life.batch())
    assert [row.serial for row in rows] == [f"AIP-2026-{n:06}" for n in range(1, 5)]
    assert {row.inscription for row in rows} == {"上海市人力资源和社会保障局监制"}
    assert {row.provider_name for row in rows} == {"上海示例职业技能培训学校"}
    assert {(row.half_hours, row.number) for row in rows} == {(80, None)}
    assert len({row.verify_token for row in rows}) == 4
    assert min(len(row.verify_token) for row in rows) >= 22, "128 bits and more"


def test_E52_a_certificate_carries_the_providers_name_as_at_issue(life: Class) -> None:  # noqa: N802
    batch = life.batch()
    office = life.session.get_one(Office, life.house.provider.office_id)
    office.name_zh = "上海示例新名职业技能培训学校"
    life.session.flush()
    assert {row.provider_name for row in _rows(life, batch)} == {"上海示例职业技能培训学校"}


def test_nobody_is_numbered_twice(life: Class) -> None:
    assert life.batch() is not None
    assert life.batch() is None


def test_only_the_centre_numbers(life: Class) -> None:
    with pytest.raises(NotYours):
        life.batch(actor=life.house.first)


def test_accepted_certificates_certify_the_project(life: Class) -> None:
    batch = life.batch() or 0
    receipt = life.receipt(batch)
    assert (receipt.accepted, receipt.refused, receipt.findings) == (4, 0, ())
    (kept,) = certificate_board.batches(life.session)
    assert (kept.state, kept.accepted) == ("answered", 4)
    life.wait(days=0)
    assert life.outcome.stage is Stage.CERTIFIED


def release(life: Class, certificate_id: int) -> None:
    certificates.release(
        life.session, certificate_id=certificate_id, actor=life.house.centre, at=life.at
    )


def test_a_receipt_sent_twice_has_one_effect(life: Class) -> None:
    batch = life.batch() or 0
    life.receipt(batch, refused=("AIP-2026-000002",))
    before = life.wait(days=0).outcome.ledger_seq
    again = life.receipt(batch, refused=("AIP-2026-000002",))
    assert (again.accepted, again.refused, again.unchanged) == (0, 0, 4)
    assert life.wait(days=0).outcome.ledger_seq == before


def test_a_refused_certificate_goes_back_and_the_rest_stand(life: Class) -> None:
    batch = life.batch() or 0
    life.receipt(batch, refused=("AIP-2026-000002",))
    states = [(row.state, row.reason) for row in _rows(life, batch)]
    assert states == [("accepted", ""), ("refused", "照片不符"), ("accepted", ""), ("accepted", "")]
    assert life.wait(days=0).outcome.stage is Stage.REPORTED


def test_a_released_certificate_goes_into_the_next_batch_under_its_own_serial(
    life: Class,
) -> None:
    batch = life.batch() or 0
    life.receipt(batch, refused=("AIP-2026-000002",))
    refused = certificate_board.by_serial(life.session, "AIP-2026-000002")
    certificates.release(
        life.session, certificate_id=refused.id, actor=life.house.centre, at=life.at
    )
    again = life.batch() or 0
    assert [row.serial for row in _rows(life, again)] == ["AIP-2026-000002"]
    life.receipt(again)
    assert life.wait(days=0).outcome.stage is Stage.CERTIFIED


def test_a_refused_certificate_may_be_given_up_with_a_reason(life: Class) -> None:
    batch = life.batch() or 0
    life.receipt(batch, refused=("AIP-2026-000002",))
    one = certificate_board.by_serial(life.session, "AIP-2026-000002")
    asked: dict[str, Any] = {"certificate_id": one.id, "actor": life.house.centre, "at": life.at}
    with pytest.raises(BadInput):
        certificates.drop(life.session, text=" ", **asked)
    outcome = certificates.drop(life.session, text="本人放弃", **asked)
    assert outcome
    assert outcome.stage is Stage.CERTIFIED
    assert life.batch() is None, "given up for good"
    assert certificate_board.by_token(life.session, one.verify_token).state == "dropped"


def test_what_stands_is_neither_dropped_nor_released(life: Class) -> None:
    life.receipt(life.batch() or 0)
    one = certificate_board.by_serial(life.session, "AIP-2026-000001")
    with pytest.raises(BadInput):
        certificates.release(
            life.session, certificate_id=one.id, actor=life.house.centre, at=life.at
        )
    with pytest.raises(NotFound):
        release(life, 0)


def test_rows_that_do_not_fit_the_batch_are_findings(life: Class) -> None:
    batch = life.batch() or 0
    life.answered(batch, ReceiptRow(3, "AIP-2026-000001", certificate_number="YB1"))
    receipt = life.answered(
        batch,
        ReceiptRow(3, "AIP-2026-000001", accepted=False, reason="照片不符"),
        ReceiptRow(4, "AIP-2026-000002", certificate_number="YB1"),
        ReceiptRow(5, "AIP-2025-000009", certificate_number="YB9"),
        ReceiptRow(6, "AIP-2026-000003", certificate_number="YB3"),
    )
    assert [(finding.sheet_row, finding.code) for finding in receipt.findings] == [
        (3, "receipt_contradicts"),
        (4, "receipt_number_taken"),
        (5, "receipt_serial_unknown"),
    ]
    assert receipt.accepted == 1
    (kept,) = certificate_board.batches(life.session)
    assert kept.state == "sent", "one has no answer yet"


def test_the_public_page_shows_no_whole_name(life: Class) -> None:
    one = _rows(life, life.batch())[0]
    public = certificate_board.by_token(life.session, one.verify_token)
    assert (public.masked_name, public.serial) == ("张*例", one.serial)
    assert not public.stands
    with pytest.raises(NotFound):
        certificate_board.by_token(life.session, "guess")
