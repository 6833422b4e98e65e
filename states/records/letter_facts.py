"""What a letter says, read at the moment it is sent: project, office, day and link."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import TextClause, text
from sqlmodel import Session

from states.records import invitations, vault
from states.records.leased_mail import LeasedMail
from states.records.open_duties import About, OpenDuties, open_duties, told_duty
from states.records.places import INVITATION_EMAIL
from states.rules.deadlines import class_no_of, shanghai_day
from states.rules.letter_samples import sample_facts
from states.rules.months import return_due_on
from states.rules.routes import Route
from states.rules.words import Language, say

MY_LETTERS = "/me/letters"
"""Where everybody sees which letters they get, and switches off what is optional."""
_DATED_BY = {"check_reviewed": "rectify", "order_closed": "answer_order"}
"""Letters that ask for nothing themselves but name the day of a duty that may still be open."""
_RETURNS_WITH_A_DAY = frozenset({"return_to_prepare", "return_to_sign", "return_returned"})
_PROJECTS = text("""
SELECT p.id, p.code, p.title, d.name_zh AS district_zh, d.name_en AS district_en,
       o.name_zh AS provider_zh, o.name_en AS provider_en
  FROM project p JOIN office d ON d.id = p.district_id JOIN office o ON o.id = p.provider_id
 WHERE p.id = ANY(:ids)
""")
_RETURNS = text("""
SELECT r.id, r.month, o.name_zh, o.name_en
  FROM monthly_return r JOIN office o ON o.id = r.district_id WHERE r.id = ANY(:ids)
""")
_BATCHES = text("""
SELECT b.id, b.code, (SELECT count(*) FROM certificate c WHERE c.batch_id = b.id) AS count
  FROM certificate_batch b WHERE b.id = ANY(:ids)
""")
_CASES = text("""
SELECT c.id, c.code, c.title, c.route, o.name_zh, o.name_en
  FROM route_case c JOIN office o ON o.id = c.office_id WHERE c.id = ANY(:ids)
""")
_CASE_PAGES = {
    Route.CONTEST: "contests", Route.EVALUATION: "evaluations", Route.EXAM: "exams"
}  # fmt: skip
_FORGETTINGS = text("""
SELECT f.id, f.due_on, f.as_of, p.email FROM forgetting f JOIN person p ON p.id = f.proposed_by
 WHERE f.id = ANY(:ids)
