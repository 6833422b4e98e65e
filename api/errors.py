"""Errors in the reader's language: problem+json (RFC 9457) for programs, pages for people.

HTTP numbers live only here.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api import view
from api.deps import lang_of, request_id
from api.once import AnsweredBefore
from states.errors import DubanError, NotAllowed
from states.rules.findings import Finding
from states.rules.words import Language, has, say
from templates.shapes import FindingLine
from templates.sheets.grid import SheetUnreadable

log = logging.getLogger("duban.web")

STATUS = {
    "not_found": 404,
    "not_yours": 403,
    "project_moved": 409,
    "bad_input": 422,
    "not_allowed": 409,
    "not_signed_in": 401,
    "sign_in_failed": 401,
    "sample_entry_closed": 403,
    "no_export_permit": 403,
    "too_many_tries": 429,
    "too_many_looks": 429,
    "signing_key_expired": 503,
    "not_from_here": 403,
    "key_reused": 422,
    "link_spent": 404,
    "weak_password": 422,
    "too_large": 413,
    "only_in_sample_mode": 403,
    "method_not_allowed": 405,
    "sheet_unreadable": 422,
    "validation": 422,
    "database_down": 503,
    "unexpected": 500,
}
_OF_HTTP = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}
LANGUAGES: tuple[Language, Language] = ("zh", "en")
PROBLEM_JSON = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """One error, ready to be told. `section` holds the words of `word`."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    fields: tuple[tuple[str, str, Mapping[str, object]], ...] = ()
    section: str = "error"
    word: str = ""

    @property
    def status(self) -> int:
        return STATUS.get(self.code, 400)

    def sentence(self, lang: Language) -> str:
        said = words_for(self.section, self.word or self.code, lang, self.params)
        if self.code == "sheet_unreadable":
            return words_for("error", "nothing_was_imported", lang, {"said": said})
        return said


def problem_of(error: Exception) -> Problem:  # noqa: PLR0911  one line for each kind
    """What an error says. Anything unknown is unexpected."""
    if isinstance(error, NotAllowed):
        return Problem(error.code, error.params, error.findings)
    if isinstance(error, DubanError):
        why = _why(error)
        section = "input" if why else "error"
        return Problem(error.code, error.params, section=section, word=why)
    if isinstance(error, SheetUnreadable):
        return Problem("sheet_unreadable", error.params, section="row", word=error.code)
    if isinstance(error, RequestValidationError):
        flaws = tuple(_invalid(error))
        return Problem("validation", {"count": len(flaws)}, fields=flaws)
    if isinstance(error, HTTPException):
        return Problem(_OF_HTTP.get(error.status_code, "bad_input"))
    if isinstance(error, (OperationalError, InterfaceError, PoolTimeout)):
        return Problem("database_down")
    return Problem("unexpected")


def _why(error: DubanError) -> str:
    """BadInput names its own sentence."""
    why = str(error.params.get("why", ""))
    return why if has("input", why) else ""


def words_for(section: str, code: str, lang: str, params: Mapping[str, object], /) -> str:  # noqa: PLR0917  as `say`
    """The sentence, or the bare code: a missing word must not turn an answer into a crash."""
    try:
        return say(section, code, cast("Language", lang), **params)
    except (KeyError, IndexError, ValueError):
        log.warning("no words for %s.%s", section, code)
        return code


def _invalid(error: RequestValidationError) -> Iterator[tuple[str, str, Mapping[str, object]]]:
    for found in error.errors():
        place = [str(part) for part in found["loc"] if part not in ("body", "query", "path")]
        kind = found["type"]
        params = {key: str(value) for key, value in found.get("ctx", {}).items()}
        yield ".".join(place), kind if has("field", kind) else "other", params


