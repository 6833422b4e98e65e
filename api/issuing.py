"""What the two doors, pages and JSON, do with batches: each route has its uploader (C22-C35)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from api.desk import AtDesk, Desk, Workbook
from states.errors import NotFound, NotYours
from states.records import batches, certificate_board, certificates, receipts
from states.records.candidates import route_of
from states.records.certificate_board import BatchView, CertificateRow
from states.records.certificate_queue import visible_batch, visible_certificate
from states.records.receipts import Receipt
from states.rules.routes import Route
from states.rules.stages import MUNICIPAL_ROLES
from templates.papers.fonts import glyphs_missing
from templates.sheets.reading_room import read_aside
from templates.sheets.receipt import read_receipt

OVERSEERS = MUNICIPAL_ROLES


@dataclass(frozen=True, slots=True)
class Issuing:
    """Somebody at work on the batches of their office."""

    desk: Desk

    @property
    def route(self) -> Route | None:
        """Whose people the asker's batches take to their certificates."""
        return route_of(self.desk.actor.role)

    def batches(self) -> Sequence[BatchView]:
        """The batches the asker may see, newest first. Raises NotYours."""
        actor = self.desk.actor
        if actor.role in OVERSEERS:
            return certificate_board.batches(self.desk.session)
        if self.route is None or actor.office_id is None:
            raise NotYours
        return certificate_board.batches(self.desk.session, uploader=actor.office_id)

    def batch(self, code: str, *, change: bool = False) -> BatchView:
        """A batch to look at, or with `change` to act upon. Raises NotYours, NotFound."""
        actor = self.desk.actor
        if self.route is None and (change or actor.role not in OVERSEERS):
            raise NotYours
        return visible_batch(self.desk.session, actor, code, change=change)

    def rows(self, batch: BatchView) -> list[CertificateRow]:
        """The certificates of a batch."""
        return certificate_board.batch_rows(self.desk.session, batch.id)

    def make(self) -> BatchView | None:
        """Number everybody who waits; nothing when nobody does. Raises as `make_batch` does."""
        desk = self.desk
        if self.route is None:
            raise NotYours
        made = batches.make_batch(
            desk.session, actor=desk.actor, at=desk.at, fit=glyphs_missing, route=self.route,
            settle=desk.settle,
        )  # fmt: skip
        return next((found for found in self.batches() if found.id == made), None)

    def receipt(self, code: str, sent: Workbook) -> Receipt:
        """Import what 证书归集 answered (E50). Raises as `batch` and the reader do."""
        batch, desk = self.batch(code, change=True), self.desk
        reading = read_aside(read_receipt, sent.data, sent.filename)
        return receipts.import_receipt(
            desk.session, batch_id=batch.id, rows=reading.rows, findings=reading.findings,
            filename=sent.filename, sha256=sent.sha256, actor=desk.actor, at=desk.at,
            settle=desk.settle,
        )  # fmt: skip

    def drop(self, code: str, certificate_id: int, reason: str) -> None:
        """Give up a refused certificate of a batch for good. Raises as `certificates.drop`."""
        self._check_in_batch(code, certificate_id)
        self._drop(certificate_id, reason)

    def give_up(self, serial: str, reason: str) -> None:
        """The same, in whatever batch it is: one that was corrected waits for its next one."""
        row = visible_certificate(self.desk.session, self.desk.actor, serial)
        self._drop(row.id, reason)

    def release(self, code: str, certificate_id: int) -> None:
        """It was put right: it goes into the next batch. Raises as `certificates.release`."""
        self._check_in_batch(code, certificate_id)
        desk = self.desk
        certificates.release(
            desk.session, certificate_id=certificate_id, actor=desk.actor, at=desk.at
        )

    def _drop(self, certificate_id: int, reason: str) -> None:
        desk = self.desk
        certificates.drop(
            desk.session, certificate_id=certificate_id, text=reason, actor=desk.actor,
            at=desk.at, settle=desk.settle,
        )  # fmt: skip

    def _check_in_batch(self, code: str, certificate_id: int) -> None:
        batch = self.batch(code, change=True)
        if certificate_id not in {row.id for row in self.rows(batch)}:
            raise NotFound


def issuing(desk: AtDesk) -> Issuing:
    """The batches of whoever is signed in."""
    return Issuing(desk)


AtBatches = Annotated[Issuing, Depends(issuing)]
