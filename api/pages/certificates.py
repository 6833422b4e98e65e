"""Certificates: numbered in batches, answered by 证书归集, printed one by one or all."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from fastapi.responses import HTMLResponse

from api import certificate_papers, view
from api.deps import Db, Lang, Now, Settings, SignedIn
from api.desk import workbook_of
from api.exports import Leaving
from api.once import Once
from api.pages.forms import PDF, download, new_key, sheet_report
from api.pages.names import shown_name
from states.errors import NotFound, NotYours
from states.records import certificate_board, certificate_queue, certificates, reports
from states.records.certificate_board import BatchView, CertificateRow
from states.rules.identity import mask_number
from states.rules.stages import Role
from states.rules.words import Language, say
from templates.shapes import Tone
from templates.sheets.aggregation_rows import write_batch
from templates.sheets.reading_room import read_aside
from templates.sheets.receipt import read_receipt, write_receipt_sample

router = APIRouter(prefix="/certificates")

BATCH_READERS = frozenset({Role.CENTRE, Role.AUDITOR})
READERS = BATCH_READERS | {Role.REVIEWER}
"""Who prints and seals certificates: only their copies carry the whole document number."""
ENOUGH = 4
"""So many certificates in a batch, and the sample receipt refuses one of them."""


@router.get("")
def overview(request: Request, db: Db, me: SignedIn, *, lang: Lang) -> HTMLResponse:
    """What waits for a number, and the batches; a district sees its own certificates."""
    if me.role not in READERS:
        raise NotYours
    at_centre = me.role in BATCH_READERS
    district = [] if at_centre else certificate_queue.of_district(db, me.actor)
    return view.render(
        request,
        "certificates",
        active="certificates",
        ready=certificate_queue.ready(db, me.actor),
        states=certificate_queue.states(db, me.actor),
        batches=certificate_board.batches(db) if at_centre else [],
        certificates=[(line, shown_name(line.name, lang)) for line in district],
        at_centre=at_centre,
        may_batch=me.role is Role.CENTRE,
        new_key=new_key,
    )


@router.post("/batches")
def make_batch(
    db: Db, now: Now, me: SignedIn, *, lang: Lang, settings: Settings, once: Once
) -> Response:
    """Number everybody who is ready (C22)."""
    made = certificates.make_batch(db, actor=me.actor, at=now, settle=settings.settle_in_request)
    if made is None:
        return view.flash(once.redirect("/certificates"), say("done", "no_batch", lang), "info")
    code = next(b.code for b in certificate_board.batches(db) if b.id == made)
    said = say("done", "batch_made", lang, code=code)
    return view.flash(once.redirect(f"/certificates/batches/{code}"), said)


@router.get("/batches/{code}.xlsx")
def batch_workbook(db: Db, me: SignedIn, leaving: Leaving, *, code: str) -> Response:
    """证书信息归集表, with whole numbers: for whoever is permitted at the centre."""
    batch = _batch(db, me.role, code, change=True)
    leaving.check()
    rows = [r for r in certificate_board.batch_rows(db, batch.id) if r.state == "issued"]
    data = leaving.leave("aggregation", lambda mark: write_batch(rows, mark=mark), rows=len(rows))
    return download(data, f"证书信息归集表-{code}.xlsx")


@router.get("/batches/{code}.pdf")
def batch_print(
    db: Db, me: SignedIn, settings: Settings, *, leaving: Leaving, code: str
) -> Response:
    """All certificates of a batch in one file, each with its holder's whole number."""
    batch = _batch(db, me.role, code, change=True)
    rows = [r for r in certificate_board.batch_rows(db, batch.id) if r.state != "dropped"]
    if not rows:
        raise NotFound
    data = leaving.leave("certificates", lambda _: _print(rows, settings), rows=len(rows))
    return download(data, f"证书-{code}.pdf", PDF, inline=True)


@router.get("/batches/{code}/sample-receipt.xlsx")
def sample_receipt(db: Db, me: SignedIn, settings: Settings, *, code: str) -> Response:
    """Sample mode: plays the city's system, which refuses one of a larger batch."""
    batch = _batch(db, me.role, code, change=True)
    if not settings.sample_mode:
        raise NotFound
    rows = [r for r in certificate_board.batch_rows(db, batch.id) if r.state == "issued"]
    refused = {rows[-1].serial: "照片缺失（示例）"} if len(rows) >= ENOUGH else {}
    data = write_receipt_sample(write_batch(rows), refused=refused)
    return download(data, f"示例归集回执-{code}.xlsx")


