"""What every command shares: the data folder's settings, its database, and a clear end."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from states.records import db, secrets
from states.records.embedded import running
from states.settings import Settings

Folder = Annotated[Path | None, typer.Option("--data", help="Data folder (default: ./data).")]


def settings_of(data: Path | None) -> Settings:
    """The settings of a data folder, or of the environment."""
    return Settings(data_dir=data) if data else Settings()


@contextmanager
def database(data: Path | None) -> Iterator[Engine]:
    """The database of a data folder that runs now, or of DUBAN_DATABASE_URL, with its keys."""
    settings = settings_of(data)
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value()
    elif (server := running(settings.data_dir)) is not None:
        url = server.url
    else:
        fail("请先启动 · Start `duban run` first, or set DUBAN_DATABASE_URL.")
    secrets.use(settings.secret_key(), settings.master_keys())
    bind = db.engine(url, pool_size=1)
    try:
        yield bind
    except OperationalError:
        fail("无法连接数据库 · The database cannot be reached.")
    finally:
        bind.dispose()


@contextmanager
def transaction(data: Path | None) -> Iterator[Session]:
    """One transaction on that database."""
    with database(data) as bind, db.transaction(bind) as session:
        yield session


def fail(sentence: str) -> NoReturn:
    """One line on stderr and exit code 1."""
    typer.echo(f"duban: {sentence}", err=True)
    raise typer.Exit(1)
