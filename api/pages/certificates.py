"""Certificates: numbered in batches, answered by 证书归集, printed one by one or all."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from fastapi.responses import HTMLResponse

from api import view
from api.batch_previews import preview_of
from api.certificate_papers import PRINTED, Printing
from api.deps import Db, Lang, Settings, SignedIn
from api.desk import workbook_of
from api.exports import Leaving
from api.issuing import OVERSEERS, AtBatches
from api.once import Once
from api.pages.forms import PDF, download, new_key, sheet_report
from api.pages.names import shown_name
from api.pages.preflight_words import preflight_words
from api.pages.receipt_words import receipt_said
from api.pages.wording import path_of
from api.workbooks import Writing
from states.errors import NotFound, NotYours
from states.records import certificate_queue, chain, people_board, refusals, reports
from states.records.candidates import may_upload, route_of
from states.records.certificate_board import CertificateRow
from states.rules.identity import mask_number
from states.rules.routes import Route
from states.rules.stages import Role
from states.rules.words import Language, say
from templates.shapes import Tone
from templates.sheets.aggregation_rows import write_batch
from templates.sheets.receipt import write_receipt_sample

router = APIRouter(prefix="/certificates")

READERS = frozenset(
    {*OVERSEERS, Role.REVIEWER, Role.EVALUATOR, Role.EXAM_AUTHORITY, Role.ORGANISER}
)
ENOUGH = 4
"""So many certificates in a batch, and the sample receipt refuses one of them."""
_GROUPS = {
    "refused": ("refused", "released"),
    "issued": ("issued",),
    "accepted": ("accepted", "replaced", "revoked"),
    "dropped": ("dropped",),
}
"""How the page of a batch sorts its certificates."""


@router.get("")
def overview(
    request: Request, db: Db, me: SignedIn, *, lang: Lang, issuing: AtBatches
) -> HTMLResponse:
    """What waits for a number, the batches of the asker, and the certificates of their office."""
    if me.role not in READERS:
        raise NotYours
    everywhere, uploads = me.role in OVERSEERS, route_of(me.role)
    ready = certificate_queue.ready(db, me.actor)
    own = [] if everywhere else certificate_queue.of_office(db, me.actor)
    return view.render(
        request,
        "certificates",
        active="certificates",
        ready=[(line, path_of(line.route, line.code)) for line in ready],
        states=certificate_queue.states(db, me.actor),
        batches=issuing.batches() if uploads or everywhere else None,
        preview=preflight_words(preview_of(issuing.desk), lang),
        changes=chain.open_changes(db, me.actor) if uploads else [],
        certificates=[
            (line, shown_name(line.name, lang), path_of(line.route, line.code)) for line in own
        ],
        everywhere=everywhere,
        may_seek=me.role in people_board.MAY_SEEK,
        uploads=uploads,
        new_key=new_key,
    )


@router.post("/batches")
def make_batch(issuing: AtBatches, lang: Lang, once: Once) -> Response:
    """Number everybody who is ready (C22, C25, C29, C35)."""
    made = issuing.make()
    if made is None:
        return view.flash(once.redirect("/certificates"), say("done", "no_batch", lang), "info")
    said = say("done", "batch_made", lang, code=made.code)
    return view.flash(once.redirect(f"/certificates/batches/{made.code}"), said)


@router.get("/batches/{code}.xlsx")
def batch_workbook(
    issuing: AtBatches, leaving: Leaving, writing: Writing, *, code: str
) -> Response:
    """证书信息归集表, with whole numbers: for whoever is permitted at its uploader."""
    batch = issuing.batch(code, change=True)
    leaving.check()
    rows = [row for row in issuing.rows(batch) if row.state == "issued"]
    data = leaving.leave("aggregation", lambda mark: writing.write(rows, mark), rows=len(rows))
    return download(data, f"证书信息归集表-{code}.xlsx")


@router.get("/batches/{code}.pdf")
def batch_print(issuing: AtBatches, printing: Printing, *, leaving: Leaving, code: str) -> Response:
    """All certificates of a batch in one file, each with its holder's whole number."""
    batch = issuing.batch(code, change=True)
    rows = [row for row in issuing.rows(batch) if row.state in PRINTED]
    if not rows:
        raise NotFound
    data = leaving.leave("certificates", lambda _: printing.many(rows), rows=len(rows))
    return download(data, f"证书-{code}.pdf", PDF, inline=True)


