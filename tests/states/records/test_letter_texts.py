"""Letters in an office's own words: versions that stay, trials to oneself, and who may what."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from states.actor import Actor
from states.errors import BadInput, NotFound, NotYours
from states.records import acts, letter_preferences, letter_texts, outbox
from states.records.letter_texts import Which
from states.records.tables import Mail
from states.rules.letter_texts import LetterText
from states.rules.letters import the_letters
from states.rules.stages import Role
from tests.desks import Class
from tests.house import NOON, _person, a_house

MACHINE = datetime(2025, 1, 1, tzinfo=UTC)
BASE = "http://127.0.0.1:8000"
ZH = Which("plan_submitted", "zh")
OWN = LetterText("请审核 {project.code}", "请审核{project.title}。\n> 审核 | {link}")


@pytest.fixture
def life(session: Session) -> Class:
    return Class(session, a_house(session)).proposed()  # type: ignore[return-value]  # itself


@pytest.fixture
def bureau(life: Class) -> Actor:
    office = life.house.centre.office_id or 0
    return replace(_person(life.session, office, Role.BUREAU, number=9), request_id="r1")


def changed(life: Class, who: Actor, told: LetterText = OWN, *, seen: int = 0) -> int:
    return letter_texts.change(life.session, ZH, told, seen=seen, actor=who, at=NOON)


def leased(life: Class, *, days: int = 0) -> list[outbox.LeasedMail]:
    at = life.at + timedelta(days=days)
    return outbox.lease(life.session, at=at, machine_now=MACHINE, limit=99, lease_seconds=60)


def test_the_newest_version_stands_until_the_original_does_again(
    life: Class, bureau: Actor
) -> None:
    session = life.session
    assert letter_texts.newest(session, ["plan_submitted"]) == {}
    assert changed(life, bureau) == 1
    second = LetterText("再请审核 {project.code}", OWN.body)
    assert changed(life, bureau, second, seen=1) == 2
    assert letter_texts.newest(session, ["plan_submitted", "plan_approved"]) == {ZH: second}
    assert letter_texts.newest(session, ["plan_approved"]) == {}
    assert letter_texts.restore(session, ZH, seen=2, actor=bureau, at=NOON) == 3
    assert letter_texts.newest(session, ["plan_submitted"]) == {}
    told = letter_texts.history(session, ZH)
    assert [(one.version, one.original, one.subject) for one in told] == [
        (3, True, ""), (2, False, second.subject), (1, False, OWN.subject),
    ]  # fmt: skip
    assert letter_texts.standing(session)[ZH] == told[0]


def test_every_change_is_an_act_in_the_ledger(life: Class, bureau: Actor) -> None:
    changed(life, bureau)
    letter_texts.restore(life.session, ZH, seen=1, actor=bureau, at=NOON)
    found = acts.latest(life.session, about="letter/plan_submitted.zh")
    assert [(act.name, act.detail) for act in found] == [
        (letter_texts.RESTORED, {"version": 2}), (letter_texts.CHANGED, {"version": 1}),
    ]  # fmt: skip


def test_of_two_who_saw_the_same_version_one_is_told(life: Class, bureau: Actor) -> None:
    changed(life, bureau)
    other = LetterText("别的", OWN.body)
    with pytest.raises(BadInput) as moved:
        changed(life, bureau, other, seen=0)
    assert moved.value.params["why"] == "letter_text_moved"
    with pytest.raises(BadInput) as same:
        changed(life, bureau, seen=1)
    assert same.value.params["why"] == "letter_text_is_the_same"
    assert len(letter_texts.history(life.session, ZH)) == 1


def test_a_text_with_flaws_is_not_kept(life: Class, bureau: Actor) -> None:
    with pytest.raises(BadInput) as flawed:
        changed(life, bureau, LetterText("甲", "没有链接"))
    assert flawed.value.params["why"] == "letter_text_has_flaws"
    assert letter_texts.history(life.session, ZH) == []


def test_only_the_bureau_and_the_administrator_change_texts(life: Class, bureau: Actor) -> None:
    administrator = replace(bureau, role=Role.ADMINISTRATOR)
    assert changed(life, administrator) == 1
    for role in set(Role) - letter_texts.EDITORS:
        with pytest.raises(NotYours):
            changed(life, replace(bureau, role=role), seen=1)
    with pytest.raises(NotFound):
        letter_texts.change(
            life.session, Which("love_letter", "zh"), OWN, seen=0, actor=bureau, at=NOON
        )


def test_no_version_is_ever_changed_or_taken_away(life: Class, bureau: Actor) -> None:
    changed(life, bureau)
    for words in ("UPDATE letter_text SET body = ''", "DELETE FROM letter_text"):
        with pytest.raises(DBAPIError, match="append-only"), life.session.begin_nested():
            life.session.execute(text(words))


def test_a_trial_goes_to_the_asker_alone_with_what_the_last_letter_told(
    life: Class, bureau: Actor
) -> None:
    about = letter_texts.last_sent(life.session, "plan_submitted", actor=bureau)
    letter_texts.promise_trial(life.session, ZH, OWN, about=about, actor=bureau, at=NOON)
    (mail,) = [mail for mail in leased(life) if mail.key.startswith("trial/")]
    assert mail.person_id == bureau.person_id
    assert (mail.project_id, mail.duty) == (None, "")
    assert letter_texts.text_of(mail, {}) == OWN
    facts = outbox.context_for(life.session, mail, at=life.at, base_url=BASE)
    assert facts["project"]["code"] == "HP-2026-001"  # type: ignore[index]
    assert facts["link"] == f"{BASE}/projects/HP-2026-001"
    assert facts["due"]


def test_a_trial_is_sent_though_nobody_owes_it_and_nobody_wants_it(
    life: Class, bureau: Actor
) -> None:
    letter_preferences.choose(life.session, {"project_surveyed": False}, actor=bureau, at=life.at)
    for which in (Which("batch_ready", "en"), Which("project_surveyed", "zh")):
        letter_texts.promise_trial(life.session, which, None, about=None, actor=bureau, at=NOON)
    found = {mail.letter: mail for mail in leased(life) if mail.person_id == bureau.person_id}
    assert set(found) == {"batch_ready", "project_surveyed"}
    assert found["batch_ready"].language == "en"
    facts = outbox.context_for(life.session, found["batch_ready"], at=life.at, base_url=BASE)
    assert facts["batch"] == {"code": "GJ-2026-05-001", "count": "37"}


def test_a_trial_is_never_taken_for_the_last_letter(life: Class, bureau: Actor) -> None:
    letter_texts.promise_trial(life.session, ZH, OWN, about=None, actor=bureau, at=NOON)
    about = letter_texts.last_sent(life.session, "plan_submitted", actor=bureau)
    assert about
    assert about["trial"]["project"] == life.id


def test_an_administrator_sees_nothing_real_and_nobody_a_link_that_is_a_key(
    life: Class, bureau: Actor
) -> None:
    life.session.add(
        Mail(
            key="x", letter="set_password", person_id=bureau.person_id, message_id="x",
            context={"path": "/set-password/secret", "expires": NOON.isoformat()},
            promised_at=NOON, not_before=NOON,
        )
    )  # fmt: skip
    life.session.flush()
    administrator = replace(bureau, role=Role.ADMINISTRATOR)
    assert letter_texts.last_sent(life.session, "plan_submitted", actor=administrator) is None
    assert letter_texts.last_sent(life.session, "set_password", actor=bureau) is None


def test_an_optional_letter_that_was_switched_off_is_moot_and_says_so(life: Class) -> None:
    reader = life.house.first
    letter_preferences.choose(life.session, {"project_withdrawn": False}, actor=reader, at=life.at)
    assert letter_preferences.unwanted(life.session, reader) == {"project_withdrawn"}
    _promise(life, reader, "project_withdrawn")
    _promise(life, life.house.second, "project_withdrawn")
    assert [mail.person_id for mail in leased(life) if mail.letter == "project_withdrawn"] == [
        life.house.second.person_id
    ]
    answers = life.session.connection().execute(
        text("SELECT state, answer FROM outbox WHERE letter = 'project_withdrawn' ORDER BY id")
    )
    assert [tuple(row) for row in answers] == [("moot", outbox.NOT_WANTED), ("leased", "")]


def test_a_letter_that_is_wanted_again_is_sent_again(life: Class) -> None:
    reader = life.house.first
    for wanted in (False, True):
        letter_preferences.choose(
            life.session, {"project_withdrawn": wanted}, actor=reader, at=life.at
        )
    assert letter_preferences.unwanted(life.session, reader) == frozenset()
    _promise(life, reader, "project_withdrawn")
    assert "project_withdrawn" in {mail.letter for mail in leased(life)}


def test_a_duty_cannot_be_switched_off_even_behind_the_page(life: Class) -> None:
    reader = life.house.first
    with pytest.raises(BadInput):
        letter_preferences.choose(life.session, {"plan_submitted": False}, actor=reader, at=life.at)
    life.session.execute(
        text("INSERT INTO letter_preference VALUES (:person, 'plan_submitted', false, now())"),
        {"person": reader.person_id},
    )
    assert reader.person_id in {
        mail.person_id for mail in leased(life) if mail.letter == "plan_submitted"
    }


def test_mail_follows_the_language_that_its_reader_chose(life: Class) -> None:
    reader = life.house.first
    assert letter_preferences.language(life.session, reader) == "zh"
    letter_preferences.speak(life.session, "en", actor=reader)
    assert letter_preferences.language(life.session, reader) == "en"
    _promise(life, reader, "project_withdrawn")
    (mail,) = [mail for mail in leased(life) if mail.letter == "project_withdrawn"]
    assert mail.language == "en"


def test_invented_facts_are_there_for_every_letter(life: Class, bureau: Actor) -> None:
    for letter in the_letters().letters:
        letter_texts.promise_trial(
            life.session, Which(letter, "zh"), None, about=None,
            actor=replace(bureau, request_id=letter), at=NOON,
        )  # fmt: skip
    trials = [mail for mail in leased(life) if mail.key.startswith("trial/")]
    facts = outbox.contexts_for(life.session, trials, at=life.at, base_url=BASE)
    assert len(trials) == len(facts) == len(the_letters().letters)
    assert {one["link"] for one in facts.values()} == {f"{BASE}/"}


def _promise(life: Class, reader: Actor, letter: str) -> None:
    outbox.promise_to_person(
        life.session, key="story", letter=letter, person_id=reader.person_id or 0,
        context={}, at=life.at, project_id=life.id,
    )  # fmt: skip
