"""A workbook is imported on trial first: the very import, in a savepoint that is rolled back.

The work is done beside the requests, in threads of the web process; pages look at how far it got.
Nothing is ever half imported: an import is one transaction, and it counts only when it says what
the trial said before.
"""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from threading import BoundedSemaphore, Lock, Thread
from time import monotonic
from traceback import extract_tb
from typing import Annotated, cast

from fastapi import Depends, Request, UploadFile
from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import Session

from api.desk import Desk, Taken, Workbook, workbook_of
from api.desk_teaching import take_attendance, take_timetable
from api.errors import problem_of
from api.trial_results import Gist, TrialResult, refused, said
from states.actor import Actor
from states.errors import DubanError
from states.records import clock, reports, uploads
from states.records.db import transaction
from states.records.uploads import State, UploadView
from states.rules.facts import Kind
from states.settings import Settings
from templates.sheets.attendance import ATTENDANCE_COLUMNS
from templates.sheets.grid import SheetUnreadable
from templates.sheets.reader import Columns
from templates.sheets.roster import ROSTER_COLUMNS
from templates.sheets.scores import SCORE_COLUMNS
from templates.sheets.timetable import TIMETABLE_COLUMNS

AT_ONCE = 2
"""So many workbooks are read at the same time; others wait for their turn."""
PATIENCE = 1.0
"""Seconds for which a request waits: a small workbook answers at once."""
BREATH = 0.3
"""Seconds between two notes of progress."""

log = logging.getLogger("duban.web")


@dataclass(frozen=True, slots=True)
class SheetKind:
    """What may be imported on trial: who may record it, its columns, and the import itself."""

    fact: Kind
    columns: Columns
    take: Callable[..., Taken]


KINDS: Mapping[str, SheetKind] = {
    "roster": SheetKind(Kind.ROSTER_IMPORTED, ROSTER_COLUMNS, Desk.take_roster),
    "scores": SheetKind(Kind.SCORES_IMPORTED, SCORE_COLUMNS, Desk.take_scores),
    "timetable": SheetKind(Kind.TIMETABLE_FILED, TIMETABLE_COLUMNS, take_timetable),
    "attendance": SheetKind(Kind.ATTENDANCE_RECORDED, ATTENDANCE_COLUMNS, take_attendance),
}


