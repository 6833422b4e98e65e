"""Certificates for programs: batches, their workbook and receipt, papers, public verification."""

from collections.abc import Sequence

from fastapi import APIRouter, Response

from api import told
from api.certificate_papers import Printing, check_name
from api.desk import AtDesk, Desk, workbook_of
from api.exports import Leaving
from api.issuing import AtBatches
from api.once import Once
from api.pages.receipt_words import ACCEPTED, MISSING, REFUSED
from api.routes.classes import Sheet
from api.schemas.base import Done, Reason
from api.schemas.certificates import (
    BatchOut,
    CertificateOut,
    ChangeDecisionIn,
    ChangeIn,
    ChangeOut,
    NumberedOut,
    ReceiptOut,
    SentBackOut,
    VerifiedOut,
)
from api.verification import Look, Standing
from api.workbooks import Writing
from states.errors import NotFound
from states.records import certificate_board, chain
from states.records.candidates import uploader_role
from states.records.certificate_board import BatchView, CertificateRow
from states.records.certificate_queue import visible_certificate
from states.records.chain import Change
from states.records.receipts import Receipt
from states.rules.identity import mask_name
from states.rules.routes import Route

router = APIRouter(tags=["certificates"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
_REFUSALS = told.problems(401, 403, 404, 422)


@router.get("/batches", responses=told.problems(401, 403))
def all_batches(issuing: AtBatches) -> list[BatchOut]:
    """Batches, newest first: those of one's own office, all of them for centre and auditor."""
    return [_batch(found) for found in issuing.batches()]


@router.post("/batches", status_code=201, response_model=BatchOut | Done, responses=_REFUSALS)
def make(issuing: AtBatches, once: Once) -> Response:
    """Number everybody of one's route who waits, now; the flow numbers the passers every morning.

    The centre batches training, an evaluation body and the exam authority their lists, a district
    its contests.
    """
    made = issuing.make()
    return once.json(_batch(made), 201) if made else once.json(Done(ok=False))


@router.get("/batches/{code}", responses=told.problems(401, 403, 404))
def batch(issuing: AtBatches, code: str) -> BatchOut:
    """A batch and how far it got."""
    return _batch(issuing.batch(code))


@router.get("/batches/{code}/certificates", responses=told.problems(401, 403, 404))
def of_batch(issuing: AtBatches, code: str) -> list[CertificateOut]:
    """The certificates of a batch; names masked."""
    return [_certificate(row) for row in issuing.rows(issuing.batch(code))]


@router.get("/batches/{code}/workbook.xlsx", response_class=Response, responses=_REFUSALS)
def workbook(issuing: AtBatches, leaving: Leaving, writing: Writing, *, code: str) -> Response:
    """证书信息归集表 of a batch, to be uploaded to the city's system."""
    found = issuing.batch(code, change=True)
    leaving.check()
    rows = [row for row in issuing.rows(found) if row.state == "issued"]
    data = leaving.leave("aggregation", lambda mark: writing.write(rows, mark), rows=len(rows))
    return Response(data, media_type=XLSX)


@router.post("/batches/{code}/receipt", response_model=ReceiptOut, responses=_REFUSALS)
def receipt(issuing: AtBatches, once: Once, *, code: str, file: Sheet) -> Response:
    """Import the answer of 证书归集: numbers for what stands, reasons for what goes back."""
    said = issuing.receipt(code, workbook_of(file))
    return once.json(_receipt(said, issuing.rows(issuing.batch(code))))


@router.post(
    "/batches/{code}/certificates/{certificate_id}/release",
    response_model=Done,
    responses=_REFUSALS,
)
def release(issuing: AtBatches, once: Once, *, code: str, certificate_id: int) -> Response:
    """A refused certificate was put right: it goes into the next batch under its own serial."""
    issuing.release(code, certificate_id)
    return once.json(Done(ok=True))


@router.post(
    "/batches/{code}/certificates/{certificate_id}/drop", response_model=Done, responses=_REFUSALS
)
def drop(
    issuing: AtBatches, once: Once, *, code: str, certificate_id: int, given: Reason
) -> Response:
    """Give up a refused certificate for good, with the reason."""
    issuing.drop(code, certificate_id, given.text)
    return once.json(Done(ok=True))


@router.get("/certificates/{serial}/changes", responses=told.problems(401, 404))
def changes(desk: AtDesk, serial: str) -> list[ChangeOut]:
    """What was asked and done about a certificate, oldest first."""
    return _changes(desk, visible_certificate(desk.session, desk.actor, serial))


@router.post(
    "/certificates/{serial}/changes", status_code=201, response_model=ChangeOut, responses=_REFUSALS
)
def ask(desk: AtDesk, once: Once, *, serial: str, given: ChangeIn) -> Response:
    """Ask that a certificate be revoked, replaced or corrected; a second person decides.

    What came back without a number can be corrected only, and keeps its serial.
    """
    row = visible_certificate(desk.session, desk.actor, serial)
    check_name(given.name.strip())
    made = chain.ask(
        desk.session, row.id, given.kind, reason=given.reason, name=given.name, actor=desk.actor,
        at=desk.at,
    )  # fmt: skip
    return once.json(_change_of(desk, row, made), 201)


@router.post(
    "/certificates/{serial}/changes/{change_id}", response_model=ChangeOut, responses=_REFUSALS
)
def decide(
    desk: AtDesk, once: Once, *, serial: str, change_id: int, given: ChangeDecisionIn
) -> Response:
    """A second person agrees, and it is done; or refuses, and nothing changes."""
    row = visible_certificate(desk.session, desk.actor, serial)
    chain.decide(desk.session, row.id, change_id, agree=given.agree, actor=desk.actor, at=desk.at)
    return once.json(_change_of(desk, row, change_id))


@router.post("/certificates/{serial}/drop", response_model=Done, responses=_REFUSALS)
def give_up(issuing: AtBatches, once: Once, *, serial: str, given: Reason) -> Response:
    """Give up a certificate that came back without a number, in whatever batch it is."""
    issuing.give_up(serial, given.text)
    return once.json(Done(ok=True))


@router.get("/projects/{code}/certificates", responses=told.problems(401, 404))
def of_project(desk: AtDesk, code: str) -> list[CertificateOut]:
    """The certificates of a project; names masked."""
    project = desk.find(code)
    return [_certificate(row) for row in certificate_board.of_project(desk.session, project.id)]


@router.get("/certificates/{serial}.pdf", response_class=Response, responses=_REFUSALS)
def paper(printing: Printing, leaving: Leaving, *, serial: str) -> Response:
    """A certificate as a printed page, with the whole number for whoever may take it out."""
    row = visible_certificate(leaving.session, leaving.me.actor, serial)
    return Response(printing.one(leaving, row), media_type=PDF)


@router.get("/verify/{token}", responses=told.problems(404, 429))  # noqa: FAST003  the look does
def verify(look: Look) -> VerifiedOut:
    """Public: what the printed code vouches for; the name only masked.

    `state` is valid, waiting, replaced, revoked or void.
    """
    if look is None:
        raise NotFound
    found = look.certificate
    return VerifiedOut(
        serial=found.serial,
        number=found.number,
        masked_name=found.masked_name,
        provider=found.provider_name,
        level=found.level,
        inscription=found.inscription,
        issued_on=found.issued_day,
        state=look.standing,
        stands=look.standing is Standing.VALID,
    )


def _batch(found: BatchView) -> BatchOut:
    return BatchOut(**{name: getattr(found, name) for name in BatchOut.model_fields})


def _receipt(said: Receipt, rows: Sequence[CertificateRow]) -> ReceiptOut:
    numbered = [row for row in rows if row.state in ACCEPTED]
    sent_back = [row for row in rows if row.state in REFUSED]
    return ReceiptOut(
        accepted=said.accepted,
        refused=said.refused,
        unchanged=said.unchanged,
        findings=[told.row(row) for row in said.findings],
        numbered=[NumberedOut(serial=row.serial, number=row.number or "") for row in numbered],
        sent_back=[SentBackOut(serial=row.serial, reason=row.reason) for row in sent_back],
        missing=[row.serial for row in rows if row.state == MISSING],
    )


def _certificate(row: CertificateRow) -> CertificateOut:
    return CertificateOut(
        id=row.id,
        serial=row.serial,
        number=row.number,
        masked_name=mask_name(row.name),
        route=row.route,
        level=row.level,
        rests_on=row.code,
        class_no=row.class_no,
        state=row.state,
        reason=row.reason,
        batch=row.batch,
        held_for=row.held_for,
        replaces=row.replaces,
    )


def _changes(desk: Desk, row: CertificateRow) -> list[ChangeOut]:
    own = desk.actor.role is uploader_role(Route(row.route))
    return [_change(found, own=own) for found in chain.changes_of(desk.session, row.id)]


def _change(found: Change, *, own: bool) -> ChangeOut:
    told = {name: getattr(found, name) for name in ChangeOut.model_fields}
    names = {name: told[name] if own else mask_name(told[name]) for name in ("name", "old_name")}
    return ChangeOut(**told | names)


def _change_of(desk: Desk, row: CertificateRow, change_id: int) -> ChangeOut:
    return next(change for change in _changes(desk, row) if change.id == change_id)
