"""A small programme in which every letter there is was promised, among learners with names."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any, cast

from sqlalchemy import text
from sqlmodel import Session, select

from states import actions
from states.actor import Actor
from states.records import inspections, letter_texts, outbox
from states.records.inspections import Act, Check, Found
from states.records.leased_mail import LeasedMail
from states.records.tables import CertificateBatch, Forgetting, Mail, MonthlyReturn
from states.records.troubles import Troubles
from states.rules.facts import ReviewSigned, ScoresConfirmed, SentBack
from states.rules.letters import the_letters
from states.rules.supervision import Manner
from states.rules.words import Language
from templates.letters import compose
from tests.desks import Class, RosterRow, card_of
from tests.house import House, a_plan
from tests.route_house import Contest, Organised

NAMES = ("欧阳慧敏", "司徒明远", "诸葛若兰", "端木清扬", "夏侯知秋", "上官云帆")
CONTESTANTS = ("选手1", "选手2", "选手3")
EMPLOYER: Mapping[str, Any] = {
    "employer": "上海示例制造有限公司", "employer_uscc": "91319900MA0000001X",
    "employer_email": "hr@employer.example.invalid", "category": "employed",
}  # fmt: skip
BOTH: tuple[Language, Language] = ("zh", "en")
_SENDER = Address("督办 Duban", addr_spec="duban@office.example.invalid")


@dataclass(frozen=True)
class Programme:
    """What was lived, and the secrets of its learners."""

    life: Class
    rows: tuple[RosterRow, ...]
    contest: Contest

    @property
    def secrets(self) -> set[str]:
        """Names, document numbers, phones and addresses of learners."""
        own = {(row.name, row.number, row.phone, row.email) for row in self.rows}
        return {each for one in own for each in one if each} | set(CONTESTANTS)

    def mails(self) -> list[LeasedMail]:
        """Every letter that was promised, as a worker would hold it; whether due or not."""
        rows = self.life.session.connection().execute(_AS_LEASED).mappings()
        return [LeasedMail(**row) for row in rows]

    def letters(self, mails: list[LeasedMail], *, base: str) -> list[EmailMessage]:
        """These letters as they would be sent."""
        facts = outbox.contexts_for(self.life.session, mails, at=self.life.at, base_url=base)
        texts = letter_texts.newest(self.life.session, (mail.letter for mail in mails))
        return [
            compose(
                mail.letter, cast("Language", mail.language), facts[mail.id],
                to=Address(mail.name, addr_spec=str(facts[mail.id].get("address", mail.to))),
                sender=_SENDER, message_id=f"<{mail.message_id}@office.example.invalid>",
                date=self.life.at, text=letter_texts.text_of(mail, texts),
            )
            for mail in mails
        ]  # fmt: skip


_AS_LEASED = text("""
SELECT m.id, m.key, m.letter, m.language, m.project_id, m.person_id,
       coalesce(p.email, '') AS "to", coalesce(p.name, '') AS name, m.context, m.duty, m.subject,
       m.message_id, m.promised_at, m.attempts, m.lease
  FROM outbox m LEFT JOIN person p ON p.id = m.person_id ORDER BY m.id
""")


# One person of each role, rather of the project's own offices.
_READERS = text("""
SELECT DISTINCT ON (role) role, person_id FROM appointment
 ORDER BY role, office_id = ANY(:offices) DESC, id
