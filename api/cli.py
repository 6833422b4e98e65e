"""`duban` on the command line."""

import json
from datetime import datetime
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from api import checks
from api import rehearse as rehearsal
from api import run as house
from api.auth import make_link
from api.bounce_command import bounce
from api.deputy_command import name_deputy
from api.keys_command import keys
from api.sample_offices import add_districts, add_person, permit
from api.terminal import Folder, fail, settings_of, transaction
from states import actions
from states.actor import SYSTEM
from states.records import acts, clock
from states.records.projects import load
from states.records.tables import Account, Office, Project
from states.rules.stages import STRAIGHT_PATH, Role
from states.rules.uscc import fold_uscc, uscc_flaw
from states.rules.words import say
from states.settings import Settings

cli = typer.Typer(help="Duban 督办", no_args_is_help=True, add_completion=False)
person = typer.Typer(help="Persons and their accounts.", no_args_is_help=True)
office = typer.Typer(help="Districts, providers, the centre.", no_args_is_help=True)
cli.add_typer(person, name="person")
cli.add_typer(office, name="office")
cli.add_typer(keys, name="keys")
cli.add_typer(checks.cli)
cli.command()(bounce)
person.command("deputy")(name_deputy)

_LAST_ENTRY = text("SELECT project_id, max(at) FROM ledger GROUP BY project_id")


@cli.command()
def run(
    *,
    demo: Annotated[
        bool, typer.Option("--demo/--no-demo", help="A sample programme in an empty database.")
    ] = False,
    training: Annotated[
        bool,
        typer.Option("--training", help="First start: a training copy, whose date can be moved."),
    ] = False,
    data: Folder = None,
    port: Annotated[int | None, typer.Option(help="Port of the web.")] = None,
    host: Annotated[str | None, typer.Option(help="Address the web listens on.")] = None,
) -> None:
    """Start everything and keep it running until Ctrl-C."""
    given = {
        "data_dir": data, "port": port, "host": host, "sample_mode": demo or None,
        "training": training or None,
    }  # fmt: skip
    told = {name: value for name, value in given.items() if value is not None}
    raise typer.Exit(house.run(Settings(**told)))  # type: ignore[arg-type]


