"""Every table, imported once so that SQLModel's metadata is complete."""

from states.records.tables.calendars import CalendarImport
from states.records.tables.chain import CertificateChange
from states.records.tables.classes import Enrolment, ImportReport, Learner, Score, TrainingClass
from states.records.tables.corrections import ScoreCorrection
from states.records.tables.files import Attachment, ClassFiling
from states.records.tables.keeping import DataKey, Forgetting, Remark
from states.records.tables.letters import LetterPreference, LetterTextRow
from states.records.tables.offices import (
    Account,
    Appointment,
    Office,
    Person,
    SetupLink,
    WebSession,
)
from states.records.tables.projects import FactRow, LedgerEntry, Project, Timer
from states.records.tables.reminders import Deputy, Reminder, ReminderReader
from states.records.tables.returns import (
    Certificate,
    CertificateBatch,
    Counter,
    MonthlyReturn,
    ReturnedClass,
)
from states.records.tables.routes import Claim, RouteCase, RouteFact
from states.records.tables.rules import RuleNewsRead, RuleVersionStep
from states.records.tables.supervision import (
    Campaign,
    CampaignPick,
    Inspection,
    InspectionFault,
    Rectification,
)
from states.records.tables.survey_watch import SurveyConnection, SurveyWatch
from states.records.tables.surveys import SurveyAnswer, SurveyInvitation, SurveyResult
from states.records.tables.targets import QuotaRow, QuotaVersion, ShareWaiver
from states.records.tables.teaching import Attendance, ClassSession
from states.records.tables.uploads import Upload
from states.records.tables.work import (
    Failure,
    Heartbeat,
    Mail,
    MailEvent,
    RequestKey,
    RulebookUsed,
    Sweep,
    VirtualClock,
)

__all__ = [
    "Account",
    "Appointment",
    "Attachment",
    "Attendance",
    "CalendarImport",
    "Campaign",
    "CampaignPick",
    "Certificate",
    "CertificateBatch",
    "CertificateChange",
    "Claim",
    "ClassFiling",
    "ClassSession",
    "Counter",
    "DataKey",
    "Deputy",
    "Enrolment",
    "FactRow",
    "Failure",
    "Forgetting",
    "Heartbeat",
    "ImportReport",
    "Inspection",
    "InspectionFault",
    "Learner",
    "LedgerEntry",
    "LetterPreference",
    "LetterTextRow",
    "Mail",
    "MailEvent",
    "MonthlyReturn",
    "Office",
    "Person",
    "Project",
    "QuotaRow",
    "QuotaVersion",
    "Rectification",
    "Remark",
    "Reminder",
    "ReminderReader",
    "RequestKey",
    "ReturnedClass",
    "RouteCase",
    "RouteFact",
    "RuleNewsRead",
    "RuleVersionStep",
    "RulebookUsed",
    "Score",
    "ScoreCorrection",
    "SetupLink",
    "ShareWaiver",
    "SurveyAnswer",
    "SurveyConnection",
    "SurveyInvitation",
    "SurveyResult",
    "SurveyWatch",
    "Sweep",
    "Timer",
    "TrainingClass",
    "Upload",
    "VirtualClock",
    "WebSession",
]  # fmt: skip
