"""Corrected scores of a class, as its pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from api.auth import Signed
from api.pages.return_words import scored
from states.records import corrections, return_board
from states.records.class_board import ClassBoard
from states.records.corrections import CorrectionView
from states.rules.facts import Kind
from states.rules.stages import Role
from states.rules.words import Language


@dataclass(frozen=True, slots=True)
class CorrectionTold:
    """One correction. `own`: the reader registered it, so somebody else decides."""

    id: int
    enrolment_id: int
    sheet_row: int
    before: str
    after: str
    state: str
    registered_at: datetime
    own: bool
    may_decide: bool
    return_id: int | None
    month: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class CorrectionsTold:
    """The corrections of a class or of one learner, the oldest first."""

    lines: Sequence[CorrectionTold]
    sees_returns: bool

    @property
    def waits(self) -> bool:
        """Whether one of them is still to be decided."""
        return any(line.state == "open" for line in self.lines)


def corrections_told(
    session: Session, board: ClassBoard, me: Signed, *, lang: Language, enrolment_id: int = 0
) -> CorrectionsTold:
    """The corrections of the class; of one learner with `enrolment_id`."""
    decides = board.may(me.actor, Kind.SCORE_CORRECTION_DECIDED)
    return CorrectionsTold(
        [
            _told(one, me, lang, decides=decides)
            for one in corrections.of_class(session, board.klass.id)
            if enrolment_id in (0, one.enrolment_id)
        ],
        sees_returns=me.role in return_board.READERS | {Role.REVIEWER},
    )


def _told(one: CorrectionView, me: Signed, lang: Language, *, decides: bool) -> CorrectionTold:
    is_open, own = one.state == "open", one.registered_by == me.actor.person_id
    return CorrectionTold(
        id=one.id,
        enrolment_id=one.enrolment_id,
        sheet_row=one.sheet_row,
        before=scored(one.before_result, one.before_total, lang),
        after=scored(one.after_result, one.after_total, lang),
        state=one.state,
        registered_at=one.registered_at,
        own=is_open and own,
        may_decide=is_open and decides and not own,
        return_id=one.return_id,
        month=one.month,
        reason=one.reason,
    )
