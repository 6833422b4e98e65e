"""Monthly returns: compiled and signed by two persons of a district, accepted by the centre."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse

from api import view
from api.deps import Db, Lang, Now, Settings, SignedIn
from api.errors import finding_line
from api.exports import Leaving
from api.once import Once, OnceOnly
from api.pages.forms import PDF, download, new_key
from api.pages.return_deadline import deadline_of
from api.pages.return_papers import people_of, return_pdf, return_workbook
from api.pages.return_words import carried_lines, correcting_lines, tally_of
from api.pages.survey_words import question_means
from states.errors import NotYours
from states.records import return_board, return_deltas, returns
from states.records.returns import ReturnView
from states.rules import months
from states.rules.deadlines import shanghai_day
from states.rules.stages import Role
from states.rules.words import Language, say

router = APIRouter(prefix="/returns")

Seen = Annotated[int, Form(ge=0)]
MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"


@router.get("")
def list_returns(
    request: Request, db: Db, now: Now, *, me: SignedIn, month: str = ""
) -> HTMLResponse:
    """A district: its months. The centre: all districts, who has not reported first."""
    known, due = return_board.months(db, now), months.month_before(now)
    of_month = month if month in known else due
    if me.role in return_board.READERS:
        lines = return_board.of_month(db, of_month, now)
    elif me.role in return_board.OF_DISTRICT:
        lines = return_board.of_district(db, me.actor, now)
    else:
        raise NotYours
    return view.render(
        request,
        "returns",
        active="returns",
        lines=lines,
        months=known,
        month=of_month,
        everybody=me.role in return_board.READERS,
        due_now=due,
        may_compile=me.role is Role.REVIEWER and due not in _signed(lines),
        new_key=new_key,
    )


def _signed(lines: Sequence[return_board.ReturnLine]) -> set[str]:
    """Months whose return carries a signature: compiling would change nothing."""
    return {line.month for line in lines if line.state not in returns.UNSIGNED}


@router.post("")
def compile_month(
    db: Db, now: Now, me: SignedIn, *, lang: Lang, once: Once,
    month: Annotated[str, Form(pattern=MONTH)],
) -> Response:  # fmt: skip
    """Compile, or compile anew, the asker's own district's return of a month that is over."""
    if me.role is not Role.REVIEWER:
        raise NotYours
    made = returns.compile_return(db, district_id=me.office.id, month=month, at=now)
    return _done(once, made, "return_compiled", lang=lang)


@router.get("/{return_id}.pdf")
def pdf(db: Db, me: SignedIn, settings: Settings, *, return_id: int) -> Response:
    """The return on paper."""
    found = return_board.visible_return(db, me.actor, return_id)
    data = return_pdf(found, _names(db, found), sample=settings.sample_mode)
    return download(data, f"{_name(found)}.pdf", PDF, inline=True)


@router.get("/{return_id}.xlsx")
def workbook(db: Db, now: Now, me: SignedIn, *, leaving: Leaving, return_id: int) -> Response:
    """The workbook, for the district itself and the centre: whole numbers with a permit only."""
    found = return_board.visible_return(db, me.actor, return_id)
    if me.role is Role.AUDITOR:
        raise NotYours
    people, names, today = people_of(db, return_id), _names(db, found), shanghai_day(now)
    if not me.full_numbers:
        data = return_workbook(found, people.masked(), names, today=today)
    else:
        data = leaving.leave(
            "monthly_return",
            lambda mark: return_workbook(found, people, names, today=today, mark=mark),
            rows=len(people.passers) + len(people.corrected),
        )
    return download(data, f"{_name(found)}.xlsx")


@router.get("/{return_id}")
def page(
    request: Request, db: Db, now: Now, *, me: SignedIn, lang: Lang, return_id: int
) -> HTMLResponse:
    """One return with its figures and signatures."""
    found = return_board.visible_return(db, me.actor, return_id)
    due = months.return_due_on(found.month)
    district = found.district_zh if lang == "zh" else found.district_en
    mine, over = me.role is Role.REVIEWER, months.compilable(found.month, now)
    return view.render(
        request,
        "return",
        active="returns",
        found=found,
        district=district,
        names=_names(db, found),
        deadline=deadline_of(db, return_id, lang, district=district, today=shanghai_day(now)),
        due=due,
        late=return_board.is_late(found.state, found.submitted_at, due=due, at=now),
        reported=found.state in return_board.REPORTED,
        findings=[finding_line(one, lang) for one in returns.findings_of(db, found)],
        carried=carried_lines(found.figures, lang),
        correcting=correcting_lines(return_deltas.correcting(db, return_id), lang),
        to_revoke=return_deltas.to_revoke(db, return_id),
        responsible=found.responsible or (mine and returns.last_responsible(db, me.office.id)),
        surveys=[_survey(found, whom, lang) for whom in ("learner", "employer")],
        may_compile=mine and over and found.state in returns.UNSIGNED,
        may_prepare=mine and over and found.state == "draft",
        runs_on=not over,
        may_submit=mine and found.state == "prepared",
        is_preparer=found.prepared_by == me.actor.person_id,
        may_decide=me.role is Role.CENTRE and found.state == "submitted",
        may_workbook=me.role is not Role.AUDITOR,
        whole_numbers=me.full_numbers,
        new_key=new_key,
    )


@router.post("/{return_id}/compile")
def compile_now(
    db: Db, now: Now, me: SignedIn, *, lang: Lang, once: Once, return_id: int
) -> Response:
    """Count again from the records; what somebody has signed is left alone."""
    found = return_board.visible_return(db, me.actor, return_id)
    if me.role is not Role.REVIEWER:
        raise NotYours
    returns.compile_return(db, district_id=found.district_id, month=found.month, at=now)
    return _done(once, return_id, "return_compiled", lang=lang)


@router.post("/{return_id}/prepare")
def prepare(  # noqa: PLR0913
    db: Db, now: Now, me: SignedIn, *, lang: Lang, once: Once, return_id: int, seen: Seen,
    responsible: Annotated[str, Form(max_length=40)] = "",
) -> Response:  # fmt: skip
    """The first signature; who answers for the office stands in the foot."""
    returns.sign_prepared(db, return_id, actor=me.actor, at=now, seen=seen, responsible=responsible)
    return _done(once, return_id, "return_prepared", lang=lang)


@router.post("/{return_id}/submit")
def submit(  # noqa: PLR0913
    db: Db, now: Now, me: SignedIn, *, lang: Lang, once: Once, return_id: int, seen: Seen
) -> Response:
    """The second signature, by another person; the return goes to the centre."""
    returns.sign_checked_and_submit(db, return_id, actor=me.actor, at=now, seen=seen)
    return _done(once, return_id, "return_submitted", lang=lang)


@router.post("/{return_id}/accept")
def accept(  # noqa: PLR0913
    db: Db, now: Now, me: SignedIn, *, lang: Lang, settings: Settings, once: Once,
    return_id: int, seen: Seen,
) -> Response:  # fmt: skip
    """The centre accepts; the projects in it move on."""
    returns.accept(
        db, return_id, actor=me.actor, at=now, seen=seen, settle=settings.settle_in_request
    )
    return _done(once, return_id, "return_accepted", lang=lang)


@router.post("/{return_id}/give-back")
def give_back(  # noqa: PLR0913
    db: Db, now: Now, me: SignedIn, *, lang: Lang, once: Once, return_id: int, seen: Seen,
    reason: Annotated[str, Form(min_length=2, max_length=2000)],
) -> Response:  # fmt: skip
    """Back to the district, or back to whoever prepared it, with a reason."""
    returns.give_back(db, return_id, text=reason, actor=me.actor, at=now, seen=seen)
    return _done(once, return_id, "return_given_back", lang=lang)


def _survey(found: ReturnView, whom: str, lang: Language) -> dict[str, object]:
    told = found.figures.get("surveys", {}).get(whom, {})
    tally = tally_of(found.figures, whom)
    return {
        "population": whom,
        "invited": told.get("invited", 0),
        "answers": told.get("answers", 0),
        "told": tally.answers,
        "satisfied": tally.satisfied,
        "means": list(question_means(whom, tally, lang)),
    }


def _names(db: Db, found: ReturnView) -> dict[int, str]:
    signed = {found.prepared_by, found.checked_by, found.accepted_by} - {None}
    return dict(return_board.names_of(db, {one for one in signed if one}))


def _name(found: ReturnView) -> str:
    return f"每月汇总-{found.district_code}-{found.month}"


def _done(once: OnceOnly, return_id: int, code: str, *, lang: Language) -> Response:
    return view.flash(once.redirect(f"/returns/{return_id}"), say("done", code, lang))
