"""Letters in an office's own words: every version is kept, the newest stands; previews and trials.

A text holds placeholders alone, never a name or a number; who changed it stands in the ledger.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlmodel import Session

from states.actor import Actor
from states.errors import BadInput, NotFound, NotYours
from states.records import acts, outbox
from states.records.leased_mail import LeasedMail
from states.rules.letter_texts import LetterText, flaws_of
from states.rules.letters import the_letters
from states.rules.stages import MUNICIPAL_ROLES, Role
from states.rules.words import Language

EDITORS = frozenset({Role.BUREAU, Role.ADMINISTRATOR})
READERS = EDITORS | {Role.AUDITOR}
CHANGED, RESTORED = "letter_text_changed", "letter_text_restored"
LANGUAGES: tuple[Language, Language] = ("zh", "en")

_NEWEST = """
SELECT DISTINCT ON (t.letter, t.language)
       t.letter, t.language, t.version, t.original, t.subject, t.body, t.at, p.name AS by
  FROM letter_text t JOIN person p ON p.id = t.person_id
"""
_BY_NEWEST = "ORDER BY t.letter, t.language, t.version DESC"
_ALL = text(f"{_NEWEST} {_BY_NEWEST}")
_OF = text(f"{_NEWEST} WHERE t.letter = ANY(:letters) {_BY_NEWEST}")
_HISTORY = text("""
SELECT t.letter, t.language, t.version, t.original, t.subject, t.body, t.at, p.name AS by
  FROM letter_text t JOIN person p ON p.id = t.person_id
 WHERE t.letter = :letter AND t.language = :language ORDER BY t.version DESC
""")
# Whoever saw the version before may write the next one; of two at once one comes first.
_APPEND = text("""
WITH given AS (SELECT CAST(:letter AS text) AS letter, CAST(:language AS text) AS language,
                      CAST(:seen AS integer) AS seen)
INSERT INTO letter_text (letter, language, version, original, subject, body, person_id, at)
SELECT letter, language, seen + 1, CAST(:original AS boolean), CAST(:subject AS text),
       CAST(:body AS text), CAST(:person AS bigint), CAST(:at AS timestamptz)
  FROM given
 WHERE seen = (SELECT coalesce(max(t.version), 0) FROM letter_text t
                WHERE t.letter = given.letter AND t.language = given.language)
ON CONFLICT ON CONSTRAINT a_text_has_one_next_version DO NOTHING
RETURNING version
""")
_INVENTED: Mapping[str, Any] = {"sample": True, "trial": {}}
# A trial has facts of another letter, and is not what anybody was really told.
_LAST_SENT = text("""
SELECT m.id, m.project_id, m.duty, m.subject, m.context, m.promised_at
  FROM outbox m
 WHERE m.letter = :letter AND NOT jsonb_exists(m.context, 'trial')
 ORDER BY m.id DESC LIMIT 1
""")


class Which(NamedTuple):
    """A letter in one of its languages."""

    letter: str
    language: Language


@dataclass(frozen=True, slots=True)
class Version:
    """One text as it stood from `at` on; the `original` has no words of its own."""

    letter: str
    language: str
    version: int
    original: bool
    subject: str
    body: str
    at: datetime
    by: str

    @property
    def text(self) -> LetterText | None:
        """What is sent in place of the original; nothing for the original itself."""
        return None if self.original else LetterText(self.subject, self.body)


def newest(session: Session, letters: Iterable[str]) -> Mapping[tuple[str, str], LetterText]:
    """The offices' own texts of these letters by letter and language, in one query."""
    rows = session.connection().execute(_OF, {"letters": sorted(set(letters))}).mappings()
    found = (Version(**row) for row in rows)
    return {(one.letter, one.language): one.text for one in found if one.text}


def standing(session: Session) -> Mapping[tuple[str, str], Version]:
    """The newest version of every letter that was ever changed, by letter and language."""
    rows = session.connection().execute(_ALL).mappings()
    return {(row["letter"], row["language"]): Version(**row) for row in rows}


def history(session: Session, which: Which) -> Sequence[Version]:
    """All versions, the newest first."""
    rows = session.connection().execute(_HISTORY, which._asdict()).mappings()
    return [Version(**row) for row in rows]


