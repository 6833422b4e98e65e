"""The open duties that letters speak of, as they stand at the moment of writing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import text
from sqlmodel import Session

from states.records.leased_mail import LeasedMail
from states.rules.deadlines import class_no_of
from states.rules.duty_words import duty_words
from states.rules.words import Language

_TIMERS = text("""
SELECT project_id, return_id, duty, subject, due_on, provisional, not_by FROM timer
 WHERE project_id = ANY(:projects) OR return_id = ANY(:returns) ORDER BY due_on
""")
_TAKE_UP = "take_up"


@dataclass(frozen=True, slots=True)
class _Timer:
    project_id: int | None
    return_id: int | None
    duty: str
    subject: str
    due_on: date
    provisional: bool
    not_by: Sequence[int]


@dataclass(frozen=True, slots=True)
class About:
    """What a list of duties needs to be told: the rows of projects and returns by id, and where."""

    projects: Mapping[int, Any]
    returns: Mapping[int, Any]
    base: str
    today: date


@dataclass(frozen=True, slots=True)
class OpenDuties:
    """Every open duty of some projects and returns, the most urgent first."""

    timers: Sequence[_Timer]

    def due(self, project_id: int | None, duty: str, subject: str = "") -> date | None:
        """The nearest day of an open duty; None when there is none."""
        for timer in self.timers:
            if (timer.project_id, timer.duty) == (project_id, duty) and subject in (
                "", timer.subject,
            ):  # fmt: skip
                return timer.due_on
        return None

    def items_of(self, mail: LeasedMail, about: About) -> list[Mapping[str, object]]:
        """The duties of a reminder that are still open and still this reader's, nearest first."""
        return sorted(self._items(mail, about), key=_by_day)

    def _items(self, mail: LeasedMail, about: About) -> Iterator[Mapping[str, object]]:
        for item in mail.context["items"]:
            timer = self._timer_of(item)
            if timer is not None and mail.person_id not in timer.not_by:
                yield _item(timer, about, cast("Language", mail.language))

    def _timer_of(self, item: Mapping[str, Any]) -> _Timer | None:
        """The deadline that an item speaks of; None when it is done or has moved since."""
        wanted = (item.get("project"), item.get("return"), item["duty"], item.get("subject", ""))
        for timer in self.timers:
            if (timer.project_id, timer.return_id, timer.duty, timer.subject) == wanted:
                stands = item.get("due") in (None, timer.due_on.isoformat())
                return timer if stands else None
        return None


def open_duties(session: Session, projects: Sequence[int], returns: Sequence[int]) -> OpenDuties:
    """Read them in one query; in none when nothing is asked."""
    if not projects and not returns:
        return OpenDuties(())
    asked = {"projects": list(projects), "returns": list(returns)}
    rows = session.connection().execute(_TIMERS, asked).mappings()
    return OpenDuties([_Timer(**row) for row in rows])


def told_duty(mail: LeasedMail) -> str:
    """What the reader has to do, or for a work item what somebody else has not done."""
    lang = cast("Language", mail.language)
    if mail.duty == _TAKE_UP:
        late, _, rest = mail.subject.partition("/")
        return duty_words(late, rest, lang)
    return duty_words(mail.duty, mail.subject, lang) if mail.duty else ""


def _item(timer: _Timer, about: About, lang: Language) -> Mapping[str, object]:
    return {
        "what": duty_words(timer.duty, timer.subject, lang),
        "due": timer.due_on,
        "days_left": (timer.due_on - about.today).days,
        **_of_project(timer, about),
        **_of_return(timer, about, lang),
    }


def _of_project(timer: _Timer, about: About) -> Mapping[str, object]:
    if timer.project_id is None:
        return {}
    row, no = about.projects[timer.project_id], class_no_of(timer.subject)
    place = f"/classes/{no}" if no else ""
    return {
        "code": row.code, "title": row.title,
        "link": f"{about.base}/projects/{row.code}{place}",
    }  # fmt: skip


def _of_return(timer: _Timer, about: About, lang: Language) -> Mapping[str, object]:
    if timer.return_id is None:
        return {}
    row = about.returns[timer.return_id]
    title = row.name_zh if lang == "zh" else row.name_en
    return {"code": row.month, "title": title, "link": f"{about.base}/returns/{row.id}"}


def _by_day(item: Mapping[str, object]) -> tuple[str, str]:
    return str(item["due"]), str(item["code"])
