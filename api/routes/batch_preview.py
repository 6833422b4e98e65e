"""The next batch before it is made, for programs. Its path comes before that of one batch."""

from fastapi import APIRouter

from api import told
from api.batch_previews import preview_of
from api.desk import AtDesk
from api.errors import finding_json
from api.routes.targets import share_after
from api.schemas.base import FindingOut, Words
from api.schemas.preflight import PreviewOut, QuotaAfterOut, StoppedOut
from states.errors import NotYours
from states.records.preflight_board import Previewed
from states.records.quota_effect import QuotaEffect
from states.rules.identity import mask_name
from states.rules.preflight import Place

router = APIRouter(prefix="/batches", tags=["certificates"])


@router.get("/preview", responses=told.problems(401, 403))
def preview(desk: AtDesk) -> PreviewOut:
    """Whom a batch of your route would number now, who stays out and why, and the shares after.

    Looking changes nothing. Names are masked.
    """
    found = preview_of(desk)
    if found is None:
        raise NotYours
    held, stays = found.at(Place.HELD), found.at(Place.STAYS)
    return PreviewOut(
        route=found.route,
        certificates=found.certificates,
        goes=len(found.at(Place.GOES)),
        held=len(held),
        stays=len(stays),
        again=found.again,
        freed=found.freed,
        shares=[share_after(one) for one in found.effects],
        quotas=[_quota(one) for one in found.quotas],
        stopped=[_stopped(one) for one in (*stays, *held)],
    )


def _quota(one: QuotaEffect) -> QuotaAfterOut:
    return QuotaAfterOut(
        district=Words(zh=one.zh, en=one.en),
        year=one.year,
        before=one.before,
        coming=one.coming,
        after=one.after,
        quota=one.quota,
    )


def _stopped(one: Previewed) -> StoppedOut:
    return StoppedOut(
        rests_on=one.code,
        class_no=one.class_no,
        sheet_row=one.sheet_row,
        masked_name=mask_name(one.candidate.name),
        level=one.candidate.level,
        place="held" if one.judged.place is Place.HELD else "stays",
        findings=[FindingOut(**finding_json(finding)) for finding in one.judged.findings],
    )
