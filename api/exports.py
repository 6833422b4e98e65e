"""Workbooks that leave with whole document numbers: permitted to few, marked, and in the ledger.

data = exports.leave("aggregation", lambda mark: write_batch(rows, mark=mark), rows=len(rows))
"""

import hashlib
import secrets as randomness
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends
from sqlmodel import Session

from api.auth import Signed
from api.deps import Db, Now, SignedIn
from api.problems import NoExportPermit
from states.records import acts
from states.rules.deadlines import shanghai_day
from states.rules.dossier import SHANGHAI
from states.rules.words import say
from templates.sheets.writer import ExportMark


@dataclass(frozen=True, slots=True)
class Exports:
    """What one person may take out, now."""

    session: Session
    me: Signed
    at: datetime

    def check(self) -> None:
        """Raises NoExportPermit."""
        if not self.me.full_numbers:
            raise NoExportPermit

    def leave(
        self,
        sheet: str,
        write: Callable[[ExportMark], bytes],
        *,
        rows: int,
        project_id: int | None = None,
    ) -> bytes:
        """The workbook with its mark; who took how many rows, and its hash, go into the ledger.

        `sheet` is a key of the word list, section "export". Raises NoExportPermit.
        """
        self.check()
        mark = self._mark(sheet)
        data = write(mark)
        acts.note(
            self.session,
            acts.EXPORTED,
            actor=self.me.actor,
            at=self.at,
            about=f"export/{mark.id}",
            detail={"sheet": sheet, "rows": rows, "sha256": hashlib.sha256(data).hexdigest()},
            project_id=project_id,
        )
        return data

    def _mark(self, sheet: str) -> ExportMark:
        return ExportMark(
            id=f"EX-{shanghai_day(self.at):%Y%m%d}-{randomness.token_hex(4)}",
            person=self.me.name,
            office=self.me.office.name_zh,
            at=f"{self.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
            purpose=say("export", sheet, "zh"),
        )


def exports_of(session: Db, me: SignedIn, now: Now) -> Exports:
    """What whoever is signed in may take out."""
    return Exports(session, me, now)


Leaving = Annotated[Exports, Depends(exports_of)]
