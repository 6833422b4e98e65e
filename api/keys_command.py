"""`duban keys`: the keys of personal data, seen and changed while everything runs."""

from enum import StrEnum
from typing import Annotated

import typer
from sqlalchemy import text

from api.terminal import Folder, database
from states.records import key_rotation

keys = typer.Typer(help="Keys of personal data.", no_args_is_help=True)

_ALL = text("SELECT id, purpose, state, master, made_at FROM data_key ORDER BY id")


class Which(StrEnum):
    """What `duban keys rotate` changes."""

    FIELDS = "fields"
    INDEX = "index"
    MASTER = "master"
    EVERYTHING = "everything"


@keys.command("show")
def show(data: Folder = None) -> None:
    """The data keys by number: what for, since when, wrapped by which master key. No key itself."""
    with database(data) as bind, bind.connect() as connection:
        for row in connection.execute(_ALL):
            typer.echo(f"{row.id}\t{row.purpose}\t{row.state}\t{row.made_at:%F %T}\t{row.master}")


@keys.command("rotate")
def rotate(
    which: Annotated[Which, typer.Argument(help="Which keys.")] = Which.EVERYTHING,
    *,
    data: Folder = None,
) -> None:
    """Change keys while the service runs. Broken off, it is run again and goes on."""
    with database(data) as bind:
        if which in (Which.MASTER, Which.EVERYTHING):
            typer.echo(f"master: {key_rotation.rotate_master(bind)} keys wrapped anew")
        if which in (Which.FIELDS, Which.EVERYTHING):
            count = key_rotation.rotate_fields(bind, _tell)
            typer.echo(f"fields: {count} values sealed anew")
        if which in (Which.INDEX, Which.EVERYTHING):
            typer.echo(f"index: {key_rotation.rotate_index(bind)} entries computed anew")


def _tell(place: str, count: int) -> None:
    typer.echo(f"  {place}: {count}", err=True)
