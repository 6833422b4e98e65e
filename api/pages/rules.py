"""Rules that change on a date: what stands, what another rule would change, who proposes it."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Response
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from api import view
from api.once import Once
from api.pages.classes import half_hours
from api.pages.forms import download, new_key
from api.pages.passport_words import tenths
from api.pages.rule_words import (
    VersionLine,
    by_district,
    difference_sentences,
    district_sums,
    history,
    key_words,
    sheet_rows,
    stands,
    why_words,
)
from api.pages.sent import AVisit, SentForm, Visit
from api.pages.wording import name_of
from api.rules_at_work import NOTICE_DATE, Asked, ask, drafted, like_the_newest, tried
from states.errors import BadInput, NotYours
from states.records import rule_versions, what_if
from states.records.rule_versions import MAY_PROPOSE, Version
from states.rules.halves import hours
from states.rules.law import the_law
from states.rules.stages import MUNICIPAL_ROLES
from states.rules.versions import FIELDS, RuleVersion, VersionKind
from states.rules.what_if import Effect
from states.rules.words import Language, say
from templates.shapes import Option
from templates.sheets.what_if import write_what_if

router = APIRouter(prefix="/rules")
SHOWN = 300
ASKABLE = (*VersionKind, NOTICE_DATE)
Kind = Annotated[str, Query(pattern="^(standard|bank|regime|notice_date|)$")]
On = Annotated[str, Query(max_length=10)]


@router.get("")
def page(
    visit: AVisit, *, kind: Kind = "", on: On = "", district: str = "",
    effect: Annotated[str, Query(pattern="^(changes|keeps|same|)$")] = "",
) -> HTMLResponse:  # fmt: skip
    """What stands today, what waits to be published, and a what-if."""
    _only_the_city(visit)
    asked, error = None, ""
    if kind and on:
        try:
            asked = ask(visit.db, kind, _day(on), role=visit.me.role, at=visit.now)
        except BadInput as refused:
            error = said_of(refused, visit.lang)
    law, versions = the_law(), rule_versions.all_versions(visit.db)
    return view.render(
        visit.request,
        "rules",
        status=422 if error else 200,
        active="rules",
        stands=stands(law, visit.today, visit.lang),
        open_ones=[_open(visit, one) for one in versions if one.is_open],
        published=[
            _correctable(line, visit) for line in history(law, versions, visit.lang, seen=0)
        ],
        may_propose=visit.me.role in MAY_PROPOSE,
        kinds=_kinds(visit.lang),
        kind=kind or VersionKind.STANDARD,
        on=on,
        error=error,
        asked=asked,
        told=_told(asked, visit, district=district, effect=effect) if asked else {},
        new_key=new_key,
    )


@router.get("/what-if.xlsx")
def sheet(visit: AVisit, *, kind: Kind, on: On) -> Response:
    """The same what-if as a workbook, every class in it."""
    asked = ask(visit.db, kind, _day(on), role=visit.me.role, at=visit.now)
    title = f"{say('rule_kind', kind, 'zh')}自{asked.on.isoformat()}起施行的影响"
    rows = sheet_rows(asked, the_law(), "zh")
    data = write_what_if(rows, district_sums(asked, "zh"), title=title)
    return download(data, f"规则变更影响表-{kind}-{asked.on.isoformat()}.xlsx")


@router.get("/propose")
def form(
    visit: AVisit, *, kind: Annotated[VersionKind, Query()] = VersionKind.STANDARD, on: On = "",
    corrects: Annotated[int | None, Query()] = None,
) -> HTMLResponse:  # fmt: skip
    """A version to fill in: the newest one's numbers, or those of the one to be corrected."""
    _only_officers(visit)
    old = rule_versions.find(visit.db, corrects) if corrects else None
    if old:
        values = _typed(old.version) | {"id": f"{old.version.id}-a"}
    else:
        day = _day(on) if on else visit.today
        values = _typed(like_the_newest(the_law(), kind, day)) | {
            "id": "", "title": "", "document": "", "effective_from": on
        }  # fmt: skip
    return _form(visit, values, corrects=old)


