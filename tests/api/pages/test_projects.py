"""Proposing a project and finding it again."""

from collections.abc import Callable

from tests.api.pages.person_at_screen import AtScreen

Sit = Callable[[str], AtScreen]
PROVIDER, REVIEWER = "P001/provider_operator", "HP/district_reviewer"


def test_a_provider_proposes_the_example_and_sees_whose_turn_it_is(sit: Sit) -> None:
    provider = sit(PROVIDER).opens("/projects/new?example=1").sends("/projects", district="HP")
    assert provider.page.url.path == "/projects/HP-2026-001"
    assert "已申报项目HP-2026-001" in provider.text
    assert "黄浦区 · 区审核员 审核培训方案" in provider.text


def test_a_form_with_flaws_comes_back_as_it_was_typed(sit: Sit) -> None:
    provider = sit(PROVIDER).opens("/projects/new?example=1")
    provider.sends("/projects", title="我的项目", class_size="很多", ends_on="2026-01-01")
    assert provider.page.status_code == 422
    assert "每班人数：请填写数字。" in provider.text
    assert "结课日期不能早于开班日期。" in provider.text
    form = provider.form("/projects")
    assert form.values["title"] == ["我的项目"]
    assert form.values["unit_hours"] == ["6", "10", "8", "10", "6"]


def test_the_check_panel_counts_while_one_types(sit: Sit) -> None:
    provider = sit(PROVIDER).opens("/projects/new?example=1")
    typed = provider.form("/projects").values | {"unit_mode": ["online"] * 5}
    provider.page = provider.client.post("/projects/check", data=typed)
    assert "线上40课时，超过总40课时的50%。" in provider.page.text
    assert "<html" not in provider.page.text


def test_the_fragment_equals_the_same_part_of_the_whole_page(sit: Sit) -> None:
    provider = sit(PROVIDER).opens("/projects/new?example=1")
    whole = provider.page.text
    typed = provider.form("/projects").values
    assert provider.client.post("/projects/check", data=typed).text.strip() in whole


def test_the_same_form_sent_twice_makes_one_project(sit: Sit) -> None:
    provider = sit(PROVIDER).opens("/projects/new?example=1")
    sent = provider.form("/projects").values
    first = provider.client.post("/projects", data=sent)
    again = provider.client.post("/projects", data=sent)
    assert first.url.path == again.url.path
    assert provider.opens("/projects").text.count("HP-2026-0") == 1


def test_a_reviewer_does_not_propose(sit: Sit) -> None:
    assert sit(REVIEWER).opens("/projects/new").page.status_code == 403


def test_lists_are_filtered_and_keep_to_the_readers_scope(sit: Sit) -> None:
    sit(PROVIDER).opens("/projects/new?example=1").sends("/projects", title="黄浦的项目")
    sit("P002/provider_operator").opens("/projects/new?example=1").sends(
        "/projects", title="浦东的项目", district="PD"
    )
    reviewer = sit(REVIEWER)
    assert "黄浦的项目" in reviewer.opens("/projects").text
    assert "浦东的项目" not in reviewer.text
    centre = sit("CENTRE/centre_officer")
    assert "黄浦的项目" not in centre.opens("/projects?district=PD").text
    assert "浦东的项目" in centre.text
    assert "没有符合条件的项目" in centre.opens("/projects?text=没有这样的").text
