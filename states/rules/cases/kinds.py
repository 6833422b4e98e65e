"""Where a case may stand, and every kind of fact that may be recorded about one."""

from enum import StrEnum


class CaseStage(StrEnum):
    """Where a case stands. Which of the stages a route knows stands in its rulebook."""

    FILED = "filed"
    ACCEPTED = "accepted"
    HELD = "held"
    CONFIRMED = "confirmed"
    COLLECTED = "collected"
    RETURNED = "returned"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class CaseKind(StrEnum):
    """Every kind of fact of a case. Who may record it, and when, stands in the rulebook."""

    CONTEST_FILED = "contest_filed"
    LATE_FILING_ALLOWED = "late_filing_allowed"
    FILING_ACCEPTED = "filing_accepted"
    RESULTS_IMPORTED = "results_imported"
    CUT_DECIDED = "cut_decided"
    RESULTS_CONFIRMED = "results_confirmed"
    LIST_HANDED_IN = "list_handed_in"
    ROWS_LEFT_OUT = "rows_left_out"
    LIST_CONFIRMED = "list_confirmed"
    SENT_BACK = "sent_back"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    COLLECTED = "collected"