""")
_INVITATIONS = text("""
SELECT id, nonce, closes_on, email_sealed FROM survey_invitation WHERE id = ANY(:ids)
""")


@dataclass(frozen=True, slots=True)
class _Found:
    """Everything the letters of a batch speak of, by id."""

    projects: Mapping[int, Any]
    duties: OpenDuties
    returns: Mapping[int, Any]
    batches: Mapping[int, Any]
    cases: Mapping[int, Any]
    forgettings: Mapping[int, Any]
    invitations: Mapping[int, Any]
    addresses: Mapping[int, str]
    base: str
    today: date

    @property
    def about(self) -> About:
        """What a list of duties needs."""
        return About(self.projects, self.returns, self.base, self.today)


def context_for(
    session: Session, mail: LeasedMail, *, at: datetime, base_url: str
) -> Mapping[str, object]:
    """What one letter says. Raises KeyError when what it speaks of is gone."""
    return contexts_for(session, [mail], at=at, base_url=base_url)[mail.id]


def contexts_for(
    session: Session, mails: Sequence[LeasedMail], *, at: datetime, base_url: str
) -> dict[int, Mapping[str, object]]:
    """What many letters say, by mail id, in six queries at most."""
    mails = [_as_if(mail) for mail in mails]
    found = _find(session, mails, base_url.rstrip("/"), today=shanghai_day(at))
    return {mail.id: {**_about(mail, found), **_whom(mail, at, found.base)} for mail in mails}


def _as_if(mail: LeasedMail) -> LeasedMail:
    """A trial says what another letter said: it belongs to no project, but tells of one."""
    told = mail.context.get("trial", {})
    if "project" not in told:
        return mail
    return replace(mail, project_id=told["project"], duty=told["duty"], subject=told["subject"])


def _find(session: Session, mails: Sequence[LeasedMail], base: str, *, today: date) -> _Found:
    items = [item for mail in mails for item in mail.context.get("items", ())]
    ids = [item["project"] for item in items if "project" in item]
    ids += [mail.project_id for mail in mails if mail.project_id]
    returns = [item["return"] for item in items if "return" in item]
    asked = _by_id(session, _INVITATIONS, _named(mails, "invitation"))
    return _Found(
        projects=_by_id(session, _PROJECTS, ids),
        duties=open_duties(session, ids, returns),
        returns=_by_id(session, _RETURNS, [*_named(mails, "return"), *returns]),
        batches=_by_id(session, _BATCHES, _named(mails, "batch")),
        cases=_by_id(session, _CASES, _named(mails, "case")),
        forgettings=_by_id(session, _FORGETTINGS, _named(mails, "forgetting")),
        invitations=asked,
        addresses=_addresses(session, asked),
        base=base,
        today=today,
    )


def _addresses(session: Session, asked: Mapping[int, Any]) -> Mapping[int, str]:
    return {
        one.id: vault.unseal(session, INVITATION_EMAIL, one.id, one.email_sealed)
        for one in asked.values()
    }


def _named(mails: Iterable[LeasedMail], name: str) -> list[int]:
    return [mail.context[name] for mail in mails if name in mail.context]


def _by_id(session: Session, query: TextClause, ids: Sequence[int]) -> Mapping[int, Any]:
    if not ids:
        return {}
    rows = session.connection().execute(query, {"ids": list(ids)})
    return {row.id: row for row in rows}


def _whom(mail: LeasedMail, at: datetime, base: str) -> Mapping[str, object]:
    return {"person": {"name": mail.name}, "clock": at, "preferences": f"{base}{MY_LETTERS}"}


def _about(mail: LeasedMail, found: _Found) -> Mapping[str, object]:
    tell = next((tell for name, tell in _TELLERS.items() if name in mail.context), _project)
    return tell(mail, found)


def _project(mail: LeasedMail, found: _Found) -> Mapping[str, object]:
    row = found.projects[mail.project_id or 0]
    no = class_no_of(mail.subject)
    klass = f"/classes/{no}" if no else ""
    return {
        "project": _words_of(row, mail.language),
        "duty": told_duty(mail),
        "due": found.duties.due(row.id, mail.duty or _DATED_BY.get(mail.letter, ""), mail.subject),
        "link": f"{found.base}/projects/{row.code}{klass}",
    }


def _survey(mail: LeasedMail, found: _Found) -> Mapping[str, object]:
    asked = found.invitations[mail.context["invitation"]]
    return {
        "project": _words_of(found.projects[mail.project_id or 0], mail.language),
        "address": found.addresses[asked.id],
        "closes_on": asked.closes_on,
        "link": f"{found.base}/survey/{invitations.token_for(asked.nonce)}",
    }


def _return(mail: LeasedMail, found: _Found) -> Mapping[str, object]:
    row = found.returns[mail.context["return"]]
    dated = mail.letter in _RETURNS_WITH_A_DAY
    return {
        "district": row.name_zh if mail.language == "zh" else row.name_en,
        "month": row.month,
        "due": return_due_on(row.month) if dated else None,
        "link": f"{found.base}/returns/{row.id}",
    }


def _batch(mail: LeasedMail, found: _Found) -> Mapping[str, object]:
    row = found.batches[mail.context["batch"]]
    return {
        "batch": {"code": row.code, "count": row.count},
        "due": None,
        "link": f"{found.base}/certificates/batches/{row.code}",
    }


def _refused(mail: LeasedMail, found: _Found) -> Mapping[str, object]:
    """So many certificates of a class or case that 证书归集 sent back."""
    tell = _case if "case" in mail.context else _project
    return {**tell(mail, found), "refused": mail.context["refused"]}


def _case(mail: LeasedMail, found: _Found) -> Mapping[str, object]:
    row = found.cases[mail.context["case"]]
    return {
        "case": {
            "code": row.code,
            "title": row.title,
            "route": say("route", row.route, cast("Language", mail.language)),
            "office": row.name_zh if mail.language == "zh" else row.name_en,
        },
        "link": f"{found.base}/{_CASE_PAGES[Route(row.route)]}/{row.code}",
    }


def _forgetting(mail: LeasedMail, found: _Found) -> Mapping[str, object]:
    """Only counts, of the reader's own office; and whom to ask to stop it."""
    row = found.forgettings[mail.context["forgetting"]]
    counts = {name: mail.context[name] for name in ("learners", "classes")}
    return {
        "forgetting": {**counts, "as_of": row.as_of, "ask": row.email},
        "due": row.due_on,
        "link": found.base + mail.context["page"],
    }


def _duties(mail: LeasedMail, found: _Found) -> Mapping[str, object]:
    return {"items": found.duties.items_of(mail, found.about), "link": f"{found.base}/"}


def _sample(mail: LeasedMail, found: _Found) -> Mapping[str, object]:
    return sample_facts(mail.letter, cast("Language", mail.language), base=found.base)


def _trouble(mail: LeasedMail, found: _Found) -> Mapping[str, object]:
    """Counts; what is not broken is left out of the letter."""
    counts = dict(mail.context["trouble"])
    end = counts.pop("calendar_end")
    said = {f"trouble_{kind}": number or None for kind, number in counts.items()}
    kinds = sum(number is not None for number in said.values()) + bool(end)
    last = date.fromisoformat(end) if end else None
    link = f"{found.base}/operations"
    return {**said, "trouble_count": kinds, "calendar_end": last, "link": link}


def _setup(mail: LeasedMail, found: _Found) -> Mapping[str, object]:
    expires = datetime.fromisoformat(mail.context["expires"])
    return {"link": found.base + mail.context["path"], "expires": expires}


def _words_of(row: Any, language: str) -> Mapping[str, str]:  # noqa: ANN401  a row of _PROJECTS
    chinese = language == "zh"
    return {
        "code": row.code,
        "title": row.title,
        "district": row.district_zh if chinese else row.district_en,
        "provider": row.provider_zh if chinese else row.provider_en,
    }


_TELLERS: Mapping[str, Callable[[LeasedMail, _Found], Mapping[str, object]]] = {
    "refused": _refused,
    "invitation": _survey,
    "return": _return,
    "batch": _batch,
    "case": _case,
    "forgetting": _forgetting,
    "items": _duties,
    "trouble": _trouble,
    "path": _setup,
    "sample": _sample,
}
"""By what a letter's context names."""
