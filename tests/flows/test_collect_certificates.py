"""Passers get their numbers in the morning; a hub that is away gets the workbook later.

What the hub answers is imported by the next run, once; what it refuses waits for people.
"""

import asyncio
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from flows import wiring
from flows.collect_certificates import collect_certificates
from flows.outside.failing import FailingHub
from flows.outside.null import NullHub
from flows.outside.ports import HubReceipt, HubRefusedError, HubUnavailableError
from flows.sweeps import Tally
from states.actor import Actor
from states.records import (
    candidates,
    certificate_board,
    certificates,
    chain,
    clock,
    receipts,
    refusals,
    reports,
    vault,
)
from states.records.db import transaction
from states.records.places import ENROLMENT_NAME
from states.records.tables import (
    Certificate,
    CertificateBatch,
    Enrolment,
    Failure,
    ImportReport,
    LedgerEntry,
)
from states.rules.routes import Route
from states.rules.stages import Role
from templates.sheets.aggregation_rows import write_batch
from templates.sheets.receipt import read_receipt, write_receipt_sample
from tests.desks import Class
from tests.flows.conftest import Story
from tests.flows.test_file_training import house_of

ANOTHER_BATCH = text("""
INSERT INTO certificate_batch (code, route, state, made_at, workbook_sha256)
SELECT code || '-2', route, state, made_at, '' FROM certificate_batch WHERE id = :id RETURNING id
""")
MOVE = text("UPDATE certificate SET batch_id = :batch WHERE id = :id")
LICENSED = text("UPDATE office SET licence_covers = true, licence_valid_until = '2027-1-1'")


@pytest.fixture
def reported(story: Story) -> int:
    """A reported class of which four passed; the date stands on the day of its return."""
    with transaction(story.bind) as session:
        session.execute(LICENSED)
        life = Class(session, house_of(story)).reported()
        clock.move(session, to=life.at)
    return life.id


def collect() -> Tally:
    return asyncio.run(collect_certificates.fn())


def batches(story: Story) -> list[CertificateBatch]:
    with Session(story.bind) as session:
        return list(session.exec(select(CertificateBatch)).all())


def new_morning(story: Story) -> None:
    with transaction(story.bind) as session:
        session.execute(text("UPDATE sweep SET handled_until = NULL"))


def test_a_batch_is_numbered_handed_over_and_announced(story: Story, reported: int) -> None:
    hub = NullHub()
    wiring.use(replace(story.parts, hub=hub))
    assert collect().handled == 1
    (batch,) = batches(story)
    assert (batch.state, batch.made_by) == ("sent", None)
    assert batch.workbook_sha256 == sha256(hub.batches[batch.code]).hexdigest()
    assert len(story.mails("batch_ready")) == 1


def test_without_passers_there_is_no_batch(story: Story) -> None:
    story.a_project()
    assert collect().handled == 0
    assert batches(story) == []


def test_a_hub_that_is_away_gets_the_same_batch_later(story: Story, reported: int) -> None:
    wiring.use(replace(story.parts, hub=FailingHub()))
    assert collect() == Tally(failed=1)
    with Session(story.bind) as session:
        (failure,) = session.exec(select(Failure)).all()
    assert failure.error == "HubUnavailableError"
    hub = NullHub()
    wiring.use(replace(story.parts, hub=hub))
    assert collect().handled == 1
    assert [batch.state for batch in batches(story)] == ["sent"]
    assert len(hub.batches) == 1


def test_nobody_is_numbered_twice(story: Story, reported: int) -> None:
    collect()
    new_morning(story)
    assert collect().handled == 0
    assert len(batches(story)) == 1


# ── What comes back ─────────────────────────────────────────────────────────────────────────────
class Repeating(NullHub):
    """Keeps its receipts, as one over HTTP does."""

    def taken(self, batch_code: str, receipt: HubReceipt) -> None:
        """It is given again at the next question."""


class Refusing(NullHub):
    """Takes no batch, and says why; `tried` counts."""

    tried = 0

    def put(self, batch_code: str, workbook: bytes) -> None:  # noqa: ARG002  a hub's signature
        self.tried += 1
        raise HubRefusedError("第3行：张示例的证件号码有误")