""")


def a_programme(session: Session, house: House, organiser: Actor, *, path: str) -> Programme:
    """One class lived to its certificates, a contest, and every other letter promised by hand.

    `path` is where the letter about a password leads. Nothing is committed.
    """
    rows = tuple(_row(place) for place in range(len(NAMES)))
    life = Class(session, house).filed().enrols(rows).wait(days=7)
    _checked(life)
    life.ends().scores("pass", "pass", "pass", "pass", "fail", "absent")
    life.says(ScoresConfirmed(class_no=1), house.second)
    _sent_back(session, house, life.at)
    contest = Contest(session, Organised(house, organiser), at=life.at).filed()
    programme = Programme(life, rows, contest)
    _promise_the_rest(programme, path)
    session.flush()
    return programme


def _row(place: int) -> RosterRow:
    row = RosterRow(3 + place, name=NAMES[place], number=card_of(700 + place))
    phone, email = f"1390000{place:04}", f"secret{place}@learner.example.invalid"
    return replace(row, phone=phone, email=email, **EMPLOYER)


def _checked(life: Class) -> None:
    """A check whose note names a learner, put right and looked at again."""
    found = Found("attendance_differs", f"{NAMES[0]}当日未到，签到表为他人代签。")
    check = Check(1, Manner.ON_SITE, date(2026, 4, 8), note=f"{NAMES[1]}缺课", found=(found,))
    inspections.record_check(life.session, check, Act(life.id, life.house.supervisor, life.at))
    (fault,) = life.session.connection().execute(text("SELECT id FROM inspection_fault")).scalars()
    provider = Act(life.id, life.house.provider, life.at)
    inspections.report_rectification(life.session, fault, f"已约谈{NAMES[0]}。", act=provider)
    inspections.recheck(
        life.session, fault, accepted=True, words="已核对", due_on=None,
        act=Act(life.id, life.house.supervisor, life.at),
    )  # fmt: skip


def _sent_back(session: Session, house: House, at: datetime) -> None:
    """Another plan, sent back with a reason that names somebody."""
    made = actions.propose(
        session, a_plan(opens_on=date(2026, 7, 1)), district_id=house.district_id,
        actor=house.provider, at=at,
    )  # fmt: skip
    actions.record(session, made.project_id, ReviewSigned(), actor=house.first, at=at)
    back = SentBack(code="other", text=f"请说明{NAMES[2]}是否为任课教师")
    actions.record(session, made.project_id, back, actor=house.second, at=at)


def _promise_the_rest(programme: Programme, path: str) -> None:
    """What this life did not cause is promised all the same, about things that are there."""
    life, house = programme.life, programme.life.house
    asked = {"offices": [house.district_id, house.provider.office_id]}
    readers = {
        row.role: row.person_id for row in life.session.connection().execute(_READERS, asked)
    }
    about = _things(programme, path)
    promised = set(life.session.exec(select(Mail.letter)))
    for name, letter in the_letters().letters.items():
        if name in promised:
            continue
        life.session.add(
            Mail(
                key=f"by hand/{name}", letter=name,
                person_id=readers[letter.to[0]] if letter.to else house.provider.person_id,
                project_id=life.id if "project" in letter.about else None, message_id=name,
                context=about.get(letter.about, {}), promised_at=life.at, not_before=life.at,
            )
        )  # fmt: skip


def _things(programme: Programme, path: str) -> Mapping[str, dict[str, Any]]:
    life, case = programme.life, {"case": programme.contest.id}
    session, office = life.session, life.house
    month = MonthlyReturn(
        district_id=office.district_id, month="2026-05", compiled_at=life.at, figures={}
    )
    batch = CertificateBatch(code="GJ-1", route="training", made_at=life.at)
    forgetting = Forgetting(
        as_of=date(2026, 4, 1), reason="期满", state="approved", trial={},
        proposed_by=office.centre.person_id or 0, proposed_at=life.at, due_on=date(2026, 7, 1),
        approved_by=office.first.person_id, approved_at=life.at,
    )  # fmt: skip
    session.add_all([month, batch, forgetting])
    session.flush()
    item = {"project": life.id, "duty": "report", "subject": ""}
    expires = datetime.now(UTC) + timedelta(days=2)
    return {
        "return": {"return": month.id},
        "batch": {"batch": batch.id},
        "case": case,
        "refused_of_project": {"refused": 2, "refused_in": batch.id},
        "refused_of_case": {"refused": 1, "refused_in": batch.id, **case},
        "forgetting": {
            "forgetting": forgetting.id, "page": "/projects", "learners": 6, "classes": 1,
        },
        "reminder": {"items": [item]},
        "digest": {"trouble": Troubles(1, 2, 3, 4, 5, date(2026, 12, 31)).as_context()},
        "account": {"path": path, "expires": expires.isoformat()},
    }  # fmt: skip
