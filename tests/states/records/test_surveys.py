"""Surveys: invited once, answered once, added up when the window closes."""

from datetime import timedelta

import pytest
from sqlalchemy import inspect
from sqlmodel import Session, select

from states.errors import BadInput, NotFound
from states.records import invitations, surveys
from states.records.tables import Mail, SurveyAnswer
from states.rules.facts import ScoresConfirmed
from states.rules.questions import survey_on
from states.rules.stages import Channel, Stage
from tests.desks import ASSESSED_ON, Class, address, learners
from tests.house import a_house, a_plan

EMPLOYED = {
    "employer": "上海示例制造有限公司",
    "employer_uscc": "91319900MA0000001X",
    "employer_email": "hr@employer.example.invalid",
    "category": "employed",
}


@pytest.fixture
def life(session: Session) -> Class:
    return Class(session, a_house(session))


def _mails(life: Class, letter: str) -> list[Mail]:
    return list(life.session.exec(select(Mail).where(Mail.letter == letter).order_by("id")))


def test_everybody_assessed_is_invited_and_the_absent_are_not(life: Class) -> None:
    life.surveying()
    (progress,) = surveys.progress_of(life.session, life.class_id)
    assert (progress.population, progress.invited, progress.answers) == ("learner", 5, 0)
    assert [address(life, mail) for mail in _mails(life, "survey_learner")] == [
        "learner3@example.invalid",
        "learner5@example.invalid",
        "learner7@example.invalid",
    ]
    links = invitations.links_for_handout(life.session, life.class_id)
    assert [link.place for link in links] == [4, 6]
    assert surveys.invitation(life.session, links[0].token).class_id == life.class_id


def test_a_promised_mail_holds_no_link_and_no_name(life: Class) -> None:
    life.surveying()
    assert all(set(mail.context) == {"invitation"} for mail in _mails(life, "survey_learner"))


def test_an_employer_is_asked_once_for_all_its_learners(life: Class) -> None:
    life.surveying(**EMPLOYED)
    assert [address(life, mail) for mail in _mails(life, "survey_employer")] == [
        EMPLOYED["employer_email"]
    ]


def test_E56_a_learner_without_an_employer_brings_no_employer_survey(life: Class) -> None:  # noqa: N802
    life.surveying()
    assert _mails(life, "survey_employer") == []
    assert life.nonces("employer") == []
    assert [one.population for one in surveys.progress_of(life.session, life.class_id)] == [
        "learner"
    ]


def test_in_enterprise_training_the_employer_of_the_plan_is_asked(life: Class) -> None:
    life.filed(a_plan(channel=Channel.ENTERPRISE)).enrols(learners(6)).wait(days=7)
    life.ends().scores(*["pass"] * 6)
    life.says(ScoresConfirmed(class_no=1), life.house.second)
    (link,) = [
        one
        for one in invitations.links_for_handout(life.session, life.class_id)
        if one.population == "employer"
    ]
    assert link.name == "上海示例制造有限公司"


def test_a_link_works_once(life: Class) -> None:
    life.surveying()
    nonce = life.nonces()[0]
    life.answers(nonce, 5)
    with pytest.raises(BadInput) as refused:
        life.answers(nonce, 1)
    assert refused.value.params["why"] == "survey_answered"
    assert len(life.session.exec(select(SurveyAnswer)).all()) == 1


def test_the_closing_day_still_counts_and_the_next_does_not(life: Class) -> None:
    life.surveying()
    first, second = life.nonces()[:2]
    life.answers(first, 5, at=life.at + timedelta(days=7))
    with pytest.raises(BadInput) as refused:
        life.answers(second, 5, at=life.at + timedelta(days=8))
    assert refused.value.params["why"] == "survey_closed"


def test_every_question_wants_a_rating(life: Class) -> None:
    life.surveying()
    token = invitations.token_for(life.nonces()[0])
    with pytest.raises(BadInput) as refused:
        surveys.answer(life.session, token, ratings={"overall": 5}, comment="", at=life.at)
    assert refused.value.params["why"] == "survey_incomplete"


def test_a_link_that_was_never_given_is_not_found(life: Class) -> None:
    with pytest.raises(NotFound):
        surveys.invitation(life.session, invitations.token_for("another"))


def test_an_answer_keeps_no_path_to_the_person() -> None:
    columns = set(inspect(SurveyAnswer).columns.keys())
    assert columns == {"id", "class_id", "population", "ratings", "overall", "on_day"} | {
        "comment_sealed"
    }


def test_a_closed_survey_is_added_up_and_the_project_moves_on(life: Class) -> None:
    life.surveyed()
    assert life.outcome.stage is Stage.SURVEYED
    (result,) = surveys.result_of(life.session, life.class_id)
    assert (result.invited, result.answers, result.satisfied) == (5, 3, 2)
    assert result.sums["overall"] == 11


def test_a_survey_nobody_answered_closes_too(life: Class) -> None:
    life.surveying().wait(days=8)
    assert life.outcome.stage is Stage.SURVEYED


def test_both_populations_have_questions_in_both_languages() -> None:
    survey = survey_on(ASSESSED_ON)
    assert [len(survey.of(whom).keys) for whom in ("learner", "employer")] == [9, 7]
    assert all(question.zh and question.en for question in survey.learner.questions)
    assert [step.points for step in survey.scale] == [5, 4, 3, 2, 1]
    with pytest.raises(LookupError):
        survey_on(ASSESSED_ON.replace(year=2020))