@cli.command()
def rehearse(
    *,
    projects: Annotated[int, typer.Option(min=1, max=500, help="How many whole lives.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
    keep: Annotated[bool, typer.Option(help="Keep the temporary folder.")] = False,
    data: Annotated[
        Path | None, typer.Option(help="Play in this folder, which stays, instead.")
    ] = None,
) -> None:
    """Start all real parts aside and play whole lives through the API."""
    if data is not None:
        summary = _rehearse(projects, data)
    else:
        with rehearsal.temporary_folder(keep=keep) as folder:
            summary = _rehearse(projects, folder)
            if keep:
                typer.echo(f"duban: kept {folder}", err=True)
    _print(summary, as_json=as_json)
    raise typer.Exit(1 if summary.problems else 0)


@cli.command()
def replay(
    code: Annotated[str, typer.Argument(help="Code of a project.")] = "",
    *,
    every: Annotated[bool, typer.Option("--all", help="All projects.")] = False,
    data: Folder = None,
) -> None:
    """Tell the facts of projects again: they must give the recorded stage."""
    if bool(code) == every:
        raise typer.BadParameter("name a project, or say --all")
    with transaction(data) as session:
        asked = select(Project.id) if every else select(Project.id).where(Project.code == code)
        found = load(session, session.exec(asked).all())
        # As of its last entry: what time alone has made due since then is the worker's to do.
        last = dict(session.connection().execute(_LAST_ENTRY).tuples().all())
    differing = 0
    for project in found:
        stage = actions.replay(project.recorded, at=last[project.id])
        differing += stage is not project.stage
        if not every or stage is not project.stage:
            typer.echo(f"{project.code}: recorded {project.stage}, replayed {stage}")
    typer.echo(f"{len(found)} replayed, {differing} differ")
    raise typer.Exit(1 if differing or not found else 0)


@person.command("add")
def add_one_person(
    *,
    name: Annotated[str, typer.Option(help="Name of the person.")],
    mail: Annotated[str, typer.Option(help="Mail address.")],
    login: Annotated[str, typer.Option(help="Name to sign in with.")],
    role: Annotated[Role, typer.Option(help="What the person may do.")],
    office_code: Annotated[str, typer.Option("--office", help="Code of the office.")],
    data: Folder = None,
) -> None:
    """Add a person, and print a one-time link to set a password."""
    settings = settings_of(data)
    with transaction(data) as session:
        home = session.exec(select(Office).where(Office.code == office_code)).first()
        if home is None:
            fail(f"没有这个单位 · There is no office {office_code}.")
        try:
            account = add_person(
                session, name, role=role, office_id=home.id, login=login, mail=mail
            )
        except IntegrityError:
            fail(f"登录名已被占用 · The login {login} is taken.")
        token = make_link(session, account.id)
    typer.echo(f"{settings.base_url}/set-password/{token}")


@person.command("permit")
def permit_one_person(
    login: Annotated[str, typer.Argument(help="Login of the person.")],
    *,
    full_numbers: Annotated[
        bool, typer.Option(help="May take whole document numbers out in workbooks.")
    ] = True,
    data: Folder = None,
) -> None:
    """Let a person export whole document numbers, or no longer; the ledger keeps it."""
    with transaction(data) as session:
        account = session.exec(select(Account).where(Account.login == login)).first()
        if account is None:
            fail(f"没有这个登录名 · There is no login {login}.")
        permit(session, account.person_id, allowed=full_numbers)
        acts.note(
            session,
            acts.PERMITTED,
            actor=SYSTEM,
            at=clock.now(session),
            about=f"person/{account.person_id}",
            detail={"full_numbers": full_numbers},
        )
    typer.echo(login)


@office.command("add")
def add_one_office(  # noqa: PLR0913  each is an option
    *,
    kind: Annotated[str, typer.Option(help="district, provider, centre or service.")],
    code: Annotated[str, typer.Option(help="Short code, such as HP or P001.")],
    name_zh: Annotated[str, typer.Option("--name", help="Name in Chinese.")],
    name_en: Annotated[str, typer.Option("--name-en", help="Name in English.")] = "",
    uscc: Annotated[str, typer.Option(help="Unified social credit code.")] = "",
    licence: Annotated[str, typer.Option(help="Licence number of a provider.")] = "",
    licence_until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day of the licence.")
    ] = None,
    licence_covers: Annotated[bool, typer.Option(help="Its scope names this training.")] = False,
    data: Folder = None,
) -> None:
    """Add an office."""
    uscc = fold_uscc(uscc)
    if uscc and (flaw := uscc_flaw(uscc)):
        fail(f"{say('row', flaw, 'zh')} · {say('row', flaw, 'en')}")
    row = Office(
        kind=kind,
        code=code,
        name_zh=name_zh,
        name_en=name_en or name_zh,
        uscc=uscc or None,
        licence_no=licence,
        licence_valid_until=licence_until.date() if licence_until else None,
        licence_covers=licence_covers,
    )
    with transaction(data) as session:
        session.add(row)
        try:
            session.flush()
        except IntegrityError:
            fail(f"无法添加 · Kind {kind} is not known, or code or USCC of {code} is taken.")
    typer.echo(code)


@office.command("licence")
def renew_licence(
    code: Annotated[str, typer.Argument(help="Short code of the provider.")],
    *,
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Its last day.")],
    covers: Annotated[bool, typer.Option(help="Its scope names this training.")] = True,
    number: Annotated[str, typer.Option(help="Its number, where it is a new one.")] = "",
    data: Folder = None,
) -> None:
    """Enter a provider's renewed licence; classes filed from now on rest on it."""
    with transaction(data) as session:
        home = session.exec(
            select(Office).where(Office.code == code, Office.kind == "provider")
        ).first()
        if home is None:
            fail(f"没有这个机构 · There is no provider {code}.")
        home.licence_valid_until, home.licence_covers = until.date(), covers
        home.licence_no = number or home.licence_no
        session.add(home)
    typer.echo(code)


@office.command("districts")
def add_all_districts(data: Folder = None) -> None:
    """Add the sixteen districts that are not there yet."""
    with transaction(data) as session:
        made = add_districts(session)
    typer.echo(f"{len(made)} added")


@cli.command()
def version() -> None:
    """Print the version."""
    typer.echo(version_of("duban"))


def main() -> None:
    """The command's entry."""
    cli()


# ── Inside ──────────────────────────────────────────────────────────────────────────────────────
def _rehearse(projects: int, folder: Path) -> rehearsal.Summary:
    bar = Progress(
        TextColumn("{task.fields[day]}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
    with bar:
        task = bar.add_task("", total=projects * len(STRAIGHT_PATH), day="启动中 starting")
        return rehearsal.rehearse(
            projects, folder, lambda steps, day: bar.update(task, completed=steps, day=day)
        )


def _print(summary: rehearsal.Summary, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(summary.figures(), ensure_ascii=False))
        return
    table = Table(show_header=False)
    for name, value in summary.figures().items():
        table.add_row(name, str(value))
    Console().print(table)