def a_sent_batch(story: Story, hub: NullHub) -> CertificateBatch:
    wiring.use(replace(story.parts, hub=hub))
    collect()
    new_morning(story)
    (batch,) = batches(story)
    assert batch.state == "sent"
    return batch


def all_of(story: Story, kind: type[ImportReport] | type[Certificate]) -> list[Any]:
    with Session(story.bind) as session:
        return list(session.exec(select(kind).order_by(col(kind.id))).all())


def receipts_of(story: Story) -> list[ImportReport]:
    return [report for report in all_of(story, ImportReport) if report.kind == "receipt"]


@pytest.mark.parametrize("hub", [NullHub(), Repeating()])
def test_a_receipt_is_imported_by_the_next_run_and_only_once(
    story: Story, reported: int, hub: NullHub
) -> None:
    batch = a_sent_batch(story, hub)
    assert collect().handled == 0, "no receipt yet, and nothing else to do"
    new_morning(story)
    receipt = write_receipt_sample(hub.batches[batch.code])
    hub.receipts[batch.code] = HubReceipt(f"{batch.code}-receipt.xlsx", receipt)
    assert collect().handled == 1
    found = all_of(story, Certificate)
    assert [one.number for one in found] == [f"YBAIP202600000{n}" for n in range(1, 5)]
    assert {one.state for one in found} == {"accepted"}
    assert [one.state for one in batches(story)] == ["answered"]
    new_morning(story)
    assert collect().handled == 0
    assert len(receipts_of(story)) == 1


def test_a_hub_that_gives_the_same_receipt_again_changes_nothing_and_a_later_one_does(
    story: Story, reported: int
) -> None:
    hub = Repeating()
    batch = a_sent_batch(story, hub)
    certificate = all_of(story, Certificate)[0]
    sent = hub.batches[batch.code]
    refused = write_receipt_sample(sent, refused={certificate.serial: "照片不符"})
    hub.receipts[batch.code] = HubReceipt(f"{batch.code}-receipt.xlsx", refused)
    for handled in (1, 0, 0):
        assert collect().handled == handled
        new_morning(story)
    states = sorted(one.state for one in all_of(story, Certificate))
    assert states == ["accepted", "accepted", "accepted", "refused"]
    assert len(receipts_of(story)) == 1
    hub.receipts[batch.code] = HubReceipt(f"{batch.code}-receipt.xlsx", write_receipt_sample(sent))
    assert collect().handled == 1
    assert {one.state for one in all_of(story, Certificate)} == {"accepted"}


def test_a_receipt_that_cannot_be_read_is_kept_for_people_and_read_when_it_is_mended(
    story: Story, reported: int
) -> None:
    hub = NullHub()
    batch = a_sent_batch(story, hub)
    hub.receipts[batch.code] = HubReceipt(f"{batch.code}-receipt.xlsx", b"half a fi")
    assert collect() == Tally(failed=1)
    assert hub.receipts, "it lies where it lay"
    with Session(story.bind) as session:
        (failure,) = session.exec(select(Failure)).all()
    assert (failure.about, failure.error) == (f"batch/{batch.id}", "SheetUnreadable")
    receipt = write_receipt_sample(hub.batches[batch.code])
    hub.receipts[batch.code] = HubReceipt(f"{batch.code}-receipt.xlsx", receipt)
    assert collect().handled == 1
    with Session(story.bind) as session:
        assert not session.exec(select(Failure)).all()


def test_a_batch_that_the_hub_refuses_is_not_sent_again_and_its_words_wait_sealed_for_people(
    story: Story, reported: int
) -> None:
    hub = Refusing()
    wiring.use(replace(story.parts, hub=hub))
    assert collect().failed == 0
    new_morning(story)
    assert collect().failed == 0
    assert hub.tried == 1
    (batch,) = batches(story)
    assert batch.state == "made"
    assert len(story.mails("batch_refused")) == 1
    with Session(story.bind) as session:
        report = refusals.of_batch(session, batch.id)
        assert report is not None
        assert report.findings[0]["params"] == {"words": "第3行：张示例的证件号码有误"}
        assert reports.last(session, "receipt", batch_id=batch.id) is None
        kept = session.execute(text("SELECT import_report::text FROM import_report")).scalars()
        assert all("张示例" not in row for row in kept)
        left = select(LedgerEntry).where(LedgerEntry.name == "personal_data_exported")
        assert len(session.exec(left).all()) == 1, "the workbook left the house once"


