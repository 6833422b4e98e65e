"""What can go wrong, by name. The sentence stands in the word list; HTTP numbers live in `api`."""

from collections.abc import Mapping, Sequence

from states.rules.findings import Finding


class DubanError(Exception):
    """Something a user may be told, in the word list's section `error`."""

    code = "unexpected"

    def __init__(self, **params: object) -> None:
        self.params: Mapping[str, object] = params
        super().__init__(self.code)


class NotFound(DubanError):
    """There is no such thing, or it is not the asker's to see."""

    code = "not_found"


class NotYours(DubanError):
    """The role or office of this person may not do that."""

    code = "not_yours"


class ProjectMoved(DubanError):
    """Somebody else moved this project first; nothing was changed."""

    code = "project_moved"


class BadInput(DubanError):
    """What was handed in is not right; `params['why']` names a code of the section `input`."""

    code = "bad_input"


class NotAllowed(DubanError):
    """The rules do not allow this now; `findings` names what is missing."""

    code = "not_allowed"

    def __init__(self, findings: Sequence[Finding], **params: object) -> None:
        self.findings = tuple(findings)
        super().__init__(**params)
