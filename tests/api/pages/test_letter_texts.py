"""Letter texts at the screen: seen, changed, tried, put back; and everybody's own choice."""

from collections.abc import Callable
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlmodel import Session, select

from states.records import letter_preferences, letter_texts, outbox
from states.records.acts import latest
from states.records.letter_texts import Which
from states.records.tables import Mail, Person
from states.rules.letters import the_letters
from states.rules.stages import Role
from tests.api.pages.person_at_screen import AtScreen
from tests.api.reported import a_reported_class
from tests.desks import Class

Sit = Callable[[str], AtScreen]
BUREAU, ADMINISTRATOR = "BUREAU/bureau_officer", "DUBAN/system_administrator"
AUDITOR, CENTRE = "CENTRE/auditor", "CENTRE/centre_officer"
FIRST, PROVIDER = "HP/district_reviewer", "P001/provider_operator"
PAGE = "/letters/plan_submitted/zh"
ZH = Which("plan_submitted", "zh")
OWN = {
    "subject": "速审 {project.code}",
    "body": "请[于{due}前|尽快]审核{project.title}。\r\n= 项目 | {project.code}\r\n> 审核 | {link}",
}


@pytest.fixture
def life(session: Session) -> Class:
    return a_reported_class(session)


@pytest.fixture
def bureau(sit: Sit) -> AtScreen:
    return sit(BUREAU)


def frame(at: AtScreen) -> str:
    """The letter's own HTML, as the frame of the preview holds it."""
    return unescape(at.page.text.partition('srcdoc="')[2].partition('"')[0])


def test_the_list_tells_of_every_letter_and_leads_to_its_texts(bureau: AtScreen) -> None:
    page = bureau.opens("/letters").page.text
    for name in the_letters().letters:
        assert f'href="/letters/{name}/zh"' in page
        assert f'href="/letters/{name}/en"' in page
    assert "已修改" not in bureau.text
    assert 'href="/letters"' in bureau.opens("/operations").page.text
    assert 'href="/letters"' in bureau.opens("/mails").page.text


def test_every_text_has_its_page_with_a_preview(bureau: AtScreen) -> None:
    for name in the_letters().letters:
        page = bureau.opens(f"/letters/{name}/zh")
        assert page.page.status_code == 200
        assert "您好：" in frame(page)
    assert "Dear " in frame(bureau.opens("/letters/plan_approved/en"))


def test_the_editor_starts_from_the_original_and_shows_it_with_real_data(
    bureau: AtScreen, life: Class
) -> None:
    bureau.opens(PAGE)
    assert "请审核培训方案 {project.code}[（{due.short}前）]" in bureau.form(PAGE).values["subject"]
    assert "按发件箱中最近一封同类邮件的数据显示" in bureau.text
    assert "HP-2026-001" in frame(bureau)
    assert "该文本未作过修改" in bureau.text


def test_a_text_is_changed_kept_in_the_history_and_put_back(
    bureau: AtScreen, session: Session
) -> None:
    bureau.opens(PAGE).sends(PAGE, **OWN)
    assert "邮件文本已保存" in bureau.text
    assert "第1版" in bureau.text
    assert "<ins>" in bureau.page.text
    assert "<del>" in bureau.page.text
    kept = letter_texts.newest(session, ["plan_submitted"])[ZH]
    assert kept.body == OWN["body"].replace("\r\n", "\n")
    assert "已修改" in bureau.opens("/letters").text
    bureau.opens(PAGE).sends(f"{PAGE}/original")
    assert "已恢复为原文" in bureau.text
    session.rollback()
    assert letter_texts.newest(session, ["plan_submitted"]) == {}
    acts = latest(session, about="letter/plan_submitted.zh")
    assert [act.name for act in acts] == [letter_texts.RESTORED, letter_texts.CHANGED]


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    bureau: AtScreen, session: Session
) -> None:
    bad = {"subject": "甲{nobody.name}", "body": "没有按钮 https://evil.example.invalid\n= 项目"}
    bureau.opens(PAGE).sends(PAGE, **bad)
    assert bureau.page.status_code == 422
    for sentence in (
        "此处不能使用占位符{nobody.name}", "不能直接写网址", "缺少按钮行", "第2行：要素行应写成",
    ):  # fmt: skip
        assert sentence in bureau.text
    assert "没有按钮 https://evil.example.invalid" in bureau.page.text
    assert 'aria-invalid="true"' in bureau.page.text
    assert letter_texts.history(session, ZH) == []


