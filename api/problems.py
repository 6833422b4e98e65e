"""What can go wrong at the door itself: the docstring is the meaning, the code the words."""

from states.errors import DubanError


class NotSignedIn(DubanError):
    """Nobody is signed in, or the session is over."""

    code = "not_signed_in"


class SignInFailed(DubanError):
    """Login and password do not belong together; it is not said which of them is wrong."""

    code = "sign_in_failed"


class SampleEntryClosed(DubanError):
    """Entry as a sample person exists in sample mode, on this machine, only."""

    code = "sample_entry_closed"


class NoExportPermit(DubanError):
    """Workbooks with whole document numbers leave with a permission of their own only."""

    code = "no_export_permit"


class TooManyTries(DubanError):
    """Too many failed tries to sign in; `params['seconds']` says how long to wait."""

    code = "too_many_tries"


class TooManyLooks(DubanError):
    """Too many looks from one address; `params['seconds']` says how long to wait."""

    code = "too_many_looks"


class SigningKeyExpired(DubanError):
    """The certificate of the signing key has run out; nothing is printed until it is renewed."""

    code = "signing_key_expired"


class NotFromHere(DubanError):
    """The request was not made by a page of this service, or by a page of an older session."""

    code = "not_from_here"


class KeyReused(DubanError):
    """The idempotency key was used before for something else."""

    code = "key_reused"


class LinkSpent(DubanError):
    """The one-time link was used, has expired, or never was."""

    code = "link_spent"


class WeakPassword(DubanError):
    """The password is too short, too long, or the login itself."""

    code = "weak_password"


class TooLarge(DubanError):
    """The upload is larger than any workbook needs to be."""

    code = "too_large"


class OnlyInSampleMode(DubanError):
    """Moving the date is for samples and rehearsals."""

    code = "only_in_sample_mode"
