"""Letters: promised once, leased by one, repeated with patience, moot when no longer owed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session, select

from states.records import outbox
from states.records.tables import Mail, Project
from states.rules.facts import ReviewSigned
from states.rules.stages import Role
from tests.desks import Class, address
from tests.house import a_house

MACHINE = datetime(2025, 1, 1, tzinfo=UTC)
"""The machine's clock may well be behind the office's movable date."""
BASE = "http://127.0.0.1:8000"


@pytest.fixture
def life(session: Session) -> Class:
    return Class(session, a_house(session))


def _lease(life: Class, *, after: timedelta = timedelta(0)) -> list[outbox.LeasedMail]:
    return outbox.lease(
        life.session, at=life.at, machine_now=MACHINE + after, limit=100, lease_seconds=60
    )


def _mark(
    life: Class, mail: outbox.LeasedMail, outcome: str, *, after: timedelta = timedelta(0)
) -> bool:
    return outbox.mark(
        life.session, mail, outcome=outcome, answer="250 OK", machine_now=MACHINE + after
    )


def _promise(life: Class, *, but: int | None = None) -> int:
    return outbox.promise_to_role(
        life.session,
        key="story",
        letter="plan_submitted",
        role=Role.REVIEWER,
        office_id=life.house.district_id,
        context={},
        at=life.at,
        project_id=life.id,
        except_person=but,
    )


def test_a_promise_is_made_once_to_everybody_in_the_role(life: Class) -> None:
    life.proposed()
    assert _promise(life, but=life.house.first.person_id) == 1
    assert _promise(life) == 1
    assert _promise(life) == 0


def test_a_leased_letter_goes_to_one_worker_until_the_lease_ends(life: Class) -> None:
    life.proposed()
    first = _lease(life)
    assert {mail.to for mail in first} == {
        "person2@office.example.invalid",
        "person3@office.example.invalid",
    }
    assert _lease(life) == []
    second = _lease(life, after=timedelta(seconds=61))
    assert {mail.id for mail in second} == {mail.id for mail in first}
    assert {mail.message_id for mail in second} == {mail.message_id for mail in first}
    assert {mail.attempts for mail in second} == {2}
    assert not _mark(life, first[0], "accepted"), "the lease has passed on"
    assert _mark(life, second[0], "accepted")


def test_what_was_deferred_comes_again_by_the_machines_clock(life: Class) -> None:
    life.proposed()
    for mail in _lease(life):
        _mark(life, mail, "deferred")
    assert _lease(life, after=timedelta(seconds=29)) == []
    assert outbox.next_repeat(life.session) == MACHINE + timedelta(seconds=30)
    assert len(_lease(life, after=timedelta(seconds=30))) == 2


def test_a_letter_given_up_says_so(life: Class) -> None:
    life.proposed()
    life.session.connection().exec_driver_sql("UPDATE outbox SET attempts = 100")
    mail, *_ = _lease(life)
    _mark(life, mail, "unknown")
    kept = life.session.get_one(Mail, mail.id)
    assert (kept.state, kept.answer) == ("refused", f"{outbox.GIVEN_UP}: 250 OK")
    assert outbox.waiting_counts(life.session) == {"refused": 1, "leased": 1}


def test_nobody_is_asked_for_what_is_done(life: Class) -> None:
    life.approved()
    assert {mail.letter for mail in _lease(life)} == {"plan_approved"}
    moot = life.session.exec(select(Mail.letter).where(Mail.state == "moot"))
    assert set(moot) == {"plan_submitted", "second_signature_needed"}


def test_the_second_signature_is_not_asked_of_whoever_signed(life: Class) -> None:
    life.proposed().says(ReviewSigned(), life.house.first)
    asked = [mail for mail in _lease(life) if mail.letter == "second_signature_needed"]
    assert [mail.person_id for mail in asked] == [life.house.second.person_id]


def test_letters_of_an_unsettled_project_wait_for_its_duties(session: Session) -> None:
    life = Class(session, a_house(session), settle=False)
    life.proposed()
    assert len(_lease(life)) == 2
    life.says(ReviewSigned(), life.house.first)
    assert _lease(life) == []
    life.wait(days=0)
    assert {mail.letter for mail in _lease(life)} == {"second_signature_needed"}


def test_an_answered_survey_is_not_mailed_again(life: Class) -> None:
    life.surveying()
    life.answers(life.nonces()[0], 5)
    sent = [mail for mail in _lease(life) if mail.letter == "survey_learner"]
    assert [address(life, mail) for mail in sent] == [
        "learner5@example.invalid",
        "learner7@example.invalid",
    ]


def test_a_letter_about_a_project_says_what_by_when_and_where(life: Class) -> None:
    life.proposed()
    mail = _lease(life)[0]
    said = outbox.context_for(life.session, mail, at=life.at, base_url=f"{BASE}/")
    code = life.session.get_one(Project, life.id).code
    assert said["project"] == {
        "code": code,
        "title": "人工智能推介官（基础）培训",
        "district": "黄浦区人力资源和社会保障局",
        "provider": "上海示例职业技能培训学校",
    }
    assert said["due"] == date(2026, 4, 9)
    assert said["link"] == f"{BASE}/projects/{code}"
    assert said["person"] == {"name": mail.name}


def test_every_letter_of_a_whole_life_can_be_written(life: Class) -> None:
    life.surveying()
    letters = _contexts(life)
    life.wait(days=8)
    letters |= _contexts(life)
    number = life.compiles()
    letters |= _contexts(life)
    assert letters["return_to_prepare"]["link"] == f"{BASE}/returns/{number}"
    assert str(letters["survey_learner"]["link"]).startswith(f"{BASE}/survey/")
    assert str(letters["class_opened"]["link"]).endswith("/classes/1")


def _contexts(life: Class) -> dict[str, dict[str, object]]:
    mails = _lease(life)
    found = outbox.contexts_for(life.session, mails, at=life.at, base_url=BASE)
    for mail in mails:
        _mark(life, mail, "accepted")
    return {mail.letter: dict(found[mail.id]) for mail in mails}


def test_a_batch_is_announced_until_its_receipt_is_in(life: Class) -> None:
    batch = life.reported().batch() or 0
    (mail,) = [one for one in _lease(life) if one.letter == "batch_ready"]
    said = outbox.context_for(life.session, mail, at=life.at, base_url=BASE)
    assert said["batch"] == {"code": "2026-06-01", "count": 4}
    life.receipt(batch)
    again = _lease(life, after=timedelta(minutes=2))
    assert "batch_ready" not in {one.letter for one in again}


def test_a_reminder_lists_what_is_still_open(life: Class) -> None:
    life.proposed()
    items = [
        {"project": life.id, "duty": "review", "subject": ""},
        {"project": life.id, "duty": "resubmit", "subject": ""},
    ]
    reviewer = life.house.first.person_id or 0
    _remind(life, "one", reviewer, items)
    _remind(life, "two", reviewer, items[1:])
    (mail,) = [one for one in _lease(life) if one.letter == "daily_reminder"]
    said = outbox.context_for(life.session, mail, at=life.at, base_url=BASE)
    assert isinstance(said["items"], list)
    assert [(item["what"], item["days_left"]) for item in said["items"]] == [("审核培训方案", 8)]


def _remind(life: Class, key: str, person: int, items: list[dict[str, object]]) -> None:
    outbox.promise_to_person(
        life.session,
        key=f"reminder/{key}",
        letter="daily_reminder",
        person_id=person,
        context={"items": items},
        at=life.at,
    )


def test_a_set_up_link_is_built_when_the_letter_is_sent(life: Class) -> None:
    outbox.promise_to_person(
        life.session,
        key="setup/1",
        letter="set_password",
        person_id=life.house.first.person_id or 0,
        context={"path": "/set-password/abc", "expires": life.at.isoformat()},
        at=life.at,
    )
    (mail,) = _lease(life)
    said = outbox.context_for(life.session, mail, at=life.at, base_url=BASE)
    assert (said["link"], said["expires"]) == (f"{BASE}/set-password/abc", life.at)