def change(
    session: Session,
    which: Which,
    told: LetterText,
    *,
    seen: int,
    actor: Actor,
    at: datetime,
) -> int:
    """Send this letter in these words from now on; answers the number of the version.

    Raises NotYours, NotFound, and BadInput(why="letter_text_has_flaws" | "letter_text_is_the_same"
    | "letter_text_moved") when `seen` is not the newest version.
    """
    _may_edit(actor, which)
    if flaws_of(which.letter, told):
        raise BadInput(why="letter_text_has_flaws")
    before = history(session, which)
    if before and before[0].text == told:
        raise BadInput(why="letter_text_is_the_same")
    return _append(session, which, told, seen=seen, actor=actor, at=at)


def restore(session: Session, which: Which, *, seen: int, actor: Actor, at: datetime) -> int:
    """Let the original stand again. Raises as `change` does."""
    _may_edit(actor, which)
    before = history(session, which)
    if not before or before[0].original:
        raise BadInput(why="letter_text_is_the_same")
    return _append(session, which, None, seen=seen, actor=actor, at=at)


def last_sent(session: Session, letter: str, *, actor: Actor) -> Mapping[str, Any] | None:
    """What the newest letter of its kind was about, as a context for a preview or a trial.

    Nothing for whoever may not see business data, and for letters whose link is a key.
    """
    if actor.role not in MUNICIPAL_ROLES or the_letters().letters[letter].has_secret_link:
        return None
    row = session.connection().execute(_LAST_SENT, {"letter": letter}).first()
    if row is None:
        return None
    about = {"project": row.project_id, "duty": row.duty, "subject": row.subject}
    return {**row.context, "trial": about}


def facts_of(
    session: Session, which: Which, *, actor: Actor, name: str, at: datetime, base_url: str
) -> tuple[Mapping[str, object], bool]:
    """What a preview tells, and whether it is real: what the newest such letter told, if any."""
    about = last_sent(session, which.letter, actor=actor)
    for context in (about, _INVENTED):
        if context is not None:
            mail = _unsent(which, context, actor=actor, name=name, at=at)
            try:
                found = outbox.context_for(session, mail, at=at, base_url=base_url)
            except KeyError:
                continue  # what that letter told of is gone since
            return found, context is about
    raise NotFound


def _unsent(
    which: Which, context: Mapping[str, Any], *, actor: Actor, name: str, at: datetime
) -> LeasedMail:
    return LeasedMail(
        id=0, key="", letter=which.letter, language=which.language, project_id=None,
        person_id=actor.person_id, to="", name=name, context=context, duty="", subject="",
        message_id="preview", promised_at=at, attempts=0, lease="",
    )  # fmt: skip


def promise_trial(
    session: Session,
    which: Which,
    told: LetterText | None,
    *,
    about: Mapping[str, Any] | None,
    actor: Actor,
    at: datetime,
) -> None:
    """Promise this text to the asker alone, about what `last_sent` told or invented facts.

    Raises NotYours, NotFound, BadInput(why="letter_text_has_flaws").
    """
    _may_edit(actor, which)
    if told and flaws_of(which.letter, told):
        raise BadInput(why="letter_text_has_flaws")
    context = dict(about or _INVENTED)
    context["trial"] = {**context["trial"], "text": asdict(told) if told else None}
    outbox.promise_to_person(
        session,
        key=f"trial/{which.letter}/{which.language}/{actor.request_id}",
        letter=which.letter,
        person_id=actor.person_id or 0,
        context=context,
        at=at,
        language=which.language,
    )


def text_of(mail: LeasedMail, texts: Mapping[tuple[str, str], LetterText]) -> LetterText | None:
    """In which words a letter goes out: a trial brings its own."""
    if "trial" in mail.context:
        own = mail.context["trial"].get("text")
        return LetterText(**own) if own else None
    return texts.get((mail.letter, mail.language))


def _may_edit(actor: Actor, which: Which) -> None:
    if actor.role not in EDITORS:
        raise NotYours
    if which.letter not in the_letters().letters or which.language not in LANGUAGES:
        raise NotFound


def _append(
    session: Session,
    which: Which,
    told: LetterText | None,
    *,
    seen: int,
    actor: Actor,
    at: datetime,
) -> int:
    words = told or LetterText("", "")
    values = {
        **which._asdict(), "seen": seen, "original": told is None,
        "subject": words.subject, "body": words.body, "person": actor.person_id, "at": at,
    }  # fmt: skip
    version = session.connection().execute(_APPEND, values).scalar()
    if version is None:
        raise BadInput(why="letter_text_moved")
    name = CHANGED if told else RESTORED
    about = f"letter/{which.letter}.{which.language}"
    acts.note(session, name, actor=actor, at=at, about=about, detail={"version": version})
    return int(version)