class Silent(NullHub):
    """Takes every batch, and the line breaks before it has said so; `tried` counts."""

    tried = 0

    def put(self, batch_code: str, workbook: bytes) -> None:
        self.tried += 1
        super().put(batch_code, workbook)
        raise HubUnavailableError("ReadTimeout")


def test_a_hub_that_fell_silent_over_a_batch_is_asked_for_its_receipt(
    story: Story, reported: int
) -> None:
    hub = Silent()
    wiring.use(replace(story.parts, hub=hub))
    assert collect() == Tally(failed=1)
    (batch,) = batches(story)
    sent = hub.batches[batch.code]
    first = str(all_of(story, Certificate)[0].serial)
    some = f"内部流水号,归集结果,证书编号\n{first},成功,YB-1\n"
    hub.receipts[batch.code] = HubReceipt(f"{batch.code}-receipt.csv", some.encode())
    tally = collect()
    assert (tally.handled, tally.failed) == (1, 0), "it had arrived: that is no trouble any more"
    assert [one.state for one in batches(story)] == ["sent"]
    new_morning(story)
    collect()
    assert hub.tried == 2, "what has arrived is not sent again, least of all with numbers in it"
    new_morning(story)
    hub.receipts[batch.code] = HubReceipt(f"{batch.code}-receipt.xlsx", write_receipt_sample(sent))
    collect()
    assert [one.number for one in all_of(story, Certificate)][:2] == ["YB-1", "YBAIP2026000002"]
    assert [one.state for one in batches(story)] == ["answered"]
    assert not story.mails("batch_refused")


def test_a_hub_that_refused_a_batch_and_then_answers_it_is_heard(
    story: Story, reported: int
) -> None:
    hub = Refusing()
    wiring.use(replace(story.parts, hub=hub))
    collect()
    (batch,) = batches(story)
    with Session(story.bind) as session:
        workbook = write_batch(certificate_board.batch_rows(session, batch.id))
    receipt = HubReceipt(f"{batch.code}-receipt.xlsx", write_receipt_sample(workbook))
    hub.receipts[batch.code] = receipt
    new_morning(story)
    assert collect().handled == 1
    assert [one.state for one in batches(story)] == ["answered"]
    assert hub.tried == 1


