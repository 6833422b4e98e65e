"""Survey results at the screen, and every kind of link that cannot be answered (any more)."""

import base64
import hashlib
import io
import re
from collections.abc import Callable
from datetime import date, timedelta

import openpyxl
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pypdf import PdfReader
from sqlalchemy import text
from sqlmodel import Session, select

from states.records import clock, invitations
from states.records.tables import SurveyAnswer, SurveyInvitation
from states.rules.questions import survey_on
from tests.api.pages.conftest import HERE
from tests.api.pages.person_at_screen import AtScreen
from tests.api.surveyed import an_open_survey, closed_surveys

Sit = Callable[[str], AtScreen]
REVIEWER, PROVIDER, CENTRE = "HP/district_reviewer", "P001/provider_operator", "CENTRE/auditor"
CLASS = "/projects/HP-2026-001/classes/1"
A_REFUSED_LETTER = text("""
UPDATE outbox SET state = 'refused' WHERE id = (
  SELECT min(id) FROM outbox WHERE letter = 'survey_learner')
""")
KEYS = survey_on(date(2026, 5, 14)).learner.keys


@pytest.fixture
def results(session: Session) -> None:
    """A class of five answers, and one of three."""
    closed_surveys(session, (5, 5, 4, 4, 3), (1, 1, 1))


@pytest.mark.usefixtures("results")
@pytest.mark.parametrize("who", [REVIEWER, PROVIDER, CENTRE, "HP/district_supervisor"])
def test_results_are_drawn_with_their_table_beneath(sit: Sit, who: str) -> None:
    reader = sit(who).opens("/surveys?by=class")
    assert reader.page.status_code == 200
    drawn = re.findall(r'<rect class="bars-bar"[^>]*width="([\d.]+%)"', reader.page.text)
    assert "80.0%" in drawn
    assert "50.0%" in drawn
    assert 'role="img" aria-labelledby="learner-satisfied-title' in reader.page.text
    assert "HP-2026-001-01：80.0%；HP-2026-002-01：不足5份" in reader.text
    assert "结果依据5份答卷" in reader.text
    row = reader.text.partition("HP-2026-002-01 1 ")[2]
    assert row.startswith("6 3 50.0% — —")


@pytest.mark.usefixtures("results")
def test_few_answers_are_hidden_wherever_results_are_read(sit: Sit) -> None:
    reviewer = sit(REVIEWER)
    assert "答卷3份（不足5份，不显示结果）" in reviewer.opens("/projects/HP-2026-002").text
    assert "满意4份" in reviewer.opens("/projects/HP-2026-001").text
    few = reviewer.opens("/projects/HP-2026-002/classes/1").text
    assert "答卷不足5份，仅显示份数" in few
    assert "平均分" not in few
    assert "80.0%" not in reviewer.opens("/surveys?by=class&month=1999-01").text
    assert "尚无已结束的测评" in reviewer.text


@pytest.mark.usefixtures("results")
@pytest.mark.parametrize("by", ["class", "provider", "district", "month"])
def test_the_workbook_has_the_offices_table_and_the_groups(sit: Sit, by: str) -> None:
    centre = sit(CENTRE).opens(f"/surveys?by={by}")
    assert f'href="/surveys.xlsx?by={by}"' in centre.page.text
    book = openpyxl.load_workbook(io.BytesIO(centre.client.get(f"/surveys.xlsx?by={by}").content))
    table, groups = book.worksheets
    assert [cell.value for cell in table[4]][1:6] == ["2026年5月", 2, 12, 8, "66.7%"]
    assert table["H4"].value == "80.0%"
    assert "总体满意度4.2" in str(table["G4"].value)
    assert groups.max_row == (6 if by == "class" else 5)


@pytest.mark.usefixtures("results")
def test_other_districts_providers_and_keepers_of_the_service_see_none(sit: Sit) -> None:
    for who in ("PD/district_reviewer", "P002/provider_operator"):
        assert "HP-2026" not in sit(who).opens("/surveys?by=class&district=HP").page.text
    admin = sit("DUBAN/system_administrator").opens("/surveys")
    assert admin.page.status_code == 403
    assert sit(REVIEWER).opens("/surveys?by=person").page.status_code == 422


def test_before_any_survey_has_closed_the_page_says_so(sit: Sit) -> None:
    assert "尚无已结束的测评" in sit(CENTRE).opens("/surveys").text


@pytest.fixture
def links(session: Session) -> list[str]:
    """The links of an open survey."""
    life = an_open_survey(session)
    return [f"/survey/{invitations.token_for(nonce)}" for nonce in life.nonces()]


