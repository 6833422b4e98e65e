"""`duban person deputy`: somebody stands in for a colleague for some days."""

from datetime import date, datetime
from typing import Annotated

import typer
from sqlmodel import Session, select

from api.terminal import Folder, fail, transaction
from states.actor import SYSTEM
from states.errors import BadInput
from states.records import clock, deputies
from states.records.tables import Account
from states.rules.words import say


def name_deputy(
    login: Annotated[str, typer.Argument(help="Login of whoever is away.")],
    deputy: Annotated[str, typer.Argument(help="Login of whoever stands in.")],
    *,
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First day.")],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day.")],
    data: Folder = None,
) -> None:
    """Let somebody stand in for a colleague: reminders reach the deputy too."""
    with transaction(data) as session:
        try:
            made = deputies.name(
                session, person_id=_person(session, login), deputy_id=_person(session, deputy),
                since=_day(since), until=_day(until), actor=SYSTEM, at=clock.now(session),
            )  # fmt: skip
        except BadInput as error:
            why = str(error.params["why"])
            fail(" · ".join((say("input", why, "zh"), say("input", why, "en"))))
        span = f"{made.since} – {made.until}"
    typer.echo(f"{deputy} → {login}: {span}")


def _person(session: Session, login: str) -> int:
    account = session.exec(select(Account).where(Account.login == login)).first()
    if account is None:
        fail(f"没有这个登录名 · There is no login {login}.")
    return account.person_id


def _day(moment: datetime) -> date:
    return moment.date()
