"""Versions of the rules for programs: their public history, a what-if, proposing and publishing."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from api import told
from api.deps import Db, Now, SignedIn
from api.desk import AtDesk
from api.once import Once
from api.pages.rule_words import VersionLine, history, why_words
from api.rules_at_work import Asked, ask, drafted, tried
from api.schemas.base import Words
from api.schemas.rules import (
    ProposalIn,
    ProposalOut,
    ReachOut,
    RulesOut,
    VersionOut,
    WhatIfLineOut,
    WhatIfOut,
    WithdrawIn,
)
from states.records import rule_versions
from states.records.what_if import Line, Reach
from states.rules.deadlines import shanghai_day
from states.rules.law import the_law
from states.rules.versions import VersionKind

router = APIRouter(prefix="/rules", tags=["rules"])
_REFUSALS = told.problems(401, 403, 404, 409, 422)


@router.get("")
def look(session: Db, now: Now) -> RulesOut:
    """What binds a class that opens today, and the history of all versions; open to everybody."""
    law = the_law()
    pin = law.pin(shanghai_day(now))
    versions = rule_versions.all_versions(session)
    zh, en = history(law, versions, "zh", seen=0), history(law, versions, "en", seen=0)
    return RulesOut(
        regime=pin.regime, standard=pin.standard, bank=pin.bank,
        versions=[_version(one, other) for one, other in zip(zh, en, strict=True)],
    )  # fmt: skip


@router.get("/what-if", responses=told.problems(401, 403, 422))
def what_if(
    session: Db, now: Now, me: SignedIn, *,
    kind: Annotated[Literal["standard", "bank", "regime", "notice_date"], Query()],
    on: Annotated[date, Query()],
) -> WhatIfOut:  # fmt: skip
    """Which classes another rule from that day on would change; nothing is saved."""
    asked = ask(session, kind, on, role=me.role, at=now)
    return WhatIfOut(
        kind=asked.kind, on=asked.on, reach=_reach(asked.reach),
        classes=[_line(line, asked) for line in asked.lines],
    )  # fmt: skip


@router.post("/proposals", response_model=ProposalOut, status_code=201, responses=_REFUSALS)
def propose(desk: AtDesk, once: Once, sent: ProposalIn) -> Response:
    """Propose a version for another person to publish."""
    old = rule_versions.find(desk.session, sent.corrects) if sent.corrects else None
    version = drafted(sent.version, corrects=old)
    number = rule_versions.propose(
        desk.session, version, note=sent.note, retroactive=sent.retroactive,
        corrects_id=sent.corrects, actor=desk.actor, at=desk.at,
    )  # fmt: skip
    reach = tried(desk.session, version, corrects=old, at=desk.at)
    return once.json(ProposalOut(number=number, reach=_reach(reach)), 201)


@router.post("/proposals/{number}/publish", response_model=ProposalOut, responses=_REFUSALS)
def publish(desk: AtDesk, once: Once, number: int) -> Response:
    """Publish what another person proposed; what it reaches is counted again."""
    reach = rule_versions.publish(desk.session, number, actor=desk.actor, at=desk.at)
    return once.json(ProposalOut(number=number, reach=_reach(reach)))


@router.post("/proposals/{number}/withdraw", status_code=204, responses=_REFUSALS)
def withdraw(desk: AtDesk, number: int, sent: WithdrawIn) -> None:
    """Take a proposal back that is not published."""
    rule_versions.withdraw(desk.session, number, reason=sent.reason, actor=desk.actor, at=desk.at)


def _version(zh: VersionLine, en: VersionLine) -> VersionOut:
    version = zh.version
    return VersionOut(
        number=zh.id or None, kind=VersionKind(zh.kind), id=zh.code, title=zh.title,
        document=zh.document, effective_from=zh.effective_from, state=zh.state,
        sentences=[
            Words(zh=one, en=other)
            for one, other in zip(zh.sentences, en.sentences, strict=True)
        ],
        published_at=version.published_at if version else None,
        withdrawn_at=version.withdrawn_at if version else None,
        withdrawn_because=version.withdrawn_note if version else "",
        corrects=version.corrects if version else "",
    )  # fmt: skip


def _reach(reach: Reach) -> ReachOut:
    return ReachOut(**reach.as_json())


def _line(line: Line, asked: Asked) -> WhatIfLineOut:
    return WhatIfLineOut(
        project=line.project, title=line.title,
        district=Words(zh=line.district.zh, en=line.district.en), class_no=line.no,
        classes=line.classes, opens_on=line.opens_on, standing=line.standing,
        effect=line.verdict.effect, before=line.verdict.before, after=line.verdict.after,
        why=Words(zh=why_words(line, asked.on, "zh"), en=why_words(line, asked.on, "en")),
    )  # fmt: skip
