"""证书信息归集表 as this installation lays it out, for the two doors."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from states.errors import BadInput
from states.records.certificate_board import CertificateRow
from templates.sheets.aggregation import AggregationLayout, IncompleteCertificates
from templates.sheets.aggregation_rows import write_batch
from templates.sheets.writer import ExportMark

_NAMED = 10


@dataclass(frozen=True, slots=True)
class Workbooks:
    """Writes the workbook of a batch by the layout that was read at the start."""

    layout: AggregationLayout

    def write(self, rows: Iterable[CertificateRow], mark: ExportMark | None = None) -> bytes:
        """The workbook as xlsx. Raises BadInput(why="workbook_incomplete")."""
        try:
            return write_batch(rows, self.layout, mark=mark)
        except IncompleteCertificates as lack:
            raise _told(lack) from lack


def _told(lack: IncompleteCertificates) -> BadInput:
    """The first column that is not filled, with its certificates; the next try tells the next."""
    column, serials = next(iter(lack.serials.items()))
    more = "…" if len(serials) > _NAMED else ""
    said = "、".join(serials[:_NAMED]) + more
    return BadInput(why="workbook_incomplete", column=column, serials=said)


def workbooks(request: Request) -> Workbooks:
    """What a door needs for writing one."""
    return Workbooks(request.app.state.layout)


Writing = Annotated[Workbooks, Depends(workbooks)]
