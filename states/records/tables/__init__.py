"""Every table, imported once so that SQLModel's metadata is complete."""

from states.records.tables.classes import Enrolment, ImportReport, Learner, Score, TrainingClass
from states.records.tables.offices import (
    Account,
    Appointment,
    Office,
    Person,
    SetupLink,
    WebSession,
)
from states.records.tables.projects import FactRow, LedgerEntry, Project, Timer
from states.records.tables.returns import (
    Certificate,
    CertificateBatch,
    Counter,
    MonthlyReturn,
    ReturnedClass,
)
from states.records.tables.surveys import SurveyAnswer, SurveyInvitation, SurveyResult
from states.records.tables.work import (
    Failure,
    Heartbeat,
    Mail,
    RequestKey,
    RulebookUsed,
    Sweep,
    VirtualClock,
)

__all__ = [
    "Account", "Appointment", "Certificate", "CertificateBatch", "Counter", "Enrolment",
    "FactRow", "Failure", "Heartbeat", "ImportReport", "Learner", "LedgerEntry", "Mail",
    "MonthlyReturn", "Office", "Person", "Project", "RequestKey", "ReturnedClass",
    "RulebookUsed", "Score", "SetupLink", "SurveyAnswer", "SurveyInvitation", "SurveyResult",
    "Sweep", "Timer", "TrainingClass", "VirtualClock", "WebSession",
]  # fmt: skip
