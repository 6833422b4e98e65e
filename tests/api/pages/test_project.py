"""The page of a project: what stands on it for whom, and what its forms do."""

from collections.abc import Callable

import pytest

from tests.api.pages.person_at_screen import AtScreen

Sit = Callable[[str], AtScreen]
PROVIDER, FIRST, SECOND = (
    "P001/provider_operator",
    "HP/district_reviewer",
    "HP/district_reviewer/1",
)
PAGE = "/projects/HP-2026-001"
SIGN, BACK = f"{PAGE}/facts/review_signed", f"{PAGE}/facts/sent_back"


@pytest.fixture
def provider(sit: Sit) -> AtScreen:
    """Who has just proposed the example."""
    return sit(PROVIDER).opens("/projects/new?example=1").sends("/projects", district="HP")


@pytest.fixture
def first(sit: Sit, provider: AtScreen) -> AtScreen:
    return sit(FIRST).opens(PAGE)


def test_two_persons_sign_and_the_page_says_what_followed(sit: Sit, first: AtScreen) -> None:
    assert "办理后项目仍处于“已申报”" in first.text
    assert "已签署；项目仍处于“已申报”。" in first.sends(SIGN).text
    second = sit(SECOND).opens(PAGE)
    assert "办理后项目进入“已批准”" in second.text
    assert "已签署；项目进入“已批准”。" in second.sends(SIGN).text
    assert "批准：进入“已批准”（依据C12）" in second.text


def test_who_signed_sees_why_not_a_second_time(first: AtScreen) -> None:
    first.sends(SIGN)
    assert "您已签署，须由另一人签署。" in first.text
    assert first.may_not_send(SIGN)
    assert "您已签署，待另一人签署" in first.opens("/").text


def test_a_send_back_wants_its_reason(first: AtScreen) -> None:
    first.sends(BACK, code="teachers", text=" ")
    assert first.page.status_code == 422
    assert "请填写理由" in first.text
    first.opens(PAGE).sends(BACK, code="teachers", text="请补充教师证书。")
    assert "师资材料不全: 请补充教师证书。" in first.text


def test_the_provider_completes_what_was_sent_back(first: AtScreen, provider: AtScreen) -> None:
    first.sends(BACK, code="teachers", text="请补充教师证书。")
    assert "补正并重新提交培训方案" in provider.opens("/").text
    provider.opens(f"{PAGE}/plan")
    assert "请补充教师证书。" in provider.text
    provider.sends(f"{PAGE}/plan", title="补正后的项目")
    assert "补正后的项目" in provider.page.text
    assert "轮到您办理" in first.opens(PAGE).text


def test_a_stale_page_overwrites_nothing(sit: Sit, first: AtScreen) -> None:
    first.sends(SIGN)
    stale = sit(SECOND).opens(PAGE)
    sit(SECOND).opens(PAGE).sends(SIGN)
    stale.sends(BACK, code="other", text="再看看。")
    assert stale.page.status_code == 409
    assert "其他人已先处理了该项目" in stale.text


def test_a_neighbouring_district_finds_no_such_project(sit: Sit, provider: AtScreen) -> None:
    neighbour = sit("PD/district_reviewer").opens(PAGE)
    assert neighbour.page.status_code == 404


def test_an_auditor_reads_all_and_is_offered_nothing(sit: Sit, provider: AtScreen) -> None:
    auditor = sit("CENTRE/auditor").opens(PAGE)
    assert "人工智能推介官（基础）示例项目" in auditor.page.text
    assert "可以办理" not in auditor.text


def test_the_provider_opens_a_class_and_its_page_follows(
    sit: Sit, first: AtScreen, provider: AtScreen
) -> None:
    first.sends(SIGN)
    sit(SECOND).opens(PAGE).sends(SIGN)
    provider.opens(PAGE).sends(f"{PAGE}/classes", no="1")
    assert provider.page.url.path == f"{PAGE}/classes/1"
    assert "沪人社职〔2026〕67号" in provider.opens(PAGE).text


def test_an_unusual_class_needs_a_waiver_by_a_second_person(sit: Sit) -> None:
    provider = sit(PROVIDER).opens("/projects/new?example=1")
    provider.sends("/projects", district="HP", class_size="80")
    waiver = f"{PAGE}/facts/waiver_requested"
    provider.sends(waiver, text="场地足够，教师加倍。")
    assert "批准例外" in sit(FIRST).opens(PAGE).sends(f"{PAGE}/facts/waiver_granted").text


def test_other_offices_see_roles_not_names(sit: Sit, first: AtScreen, provider: AtScreen) -> None:
    first.sends(SIGN)
    told = provider.opens(PAGE).text.partition("办理经过")[2]
    assert "区审核员 · 黄浦区" in told