@router.get("/batches/{code}/sample-receipt.xlsx")
def sample_receipt(issuing: AtBatches, settings: Settings, *, code: str) -> Response:
    """Sample mode: plays the city's system, which refuses one of a larger batch."""
    batch = issuing.batch(code, change=True)
    if not settings.sample_mode:
        raise NotFound
    rows = [row for row in issuing.rows(batch) if row.state == "issued"]
    refused = {rows[-1].serial: "照片缺失（示例）"} if len(rows) >= ENOUGH else {}
    data = write_receipt_sample(write_batch(rows), refused=refused)
    return download(data, f"示例归集回执-{code}.xlsx")


@router.get("/batches/{code}")
def batch_page(  # noqa: PLR0913
    request: Request, db: Db, me: SignedIn, *, lang: Lang, settings: Settings, issuing: AtBatches,
    code: str,
) -> HTMLResponse:  # fmt: skip
    """A batch with its certificates: accepted, refused with the reason, not answered yet."""
    batch = issuing.batch(code)
    rows = issuing.rows(batch)
    report = reports.last(db, "receipt", batch_id=batch.id)
    return view.render(
        request,
        "batch",
        active="certificates",
        batch=batch,
        groups=dict(_grouped(rows, lang)),
        said=receipt_said(rows, report, refusals.of_batch(db, batch.id), lang=lang),
        report=sheet_report(report, lang),
        may_act=may_upload(me.actor, Route(batch.route), batch.uploader_id),
        may_export=me.full_numbers,
        sample=settings.sample_mode,
        new_key=new_key,
    )


@router.post("/batches/{code}/receipt")
def upload_receipt(
    issuing: AtBatches, lang: Lang, once: Once, *, code: str, file: Annotated[UploadFile, File()]
) -> Response:
    """What 证书归集 answered: numbers for the accepted, reasons for the refused (E50)."""
    found = issuing.receipt(code, workbook_of(file))
    said = say("done", "receipt", lang, accepted=found.accepted, refused=found.refused)
    tone: Tone = "warning" if found.findings or found.refused else "success"
    return view.flash(once.redirect(f"/certificates/batches/{code}"), said, tone)


@router.post("/batches/{code}/drop/{certificate_id}")
def drop(
    issuing: AtBatches, lang: Lang, once: Once, *, code: str, certificate_id: int,
    reason: Annotated[str, Form(min_length=2, max_length=2000)],
) -> Response:  # fmt: skip
    """Give up a refused certificate for good."""
    issuing.drop(code, certificate_id, reason)
    answer = once.redirect(f"/certificates/batches/{code}")
    return view.flash(answer, say("done", "certificate_dropped", lang))


@router.post("/batches/{code}/release/{certificate_id}")
def release(
    issuing: AtBatches, lang: Lang, once: Once, *, code: str, certificate_id: int
) -> Response:
    """It was put right: it goes into the next batch under its own serial."""
    issuing.release(code, certificate_id)
    answer = once.redirect(f"/certificates/batches/{code}")
    return view.flash(answer, say("done", "certificate_released", lang))


@router.get("/{serial}.pdf")
def certificate_pdf(printing: Printing, leaving: Leaving, *, serial: str) -> Response:
    """One certificate on paper, with a grey box where the seal goes."""
    row = certificate_queue.visible_certificate(leaving.session, leaving.me.actor, serial)
    return download(printing.one(leaving, row), f"{serial}.pdf", PDF, inline=True)


def _grouped(
    rows: list[CertificateRow], lang: Language
) -> Iterator[tuple[str, list[dict[str, object]]]]:
    for name, states in _GROUPS.items():
        yield name, [_shown(row, lang) for row in rows if row.state in states]


def _shown(row: CertificateRow, lang: Language) -> dict[str, object]:
    """A row of the table; name and number masked, for nobody at the centre needs them here."""
    return {
        "id": row.id,
        "serial": row.serial,
        "city_number": row.number or "",
        "name": shown_name(row.name, lang),
        "number": mask_number(row.document_number),
        "provider": row.provider_name,
        "rests_on": row.code,
        "path": path_of(Route(row.route), row.code),
        "state": row.state,
        "reason": row.reason,
    }
