"""The sample programme of `duban run --demo`: invented people, and projects at every stage.

Every project lives by real moves through the same desk as in the office, with the dates of the
first weeks of 2026, up to the morning of the notice. Then the sample clock runs on from there.
"""

import hashlib
import heapq
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import text
from sqlmodel import Session

from api.desk import Desk, Workbook
from api.sample_offices import actors, add_sample_people
from api.sample_supervision import call, visit
from api.sample_targets import hand_out
from api.schemas.facts import PlanIn
from states import actions
from states.actor import Actor
from states.records import (
    batches,
    certificate_board,
    clock,
    db,
    enrolments,
    invitations,
    receipts,
    returns,
    secrets,
    surveys,
)
from states.records.classes import class_of
from states.rules import facts
from states.rules.dossier import SHANGHAI
from states.rules.facts import Unit
from states.rules.questions import survey_on
from states.rules.stages import Channel, Mode
from states.settings import Settings
from templates.papers.fonts import glyphs_missing
from templates.sheets.aggregation_rows import write_batch
from templates.sheets.blanks import Examinee
from templates.sheets.receipt import read_receipt, write_receipt_sample
from templates.sheets.sample_people import EMPLOYER_USCC
from templates.sheets.samples import sample_roster, sample_scores

NOW = datetime(2026, 3, 19, 9, 0, tzinfo=SHANGHAI)
"""The morning of the notice: where the sample clock begins to run."""
XLSX = "示例.xlsx"
_ANSWER_RATE = 0.8

_INVITED = text("""
SELECT i.nonce, i.population FROM survey_invitation i
  JOIN training_class c ON c.id = i.class_id
 WHERE c.project_id = :project_id AND NOT i.answered ORDER BY i.id
""")

Life = Iterator[datetime]
"""A life told in order: it yields the moment of each next act, and acts when it is asked again."""


def fill(settings: Settings) -> bool:
    """Fill an empty database with samples; False when there is something in it already."""
    if settings.database_url is None:
        raise RuntimeError("DUBAN_DATABASE_URL is not set")
    secrets.use(settings.secret_key(), settings.master_keys())
    bind = db.engine(settings.database_url.get_secret_value(), pool_size=1)
    try:
        with db.transaction(bind) as session:
            return _fill_empty(session, settings)
    finally:
        bind.dispose()


def _fill_empty(session: Session, settings: Settings) -> bool:
    session.connection().execute(text("LOCK TABLE office IN SHARE ROW EXCLUSIVE MODE"))
    if session.connection().execute(text("SELECT EXISTS (SELECT 1 FROM office)")).scalar():
        return False
    add_sample_people(session)
    pinned = settings.sample_clock
    clock.start(session, pinned or NOW, running=pinned is None)
    if pinned is None:
        play(session)
    return True


def play(session: Session) -> None:
    """All sample lives side by side, in the order of time."""
    stage = _Stage(session, actors(session))
    lives = [
        *stage.projects(),
        stage.report("PD", "2026-02", _at(3, 2), accepted=_at(3, 16)),
        stage.report("HP", "2026-02", _at(3, 2), accepted=_at(3, 5)),
        stage.certify(_at(3, 6)),
        call(stage.desk, _at(3, 6)),
        visit(stage.desk, _at(3, 16)),
        hand_out(stage.desk, _at(1, 5)),
    ]
    queue = [(next(life), number, life) for number, life in enumerate(lives)]
    heapq.heapify(queue)
    while queue:
        _, number, life = heapq.heappop(queue)
        following = next(life, None)
        if following is not None and following < NOW:
            heapq.heappush(queue, (following, number, life))


@dataclass(frozen=True, slots=True)
class _Cast:
    """One project of the programme: whose it is, what it trains, and how far it gets."""

    district: str
    provider: str
    title: str
    channel: Channel
    proposed: datetime
    opens: date
    ends: date
    size: int
    seed: int
    until: str = ""


