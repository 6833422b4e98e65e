"""What everybody does in a rehearsal: whole lives of projects, told as a list of dated acts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from api.rehearsal.client import House
from api.rehearsal.letters import Letters
from api.sample import EMPLOYER, UNITS
from states.rules.dossier import SHANGHAI
from states.rules.law import the_law
from states.rules.stages import STRAIGHT_PATH, Channel, Role
from templates.sheets.blanks import Examinee
from templates.sheets.learner_row import Admission, RosterRow
from templates.sheets.receipt import write_receipt_sample
from templates.sheets.roster import read_roster
from templates.sheets.samples import sample_roster, sample_scores

BEGIN = datetime(2026, 4, 1, 9, 0, tzinfo=SHANGHAI)
MONTH = "2026-04"
DISTRICTS = ("HP", "PD", "XH")
_PROVIDERS = ("P001", "P002", "P003")
_CHANNELS = (Channel.DISTRICT_PROJECT, Channel.ENTERPRISE, Channel.TARGETED)
_ANSWER_RATE = 0.8
_FIRST_OPENING = date(2026, 4, 8)
_CENTRE = "CENTRE/centre_officer/0"

Life = Iterator[datetime]
"""It yields the moment of its next act, and acts when it is asked again."""


@dataclass(slots=True)
class Progress:
    """Which stage each project was last seen in."""

    stages: dict[str, str] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """Stages reached by all projects together."""
        path = [str(stage) for stage in STRAIGHT_PATH]
        return sum(path.index(stage) + 1 for stage in self.stages.values() if stage in path)


@dataclass(slots=True)
class Project:
    """One project's life. `number` decides everything about it, so that rehearsals repeat."""

    house: House
    letters: Letters
    progress: Progress
    number: int
    code: str = ""

    def live(self) -> Life:
        yield BEGIN + timedelta(minutes=self.number % 30)
        self.propose()
        yield _moment(date(2026, 4, 2), 10)
        self.review()
        yield _moment(date(2026, 4, 3), 10)
        self.open()
        yield _moment(self.opens, 9)
        self.reach("running")
        if self.channel is Channel.DISTRICT_PROJECT:
            registered = {"number": f"PX-{self.number:05}", "registered_on": self.opens.isoformat()}
            self.say(self.provider, "training_registered", class_no=1, **registered)
        yield _moment(self.ends, 17)
        hours = {"delivered_half_hours": 80, "online_half_hours": 32}
        self.say(self.provider, "class_ended", class_no=1, ended_on=self.ends.isoformat(), **hours)
        yield _moment(self.assessed, 15)
        self.register_scores()
        yield _moment(self.assessed + timedelta(days=1), 10)
        self.say(self.second, "scores_confirmed", class_no=1)
        self.reach("assessed")
        self.answer_surveys()
        yield _moment(self.assessed + timedelta(days=9), 9)
        self.reach("surveyed")
        yield _moment(date(2026, 5, 7), 16)
        self.reach("reported")
        yield _moment(date(2026, 5, 8), 15)
        self.reach("certified")

    # ── Acts ────────────────────────────────────────────────────────────────────────────────────
    def propose(self) -> None:
        body = {"district": self.district, "plan": self.plan()}
        self.code = self.house.post(self.provider, "/projects", body)["code"]
        self.progress.stages[self.code] = "proposed"

    def review(self) -> None:
        """Every fifth plan is sent back once before two persons sign it."""
        if self.number % 5 == 3:  # noqa: PLR2004
            self.say(self.first, "sent_back", code="incomplete", text="请补充教师资质证明。")
            self.reach("returned")
            self.house.post(self.provider, f"/projects/{self.code}/facts", self.plan())
            self.reach("proposed")
        self.say(self.first, "review_signed")
        self.say(self.second, "review_signed")
        self.reach("approved")

    def open(self) -> None:
        days = {"opens_on": self.opens.isoformat(), "ends_on": self.ends.isoformat()}
        path = f"/projects/{self.code}/classes"
        self.house.post(self.provider, path, {"class_no": 1, **days})
        self.house.upload(self.provider, f"{path}/1/roster", self.roster())

    def register_scores(self) -> None:
        learners = [Examinee(row.name, row.number) for row in self.learners()]
        scores = sample_scores(learners, self.assessed, seed=self.number)
        examiner = self.house.person(self.district, Role.EXAMINER)
        self.house.upload(examiner, f"/projects/{self.code}/classes/1/scores", scores)

    def answer_surveys(self) -> None:
        """Everybody who sat the assessment has a letter with a link; most of them follow it."""
        klass = self.house.get(self.first, f"/projects/{self.code}/classes/1")
        sat = {one["sheet_row"] for one in klass["learners"] if one["result"] in ("pass", "fail")}
        chance = Random(self.number)  # noqa: S311 -- samples, not secrets
        for row in self.learners():
            if row.sheet_row in sat and row.email:
                self.answer(row.email, chance)

    def answer(self, address: str, chance: Random) -> None:
        """Wait for the letter; four in five follow its link."""
        wanted = f"a letter to {address}"
        token = self.house.wait(wanted, lambda: self.letters.tokens(address))[-1]
        if chance.random() >= _ANSWER_RATE:
            return
        asked = self.house.get("", f"/surveys/{token}")
        ratings = {q["key"]: chance.choice((3, 4, 4, 5, 5)) for q in asked["questions"]}
        answered = frozenset({"survey_answered"})
        self.house.post("", f"/surveys/{token}", {"ratings": ratings}, allowed=answered)

    # ── What it is ──────────────────────────────────────────────────────────────────────────────
    @property
    def district(self) -> str:
        return DISTRICTS[self.number % len(DISTRICTS)]

    @property
    def channel(self) -> Channel:
        """Three projects have three channels already; nine meet each of them in each district."""
        return _CHANNELS[(self.number + self.number // len(DISTRICTS)) % len(_CHANNELS)]

    @property
    def provider(self) -> str:
        return self.house.person(_PROVIDERS[self.number // 2 % len(_PROVIDERS)], Role.PROVIDER)

    @property
    def first(self) -> str:
        return self.house.person(self.district, Role.REVIEWER)

    @property
    def second(self) -> str:
        return self.house.person(self.district, Role.REVIEWER, 1)

    @property
    def opens(self) -> date:
        return _FIRST_OPENING + timedelta(days=self.number % 3)

    @property
    def ends(self) -> date:
        return self.opens + timedelta(days=5)

    @property
    def assessed(self) -> date:
        return self.ends + timedelta(days=1)

    def plan(self) -> dict[str, Any]:
        return {
            "kind": "plan_submitted",
            "title": f"人工智能推介官（基础）演练{self.number + 1}班",
            "channel": self.channel,
            "units": [unit.model_dump(mode="json") for unit in UNITS],
            "class_size": self.size,
            "opens_on": self.opens.isoformat(),
            "ends_on": self.ends.isoformat(),
            **({} if self.channel is Channel.DISTRICT_PROJECT else EMPLOYER),
        }

    @property
    def size(self) -> int:
        return 6 + self.number % 5

    def roster(self) -> bytes:
        return sample_roster(self.opens, self.size, seed=self.number, channel=self.channel)

    def learners(self) -> Sequence[RosterRow]:
        """The roster as the house reads it: whom it admits."""
        rules = the_law().regime_on(self.opens).channels[self.channel].learners
        reading = read_roster(
            self.roster(), "rehearsal.xlsx", opens=self.opens, rules=rules, today=self.opens
        )
        return [row for row in reading.rows if row.verdict is Admission.ADMITTED]

    def say(self, who: str, kind: str, **content: Any) -> None:  # noqa: ANN401
        self.house.post(who, f"/projects/{self.code}/facts", {"kind": kind, **content})

    def reach(self, stage: str) -> None:
        """Wait until the rules, or the flows, have brought the project there."""

        def there() -> bool:
            self.progress.stages[self.code] = self.house.get(self.first, f"/projects/{self.code}")[
                "stage"
            ]
            return self.progress.stages[self.code] == stage

        self.house.wait(f"{self.code} to be {stage}", there)


def report(house: House, district: str) -> Life:
    """A district's return: the flow compiles it, two persons sign, the centre accepts."""
    yield _moment(date(2026, 5, 6), 9)
    first = house.person(district, Role.REVIEWER)
    (found,) = house.wait(
        f"the return of {district}", lambda: house.get(first, "/returns", month=MONTH)
    )
    path = f"/returns/{found['id']}"
    found = house.post(first, f"{path}/prepare", version=found["version"])
    yield _moment(date(2026, 5, 6), 14)
    second = house.person(district, Role.REVIEWER, 1)
    found = house.post(second, f"{path}/submit", version=found["version"])
    yield _moment(date(2026, 5, 7), 10)
    house.post(_CENTRE, f"{path}/accept", version=found["version"])


def certify(house: House) -> Life:
    """The flow numbers the certificates; the centre fetches the workbook, imports the receipt."""
    yield _moment(date(2026, 5, 8), 9)
    reported = house.get(_CENTRE, "/returns", month=MONTH, state="accepted")
    passers = sum(found["figures"]["passed"] for found in reported)

    def numbered() -> list[Any]:
        batches: list[Any] = house.get(_CENTRE, "/batches")
        return batches if sum(batch["certificates"] for batch in batches) >= passers else []

    for batch in house.wait("certificates of all projects", numbered):
        path = f"/batches/{batch['code']}"
        receipt = write_receipt_sample(house.download(_CENTRE, f"{path}/workbook.xlsx"))
        house.upload(_CENTRE, f"{path}/receipt", receipt)


def _moment(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)