@router.get("/batches/{code}")
def batch_page(
    request: Request, db: Db, me: SignedIn, *, lang: Lang, settings: Settings, code: str
) -> HTMLResponse:
    """A batch with its certificates: accepted, refused with the reason, not answered yet."""
    batch = _batch(db, me.role, code, change=False)
    rows = certificate_board.batch_rows(db, batch.id)
    groups = {
        "refused": [row for row in rows if row.state in ("refused", "released")],
        "issued": [row for row in rows if row.state == "issued"],
        "accepted": [row for row in rows if row.state == "accepted"],
        "dropped": [row for row in rows if row.state == "dropped"],
    }
    return view.render(
        request,
        "batch",
        active="certificates",
        batch=batch,
        groups={name: [_shown(row, lang) for row in group] for name, group in groups.items()},
        report=sheet_report(reports.last(db, "receipt", batch_id=batch.id), lang),
        may_act=me.role is Role.CENTRE,
        may_export=me.full_numbers,
        sample=settings.sample_mode,
        new_key=new_key,
    )


@router.post("/batches/{code}/receipt")
def upload_receipt(  # noqa: PLR0913
    db: Db, now: Now, me: SignedIn, *, lang: Lang, settings: Settings, once: Once, code: str,
    file: Annotated[UploadFile, File()],
) -> Response:  # fmt: skip
    """What 证书归集 answered: numbers for the accepted, reasons for the refused (E50)."""
    batch, sent = _batch(db, me.role, code, change=True), workbook_of(file)
    reading = read_aside(read_receipt, sent.data, sent.filename)
    found = certificates.import_receipt(
        db, batch_id=batch.id, rows=reading.rows, findings=reading.findings,
        filename=sent.filename, sha256=sent.sha256, actor=me.actor, at=now,
        settle=settings.settle_in_request,
    )  # fmt: skip
    said = say("done", "receipt", lang, accepted=found.accepted, refused=found.refused)
    tone: Tone = "warning" if found.findings or found.refused else "success"
    return view.flash(once.redirect(f"/certificates/batches/{code}"), said, tone)


@router.post("/batches/{code}/drop/{certificate_id}")
def drop(  # noqa: PLR0913
    db: Db, now: Now, me: SignedIn, *, lang: Lang, settings: Settings, once: Once, code: str,
    certificate_id: int, reason: Annotated[str, Form(min_length=2, max_length=2000)],
) -> Response:  # fmt: skip
    """Give up a refused certificate for good."""
    _check_in_batch(db, me.role, code, certificate_id=certificate_id)
    certificates.drop(
        db, certificate_id=certificate_id, text=reason, actor=me.actor, at=now,
        settle=settings.settle_in_request,
    )  # fmt: skip
    answer = once.redirect(f"/certificates/batches/{code}")
    return view.flash(answer, say("done", "certificate_dropped", lang))


@router.post("/batches/{code}/release/{certificate_id}")
def release(
    db: Db, me: SignedIn, lang: Lang, *, once: Once, code: str, certificate_id: int
) -> Response:
    """It was put right: it goes into the next batch under its own serial."""
    _check_in_batch(db, me.role, code, certificate_id=certificate_id)
    certificates.release(db, certificate_id=certificate_id, actor=me.actor)
    answer = once.redirect(f"/certificates/batches/{code}")
    return view.flash(answer, say("done", "certificate_released", lang))


@router.get("/{serial}.pdf")
def certificate_pdf(db: Db, me: SignedIn, settings: Settings, *, serial: str) -> Response:
    """One certificate on paper, with a grey box where the seal goes."""
    row = certificate_queue.visible_certificate(db, me.actor, serial)
    pdf = certificate_papers.paper_for(
        me.role, row, base_url=settings.base_url, sample=settings.sample_mode
    )
    return download(pdf, f"{serial}.pdf", PDF, inline=True)


def _print(rows: Sequence[CertificateRow], settings: Settings) -> bytes:
    return certificate_papers.papers(rows, base_url=settings.base_url, sample=settings.sample_mode)


def _batch(db: Db, role: Role, code: str, *, change: bool) -> BatchView:
    if role not in BATCH_READERS or (change and role is not Role.CENTRE):
        raise NotYours
    return certificate_board.batch_by_code(db, code)


def _check_in_batch(db: Db, role: Role, code: str, *, certificate_id: int) -> None:
    batch = _batch(db, role, code, change=True)
    if certificate_id not in {row.id for row in certificate_board.batch_rows(db, batch.id)}:
        raise NotFound


def _shown(row: CertificateRow, lang: Language) -> dict[str, object]:
    """A row of the table; name and number masked, for nobody at the centre needs them here."""
    return {
        "id": row.id,
        "serial": row.serial,
        "city_number": row.number or "",
        "name": shown_name(row.name, lang),
        "number": mask_number(row.document_number),
        "provider": row.provider_name,
        "project": row.code,
        "state": row.state,
        "reason": row.reason,
    }
