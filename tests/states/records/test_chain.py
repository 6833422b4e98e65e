"""Certificates revoked, replaced, corrected, and what a late receipt may still say of them."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, col, select

from states.errors import BadInput
from states.records import batches, certificate_board, certificates, chain, refusals, succession
from states.records.certificate_board import CertificateRow
from states.records.certificate_queue import ready
from states.records.db import engine, transaction
from states.records.tables import Certificate, Office, Project
from states.rules.stages import Stage
from tests.desks import Class, ReceiptRow
from tests.house import a_house, everything_prints
from tests.route_house import organised
from tests.states.records.test_batches import officer, refused
from tests.states.records.test_case_batches import answers, batch_of, in_a_big_district

REPORTED = text("UPDATE project SET stage = 'reported', reported_at = now() WHERE id = :id")
SERIALS = text("SELECT serial FROM certificate WHERE serial <> '' ORDER BY serial")
IN_THE_RETURN = text("""
INSERT INTO returned_class (class_id, return_id, scores_seq)
SELECT :id, max(id), 0 FROM monthly_return
""")


class Centre:
    """Two at the centre, and a class of which four have passed."""

    def __init__(self, life: Class) -> None:
        self.session, self.life = life.session, life
        self.one, self.other = life.house.centre, officer(life.session, life.house)

    def changes(self, row: CertificateRow, kind: str, name: str = "") -> None:
        """One asks, the other agrees."""
        change = self.asks(row, kind, name)
        self.agrees(row, change)

    def asks(self, row: CertificateRow, kind: str, name: str = "") -> int:
        return chain.ask(
            self.session, row.id, kind, reason="有误", name=name, actor=self.one, at=self.life.at
        )

    def agrees(self, row: CertificateRow, change: int) -> None:
        chain.decide(self.session, row.id, change, agree=True, actor=self.other, at=self.life.at)

    def drops(self, row: CertificateRow) -> None:
        told: dict[str, Any] = {"actor": self.one, "at": self.life.at}
        certificates.drop(self.session, certificate_id=row.id, text="放弃", **told)

    def rows(self, batch: int | None) -> list[CertificateRow]:
        assert batch is not None
        return certificate_board.batch_rows(self.session, batch)

    def seen(self, row: CertificateRow) -> CertificateRow:
        """The certificate as it stands now."""
        return certificate_board.by_serial(self.session, row.serial)

    def whole_batch_refused(self) -> int:
        batch = self.life.batch() or 0
        refusals.keep_batch(self.session, batch, sha256="4" * 64, words="有误", at=self.life.at)
        return batch


@pytest.fixture
def centre(session: Session) -> Centre:
    return Centre(Class(session, a_house(session)).reported())


@pytest.fixture
def accepted(centre: Centre) -> tuple[int, list[CertificateRow]]:
    """A batch of four that the city has numbered."""
    batch = centre.life.batch() or 0
    centre.life.receipt(batch)
    return batch, centre.rows(batch)


# ── A receipt that comes again ──────────────────────────────────────────────────────────────────
def test_the_same_receipt_again_revives_nothing_that_was_revoked_or_replaced(
    centre: Centre, accepted: tuple[int, list[CertificateRow]]
) -> None:
    batch, (revoked, replaced, *_) = accepted
    centre.changes(revoked, chain.REVOKE)
    centre.changes(replaced, chain.REPLACE)
    again = centre.life.receipt(batch)
    assert (again.accepted, again.unchanged, again.findings) == (0, 4, ())
    states = [row.state for row in centre.rows(batch)]
    assert states == ["revoked", "replaced", "accepted", "accepted"]


def test_a_row_that_says_otherwise_of_what_has_its_end_is_a_finding(
    centre: Centre, accepted: tuple[int, list[CertificateRow]]
) -> None:
    batch, (revoked, replaced, *_) = accepted
    centre.changes(revoked, chain.REVOKE)
    centre.changes(replaced, chain.REPLACE)
    told = centre.life.answered(
        batch,
        ReceiptRow(3, revoked.serial, certificate_number="YB-OTHER"),
        ReceiptRow(4, replaced.serial, accepted=False, reason="照片不符"),
    )
    assert [finding.code for finding in told.findings] == ["receipt_contradicts"] * 2
    assert [row.state for row in centre.rows(batch)][:2] == ["revoked", "replaced"]
    assert {row.number for row in centre.rows(batch)} == {f"YB{row.serial}" for row in accepted[1]}


def test_what_was_given_up_or_is_held_takes_no_number(centre: Centre) -> None:
    batch = centre.life.batch() or 0
    given_up, held, *_ = centre.rows(batch)
    centre.life.receipt(batch, refused=(given_up.serial,))
    centre.drops(given_up)
    centre.session.execute(
        text("UPDATE certificate SET state = 'held', number = NULL, held_for = id WHERE id = :id"),
        {"id": held.id},
    )
    told = centre.life.receipt(batch, refused=(given_up.serial,))
    assert [finding.code for finding in told.findings] == ["receipt_contradicts"], "the held one"
    told = centre.life.receipt(batch)
    assert [finding.code for finding in told.findings] == ["receipt_contradicts"] * 2
    assert [(row.state, row.number) for row in centre.rows(batch)][:2] == [
        ("dropped", None), ("held", None)
    ]  # fmt: skip


# ── What came back is put right ─────────────────────────────────────────────────────────────────
def test_a_refused_certificate_is_corrected_in_its_place_and_the_old_name_is_kept(
    centre: Centre,
) -> None:
    batch = centre.life.batch() or 0
    wrong = centre.rows(batch)[0]
    centre.life.receipt(batch, refused=(wrong.serial,))
    assert chain.open_to(centre.session, wrong.id) == (chain.CORRECT,)
    centre.changes(wrong, chain.CORRECT, "章示例")
    (told,) = chain.changes_of(centre.session, wrong.id)
    assert (told.old_name, told.name, told.successor) == ("张示例", "章示例", None)
    assert centre.seen(wrong).state == "released"
    late = centre.life.answered(batch, ReceiptRow(3, wrong.serial, certificate_number="YB-1"))
    assert [finding.code for finding in late.findings] == ["receipt_serial_unknown"]
    (sent,) = centre.rows(centre.life.batch())
    assert (sent.serial, sent.name, sent.state) == (wrong.serial, "章示例", "issued")


def test_the_names_of_a_correction_stand_nowhere_in_clear(centre: Centre) -> None:
    wrong = centre.rows(centre.whole_batch_refused())[0]
    centre.changes(wrong, chain.CORRECT, "章示例")
    kept = centre.session.execute(text("SELECT h::text FROM certificate_change h")).scalar_one()
    for name in ("张示例", "章示例"):
        assert name.encode().hex() not in kept


def test_a_batch_that_the_hub_refused_whole_is_put_right_one_by_one(centre: Centre) -> None:
    batch = centre.life.batch() or 0
    wrong, stranger, *rest = centre.rows(batch)
    with refused("certificate_does_not_stand"):
        centre.asks(wrong, chain.CORRECT, "章示例")
    with refused("certificate_is_not_refused"):
        centre.drops(stranger)
    refusals.keep_batch(centre.session, batch, sha256="4" * 64, words="有误", at=centre.life.at)
    with refused("certificate_does_not_stand"):
        centre.asks(wrong, chain.REVOKE)
    centre.changes(wrong, chain.CORRECT, "章示例")
    centre.drops(stranger)
    states = {row.serial: row.state for row in centre.rows(batch)}
    assert states == {stranger.serial: "dropped"} | {row.serial: "issued" for row in rest}
    assert [row.serial for row in centre.rows(centre.life.batch())] == [wrong.serial]
    batches.mark_sent(centre.session, batch, sha256="5" * 64)
    with refused("certificate_does_not_stand"):
        centre.asks(rest[0], chain.CORRECT, "章示例")


def test_a_refused_batch_of_which_nothing_is_left_is_over(centre: Centre) -> None:
    batch = centre.whole_batch_refused()
    for row in centre.rows(batch):
        centre.changes(row, chain.CORRECT, "章示例")
    (view,) = certificate_board.batches(centre.session)
    assert (view.id, view.state, view.certificates) == (batch, "answered", 0)


def test_what_is_to_be_corrected_is_not_sent_before_it_was_decided(centre: Centre) -> None:
    batch = centre.life.batch() or 0
    wrong = centre.rows(batch)[0]
    centre.life.receipt(batch, refused=(wrong.serial,))
    change = centre.asks(wrong, chain.CORRECT, "章示例")
    certificates.release(
        centre.session, certificate_id=wrong.id, actor=centre.one, at=centre.life.at
    )
    assert centre.life.batch() is None
    centre.agrees(wrong, change)
    assert centre.life.batch() is not None


def test_what_was_given_up_meanwhile_is_not_corrected(centre: Centre) -> None:
    batch = centre.life.batch() or 0
    wrong = centre.rows(batch)[0]
    centre.life.receipt(batch, refused=(wrong.serial,))
    change = centre.asks(wrong, chain.CORRECT, "章示例")
    centre.drops(wrong)
    with refused("certificate_does_not_stand"):
        centre.agrees(wrong, change)
    assert centre.seen(wrong).state == "dropped"


# ── Successors ──────────────────────────────────────────────────────────────────────────────────
def test_a_successor_is_in_no_batch_before_its_own_and_the_old_one_stays_answered(
    centre: Centre, accepted: tuple[int, list[CertificateRow]]
) -> None:
    _, (first, *_) = accepted
    (before,) = certificate_board.batches(centre.session)
    centre.changes(first, chain.REPLACE)
    (after,) = certificate_board.batches(centre.session)
    assert (after.certificates, after.state) == (before.certificates, "answered")
    (new,) = [row for row in _of_project(centre) if row.replaces]
    assert (new.state, new.batch) == ("released", "")
    (sent,) = centre.rows(centre.life.batch())
    assert sent.serial == new.serial


def test_the_successor_of_a_contest_goes_into_the_next_batch_of_its_own_uploader(
    session: Session,
) -> None:
    contest = in_a_big_district(session, organised(session)).held(*range(1000, 900, -10))
    contest.confirmed(contest.house.second)
    batch = batch_of(contest)
    answers(contest, batch)
    old = certificate_board.batch_rows(session, batch)[0]
    told: dict[str, Any] = {"reason": "遗失", "actor": contest.house.first, "at": contest.at}
    change = chain.ask(session, old.id, chain.REPLACE, **told)
    assert [one.serial for one in chain.open_changes(session, contest.house.first)] == [old.serial]
    second = contest.house.second
    chain.decide(session, old.id, change, agree=True, actor=second, at=contest.at)
    (new,) = certificate_board.batch_rows(session, batch_of(contest))
    assert new.replaces == old.serial


def _of_project(centre: Centre) -> list[CertificateRow]:
    return certificate_board.of_project(centre.session, centre.life.id)


def _a_refused_successor(centre: Centre, old: CertificateRow) -> CertificateRow:
    centre.changes(old, chain.CORRECT, "章示例")
    batch = centre.life.batch() or 0
    (new,) = centre.rows(batch)
    centre.life.receipt(batch, refused=(new.serial,))
    return new


def test_whoever_loses_the_successor_is_numbered_anew_under_the_right_name_once(
    centre: Centre, accepted: tuple[int, list[CertificateRow]]
) -> None:
    old = accepted[1][0]
    new = _a_refused_successor(centre, old)
    assert not ready(centre.session, centre.one)
    centre.drops(new)
    assert [line.people for line in ready(centre.session, centre.one)] == [1]
    batch = centre.life.batch() or 0
    (third,) = centre.rows(batch)
    assert (third.name, third.replaces) == ("章示例", new.serial)
    assert [centre.seen(row).state for row in (old, new)] == ["replaced", "dropped"]
    centre.life.receipt(batch, refused=(third.serial,))
    centre.drops(third)
    assert centre.life.batch() is None, "given up for good"
    assert not ready(centre.session, centre.one)


def test_the_winner_of_a_collected_contest_is_numbered_anew_as_well(session: Session) -> None:
    contest = in_a_big_district(session, organised(session)).held(*range(1000, 900, -10))
    contest.confirmed(contest.house.second)
    batch = batch_of(contest)
    answers(contest, batch)
    old = certificate_board.batch_rows(session, batch)[0]
    told: dict[str, Any] = {"actor": contest.house.first, "at": contest.at}
    change = chain.ask(session, old.id, chain.REPLACE, reason="遗失", **told)
    chain.decide(session, old.id, change, agree=True, actor=contest.house.second, at=contest.at)
    batch = batch_of(contest)
    answers(contest, batch, refused=1)
    (new,) = certificate_board.batch_rows(session, batch)
    certificates.drop(session, certificate_id=new.id, text="放弃", **told)
    (third,) = certificate_board.batch_rows(session, batch_of(contest))
    assert third.replaces == new.serial


def test_a_successor_is_no_second_answer_to_its_project(centre: Centre) -> None:
    batch = centre.life.batch() or 0
    first, second, *_ = rows = centre.rows(batch)
    numbers = [ReceiptRow(3, row.serial, certificate_number=f"YB{row.serial}") for row in rows[:3]]
    centre.life.answered(batch, *numbers)
    centre.changes(first, chain.REPLACE)
    centre.changes(second, chain.REPLACE)
    centre.life.receipt(centre.life.batch() or 0)
    stage = centre.session.get_one(Project, centre.life.id).stage
    assert stage == Stage.REPORTED, "the fourth has no answer yet"
    assert centre.life.receipt(batch).accepted == 1
    centre.life.wait(days=0)
    assert centre.life.outcome.stage is Stage.CERTIFIED


# ── Held, then numbered ─────────────────────────────────────────────────────────────────────────
@pytest.fixture
def twice(session: Session) -> Centre:
    """Two classes with the very same passers, of whom nobody is numbered yet."""
    house = a_house(session)
    one, other = Class(session, house).surveyed(), Class(session, house).reported()
    one.at = other.at
    return Centre(one)


def test_E52_who_was_held_is_numbered_under_the_names_of_that_day(  # noqa: N802
    session: Session, twice: Centre
) -> None:
    batch = twice.life.batch() or 0
    twice.life.receipt(batch)
    office = session.get_one(Office, twice.life.house.provider.office_id)
    office.name_zh = "上海示例新名职业技能培训学校"
    session.flush()
    twice.changes(twice.rows(batch)[0], chain.REVOKE)
    (freed,) = twice.rows(twice.life.batch())
    assert freed.provider_name == "上海示例新名职业技能培训学校"
    assert freed.name == "张示例"


def test_one_that_the_upgrade_holds_keeps_its_serial_and_leaves_no_hole(
    session: Session, twice: Centre
) -> None:
    batch = twice.life.batch() or 0
    twice.life.receipt(batch)
    first, second, *_ = twice.rows(batch)
    session.execute(
        text("UPDATE certificate SET serial = 'AIP-2025-000077' WHERE held_for = :id"),
        {"id": first.id},
    )
    for row in (first, second):
        twice.changes(row, chain.REVOKE)
    serials = {row.serial for row in twice.rows(twice.life.batch())}
    assert serials == {"AIP-2025-000077", "AIP-2026-000005"}


def test_one_that_the_upgrade_holds_can_be_given_up(session: Session, twice: Centre) -> None:
    twice.life.batch()
    held = session.exec(select(Certificate.id).where(col(Certificate.state) == "held")).all()
    told: dict[str, Any] = {"text": "放弃", "actor": twice.one, "at": twice.life.at}
    with pytest.raises(BadInput):
        certificates.drop(session, certificate_id=held[0], **told)
    session.execute(
        text("UPDATE certificate SET serial = 'AIP-2025-000077' WHERE id = :id"), {"id": held[0]}
    )
    certificates.drop(session, certificate_id=held[0], **told)
    session.expire_all()
    assert session.get_one(Certificate, held[0]).state == "dropped"


def test_a_freed_person_with_another_result_gets_one_and_blocks_nobody(
    session: Session, twice: Centre
) -> None:
    third = Class(session, twice.life.house).surveyed()
    batch = twice.life.batch() or 0
    twice.life.receipt(batch)
    session.execute(REPORTED, {"id": third.id})
    session.execute(IN_THE_RETURN, {"id": third.class_id})
    twice.changes(twice.rows(batch)[0], chain.REVOKE)
    (freed,) = twice.rows(twice.life.batch())
    assert freed.project_id not in {twice.life.id, third.id}, "whoever waited longer comes first"
    held = [row.state for row in certificate_board.of_project(session, third.id)]
    assert held == ["held"] * 4


# ── At the same moment ──────────────────────────────────────────────────────────────────────────
@pytest.fixture
def shared(migrated: str) -> Iterator[Engine]:
    made = engine(migrated)
    yield made
    made.dispose()


def twice_at_once(session: Session) -> tuple[Centre, CertificateRow]:
    """One class whose certificates stand; the next batch holds the same people of another one."""
    house = a_house(session)
    one, other = Class(session, house).surveyed(), Class(session, house).reported()
    one.at = other.at
    centre = Centre(one)
    session.execute(text("UPDATE project SET stage = 'surveyed' WHERE id = :id"), {"id": other.id})
    batch = one.batch() or 0
    one.receipt(batch)
    session.execute(REPORTED, {"id": other.id})
    return centre, centre.rows(batch)[0]


def test_a_batch_and_a_decision_at_once_wait_for_each_other_in_one_order(
    shared: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction(shared) as session:
        centre, old = twice_at_once(session)
        change = centre.asks(old, chain.REPLACE)
    at, begun, real = centre.life.at, Event(), succession.carry_out

    def slowly(session: Session, *told: Any, **more: Any) -> Any:  # noqa: ANN401  as it is called
        begun.set()
        session.execute(text("SELECT pg_sleep(0.5)"))
        return real(session, *told, **more)

    monkeypatch.setattr(chain, "carry_out", slowly)

    def decide(session: Session) -> None:
        chain.decide(session, old.id, change, agree=True, actor=centre.other, at=at)

    def number(session: Session) -> None:
        assert begun.wait(timeout=20)
        batches.make_batch(session, actor=centre.one, at=at, fit=everything_prints)

    def at_once(act: Callable[[Session], None]) -> None:
        with transaction(shared) as session:
            act(session)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(at_once, (decide, number)))
    with Session(shared) as session:
        found = session.execute(SERIALS).scalars().all()
    assert found == [f"AIP-2026-{n:06}" for n in range(1, 6)]