@dataclass(slots=True)
class _Stage:
    """Where the lives are played."""

    session: Session
    people: dict[str, Actor]

    def projects(self) -> Iterator[Life]:
        own, enterprise, targeted = (
            Channel.DISTRICT_PROJECT, Channel.ENTERPRISE, Channel.TARGETED
        )  # fmt: skip
        for cast in (
            _Cast("HP", "p001", "人工智能推介官（基础）冬季班", own, _at(1, 5),
                  date(2026, 1, 12), date(2026, 1, 23), 12, 1),
            _Cast("PD", "p002", "示例制造有限公司人工智能推介官培训", enterprise, _at(1, 6),
                  date(2026, 1, 14), date(2026, 1, 27), 10, 2),
            _Cast("XH", "p003", "人工智能推介官定向培训（示例园区）", targeted, _at(2, 2),
                  date(2026, 2, 9), date(2026, 2, 27), 8, 3),
            _Cast("HP", "p002", "人工智能推介官（基础）二月班", own, _at(2, 9),
                  date(2026, 2, 25), date(2026, 3, 10), 10, 4),
            _Cast("HP", "p004", "示例企业职工人工智能应用培训", enterprise, _at(2, 24),
                  date(2026, 3, 9), date(2026, 3, 27), 15, 5),
            _Cast("PD", "p001", "人工智能推介官（基础）滨江班", own, _at(2, 10),
                  date(2026, 3, 2), date(2026, 3, 17), 12, 6, "ended"),
            _Cast("HP", "p003", "人工智能推介官（基础）春季一班", own, _at(3, 9),
                  date(2026, 3, 23), date(2026, 4, 3), 14, 7),
            _Cast("HP", "p001", "人工智能推介官（基础）春季二班", own, _at(3, 16),
                  date(2026, 4, 7), date(2026, 4, 17), 20, 8, "signed"),
            _Cast("PD", "p003", "人工智能推介官（基础）社区班", own, _at(3, 11),
                  date(2026, 4, 8), date(2026, 4, 21), 18, 9, "returned"),
            _Cast("XH", "p002", "人工智能推介官（基础）梧桐班", own, _at(3, 18),
                  date(2026, 4, 13), date(2026, 4, 24), 16, 10, "proposed"),
        ):  # fmt: skip
            yield self.life(cast)

    def life(self, cast: _Cast) -> Life:
        """A project from its proposal on, until its last act or the day the samples end."""
        district = cast.district.lower()
        yield (at := cast.proposed)
        code = self.desk(cast.provider, at).propose(_plan(cast), cast.district).code
        if cast.until == "proposed":
            return
        yield (at := cast.proposed + timedelta(days=1, hours=2))
        if cast.until == "returned":
            fact = facts.SentBack(code="incomplete", text="请补充线上课程的授课教师资质证明。")
            self.desk(f"{district}-review-1", at).record(code, fact)
            return
        signed = facts.ReviewSigned(text="方案符合技术要求。")
        self.desk(f"{district}-review-1", at).record(code, signed)
        if cast.until == "signed":
            return
        yield (at := cast.proposed + timedelta(days=2, hours=1))
        self.desk(f"{district}-review-2", at).record(code, signed)
        yield from self.training(cast, code)

    def training(self, cast: _Cast, code: str) -> Life:
        """The class: opened with a roster, held, and registered in the city's system."""
        yield (at := cast.proposed + timedelta(days=3))
        desk = self.desk(cast.provider, at)
        desk.open_class(code, 1, cast.opens, ends_on=cast.ends)
        roster = sample_roster(cast.opens, cast.size, seed=cast.seed, channel=cast.channel)
        desk.take_roster(code, 1, Workbook(XLSX, roster))
        yield (at := _moment(cast.opens, 0, 5))
        self.settle(code, at)
        yield (at := _moment(cast.opens, 14))
        number = f"PX-2026-{cast.seed:04}"
        registered = facts.TrainingRegistered(class_no=1, number=number, registered_on=cast.opens)
        self.desk(cast.provider, at).record(code, registered)
        yield (at := _moment(cast.ends, 16))
        ended = facts.ClassEnded(
            class_no=1, ended_on=cast.ends, delivered_half_hours=80, online_half_hours=32
        )
        self.desk(cast.provider, at).record(code, ended)
        if cast.until != "ended":
            yield from self.assessment(cast, code)

    def assessment(self, cast: _Cast, code: str) -> Life:
        """Scores registered by one person of the district, confirmed by another; the survey."""
        district = cast.district.lower()
        assessed = cast.ends + timedelta(days=3)
        yield (at := _moment(assessed, 15))
        examiner = self.desk(f"{district}-exam", at)
        klass = class_of(self.session, examiner.find(code).id, 1)
        known = enrolments.learners_for_scores(self.session, klass.id)
        learners = [Examinee(name, number) for number, (_, name) in known.items()]
        scores = sample_scores(learners, assessed, seed=cast.seed)
        examiner.take_scores(code, 1, Workbook(XLSX, scores))
        yield (at := _moment(assessed + timedelta(days=1), 10))
        confirmed = facts.ScoresConfirmed(class_no=1)
        self.desk(f"{district}-review-2", at).record(code, confirmed)
        yield (at := _moment(assessed + timedelta(days=4), 20))
        self.answer(code, at, seed=cast.seed)
        yield (at := _moment(assessed + timedelta(days=9), 0, 5))
        self.settle(code, at)

    def answer(self, code: str, at: datetime, *, seed: int) -> None:
        """Most of the invited answer, most of them kindly."""
        rng = Random(seed)  # noqa: S311 -- samples, not secrets
        project_id = self.desk("audit", at).find(code).id
        for row in self.session.connection().execute(_INVITED, {"project_id": project_id}).all():
            if rng.random() < _ANSWER_RATE:
                keys = survey_on(at.date()).of(row.population).keys
                ratings = {key: rng.choice((3, 4, 4, 5, 5, 5)) for key in keys}
                token = invitations.token_for(row.nonce)
                surveys.answer(self.session, token, ratings=ratings, comment="", at=at)

    def report(self, district: str, month: str, at: datetime, *, accepted: datetime) -> Life:
        """A district's monthly return: compiled, signed by two persons, accepted by the centre."""
        yield at
        office = self.people[f"{district.lower()}-review-1"].office_id or 0
        number = returns.compile_return(self.session, district_id=office, month=month, at=at)
        yield (at := at + timedelta(hours=3))
        self.returned(returns.sign_prepared, number, who=f"{district.lower()}-review-1", at=at)
        yield (at := at + timedelta(days=1))
        self.returned(
            returns.sign_checked_and_submit, number, who=f"{district.lower()}-review-2", at=at
        )
        yield accepted
        self.returned(returns.accept, number, who="centre-1", at=accepted)

    def returned(self, act: Callable[..., None], number: int, *, who: str, at: datetime) -> None:
        seen = returns.view(self.session, number).version
        act(self.session, number, actor=self.people[who], at=at, seen=seen)

    def certify(self, at: datetime) -> Life:
        """The centre numbers what was accepted by then, and imports the city's receipt."""
        yield (at := at + timedelta(hours=1))
        centre = self.people["centre-1"]
        batch = batches.make_batch(self.session, actor=centre, at=at, fit=glyphs_missing)
        if batch is None:
            return
        yield (at := at + timedelta(days=3))
        workbook = write_batch(certificate_board.batch_rows(self.session, batch))
        receipt = write_receipt_sample(workbook)
        receipts.import_receipt(
            self.session,
            batch_id=batch,
            rows=read_receipt(receipt, XLSX).rows,
            filename=XLSX,
            sha256=hashlib.sha256(receipt).hexdigest(),
            actor=centre,
            at=at,
        )

    def desk(self, login: str, at: datetime) -> Desk:
        return Desk(self.session, self.people[login], at)

    def settle(self, code: str, at: datetime) -> None:
        """What the worker would have done when time alone made something due."""
        project_id = self.desk("audit", at).find(code).id
        actions.settle(self.session, [project_id], at=at)