@router.post("/preview")
def look(visit: AVisit, sent: SentForm) -> HTMLResponse:
    """What is typed, told in sentences with the counts it reaches; nothing is saved."""
    _only_officers(visit)
    values = _sent(sent)
    old = _corrected(visit.db, values)
    try:
        version = drafted(_read(values), corrects=old)
        reach = tried(visit.db, version, corrects=old, at=visit.now)
    except BadInput as refused:
        return _form(visit, values, corrects=old, error=said_of(refused, visit.lang))
    return _form(visit, values, corrects=old, version=version, reach=reach)


@router.post("/proposals")
def propose(visit: AVisit, once: Once, sent: SentForm) -> Response:
    """Propose the version for another person to publish."""
    _only_officers(visit)
    values = _sent(sent)
    old = _corrected(visit.db, values)
    try:
        proposal = rule_versions.propose(
            visit.db, drafted(_read(values), corrects=old), note=values["note"],
            retroactive=values["retroactive"] == "yes", corrects_id=old.id if old else None,
            actor=visit.me.actor, at=visit.now,
        )  # fmt: skip
    except BadInput as refused:
        once.release()
        return _form(visit, values, corrects=old, error=said_of(refused, visit.lang))
    href = f"/rules#proposal-{proposal}"
    return view.flash(once.redirect(href), say("done", "rule_proposed", visit.lang))


@router.post("/proposals/{number}/publish")
def publish(visit: AVisit, once: Once, *, number: int) -> Response:
    """Publish what another person proposed; the counts are taken again."""
    reach = rule_versions.publish(visit.db, number, actor=visit.me.actor, at=visit.now)
    said = say("done", "rule_published", visit.lang, classes=reach.changes, projects=reach.projects)
    return view.flash(once.redirect("/rules#published"), said)


@router.post("/proposals/{number}/withdraw")
def withdraw(
    visit: AVisit, once: Once, *, number: int, reason: Annotated[str, Form(max_length=2000)] = ""
) -> Response:
    """Take a proposal back."""
    rule_versions.withdraw(visit.db, number, reason=reason, actor=visit.me.actor, at=visit.now)
    return view.flash(once.redirect("/rules"), say("done", "rule_withdrawn", visit.lang))


# ── Inside ──────────────────────────────────────────────────────────────────────────────────────
def said_of(refused: BadInput, lang: Language) -> str:
    """The sentence of what was refused, for a form that keeps what was typed."""
    params = {name: value for name, value in refused.params.items() if name != "why"}
    return say("input", str(refused.params["why"]), lang, **params)


def _only_the_city(visit: Visit) -> None:
    if visit.me.role not in MUNICIPAL_ROLES:
        raise NotYours


def _only_officers(visit: Visit) -> None:
    if visit.me.role not in MAY_PROPOSE:
        raise NotYours


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(why="rule_date_unreadable", said=text) from error


def _kinds(lang: Language) -> list[Option]:
    return [Option(value=kind, label=say("rule_kind", kind, lang)) for kind in ASKABLE]


def _told(asked: Asked, visit: Visit, *, district: str, effect: str) -> Mapping[str, Any]:
    """The lines of a what-if that the reader chose, and its counts by district."""
    lang, law = visit.lang, the_law()
    chosen = [
        line
        for line in asked.lines
        if district in ("", line.district_code) and effect in ("", line.verdict.effect)
    ]
    names = {line.district_code: name_of(line.district, lang) for line in asked.lines}
    return {
        "bars": by_district(asked, lang, effect=Effect.CHANGES),
        "kept": by_district(asked, lang, effect=Effect.KEEPS),
        "lines": [
            (line, name_of(line.district, lang), name_of(line.provider, lang),
             key_words(asked, line.verdict.before, law, lang=lang),
             key_words(asked, line.verdict.after, law, lang=lang),
             why_words(line, asked.on, lang))
            for line in chosen[:SHOWN]
        ],
        "more": max(len(chosen) - SHOWN, 0),
        "count": len(chosen),
        "districts": [Option(value=code, label=names[code]) for code in sorted(names)],
        "effects": [Option(value=one, label=say("effect", one, lang)) for one in Effect],
        "district": district,
        "effect": effect,
    }  # fmt: skip


