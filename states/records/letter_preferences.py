"""Which optional letters a person wants, and in which language their mail is written."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from states.actor import Actor
from states.errors import BadInput
from states.rules.letters import the_letters
from states.rules.words import Language

_UNWANTED = text("""
SELECT letter FROM letter_preference WHERE person_id = :person AND NOT wanted
""")
_CHOOSE = text("""
INSERT INTO letter_preference (person_id, letter, wanted, at)
SELECT :person, c.letter, c.wanted, :at
  FROM unnest(CAST(:letters AS text[]), CAST(:wanted AS boolean[])) AS c(letter, wanted)
ON CONFLICT (person_id, letter) DO UPDATE SET wanted = excluded.wanted, at = excluded.at
 WHERE letter_preference.wanted <> excluded.wanted
""")
_LANGUAGE = text("SELECT language FROM person WHERE id = :person")
_SPEAK = text("UPDATE person SET language = :language WHERE id = :person")


def unwanted(session: Session, actor: Actor) -> frozenset[str]:
    """The letters that this person has switched off."""
    rows = session.connection().execute(_UNWANTED, {"person": actor.person_id})
    return frozenset(rows.scalars())


def choose(session: Session, chosen: Mapping[str, bool], *, actor: Actor, at: datetime) -> None:
    """Keep which of the optional letters are wanted.

    Raises BadInput(why="letter_is_a_duty") for a letter that cannot be switched off.
    """
    if not chosen.keys() <= the_letters().optional:
        raise BadInput(why="letter_is_a_duty")
    asked = {"person": actor.person_id, "letters": list(chosen), "wanted": list(chosen.values())}
    session.connection().execute(_CHOOSE, {**asked, "at": at})


def language(session: Session, actor: Actor) -> Language:
    """The language of this person's letters."""
    found = session.connection().execute(_LANGUAGE, {"person": actor.person_id}).scalar()
    return "en" if found == "en" else "zh"


def speak(session: Session, chosen: Language, *, actor: Actor) -> None:
    """Write to this person in that language from the next promise on."""
    asked = {"person": actor.person_id, "language": chosen}
    session.connection().execute(_SPEAK, asked)