def test_a_form_with_flaws_may_be_sent_again_and_mended_under_its_key(
    bureau: AtScreen, session: Session
) -> None:
    form = bureau.opens(PAGE).form(PAGE).values
    for _ in range(2):
        assert bureau.client.post(PAGE, data={**form, "subject": ""}).status_code == 422
    for _ in range(2):
        mended = bureau.client.post(PAGE, data={**form, **OWN}, follow_redirects=False)
        assert mended.status_code == 303
    other = bureau.client.post(PAGE, data={**form, "subject": "别的"})
    assert other.status_code == 422
    assert [one.subject for one in letter_texts.history(session, ZH)] == [OWN["subject"]]


def test_the_original_is_not_saved_as_a_change_of_itself(
    bureau: AtScreen, session: Session
) -> None:
    bureau.opens(PAGE).sends(PAGE)
    assert bureau.page.status_code == 422
    assert "文本没有变化，无需保存" in bureau.text
    assert letter_texts.history(session, ZH) == []


def test_a_header_cannot_be_smuggled_into_the_subject(bureau: AtScreen, session: Session) -> None:
    bureau.opens(PAGE).sends(PAGE, subject="甲\r\nBcc: x@y.test", body=OWN["body"])
    assert bureau.page.status_code == 422
    assert "主题只能是一行" in bureau.text
    assert letter_texts.history(session, ZH) == []


def test_the_live_preview_is_the_part_of_the_whole_page(bureau: AtScreen, life: Class) -> None:
    form = bureau.opens(PAGE).form(PAGE).values
    part = bureau.client.post(f"{PAGE}/preview", data={**form, **OWN})
    assert part.status_code == 200
    assert "<main" not in part.text
    assert "速审 HP-2026-001" in part.text
    bureau.sends(PAGE, **OWN)
    assert part.text.strip() in bureau.page.text
    bad = bureau.client.post(f"{PAGE}/preview", data={**form, "subject": "{", "body": "x"})
    assert "文本有误，暂不能使用" in bad.text


def test_what_an_editor_types_is_shown_and_sent_escaped(bureau: AtScreen, life: Class) -> None:
    script = "<script>alert(1)</script>"
    bureau.opens(PAGE).sends(PAGE, subject=script, body=f"{script}\n> 甲 | {{link}}")
    assert script not in bureau.page.text
    assert script not in frame(bureau)
    assert "&lt;script&gt;" in frame(bureau)
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in bureau.page.text


def test_a_trial_is_promised_to_oneself_alone_and_saves_nothing(
    bureau: AtScreen, session: Session, life: Class
) -> None:
    bureau.opens(PAGE)
    key = bureau.form(PAGE).values
    sent = bureau.client.post(f"{PAGE}/trial", data={**key, **OWN})
    assert "试发邮件已进入发件箱" in sent.text
    assert "试发不会保存您输入的内容" in sent.text
    assert "速审 {project.code}" in sent.text
    again = bureau.client.post(f"{PAGE}/trial", data={**key, **OWN})
    assert again.status_code == 200
    session.rollback()
    (mail,) = session.exec(select(Mail).where(Mail.key.startswith("trial/"))).all()
    assert session.get_one(Person, mail.person_id).email.startswith("bureau-1")
    assert letter_texts.history(session, ZH) == []
    assert "[试发] 培训方案待审核" in bureau.opens("/mails").text


def test_an_administrator_edits_and_sees_invented_facts_only(sit: Sit, life: Class) -> None:
    administrator = sit(ADMINISTRATOR).opens(PAGE)
    assert "按虚构的示例数据显示" in administrator.text
    assert "人工智能推介官（基础）培训" not in frame(administrator)
    assert "人工智能推介官（基础）示例班" in frame(administrator)
    assert "邮件文本已保存" in administrator.sends(PAGE, **OWN).text
    administrator.client.post(f"{PAGE}/trial", data={**administrator.form(PAGE).values, **OWN})
    life.session.rollback()
    context = life.session.exec(select(Mail.context).where(Mail.key.startswith("trial/"))).one()
    assert context["sample"] is True


def test_an_auditor_reads_and_nobody_else_comes_in(sit: Sit) -> None:
    auditor = sit(AUDITOR).opens(PAGE)
    assert auditor.may_not_send(PAGE)
    assert "请审核培训方案 {project.code}" in auditor.text
    own = {**OWN, "seen": "0", "csrf_token": "x"}
    token = auditor.opens("/me/letters").form("/me/letters").values["csrf_token"][0]
    for path in (PAGE, f"{PAGE}/trial", f"{PAGE}/original"):
        answer = auditor.client.post(path, data={**own, "csrf_token": token})
        assert answer.status_code == 403
    for who in (CENTRE, FIRST, PROVIDER):
        assert sit(who).opens(PAGE).page.status_code == 403
        assert sit(who).opens("/letters").page.status_code == 403
    for path in ("/letters/love_letter/zh", "/letters/plan_submitted/fr"):
        assert auditor.opens(path).page.status_code in {404, 422}


