"""Runs a flow as a Prefect run, and without one while Prefect is away: due work does not wait."""

import logging
import time
from collections.abc import Collection, Coroutine
from dataclasses import dataclass
from typing import Any, cast

import psutil
from prefect import Flow, tags
from prefect.client.schemas.objects import State
from prefect.settings import get_current_settings

from flows.sweeps import Tally, Trip, trip
from flows.wiring import host

Sweeping = Flow[..., Coroutine[Any, Any, Tally]]
AWAY_SECONDS = 15.0
"""So long Prefect is not asked again after it failed: every try costs a second and a half."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Presence:
    """Whether Prefect is worth asking."""

    away_until: float = 0.0
    travelling: int = 0

    @property
    def is_here(self) -> bool:
        """Prefect is set up and did not just fail. Without an address it would start its own."""
        return bool(get_current_settings().api.url) and time.monotonic() >= self.away_until

    def failed(self, error: Exception) -> None:
        """Do without it for a while."""
        _log.warning("Prefect is away, the work goes on without it: %s", type(error).__name__)
        self.away_until = time.monotonic() + AWAY_SECONDS

    def returned(self) -> None:
        """It answers again."""
        self.away_until = 0.0


PREFECT = Presence()


async def conduct(flow: Sweeping, name: str, labels: Collection[str] = ()) -> Tally:
    """Run `flow` once under a name for people. Raises what the work itself raises."""
    if not PREFECT.is_here:
        return await flow.fn()
    journey = Trip()
    mark = trip.set(journey)
    PREFECT.travelling += 1
    try:
        with tags(*labels, own_tag()):
            ended = await flow.with_options(flow_run_name=name)(return_state=True)
    except Exception as error:  # noqa: BLE001  # whatever Prefect has, the work comes first
        PREFECT.failed(error)
        return journey.tally or await flow.fn()
    finally:
        PREFECT.travelling -= 1
        trip.reset(mark)
    return journey.tally or await cast("State[Tally]", ended).aresult()


def own_tag() -> str:
    """Marks the runs of this process, so that a successor knows whose they were."""
    return tag_of(psutil.Process())


def tag_of(process: psutil.Process) -> str:
    """With the moment of birth: a number alone may be a stranger's by now."""
    return f"worker:{host()}:{process.pid}:{process.create_time():.0f}"
