"""What 证书归集 sends back goes to whoever is answerable: by letter and on their page (E50)."""

from datetime import UTC, datetime

import pytest
from sqlmodel import Session, select

from states.records import certificate_board, certificates, outbox, refusals
from states.records.tables import Mail
from tests.desks import Class
from tests.house import a_house
from tests.route_house import organised
from tests.states.records.test_case_batches import answers, batch_of, in_a_big_district


def letters(session: Session, letter: str) -> list[Mail]:
    found = session.exec(select(Mail).where(Mail.letter == letter).order_by(Mail.id))  # type: ignore[arg-type]
    return list(found)


@pytest.fixture
def life(session: Session) -> Class:
    """A reported class whose batch was made: four certificates."""
    return Class(session, a_house(session)).reported()


def a_refusing_receipt(life: Class, many: int) -> int:
    batch = life.batch() or 0
    rows = certificate_board.batch_rows(life.session, batch)
    life.receipt(batch, refused=tuple(row.serial for row in rows[:many]))
    return batch


def test_E50_the_provider_and_the_district_get_a_letter_with_a_number_and_a_link(  # noqa: N802
    life: Class,
) -> None:
    batch = a_refusing_receipt(life, 2)
    found = letters(life.session, "certificates_refused")
    people = {life.house.provider.person_id, life.house.first.person_id,
              life.house.second.person_id}  # fmt: skip
    assert {mail.person_id for mail in found} == people
    assert {(mail.project_id, mail.context["refused"]) for mail in found} == {(life.id, 2)}
    assert refusals.tell_owners(life.session, batch, at=life.at) == 0, "nobody is told twice"
    mails = outbox.lease(life.session, at=life.at, machine_now=datetime.now(UTC), limit=99,
                         lease_seconds=60)  # fmt: skip
    (mail, *_) = [mail for mail in mails if mail.letter == "certificates_refused"]
    told = outbox.context_for(life.session, mail, at=life.at, base_url="https://d.example.invalid")
    assert told["refused"] == 2
    assert told["link"] == "https://d.example.invalid/projects/HP-2026-001"


def test_the_same_receipt_again_writes_no_second_letter_whatever_was_put_right_meanwhile(
    life: Class,
) -> None:
    batch = a_refusing_receipt(life, 2)
    first, second, *_ = certificate_board.batch_rows(life.session, batch)
    before = len(letters(life.session, "certificates_refused"))
    certificates.release(life.session, certificate_id=first.id, actor=life.house.centre, at=life.at)
    life.receipt(batch, refused=(first.serial, second.serial))
    assert len(letters(life.session, "certificates_refused")) == before == 3


def test_a_receipt_that_refuses_nobody_writes_to_nobody(life: Class) -> None:
    a_refusing_receipt(life, 0)
    assert not letters(life.session, "certificates_refused")


def test_E50_the_owner_sees_them_until_they_are_in_another_batch(life: Class) -> None:  # noqa: N802
    batch = a_refusing_receipt(life, 1)
    (row,) = refusals.of_owner(life.session, project_id=life.id)
    assert (row.name, row.reason, row.released) == ("张示例", "照片不符", False)
    first = certificate_board.batch_rows(life.session, batch)[0]
    certificates.release(life.session, certificate_id=first.id, actor=life.house.centre, at=life.at)
    (row,) = refusals.of_owner(life.session, project_id=life.id)
    assert row.released
    life.batch()
    assert not refusals.of_owner(life.session, project_id=life.id)


def test_a_letter_about_what_was_put_right_meanwhile_is_not_sent(life: Class) -> None:
    batch = a_refusing_receipt(life, 1)
    first = certificate_board.batch_rows(life.session, batch)[0]
    certificates.release(life.session, certificate_id=first.id, actor=life.house.centre, at=life.at)
    outbox.lease(
        life.session, at=life.at, machine_now=datetime.now(UTC), limit=99, lease_seconds=60
    )
    life.session.expire_all()
    assert {mail.state for mail in letters(life.session, "certificates_refused")} == {"moot"}


def test_E50_the_organiser_and_the_district_of_a_contest_get_theirs(  # noqa: N802
    session: Session,
) -> None:
    contest = in_a_big_district(session, organised(session)).held(*range(1000, 900, -10))
    contest.confirmed(contest.house.second)
    batch = batch_of(contest)
    answers(contest, batch, refused=2)
    found = letters(session, "case_refused")
    assert {mail.person_id for mail in found} == {
        contest.organiser.person_id, contest.house.first.person_id, contest.house.second.person_id,
    }  # fmt: skip
    assert found[0].context == {"refused": 2, "refused_in": batch, "case": contest.id}
    assert len(refusals.of_owner(session, case_id=contest.id)) == 2


def test_a_whole_batch_that_the_hub_refused_is_told_to_its_uploader(life: Class) -> None:
    batch = life.batch() or 0
    for _ in range(2):
        refusals.keep_batch(life.session, batch, sha256="4" * 64, words="第3行有误", at=life.at)
    (mail,) = letters(life.session, "batch_refused")
    assert (mail.person_id, mail.context) == (life.house.centre.person_id, {"batch": batch})
    report = refusals.of_batch(life.session, batch)
    assert report is not None
    assert (report.sha256, report.imported) == ("4" * 64, False)
