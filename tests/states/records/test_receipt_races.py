"""Two receipts that give one number away at the same moment: one has it, the other is told."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from states.records import certificate_board, receipts
from states.records.certificate_board import CertificateRow
from states.records.db import engine, transaction
from states.records.receipts import Receipt
from tests.desks import Class, ReceiptRow
from tests.house import House, a_house

ANOTHER = text("""
INSERT INTO certificate_batch (code, route, state, made_at, workbook_sha256)
SELECT code || '-2', route, state, made_at, '' FROM certificate_batch WHERE id = :id RETURNING id
""")
MOVE = text("UPDATE certificate SET batch_id = :batch WHERE id = :id")
WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


@pytest.fixture
def shared(migrated: str) -> Iterator[Engine]:
    made = engine(migrated)
    yield made
    made.dispose()


class Two:
    """Two batches of one house, each with certificates that wait for their numbers."""

    def __init__(self, shared: Engine) -> None:
        with transaction(shared) as session:
            self.house: House = a_house(session)
            life = Class(session, self.house).reported()
            self.at = life.at
            first = life.batch() or 0
            second = session.execute(ANOTHER, {"id": first}).scalar_one()
            self.batches = (first, second)
            for row in certificate_board.batch_rows(session, first)[2:]:
                session.execute(MOVE, {"batch": second, "id": row.id})

    def rows(self, session: Session, place: int) -> list[CertificateRow]:
        return certificate_board.batch_rows(session, self.batches[place])

    def answered(self, session: Session, place: int, *numbers: str) -> Receipt:
        serials = [row.serial for row in self.rows(session, place)]
        rows = [
            ReceiptRow(3 + at, serial, certificate_number=number)
            for at, (serial, number) in enumerate(zip(serials, numbers, strict=True))
        ]
        return receipts.import_receipt(
            session, batch_id=self.batches[place], rows=rows, filename="r.xlsx",
            sha256=f"{place}" * 64, actor=self.house.centre, at=self.at, settle=False,
        )  # fmt: skip


def until_somebody_waits(shared: Engine) -> None:
    """Returns when a statement stands still behind another one's lock."""
    end = monotonic() + 20
    with Session(shared) as session:
        while not session.execute(WAITING).scalar():
            assert monotonic() < end, "nobody came"
            sleep(0.02)


def test_a_number_given_twice_at_one_moment_is_a_finding_and_the_rest_stands(
    shared: Engine,
) -> None:
    two = Two(shared)

    def other() -> Receipt:
        with transaction(shared) as session:
            return two.answered(session, 1, "SAME", "N4")

    with ThreadPoolExecutor(1) as pool, Session(shared) as session:
        two.answered(session, 0, "SAME", "N2")
        later = pool.submit(other)
        until_somebody_waits(shared)
        session.commit()
        said = later.result(timeout=20)
    assert [finding.code for finding in said.findings] == ["receipt_number_taken"]
    assert (said.accepted, said.refused) == (1, 0)
    with Session(shared) as session:
        assert [row.number for row in two.rows(session, 0)] == ["SAME", "N2"]
        assert [row.number for row in two.rows(session, 1)] == [None, "N4"]


def test_one_number_twice_in_one_receipt_is_no_race_and_no_endless_loop(shared: Engine) -> None:
    """The reader names those two rows before; whoever comes around it is refused."""
    two = Two(shared)
    with pytest.raises(IntegrityError), transaction(shared) as session:
        two.answered(session, 0, "SAME", "SAME")