def _open(visit: Visit, one: Version) -> VersionLine:
    """A proposal with what it would reach now; without counts when it can no longer stand."""
    version, law = one.version, the_law()
    old = rule_versions.find(visit.db, one.corrects_id) if one.corrects_id else None
    lines = rule_versions.preview(visit.db, version, at=visit.now, corrects=old)
    return VersionLine(
        id=one.id, kind=version.kind, code=version.id, title=version.title,
        document=version.document, effective_from=version.effective_from,
        sentences=difference_sentences(law, version, visit.lang), state="open", version=one,
        now=what_if.reach_of(lines),
        may_publish=visit.me.role in MAY_PROPOSE and visit.me.actor.person_id != one.proposed_by,
    )  # fmt: skip


def _correctable(line: VersionLine, visit: Visit) -> tuple[VersionLine, bool]:
    may = visit.me.role in MAY_PROPOSE and line.version is not None
    return line, bool(may and line.version and line.version.may_be_corrected(visit.today))


_NAMES = ("kind", "id", "title", "document", "effective_from", "note", "corrects", "retroactive")


def _sent(form: Any) -> dict[str, str]:  # noqa: ANN401  Starlette's form
    numbers = {name for names in FIELDS.values() for name in names}
    return {name: str(form.get(name, "")).strip() for name in (*_NAMES, *sorted(numbers))}


def _corrected(session: Session, values: Mapping[str, str]) -> Version | None:
    told = values["corrects"]
    return rule_versions.find(session, int(told)) if told.isdecimal() else None


def _typed(version: RuleVersion) -> dict[str, str]:
    """A version as it stands in the fields of the form: marks and hours, not their parts."""
    kept = {name: str(value) for name, value in version.model_dump(mode="json").items() if value}
    for name, value in (kept | {}).items():
        if name.endswith("_tenths"):
            kept[name] = tenths(int(value))
        elif name == "half_hours":
            kept[name] = hours(int(value))
    return kept


def _read(values: Mapping[str, str]) -> dict[str, str | int]:
    """The other way round. Raises BadInput."""
    read: dict[str, str | int] = dict(values)
    for name in ("pass_tenths", "full_tenths"):
        if values.get(name):
            read[name] = _tenths(values[name])
    if values.get("half_hours"):
        read["half_hours"] = half_hours(values["half_hours"])
    return read


def _tenths(text: str) -> int:
    whole, _, part = text.partition(".")
    if not whole.isdecimal() or not (part == "" or (part.isdecimal() and len(part) == 1)):
        raise BadInput(why="rule_version_unreadable")
    return int(whole) * 10 + int(part or 0)


def _form(
    visit: Visit,
    values: Mapping[str, str],
    *,
    corrects: Version | None,
    error: str = "",
    version: RuleVersion | None = None,
    reach: what_if.Reach | None = None,
) -> HTMLResponse:
    law = the_law()
    kind = VersionKind(values["kind"]) if values.get("kind") in set(VersionKind) else None
    kind = kind or VersionKind.STANDARD
    return view.render(
        visit.request,
        "rule_form",
        status=422 if error else 200,
        active="rules",
        kind=kind,
        kinds=[Option(value=one, label=say("rule_kind", one, visit.lang)) for one in VersionKind],
        fields=FIELDS[kind],
        said={name: values.get(name, "") for name in (*_NAMES, *FIELDS[kind])},
        corrects=corrects,
        error=error,
        sentences=difference_sentences(law, version, visit.lang) if version else (),
        reach=reach,
        new_key=new_key,
    )