class Trials:
    """The workbooks that this process is at."""

    def __init__(self, bind: Engine, settings: Settings) -> None:
        self._bind, self._settings = bind, settings
        self._places = BoundedSemaphore(AT_ONCE)
        self._running: dict[int, Thread] = {}
        self._lock = Lock()

    def hand_in(
        self, sheet: uploads.HandedIn, actor: Actor, *, to_the_end: bool = False
    ) -> UploadView:
        """Keep a workbook and begin its trial; wait for it a little, or `to_the_end`."""
        with transaction(self._bind) as session:
            token = uploads.keep(session, sheet, actor)
            upload = uploads.find(session, actor, token)
        self.try_out(upload, actor, patience=None if to_the_end else PATIENCE)
        return upload

    def try_out(self, upload: UploadView, actor: Actor, *, patience: float | None = 0) -> None:
        """Begin the trial of an upload, or begin it again when whoever was at it is gone."""
        self._begin(upload, partial(self._trial, upload, actor), patience)

    def go_on(self, upload: UploadView, actor: Actor, *, to_the_end: bool = False) -> None:
        """Import what the trial said; when it would say something else now, show that instead."""
        shown = TrialResult.model_validate(upload.result).gist
        upload = replace(upload, result={})  # tens of thousands of findings are not needed twice
        uploads.note_progress(self._bind, upload.id, "importing", rows=(0, upload.total))
        patience = None if to_the_end else PATIENCE
        self._begin(upload, partial(self._import, upload, actor, shown), patience)

    def _begin(self, upload: UploadView, work: Callable[[], None], patience: float | None) -> None:
        with self._lock:
            thread = self._running.get(upload.id)
            if thread is None:
                thread = Thread(target=self._run, args=(upload.id, work), daemon=True)
                self._running[upload.id] = thread
                thread.start()
        thread.join(patience)

    def _run(self, upload_id: int, work: Callable[[], None]) -> None:
        try:
            with self._places:
                work()
        except (OperationalError, InterfaceError) as error:
            log.warning("upload %s waits: %s", upload_id, type(error).__name__)
        except Exception as error:  # noqa: BLE001  # nobody else would hear of it
            with suppress(OperationalError, InterfaceError):
                self._fail(upload_id, error)
        finally:
            with self._lock:
                del self._running[upload_id]

    def _fail(self, upload_id: int, error: Exception) -> None:
        """Say so on its page; the log names the place, never a value."""
        place = extract_tb(error.__traceback__)[-1]
        kind = type(error).__qualname__
        log.error("upload %s: %s at %s:%s", upload_id, kind, place.name, place.lineno)
        problem = problem_of(error)
        told = replace(problem, params={"request": f"upload {upload_id}", **problem.params})
        with transaction(self._bind) as session:
            lost = refused(told).model_dump(mode="json")
            uploads.conclude(session, upload_id, "failed", result=lost)

    # ── The work ────────────────────────────────────────────────────────────────────────────────
    def _trial(self, upload: UploadView, actor: Actor) -> None:
        with transaction(self._bind) as session:
            state = uploads.take(session, upload.id)
            if state not in uploads.UNDER_WAY:
                return
            found = self._attempt(session, upload, actor, state="trying")
            found.changed = state == "importing"
            _conclude_trial(session, upload, found)

    def _import(self, upload: UploadView, actor: Actor, shown: Gist) -> None:
        with transaction(self._bind) as session:
            if uploads.take(session, upload.id) != "importing":
                return
            found = self._attempt(session, upload, actor, state="importing", shown=shown)
            if found.imported:
                told = found.model_dump(mode="json")
                uploads.conclude(session, upload.id, "imported", result=told)
                return
            found = self._attempt(session, upload, actor, state="trying")
            found.changed = True
            _conclude_trial(session, upload, found)

    def _attempt(
        self,
        session: Session,
        upload: UploadView,
        actor: Actor,
        *,
        state: State,
        shown: Gist | None = None,
    ) -> TrialResult:
        """The import in a savepoint, kept only when it says what was `shown`."""
        desk = self._desk(session, actor)
        project = desk.find(upload.project)
        moves, last = project.moves, _last_report(session, upload)
        workbook = Workbook(upload.filename, uploads.content(session, upload.id))
        inside = session.begin_nested()
        try:
            taken = KINDS[upload.kind].take(
                desk, upload.project, upload.class_no, workbook,
                seen_moves=shown.moves if shown else None,
                progress=self._progress(upload.id, state),
            )  # fmt: skip
            found = said(taken, moves=moves, report=last)
        except (DubanError, SheetUnreadable) as error:
            found = refused(problem_of(error), moves=moves, report=last)
        if shown is not None and found.importable and found.gist == shown:
            inside.commit()
            found.imported = True
        else:
            inside.rollback()
        return found

    def _desk(self, session: Session, actor: Actor) -> Desk:
        told = self._settings
        spare = told.learner_mail_domain if told.sample_mode else ""
        return Desk(session, actor, clock.now(session), told.settle_in_request, spare)

    def _progress(self, upload_id: int, state: State) -> Callable[[int, int], None]:
        """Notes how many rows are read, not more often than somebody can look."""
        noted = 0.0

        def note(done: int, total: int) -> None:
            nonlocal noted
            if done == total or monotonic() - noted > BREATH:
                uploads.note_progress(self._bind, upload_id, state, rows=(done, total))
                noted = monotonic()

        return note


def sheet_of(desk: Desk, kind: str, at: tuple[str, int], *, file: UploadFile) -> uploads.HandedIn:
    """A file for class `at` (code, number), from whoever may say this of it.

    Raises NotFound, NotYours, SheetUnreadable (too large).
    """
    _project, klass = desk.class_for(KINDS[kind].fact, *at)
    book = workbook_of(file)
    return uploads.HandedIn(kind, klass.id, book.filename, book.data, book.sha256)


def _last_report(session: Session, upload: UploadView) -> int:
    """Which import of this kind stands now; 0 before the first."""
    last = reports.last(session, upload.kind, class_id=upload.class_id, imported_only=True)
    return last.id if last else 0


def _conclude_trial(session: Session, upload: UploadView, found: TrialResult) -> None:
    unreadable = found.problem is not None and found.problem.code == "sheet_unreadable"
    state: State = "failed" if unreadable else "tried"
    uploads.conclude(session, upload.id, state, result=found.model_dump(mode="json"))


def trials_of(request: Request) -> Trials:
    return cast("Trials", request.app.state.trials)


TrialsHere = Annotated[Trials, Depends(trials_of)]
