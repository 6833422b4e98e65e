"""From a page's values to an answer: adds what the base page shows around them."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import cast

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from api import surroundings
from api.auth import Signed
from api.deps import lang_of, may_enter_as_sample, may_move_the_date, settings_of
from api.rule_news import has_news
from states.rules.stages import Role
from states.rules.words import Language, say
from templates import render as templates
from templates.shapes import Banner, Flash, Person, SampleClock, Shell, Tone

FLASH_COOKIE = "duban_flash"
KEEPERS = frozenset({Role.CENTRE, Role.AUDITOR})
"""Who is told of people being forgotten."""
_PLACES = {
    Role.PROVIDER: ("desk", "projects", "surveys"),
    Role.HEAD: ("desk", "projects", "surveys"),
    Role.REVIEWER: (
        *("desk", "projects", "contests", "supervision", "surveys", "returns"),
        *("certificates", "targets"),
    ),
    Role.EXAMINER: ("desk", "projects", "contests", "supervision", "surveys", "targets"),
    Role.SUPERVISOR: ("desk", "projects", "supervision", "surveys", "targets"),
    Role.DISTRICT_HEAD: (
        *("desk", "projects", "orders", "contests", "supervision", "surveys", "returns"),
        *("targets",),
    ),
    Role.CENTRE: (
        *("desk", "projects", "routes", "supervision", "surveys", "returns"),
        *("certificates", "targets", "rules", "keeping", "operations"),
    ),
    Role.BUREAU: (
        *("desk", "projects", "orders", "routes", "supervision", "surveys", "returns"),
        *("certificates", "targets", "rules", "operations"),
    ),
    Role.AUDITOR: (
        *("desk", "projects", "orders", "routes", "supervision", "surveys", "returns"),
        *("certificates", "targets", "rules", "keeping", "operations"),
    ),
    Role.ORGANISER: ("contests", "certificates"),
    Role.EVALUATOR: ("evaluations", "certificates"),
    Role.EXAM_AUTHORITY: ("exams", "certificates"),
    Role.ADMINISTRATOR: ("desk", "projects", "returns", "certificates", "operations"),
}


def render(
    request: Request,
    template: str,
    *,
    status: int = 200,
    block: str = "",
    active: str = "",
    **context: object,
) -> HTMLResponse:
    """The page `templates/pages/<template>.html`, or only its `block` for htmx.

    `active` marks a place of the navigation. The template gets `shell` and everything in `context`.
    """
    lang = lang_of(request)
    context = {"shell": _shell(request, lang, active), **context}
    if block:
        html = templates.fragment(template, block, lang, **context)
    else:
        html = templates.page(template, lang, **context)
    response = HTMLResponse(html, status)
    if FLASH_COOKIE in request.cookies and not block:
        response.delete_cookie(FLASH_COOKIE)
    return response


def flash(response: Response, text: str, tone: Tone = "success") -> Response:
    """Say something about what was just done, once, on the next page."""
    packed = urlsafe_b64encode(json.dumps([text[:400], tone]).encode()).decode()
    response.set_cookie(FLASH_COOKIE, packed, max_age=60, httponly=True, samesite="lax")
    return response


def _shell(request: Request, lang: Language, active: str) -> Shell:
    signed = cast("Signed | None", getattr(request.state, "signed", None))
    session = cast("Session | None", getattr(request.state, "session", None))
    return Shell(
        csrf=signed.csrf if signed else "",
        language_href=_other_language(request, lang),
        active=active,
        person=_person(signed, lang) if signed else None,
        navigation=_navigation(request, signed),
        flashes=_flashes(request),
        banners=_banners(session, signed, lang),
        sample=_sample(request, session, signed, lang=lang),
        training=surroundings.is_training(request.app.state, session),
        rule_news=session is not None and has_news(request, session, signed),
    )


def _person(signed: Signed, lang: Language) -> Person:
    role = say("role", signed.role, lang)
    return Person(name=signed.name, office=signed.office.name(lang), role=role)


def _navigation(request: Request, signed: Signed | None) -> tuple[str, ...]:
    places = _PLACES.get(signed.role, ()) if signed else ()
    house_mailbox = settings_of(request).sample_mode and places
    return (*places, "mailbox") if house_mailbox else places


def _flashes(request: Request) -> tuple[Flash, ...]:
    """A cookie that was tampered with says nothing; what it says is escaped like any text."""
    try:
        text, tone = json.loads(urlsafe_b64decode(request.cookies.get(FLASH_COOKIE, "")))
    except ValueError:
        return ()
    return (Flash(text=str(text), tone=tone if tone in _TONES else "info"),)


_TONES = frozenset({"info", "success", "warning", "danger"})


def _banners(session: Session | None, signed: Signed | None, lang: Language) -> tuple[Banner, ...]:
    if session is None or signed is None:
        return ()
    waiting = (
        Banner(text=say("banner", code, lang, **params), tone="warning")
        for code, params in surroundings.what_waits(session)
    )
    forgetting = surroundings.open_forgetting(session) if signed.role in KEEPERS else ()
    announced = (
        Banner(
            text=say("banner", code, lang, **params),
            href="/keeping",
            link=say("label", "see", lang),
        )
        for code, params in forgetting
    )
    return (*waiting, *announced)


def _sample(
    request: Request, session: Session | None, signed: Signed | None, *, lang: Language
) -> SampleClock | None:
    """The movable date, shown to whoever may move it."""
    if session is None or signed is None or not may_move_the_date(request, signed.role):
        return None
    clock = surroundings.movable_clock(session)
    if clock is None:
        return None
    event = say("event", clock.event, lang) if clock.event else ""
    sample = may_enter_as_sample(request, settings_of(request))
    return SampleClock(
        now=clock.now, next_event=event, next_at=clock.at,
        switch_href="/signin" if sample else "",
        label=say("training", "sample" if sample else "copy", lang),
    )  # fmt: skip


def _other_language(request: Request, lang: Language) -> str:
    other = "en" if lang == "zh" else "zh"
    if request.method != "GET":
        return f"/?lang={other}"
    url = request.url.include_query_params(lang=other)
    return f"{url.path}?{url.query}"