def _plan(cast: _Cast) -> PlanIn:
    employer = {} if cast.channel is Channel.DISTRICT_PROJECT else EMPLOYER
    return PlanIn(
        title=cast.title,
        channel=cast.channel,
        units=UNITS,
        class_size=cast.size,
        opens_on=cast.opens,
        ends_on=cast.ends,
        **employer,
    )


UNITS = tuple(
    Unit(name=name, half_hours=half_hours, mode=mode, teacher=teacher)
    for name, half_hours, mode, teacher in (
        ("人工智能与大模型基础", 16, Mode.ONLINE, "示例教师甲"),
        ("提示词与常用工具", 16, Mode.ONLINE, "示例教师甲"),
        ("行业应用案例推介", 24, Mode.OFFLINE, "示例教师乙"),
        ("综合实训与演示", 24, Mode.OFFLINE, "示例教师丙"),
    )
)
"""40 class hours, 16 of them online."""
EMPLOYER = {
    "employer": "上海示例制造有限公司",
    "employer_uscc": EMPLOYER_USCC,
    "employer_email": "hr@employers.example.invalid",
}


def _at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 9, 30, tzinfo=SHANGHAI)


def _moment(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), SHANGHAI)


if __name__ == "__main__":
    print(json.dumps({"filled": fill(Settings())}), file=sys.stdout)  # noqa: T201
