"""Certificates for programs: batches, their workbook and receipt, papers, public verification."""

from fastapi import APIRouter, Response
from sqlmodel import Session

from api import certificate_papers as papers
from api import told
from api.deps import Db, Settings, SignedIn
from api.desk import AtDesk, workbook_of
from api.exports import Leaving
from api.once import Once
from api.routes.classes import Sheet
from api.schemas.base import Done
from api.schemas.certificates import BatchOut, CertificateOut, ReceiptOut, VerifiedOut
from states.actor import Actor
from states.errors import NotFound, NotYours
from states.records import certificate_board, certificates
from states.records.certificate_board import BatchView, CertificateRow
from states.rules.identity import mask_name
from states.rules.stages import Role
from templates.sheets.aggregation_rows import write_batch
from templates.sheets.reading_room import read_aside
from templates.sheets.receipt import read_receipt

router = APIRouter(tags=["certificates"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
_REFUSALS = told.problems(401, 403, 404, 422)
_SEES_BATCHES = frozenset({Role.CENTRE, Role.AUDITOR})
_SEES_ALL = frozenset({Role.CENTRE, Role.AUDITOR})


@router.get("/batches", responses=told.problems(401, 403))
def batches(session: Db, me: SignedIn) -> list[BatchOut]:
    """All batches, newest first; for the centre."""
    _batches_are_visible(me.actor)
    return [_batch(found) for found in certificate_board.batches(session)]


@router.post("/batches", status_code=201, response_model=BatchOut | Done, responses=_REFUSALS)
def make(desk: AtDesk, once: Once) -> Response:
    """Number every passer who waits, now; the flow does it every morning."""
    made = certificates.make_batch(desk.session, actor=desk.actor, at=desk.at, settle=desk.settle)
    if made is None:
        return once.json(Done(ok=False))
    found = next(b for b in certificate_board.batches(desk.session) if b.id == made)
    return once.json(_batch(found), 201)


@router.get("/batches/{code}", responses=told.problems(401, 403, 404))
def batch(session: Db, me: SignedIn, code: str) -> BatchOut:
    """A batch and how far it got."""
    _batches_are_visible(me.actor)
    return _batch(certificate_board.batch_by_code(session, code))


@router.get("/batches/{code}/workbook.xlsx", response_class=Response, responses=_REFUSALS)
def workbook(session: Db, me: SignedIn, leaving: Leaving, *, code: str) -> Response:
    """证书信息归集表 of a batch, to be uploaded to the city's system."""
    if me.role is not Role.CENTRE:
        raise NotYours
    leaving.check()
    found = certificate_board.batch_by_code(session, code)
    rows = certificate_board.batch_rows(session, found.id)
    data = leaving.leave("aggregation", lambda mark: write_batch(rows, mark=mark), rows=len(rows))
    return Response(data, media_type=XLSX)


@router.post("/batches/{code}/receipt", response_model=ReceiptOut, responses=_REFUSALS)
def receipt(desk: AtDesk, once: Once, *, code: str, file: Sheet) -> Response:
    """Import the answer of 证书归集: numbers for what stands, reasons for what goes back."""
    _batches_are_visible(desk.actor)
    found = certificate_board.batch_by_code(desk.session, code)
    given = workbook_of(file)
    reading = read_aside(read_receipt, given.data, given.filename)
    said = certificates.import_receipt(
        desk.session,
        batch_id=found.id,
        rows=reading.rows,
        findings=reading.findings,
        filename=given.filename,
        sha256=given.sha256,
        actor=desk.actor,
        at=desk.at,
        settle=desk.settle,
    )
    return once.json(
        ReceiptOut(
            accepted=said.accepted,
            refused=said.refused,
            unchanged=said.unchanged,
            findings=[told.row(row) for row in said.findings],
        )
    )


@router.get("/projects/{code}/certificates", responses=told.problems(401, 404))
def of_project(desk: AtDesk, code: str) -> list[CertificateOut]:
    """The certificates of a project; names masked."""
    project = desk.find(code)
    return [_certificate(row) for row in certificate_board.of_project(desk.session, project.id)]


@router.get("/certificates/{serial}.pdf", response_class=Response, responses=_REFUSALS)
def paper(session: Db, me: SignedIn, *, settings: Settings, serial: str) -> Response:
    """A certificate as a printed page."""
    row = _visible(session, me.actor, serial)
    pdf = papers.paper_for(me.role, row, base_url=settings.base_url, sample=settings.sample_mode)
    return Response(pdf, media_type=PDF)


@router.get("/verify/{token}", responses=told.problems(404))
def verify(session: Db, token: str) -> VerifiedOut:
    """Public: what the printed code vouches for; the name only masked."""
    found = certificate_board.by_token(session, token)
    return VerifiedOut(
        serial=found.serial,
        number=found.number,
        masked_name=found.masked_name,
        provider=found.provider_name,
        level=found.level,
        inscription=found.inscription,
        issued_on=found.issued_day,
        stands=found.stands,
    )


def _batches_are_visible(actor: Actor) -> None:
    if actor.role not in _SEES_BATCHES:
        raise NotYours


def _visible(session: Session, actor: Actor, serial: str) -> CertificateRow:
    """As far as the project is visible. Raises NotFound."""
    row = certificate_board.by_serial(session, serial)
    if actor.role not in _SEES_ALL and actor.office_id not in (row.district_id, row.provider_id):
        raise NotFound
    return row


def _batch(found: BatchView) -> BatchOut:
    return BatchOut(**{name: getattr(found, name) for name in BatchOut.model_fields})


def _certificate(row: CertificateRow) -> CertificateOut:
    return CertificateOut(
        id=row.id,
        serial=row.serial,
        number=row.number,
        masked_name=mask_name(row.name),
        class_no=row.class_no,
        state=row.state,
        reason=row.reason,
        batch=row.batch,
    )
