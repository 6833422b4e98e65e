"""The calendar in Prefect: deployments with their cron, and their scheduled runs done in here.

A runner would start one Python child per run, of seconds and 90 MB each; the worker has all it
needs already. Exactly one worker gets a run: the server lets one proposal through.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import httpx
import psutil
from prefect import get_client
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import (
    ConcurrencyLimitConfig,
    ConcurrencyLimitStrategy,
    FlowRun,
)
from prefect.client.schemas.responses import OrchestrationResult, SetStateStatus
from prefect.exceptions import Abort, PrefectException
from prefect.flow_engine import run_flow_async
from prefect.schedules import Cron
from prefect.settings import get_current_settings
from prefect.states import Crashed, Pending
from prefect.types.entrypoint import EntrypointType
from sqlalchemy.exc import SQLAlchemyError

from flows import collect_certificates as collecting
from flows import compile_monthly_return as compiling
from flows import daily_digest as digesting
from flows import deliver_mail as delivering
from flows import drive_projects as driving
from flows import file_training as filing
from flows import forget_people as forgetting
from flows import read_bounces as reading
from flows import remind_daily as reminding
from flows import scan_attachments as scanning
from flows.conductor import PREFECT, Sweeping, own_tag, tag_of
from flows.locks import alone
from flows.occasions import Rhythm
from flows.wiring import host, wired

POLL_SECONDS: Final = 10.0
_log = logging.getLogger(__name__)

CALENDAR: Final[Mapping[str, Rhythm]] = {
    reminding.NAME: reminding.RHYTHM,
    compiling.NAME: compiling.RHYTHM,
    collecting.NAME: collecting.RHYTHM,
    forgetting.NAME: forgetting.RHYTHM,
    digesting.NAME: digesting.RHYTHM,
}
FLOWS: Final[Mapping[str, Sweeping]] = {
    driving.NAME: driving.drive_projects,
    delivering.NAME: delivering.deliver_mail,
    reminding.NAME: reminding.remind_daily,
    compiling.NAME: compiling.compile_monthly_return,
    collecting.NAME: collecting.collect_certificates,
    forgetting.NAME: forgetting.forget_people,
    digesting.NAME: digesting.daily_digest,
    scanning.NAME: scanning.scan_attachments,
    filing.NAME: filing.file_training,
    reading.NAME: reading.read_bounces,
}


async def attend(call: asyncio.Event) -> None:
    """Keep the calendar registered and do its scheduled runs, as long as Prefect is there."""
    while get_current_settings().api.url:
        try:
            async with get_client() as client:
                known = {await register(name): name for name in CALENDAR}
                await free_stuck(client, known)
                PREFECT.returned()
                call.set()
                while True:
                    await run_due(client, known)
                    await asyncio.sleep(POLL_SECONDS)
        except (httpx.HTTPError, PrefectException, RuntimeError, SQLAlchemyError) as error:
            _log.warning("the calendar in Prefect cannot be read: %s", type(error).__name__)
            await asyncio.sleep(POLL_SECONDS)


async def register(name: str) -> UUID:
    """Make or renew the deployment of a calendar flow; the same flow keeps its id."""
    one = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
    deployment = await FLOWS[name].ato_deployment(
        "calendar",
        # A path would put this folder first on sys.path.
        entrypoint_type=EntrypointType.MODULE_PATH,
        schedules=[Cron(CALENDAR[name].cron, timezone="Asia/Shanghai", slug="calendar")],
        concurrency_limit=one,
        tags=["calendar"],
        parameters={"period": "due"},
    )
    return await deployment.aapply()


async def run_due(client: PrefectClient, known: Mapping[UUID, str]) -> None:
    """Do every scheduled run whose time has come, the oldest first."""
    now = datetime.now(UTC)
    runs = await client.get_scheduled_flow_runs_for_deployments(list(known), scheduled_before=now)
    for run in sorted(runs, key=lambda each: each.next_scheduled_start_time or now):
        if run.deployment_id and not wired().stopping.is_set():
            await _run(client, run, known[run.deployment_id])


async def _run(client: PrefectClient, run: FlowRun, name: str) -> None:
    # Held until the run has ended: who gets this lock knows that an unfinished run is a dead one.
    with alone(wired().bind, f"run/{name}") as mine:
        if not mine or not await _taken(client, run):
            return
        fresh = await client.read_flow_run(run.id)
        await run_flow_async(
            FLOWS[name], flow_run=fresh, parameters=fresh.parameters, return_type="state"
        )


async def _taken(client: PrefectClient, run: FlowRun) -> bool:
    try:
        answer: OrchestrationResult[None] = await client.set_flow_run_state(run.id, Pending())
    except Abort:
        return False
    return answer.status is SetStateStatus.ACCEPT


async def free_stuck(client: PrefectClient, known: Mapping[UUID, str]) -> None:
    """Declare dead what a killed worker left unfinished: its slot would block the next run."""
    for run in await client.read_flow_runs(flow_run_filter=_UNFINISHED):
        if run.deployment_id and run.deployment_id in known:
            with alone(wired().bind, f"run/{known[run.deployment_id]}") as mine:
                dead = mine
        else:
            dead = _is_orphan(run.tags)
        if dead:
            await client.set_flow_run_state(
                run.id, Crashed(message="its worker was killed"), force=True
            )


_UNFINISHED: Final = FlowRunFilter.model_validate(
    {"state": {"type": {"any_": ["PENDING", "RUNNING"]}}}
)


def _is_orphan(labels: list[str]) -> bool:
    """Whether a run belongs to a process of this machine that is gone, or that forgot it."""
    ours = f"worker:{host()}:"
    for label in labels:
        if label == own_tag():
            return PREFECT.travelling == 0
        if label.startswith(ours):
            return not _lives(label)
    return False


def _lives(label: str) -> bool:
    try:
        return tag_of(psutil.Process(int(label.split(":")[2]))) == label
    except psutil.NoSuchProcess:
        return False