def a_browser(app: FastAPI) -> AtScreen:
    """Somebody without an account and without a past."""
    browser = TestClient(app, base_url=HERE, client=("127.0.0.1", 50002))
    return AtScreen(browser, browser.get("/verify/nobody-has-this"))


def answers(who: AtScreen, link: str, points: str = "5") -> AtScreen:
    keys = set(re.findall(r'type="radio" name="(\w+)"', who.opens(link).page.text))
    return who.sends(link, **dict.fromkeys(keys, points))


def test_every_kind_of_link_is_answered_kindly(
    app: FastAPI, session: Session, links: list[str]
) -> None:
    used, late = links[:2]
    learner, friend = a_browser(app), a_browser(app)
    form = dict(friend.opens(used).form(used).values)
    assert "已收到" in answers(learner, used).text
    assert "已收到" in learner.opens(used).text, "their own thanks, also on the next day"
    assert "此链接已使用过" in friend.opens(used).text
    assert "请使用您本人邮件或纸条上的链接" in friend.text
    replayed = friend.client.post(used, data=form | dict.fromkeys(KEYS, "1"))
    assert "以此链接的首份答卷为准" in replayed.text
    assert [one.overall for one in session.exec(select(SurveyAnswer))] == [5]
    guessed = friend.opens(used[:-1] + ("A" if used[-1] != "A" else "B"))
    assert (guessed.page.status_code, "链接无效" in guessed.text) == (404, True)
    clock.move(session, by=timedelta(days=8))
    session.commit()
    assert "测评已结束" in friend.opens(late).text
    assert "此链接已使用过" in friend.opens(used).text


@pytest.mark.parametrize("typed", ["6", "0", "5" * 5000, "²", "-1", "5\n"])
def test_a_rating_that_the_form_does_not_offer_is_still_to_be_chosen(
    app: FastAPI, session: Session, links: list[str], typed: str
) -> None:
    learner = answers(a_browser(app), links[0], typed)
    assert learner.page.status_code == 422
    assert "还有9题未选" in learner.text
    assert session.exec(select(SurveyAnswer)).all() == []


def test_every_kind_of_link_is_answered_kindly_in_english(
    app: FastAPI, session: Session, links: list[str]
) -> None:
    used, late = links[:2]
    friend = a_browser(app)
    form = dict(friend.opens(f"{used}?lang=en").form(used).values)
    answers(a_browser(app), used)
    assert "The first answer of this link stands" in friend.client.post(used, data=form).text
    assert "This link has already been used" in friend.opens(used).text
    assert "We do not know this link" in friend.opens("/survey/guessed").text
    clock.move(session, by=timedelta(days=8))
    session.commit()
    assert "This survey has closed" in friend.opens(late).text


@pytest.mark.usefixtures("links")
def test_the_sheet_of_a_class_holds_a_code_for_everybody_without_an_address(
    sit: Sit, session: Session
) -> None:
    reviewer = sit(REVIEWER).opens(CLASS)
    assert f'href="{CLASS}/handout.pdf"' in reviewer.page.text
    sheet = reviewer.client.get(f"{CLASS}/handout.pdf")
    said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(sheet.content)).pages)
    printed = re.findall(r"/survey/([\w-]{24})", said)
    unmailed = invitations.links_for_handout(session, 1)
    assert printed == [link.token for link in unmailed]
    assert not any(link.name in said for link in unmailed), "names are masked on paper"
    assert sit(PROVIDER).opens(f"{CLASS}/handout.pdf").page.status_code == 403
    assert sit("PD/district_reviewer").opens(f"{CLASS}/handout.pdf").page.status_code == 404


@pytest.mark.usefixtures("links")
def test_whose_letter_was_refused_is_handed_a_slip(sit: Sit, session: Session) -> None:
    before = {link.place for link in invitations.links_for_handout(session, 1)}
    session.connection().execute(A_REFUSED_LETTER)
    session.commit()
    after = {link.place for link in invitations.links_for_handout(session, 1)}
    assert after - before == {3}
    assert f"纸质链接（{len(after)}份）" in sit(REVIEWER).opens(CLASS).text


def test_a_link_is_long_and_only_its_hash_is_kept(session: Session, links: list[str]) -> None:
    token = links[0].rpartition("/")[2]
    assert len(base64.urlsafe_b64decode(token)) * 8 >= 128
    kept = session.exec(select(SurveyInvitation)).all()
    assert hashlib.sha256(token.encode()).hexdigest() in {one.token_hash for one in kept}
    assert not any(token in str(one.model_dump()) for one in kept)