def test_one_receipt_at_which_the_database_stumbles_does_not_stop_the_others(
    story: Story, reported: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = NullHub()
    first = a_sent_batch(story, hub)
    with transaction(story.bind) as session:
        second = session.execute(ANOTHER_BATCH, {"id": first.id}).scalar_one()
        row = certificate_board.batch_rows(session, first.id)[-1]
        session.execute(MOVE, {"batch": second, "id": row.id})
    poison = f"内部流水号,归集结果,证书编号\n{row.serial},成功,YB-9\n".encode()
    for batch in batches(story):
        hub.receipts[batch.code] = HubReceipt(f"{batch.code}-receipt.csv", poison)
    real = receipts.import_receipt

    def stumbles(session: Session, **told: Any) -> Any:  # noqa: ANN401  as it is called
        if told["batch_id"] == first.id:
            raise OperationalError("UPDATE", {}, Exception("index row size exceeds maximum"))
        return real(session, **told)

    monkeypatch.setattr(receipts, "import_receipt", stumbles)
    assert collect() == Tally(handled=1, failed=1)
    with Session(story.bind) as session:
        (failure,) = session.exec(select(Failure)).all()
    assert (failure.about, failure.error) == (f"batch/{first.id}", "OperationalError")
    assert [one.state for one in batches(story)] == ["sent", "answered"]


def test_what_somebody_else_dealt_with_is_no_trouble_any_more(story: Story, reported: int) -> None:
    wiring.use(replace(story.parts, hub=FailingHub()))
    collect()
    with transaction(story.bind) as session:
        session.execute(text("UPDATE certificate_batch SET state = 'answered'"))
    assert collect().failed == 0
    with Session(story.bind) as session:
        assert not session.exec(select(Failure)).all()


# ── Who is not in the batch, and what came back ─────────────────────────────────────────────────
def test_who_cannot_be_printed_is_not_numbered_in_the_morning_and_the_rest_is(
    story: Story, reported: int
) -> None:
    with transaction(story.bind) as session:
        (passer, *_) = candidates.waiting(session, Route.TRAINING, None)
        row = session.get_one(Enrolment, passer.enrolment_id)
        row.name_sealed = vault.seal(session, ENROLMENT_NAME, row.id, "张\U00031350")
    collect()
    assert len(all_of(story, Certificate)) == 3
    new_morning(story)
    assert collect().handled == 0
    with Session(story.bind) as session:
        assert len(candidates.waiting(session, Route.TRAINING, None, hold=False)) == 1


def test_the_owners_hear_of_what_the_morning_brought_back_once(story: Story, reported: int) -> None:
    hub = Repeating()
    batch = a_sent_batch(story, hub)
    certificate = all_of(story, Certificate)[0]
    refused = write_receipt_sample(
        hub.batches[batch.code], refused={certificate.serial: "照片不符"}
    )
    hub.receipts[batch.code] = HubReceipt(f"{batch.code}-receipt.xlsx", refused)
    for _ in range(2):
        collect()
        new_morning(story)
    assert len(story.mails("certificates_refused")) == 3, "the provider and two of the district"


class Particular(NullHub):
    """Refuses a batch as long as a certain serial is in it."""

    serial = ""

    def put(self, batch_code: str, workbook: bytes) -> None:
        if self.serial in serials_of(workbook):
            raise HubRefusedError("证件号码有误")
        super().put(batch_code, workbook)


def serials_of(workbook: bytes) -> set[str]:
    receipt = read_receipt(write_receipt_sample(workbook), "receipt.xlsx")
    return {row.internal_serial for row in receipt.rows}


def test_a_refused_batch_is_sent_again_by_itself_without_what_was_given_up(
    story: Story, reported: int
) -> None:
    hub = Particular()
    hub.serial = "AIP-2026-000002"
    wiring.use(replace(story.parts, hub=hub))
    collect()
    (batch,) = batches(story)
    wrong = all_of(story, Certificate)[1]
    with transaction(story.bind) as session:
        certificates.drop(
            session, certificate_id=wrong.id, text="证件号码有误", actor=story.staff["officer"],
            at=clock.now(session),
        )  # fmt: skip
    new_morning(story)
    assert collect().handled == 1
    assert serials_of(hub.batches[batch.code]) == {f"AIP-2026-00000{n}" for n in (1, 3, 4)}
    assert [one.state for one in batches(story)] == ["sent"]


def test_a_refused_batch_waits_for_the_second_person_of_a_correction(
    story: Story, reported: int
) -> None:
    hub = Particular()
    hub.serial = "AIP-2026-000002"
    wiring.use(replace(story.parts, hub=hub))
    collect()
    first, second, *_ = all_of(story, Certificate)
    told: dict[str, Any] = {"actor": story.staff["officer"], "at": story_day(story)}
    with transaction(story.bind) as session:
        certificates.drop(session, certificate_id=second.id, text="证件号码有误", **told)
        change = chain.ask(session, first.id, chain.CORRECT, reason="有误", name="章示例", **told)
    new_morning(story)
    assert collect().handled == 0
    told["actor"] = Actor(story.staff["examiner"].person_id, story.offices["C"], Role.CENTRE)
    with transaction(story.bind) as session:
        chain.decide(session, first.id, change, agree=True, **told)
    new_morning(story)
    assert collect().handled == 2, "the rest, and the next batch with the right name"
    sent = [serials_of(hub.batches[batch.code]) for batch in batches(story)]
    assert sent == [{"AIP-2026-000003", "AIP-2026-000004"}, {"AIP-2026-000001"}]


def story_day(story: Story) -> datetime:
    with Session(story.bind) as session:
        return clock.now(session)


def test_a_refused_batch_of_which_everything_was_given_up_is_over(
    story: Story, reported: int
) -> None:
    wiring.use(replace(story.parts, hub=Refusing()))
    collect()
    with transaction(story.bind) as session:
        session.execute(text("UPDATE certificate SET state = 'dropped'"))
    new_morning(story)
    told = collect()
    assert (told.handled, told.failed) == (0, 0)
    assert [one.state for one in batches(story)] == ["answered"]
