"""A page says everything in both languages, nothing inline, and its fragments are its parts."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from jinja2 import ChoiceLoader, DictLoader, UndefinedError

from states.rules.findings import Verdict, Weight
from states.rules.words import Language
from templates import shapes
from templates.render import environment, fragment, page

NOON = datetime(2026, 4, 26, 4, 0, tzinfo=UTC)
CLOCK = shapes.Clock(state="amber", days=3, due=date(2026, 5, 11), rule="C18")
GALLERY = """\
{% extends "base.html" %}
{% from "parts/_stage_strip.html" import stage_strip %}
{% from "parts/_clock_badge.html" import clock_badge %}
{% from "parts/_findings.html" import findings %}
{% from "parts/_timeline.html" import timeline %}
{% from "parts/_next_step.html" import next_step %}
{% from "parts/_mails.html" import mails %}
{% from "parts/_upload.html" import upload %}
{% from "parts/_row_report.html" import row_report %}
{% from "parts/_passport.html" import rule_passport %}
{% from "parts/_progress.html" import progress %}
{% from "parts/_bars.html" import bar_chart %}
{% import "parts/_form.html" as form %}
{% block title %}{{ title }}{% endblock %}
{% block content %}
{{ stage_strip(steps, side) }}
{% for clock in clocks %}{{ clock_badge(clock, full=true) }}{% endfor %}
{% block missing %}{{ findings(lines) }}{% endblock %}
{{ timeline(entries) }}{{ next_step(step) }}{{ next_step(none) }}{{ mails(letters) }}{{ mails([]) }}
{{ upload("/x", title, "token", key="once", columns=["a"], template_href="/t", error=title) }}
{{ row_report(report) }}{{ rule_passport(passport) }}
{{ progress(title, 1, 3) }}{{ bar_chart(title, bars, mark=3, mark_label=title) }}
<form method="post">{{ form.hidden("token", "once") }}{{ form.error_summary({"a": title}) }}
{{ form.field("a", title, hint=title, error=title, suffix="h", attrs={"min": 0}) }}
{{ form.area("b", title, required=false) }}{{ form.choice("c", title, options, blank=title) }}
{{ form.radios("d", title, options, "x") }}{{ form.checkbox("e", title) }}
{{ form.submit(title, "send", count=37) }}</form>
{% endblock %}
"""


def a_shell(**changes: object) -> shapes.Shell:
    given = {
        "csrf": "token",
        "language_href": "/projects?lang=en",
        "active": "projects",
        "counts": {"desk": 12},
        "person": shapes.Person(name="周敏", office="示例区", acting_for="陈立"),
        "flashes": (shapes.Flash(text="好"), shapes.Flash(text="坏", tone="danger")),
        "banners": (shapes.Banner(text="3封邮件待发", href="/mailbox", link="查看"),),
        "sample": shapes.SampleClock(now=NOON, next_event="截止", next_at=NOON),
        **changes,
    }
    return shapes.Shell(**given)  # type: ignore[arg-type]


def values(**changes: object) -> dict[str, object]:
    """Something for every part of the gallery."""
    return {
        "shell": a_shell(),
        "title": "<春季班>",
        "side": shapes.SideExit(label="退回", since=date(2026, 4, 2), reason="r", waits_for="机构"),
        "lines": [
            shapes.FindingLine(weight=weight, sentence="s", clause="C17", todo="t", href="/go")
            for weight in Weight
        ],
        "step": shapes.NextStep(who="w", what="x", why="y", clock=CLOCK, mine=True),
        **_strips(),
        **_records(),
        **changes,
    }


def _strips() -> dict[str, object]:
    steps = [
        shapes.StageStep(label="a", state="done", on=date(2026, 3, 20)),
        shapes.StageStep(label="b", state="current", note="n"),
        shapes.StageStep(label="c", state="ahead"),
    ]
    late = shapes.Clock(state="red", days=-2, due=date(2026, 4, 1))
    paused = shapes.Clock(state="paused", since=date(2026, 4, 2), waits_for="机构")
    unknown = shapes.Clock(state="provisional", due=date(2027, 1, 8))
    axis = shapes.Axis(label="l", value="v", reason="r")
    return {
        "steps": steps,
        "clocks": [CLOCK, late, paused, unknown],
        "passport": shapes.Passport(title="第1班", sentence="s", axes=(axis,), pinned_at=NOON),
        "bars": [shapes.Bar(label="黄浦", value=2, note="n", href="/d")],
        "options": [shapes.Option(value="x", label="X", hint="h")],
    }


def _records() -> dict[str, object]:
    change = shapes.Change(label="合格", old="23", new="24")
    row = shapes.RowLine(sheet_row=7, verdict=Verdict.ERROR, sentence="s", clause="system default")
    return {
        "entries": [
            shapes.Entry(at=NOON, sentence="s", who="w", number=2, changes=(change,)),
            shapes.Entry(at=NOON, sentence="m", who="w", kind="move", on_behalf="陈立"),
        ],
        "letters": [
            shapes.MailLine(
                subject="s",
                office="o",
                address="z***@district.example.invalid",
                state="refused",
                promised_at=NOON,
                attempts=3,
                answer="550",
            )
        ],
        "report": shapes.SheetReport(
            file="roster.xlsx",
            sheet="Sheet1",
            rows=26,
            accepted=25,
            imported=False,
            lines=(row,),
            corrected_href="/fixed",
        ),
    }


@pytest.fixture(params=["zh", "en"])
def lang(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Language]:
    """Each language in turn, with the gallery among its pages."""
    language: Language = request.param
    env = environment(language)
    assert env.loader is not None
    gallery = DictLoader({"pages/gallery.html": GALLERY})
    monkeypatch.setattr(env, "loader", ChoiceLoader([gallery, env.loader]))
    yield language
    env.cache.clear()  # type: ignore[union-attr]


def test_every_part_of_a_page_can_be_drawn(lang: Language) -> None:
    html = page("gallery", lang, **values())
    assert f'<html lang="{"zh-Hans-CN" if lang == "zh" else "en"}">' in html
    assert "(37)" in html
    assert ("剩3个工作日" if lang == "zh" else "3 working days left") in html


def test_a_fragment_is_the_same_part_of_the_whole_page(lang: Language) -> None:
    whole = page("gallery", lang, **values())
    for block in ("missing", "flashes", "banners", "content"):
        part = fragment("gallery", block, lang, **values())
        assert part.strip()
        assert part in whole


def test_an_unknown_block_is_an_error(lang: Language) -> None:
    with pytest.raises(KeyError):
        fragment("gallery", "nowhere", lang, **values())


def test_a_value_that_was_not_given_is_an_error_not_a_gap(lang: Language) -> None:
    given = values()
    del given["report"]
    with pytest.raises(UndefinedError, match="report"):
        page("gallery", lang, **given)


def test_what_people_typed_is_never_markup(lang: Language) -> None:
    html = page("gallery", lang, **values())
    assert "<春季班>" not in html
    assert "&lt;春季班&gt;" in html


def test_nothing_stands_inline_so_that_a_strict_policy_can_hold(lang: Language) -> None:
    html = page("gallery", lang, **values())
    assert not re.findall(r"<[^>]*\s(?:style|on\w+)\s*=", html)
    assert "<style" not in html
    assert not re.findall(r"<script(?![^>]*\bsrc=)", html)


def test_every_post_form_carries_the_session_token(lang: Language) -> None:
    html = page("gallery", lang, **values())
    forms = re.findall(r'(?s)<form[^>]*method="post".*?</form>', html)
    assert forms
    assert all('name="csrf_token"' in form for form in forms)


def test_a_message_of_harm_is_announced_and_a_good_one_only_said(lang: Language) -> None:
    html = fragment("gallery", "flashes", lang, **values())
    assert re.findall(r'role="(\w+)"', html) == ["status", "alert"]


def test_a_stranger_sees_neither_navigation_nor_sign_out(lang: Language) -> None:
    html = page("gallery", lang, **values(shell=a_shell(person=None, sample=None)))
    assert "/sign-out" not in html
    assert "top-nav" not in html
