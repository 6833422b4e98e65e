"""Tables that a flow run leaves for the operator to read in Prefect. Codes and counts, no names."""

import logging
from collections.abc import Mapping, Sequence

from prefect.artifacts import acreate_table_artifact

from flows.sweeps import flow_run_id

_log = logging.getLogger(__name__)


async def leave_table(key: str, rows: Sequence[Mapping[str, object]], about: str) -> None:
    """Leave a table under `key` (a-z, 0-9, -). Without rows or without Prefect nothing is left."""
    if not rows or not flow_run_id():
        return
    try:
        await acreate_table_artifact(key=key, table=[dict(row) for row in rows], description=about)
    except Exception as error:  # noqa: BLE001  # the work is done; a missing table undoes nothing
        _log.warning("no table was left in Prefect: %s", type(error).__name__)
