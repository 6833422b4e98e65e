"""stub"""
import asyncio
from datetime import time
from prefect import flow
from flows.occasions import Occasion, Rhythm, keep
from flows.sweeps import Tally
NAME = "collect_certificates"
RHYTHM = Rhythm(time(7))
def _collect(occasion: Occasion, tally: Tally) -> None: ...
@flow(name=NAME)
async def collect_certificates(period: str = "due") -> Tally:
    return await asyncio.to_thread(keep, NAME, RHYTHM, _collect)