# ── For programs ────────────────────────────────────────────────────────────────────────────────
def as_json(problem: Problem, *, path: str, request: str) -> dict[str, Any]:
    """The body of a problem+json answer; every sentence in both languages."""
    title = {lang: problem.sentence(lang) for lang in LANGUAGES}
    return {
        "type": f"urn:duban:problem:{problem.code}",
        "title": title["en"],
        "status": problem.status,
        "detail": title["en"],
        "instance": path,
        "code": problem.word or problem.code,
        "sentence": title,
        "request_id": request,
        "findings": [finding_json(finding) for finding in problem.findings],
        "fields": [
            {
                "where": where,
                "code": kind,
                "sentence": {lang: words_for("field", kind, lang, params) for lang in LANGUAGES},
            }
            for where, kind, params in problem.fields
        ],
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding with its words in both languages."""
    return {
        "code": finding.code,
        "clause": finding.clause,
        "weight": finding.weight.value,
        "subject": finding.subject,
        "sentence": {lang: finding_sentence(finding, lang) for lang in LANGUAGES},
        "todo": {lang: finding_todo(finding, lang) for lang in LANGUAGES},
        "params": dict(finding.params),
    }


def finding_sentence(finding: Finding, lang: Language) -> str:
    """What is missing or wrong. Stages, kinds of fact and lists in its parameters become words."""
    return words_for("finding", finding.code, lang, _spoken(finding.params, lang))


def finding_todo(finding: Finding, lang: Language) -> str:
    """What to do about it; empty where nothing can be done but wait."""
    entry = "todo_zh" if lang == "zh" else "todo_en"
    return words_for("finding", finding.code, entry, _spoken(finding.params, lang))


def _spoken(params: Mapping[str, object], lang: Language) -> dict[str, object]:
    sections = {
        "stage": "stage", "kind": "fact", "allowed": "stage", "fault": "fault_state",
        "case_stage": "case_stage", "case_kind": "case_fact", "case_allowed": "case_stage",
    }  # fmt: skip
    spoken = dict(params)
    for name in (sections.keys() | {"places"}) & params.keys():
        section, codes = sections.get(name, ""), str(params[name]).split()
        known = [say(section, c, lang) if has(section, c) else c for c in codes]
        spoken[name] = ("、" if lang == "zh" else ", ").join(known)
    return spoken


def finding_line(finding: Finding, lang: Language) -> FindingLine:
    """A finding as the page parts show it."""
    subject = words_for("label", "class_no", lang, {"no": finding.subject})
    return FindingLine(
        weight=finding.weight,
        sentence=finding_sentence(finding, lang),
        clause=finding.clause,
        todo=finding_todo(finding, lang),
        subject=subject if finding.subject else "",
    )


# ── For people ──────────────────────────────────────────────────────────────────────────────────
def as_page(request: Request, problem: Problem) -> Response:
    """A whole page, or for htmx the block that names what is missing."""
    lang = lang_of(request)
    if problem.code == "not_signed_in":
        return _to_the_entrance(request)
    fields = {
        where: words_for("field", kind, lang, params) for where, kind, params in problem.fields
    }
    return view.render(
        request,
        "error",
        status=problem.status,
        block="problem" if "hx-request" in request.headers else "",
        problem_title=words_for("error_title", str(problem.status), lang, {}),
        sentence=problem.sentence(lang),
        findings=[finding_line(finding, lang) for finding in problem.findings],
        fields=fields,
        request_id=request_id(request),
        show_request_id=problem.status >= 500,  # noqa: PLR2004
        back=_back(request),
    )


def _to_the_entrance(request: Request) -> Response:
    here = request.url.path if request.method == "GET" else "/"
    href = "/signin" if here == "/" else f"/signin?next={quote(here)}"
    if "hx-request" in request.headers:
        return Response(status_code=204, headers={"HX-Redirect": href})
    return RedirectResponse(href, 303)


def _back(request: Request) -> str:
    """The page that a refused form stood on, or the nearest one above where it was sent."""
    if request.method == "GET":
        return ""
    came_from = urlsplit(request.headers.get("referer", ""))
    stood_on = came_from.path if came_from.netloc == request.url.netloc else ""
    path = request.url.path
    above = (path.rsplit("/", cut)[0] for cut in range(path.count("/")))
    return next((page for page in (stood_on, *above) if _is_page(request, page)), "")


def _is_page(request: Request, path: str) -> bool:
    """Whether a reader can open that address of this site."""
    if not path.startswith("/") or path.startswith("//"):
        return False
    scope = {**request.scope, "method": "GET", "path": path, "raw_path": quote(path).encode()}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)


# ── The one way out ─────────────────────────────────────────────────────────────────────────────
def answer(request: Request, problem: Problem) -> Response:
    """The problem in the way this door speaks."""
    if request.url.path.startswith("/api/"):
        body = as_json(problem, path=request.url.path, request=request_id(request))
        response: Response = JSONResponse(body, problem.status, media_type=PROBLEM_JSON)
    else:
        response = as_page(request, problem)
    if problem.code == "not_signed_in" and response.status_code == STATUS["not_signed_in"]:
        response.headers["WWW-Authenticate"] = "Bearer"
    if problem.code in {"too_many_tries", "too_many_looks"}:
        response.headers["Retry-After"] = str(problem.params["seconds"])
    if problem.code == "database_down":
        response.headers["Retry-After"] = "5"
    return response


async def refused(request: Request, error: DubanError | None) -> Response:
    """What the outermost layer says; None is the unexpected."""
    lost = Problem("unexpected", {"request": request_id(request)})
    return answer(request, problem_of(error) if error else lost)


def install(app: FastAPI) -> None:
    """Give every error that may leave a door its answer."""

    def tell(request: Request, error: Exception) -> Response:
        return answer(request, problem_of(error))

    def again(_: Request, error: Exception) -> Response:
        if not isinstance(error, AnsweredBefore):
            raise error
        return error.response

    def nowhere(request: Request, error: Exception) -> Response:
        # Queries, forms and JSON were looked at before: what still holds U+0000 is an address.
        if not (isinstance(error, DataError) and "NUL" in str(error.orig)):
            raise error
        return answer(request, Problem("not_found"))

    for kind in (
        DubanError, SheetUnreadable, RequestValidationError, HTTPException,
        OperationalError, InterfaceError, PoolTimeout,
    ):  # fmt: skip
        app.add_exception_handler(kind, tell)
    app.add_exception_handler(AnsweredBefore, again)
    app.add_exception_handler(DataError, nowhere)