def test_two_who_edit_at_once_do_not_overwrite_each_other(sit: Sit, bureau: AtScreen) -> None:
    other = sit(ADMINISTRATOR).opens(PAGE)
    bureau.opens(PAGE).sends(PAGE, **OWN)
    other.sends(PAGE, subject="别的", body=OWN["body"])
    assert other.page.status_code == 422
    assert "他人刚刚修改了这份邮件文本" in other.text
    assert "别的" in other.form(PAGE).values["subject"]


def test_letters_whose_link_is_a_key_are_never_shown_with_real_data(
    bureau: AtScreen, life: Class
) -> None:
    assert life.session.exec(select(Mail).where(Mail.letter == "survey_learner")).first()
    bureau.opens("/letters/survey_learner/zh")
    assert "按虚构的示例数据显示" in bureau.text
    assert "/survey/" not in frame(bureau)


# ── My letters ───────────────────────────────────────────────────────────────────────────────────
def test_everybody_sees_what_they_get_and_why_duties_stay_on(sit: Sit) -> None:
    reviewer = sit(FIRST).opens("/")
    assert 'href="/me/letters"' in reviewer.page.text
    reviewer.opens("/me/letters")
    assert "培训方案待审核" in reviewer.text
    assert "此类邮件请您办理事项，关系到办理时限，不能关闭。" in reviewer.text
    ticked = set(reviewer.form("/me/letters").values["wanted"])
    assert ticked == {
        name for name, one in the_letters().of_role(Role.REVIEWER).items() if one.optional
    }


def test_an_optional_letter_is_switched_off_and_on(sit: Sit, session: Session) -> None:
    reviewer = sit(FIRST).opens("/me/letters")
    ticked = reviewer.form("/me/letters").values["wanted"]
    left = [name for name in ticked if name != "project_withdrawn"]
    reviewer.sends("/me/letters", wanted=left, language="en")
    assert "邮件设置已保存" in reviewer.text
    unwanted = session.connection().execute(
        text("SELECT letter FROM letter_preference WHERE NOT wanted")
    )
    assert list(unwanted.scalars()) == ["project_withdrawn"]
    assert 'value="project_withdrawn">' in reviewer.page.text
    assert 'value="en" selected' in reviewer.page.text
    reviewer.sends("/me/letters", wanted=ticked)
    session.rollback()
    assert not session.connection().execute(
        text("SELECT letter FROM letter_preference WHERE NOT wanted")
    ).all()  # fmt: skip


def test_the_outbox_says_that_a_reader_wanted_no_such_letter(
    sit: Sit, session: Session, life: Class
) -> None:
    reader = life.house.first
    letter_preferences.choose(session, {"project_withdrawn": False}, actor=reader, at=life.at)
    outbox.promise_to_person(
        session, key="story", letter="project_withdrawn", person_id=reader.person_id or 0,
        context={}, at=life.at, project_id=life.id,
    )  # fmt: skip
    outbox.lease(session, at=life.at, machine_now=life.at, limit=999, lease_seconds=60)
    session.commit()
    auditor = sit(AUDITOR).opens("/mails?state=moot")
    assert "收件人已关闭此类知会邮件，未发送" in auditor.text
    mail = session.exec(select(Mail.id).where(Mail.letter == "project_withdrawn")).one()
    assert "收件人已关闭此类知会邮件，未发送" in auditor.opens(f"/mails/{mail}").text


def test_a_duty_that_is_not_on_the_form_stays_on(sit: Sit, session: Session) -> None:
    reviewer = sit(FIRST).opens("/me/letters")
    reviewer.sends("/me/letters", wanted=["plan_submitted"])
    kept = session.connection().execute(text("SELECT letter, wanted FROM letter_preference"))
    told = {row.letter: row.wanted for row in kept}
    assert told
    assert "plan_submitted" not in told
    assert not any(told.values())


def test_whoever_comes_from_a_mail_signs_in_first(client: TestClient) -> None:
    answer = client.get("/me/letters", follow_redirects=False)
    assert answer.status_code == 303
    assert "next=/me/letters" in unescape(answer.headers["location"]).replace("%2F", "/")
