"""No letter tells of a learner, and opening every link of every letter twice changes nothing."""

import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from html import unescape

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlmodel import Session, SQLModel, select

from api import auth
from api.sample_offices import actors
from states.records import clock
from states.records.letter_facts import MY_LETTERS
from states.records.tables import Account, Appointment
from states.rules.letters import the_letters
from tests.api.conftest import HERE
from tests.api.reported import a_house_of_the_sample
from tests.every_letter import BOTH, Programme, a_programme

LINK = re.compile(r"https?://[^\s\"'<>]+")
NOT_BUSINESS = {"web_session": "seen_at"}
"""What a visit may change: when a session was last seen. Everything else must stay as it was."""
ONE_TIME = ("/set-password/", "/survey/")


@pytest.fixture
def programme(session: Session) -> Programme:
    account = session.exec(select(Account).where(Account.login == "p002")).one()
    path = f"/set-password/{auth.make_link(session, account.id)}"
    organiser = actors(session)["contest-1"]
    made = a_programme(session, a_house_of_the_sample(session), organiser, path=path)
    clock.move(session, to=made.life.at)
    session.commit()
    return made


def letters(programme: Programme) -> list[tuple[int | None, EmailMessage]]:
    """Every promised letter in both languages, with its reader."""
    mails = [replace(mail, language=lang) for mail in programme.mails() for lang in BOTH]
    written = [programme.letters([mail], base=HERE)[0] for mail in mails]
    return [(mail.person_id, one) for mail, one in zip(mails, written, strict=True)]


def bodies(message: EmailMessage) -> tuple[str, str]:
    """Text and HTML."""
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert plain
    assert rich
    return str(plain.get_content()), str(rich.get_content())


def links_of(message: EmailMessage) -> set[str]:
    plain, rich = bodies(message)
    return {*LINK.findall(plain), *map(unescape, re.findall(r'href="([^"]+)"', rich))}


def test_no_letter_holds_a_name_a_number_or_a_way_to_reach_a_learner(
    programme: Programme,
) -> None:
    assert {mail.letter for mail in programme.mails()} == set(the_letters().letters)
    for _, message in letters(programme):
        whole = "\n".join((str(message["Subject"]), *bodies(message)))
        assert not [secret for secret in programme.secrets if secret in whole], message["Subject"]
        names = [row.name for row in programme.rows]
        assert not [name for name in names if name in str(message["To"])]


def test_what_waits_in_the_outbox_holds_nothing_of_a_learner_either(programme: Programme) -> None:
    kept = programme.life.session.connection().execute(text("SELECT outbox::text FROM outbox"))
    for row in kept.scalars():
        assert not [secret for secret in programme.secrets if secret in row]


def test_every_letter_to_an_office_leads_to_ones_own_choice_of_letters(
    programme: Programme,
) -> None:
    for _, message in letters(programme):
        secret_link = the_letters().letters[message["X-Duban-Letter"]].has_secret_link
        assert (HERE + MY_LETTERS in links_of(message)) is not secret_link


def checksums(session: Session) -> dict[str, str]:
    """One digest of all rows for each table there is."""
    session.rollback()
    found = {}
    for table in SQLModel.metadata.tables:
        left_out = NOT_BUSINESS.get(table, "")
        query = text(
            f"SELECT md5(coalesce(string_agg(r, '|' ORDER BY r), '')) FROM "  # noqa: S608  ours
            f"(SELECT (to_jsonb(t) - :left_out)::text AS r FROM {table} t) AS rows"
        )
        found[table] = session.connection().execute(query, {"left_out": left_out}).scalar_one()
    session.rollback()
    return found


def readers(app: FastAPI, session: Session, people: set[int]) -> Iterator[tuple[int, TestClient]]:
    """A signed-in browser for each reader who has an account."""
    for person in people:
        asked = select(Appointment.id).where(Appointment.person_id == person)
        appointment = session.exec(asked).first()
        browser = TestClient(app, base_url=HERE, client=("127.0.0.1", 50002))
        entered = browser.post("/signin/sample", data={"appointment_id": str(appointment)})
        assert entered.status_code == 200
        yield person, browser


def test_opening_every_link_of_every_letter_twice_changes_nothing(
    app: FastAPI, client: TestClient, session: Session, programme: Programme
) -> None:
    told = letters(programme)
    by_link: dict[str, set[int]] = {}
    for person, message in told:
        for link in links_of(message):
            by_link.setdefault(link, set()).update({person} if person else set())
    browsers = dict(readers(app, session, {one for many in by_link.values() for one in many}))
    assert len(browsers) >= 5
    assert all(any(way in link for link in by_link) for way in (*ONE_TIME, "/projects/"))
    before = checksums(session)
    for link, people in by_link.items():
        for visitor in (client, *(browsers[person] for person in people)):
            for _ in range(2):
                assert visitor.get(link).status_code < 400
                assert visitor.head(link).status_code < 500
    after = checksums(session)
    assert {name for name in before if before[name] != after[name]} == set()
    one_time_links_still_work(client, session, set(by_link))
    assert checksums(session) != after, "the checksum would not have seen a change"


def one_time_links_still_work(client: TestClient, session: Session, links: set[str]) -> None:
    """After all that, the password can still be set and the survey still be answered."""
    (password,) = [link for link in links if "/set-password/" in link]
    typed = "ein-langes-geheimes-wort"
    answer = client.post(password, data={"password": typed, "again": typed}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/signin")
    survey = next(link for link in sorted(links) if "/survey/" in link)
    questions = re.findall(r'type="radio" name="(\w+)"', client.get(survey).text)
    assert questions
    sent = client.post(survey, data=dict.fromkeys(questions, "4"), follow_redirects=False)
    assert sent.status_code == 303
    session.rollback()
    answered = session.connection().execute(
        text("SELECT count(*) FROM survey_invitation WHERE answered")
    )
    assert answered.scalar_one() == 1
