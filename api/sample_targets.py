"""Quotas for the sample programme: invented shares of the city's target, and one revision."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from api.desk import Desk
from states.records import quotas
from states.records.quotas import Order

# By residents of the census of 2020, largest remainder; the real table is not public.
QUOTAS = {
    "HP": 1_331, "XH": 2_238, "CN": 1_393, "JA": 1_962, "PT": 2_492, "HK": 1_523, "YP": 2_498,
    "MH": 5_334, "BS": 4_494, "JD": 3_688, "PD": 11_422, "JS": 1_654, "SJ": 3_839, "QP": 2_556,
    "FX": 2_294, "CM": 1_282,
}  # fmt: skip
REVISED = QUOTAS | {"PD": 11_222, "MH": 5_534}
YEAR = 2026


def hand_out(desk: Callable[[str, datetime], Desk], at: datetime) -> Iterator[datetime]:
    """The centre imports the table, and a revision of it some weeks later."""
    for numbers, source in (
        (QUOTAS, "示例：2026年度指标分解表"),
        (REVISED, "示例：2026年度指标分解表（调整）"),
    ):
        yield at
        _import(desk("centre-1", at), numbers, source)
        at += timedelta(days=30)


def _import(here: Desk, numbers: dict[str, int], source: str) -> None:
    ids = {one.code: one.id for one in quotas.districts(here.session)}
    by_id = {ids[code]: number for code, number in numbers.items()}
    order = Order(YEAR, by_id, source, note="", sha256="")
    quotas.import_quotas(here.session, order, actor=here.actor, at=here.at)
