"""The stages a training project lives through, and the words of the office for its kinds."""

from enum import StrEnum


class Stage(StrEnum):
    """Where a project stands. The first seven are the straight path, in order."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    RUNNING = "running"
    ASSESSED = "assessed"
    SURVEYED = "surveyed"
    REPORTED = "reported"
    CERTIFIED = "certified"
    RETURNED = "returned"
    SUSPENDED = "suspended"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"


STRAIGHT_PATH = tuple(Stage)[:7]
FINAL_STAGES = frozenset({Stage.CERTIFIED, Stage.REJECTED, Stage.WITHDRAWN, Stage.TERMINATED})


class Channel(StrEnum):
    """How a district organises the training (C07-C09). All three share the machine."""

    TARGETED = "targeted_training"
    ENTERPRISE = "enterprise_training"
    DISTRICT_PROJECT = "district_project_training"


class Mode(StrEnum):
    """Delivery mode of a unit or session (C03)."""

    OFFLINE = "offline"
    ONLINE = "online"


class Role(StrEnum):
    """What a person may do in an office."""

    PROVIDER = "provider_operator"
    HEAD = "provider_head"
    REVIEWER = "district_reviewer"
    EXAMINER = "district_examiner"
    SUPERVISOR = "district_supervisor"
    DISTRICT_HEAD = "district_head"
    CENTRE = "centre_officer"
    BUREAU = "bureau_officer"
    EVALUATOR = "evaluation_officer"
    EXAM_AUTHORITY = "exam_officer"
    ORGANISER = "contest_organiser"
    AUDITOR = "auditor"
    ADMINISTRATOR = "system_administrator"
    SYSTEM = "system"


PROVIDER_ROLES = frozenset({Role.PROVIDER, Role.HEAD})
"""Whoever works at a training provider: bound to its own projects."""
DISTRICT_ROLES = frozenset({Role.REVIEWER, Role.EXAMINER, Role.SUPERVISOR, Role.DISTRICT_HEAD})
"""Whoever works at a district bureau: bound to the projects of the district."""
MUNICIPAL_ROLES = frozenset({Role.CENTRE, Role.BUREAU, Role.AUDITOR})
"""Whoever sees the whole city."""
