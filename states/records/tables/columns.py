"""Columns and checks that many tables share, spelled once."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, LargeBinary, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import TypeEngine
from sqlmodel import Field


def key() -> Any:  # noqa: ANN401  # SQLModel's own Field answers Any
    """A big identity as primary key."""
    return Field(default=None, primary_key=True, sa_type=BigInteger)


def link(target: str, **more: Any) -> Any:  # noqa: ANN401
    """A foreign key to `target` ("table.column")."""
    return Field(foreign_key=target, sa_type=BigInteger, **more)


def moment(**more: Any) -> Any:  # noqa: ANN401
    """A point in time, kept in UTC."""
    return Field(sa_type=DateTime(timezone=True), **more)


def document(**more: Any) -> Any:  # noqa: ANN401
    """A JSON document."""
    return Field(sa_type=JSONB, **more)


def one_of(column: str, values: Iterable[str], name: str) -> CheckConstraint:
    """`column` holds one of `values`: a string and a CHECK, never a native enum of names."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name)


def sealed(**more: Any) -> Any:  # noqa: ANN401
    """A value that only the vault opens; b"" when there is none."""
    empty = {"server_default": text("''")}
    return Field(default=b"", sa_type=LargeBinary, sa_column_kwargs=empty, **more)


def days_column() -> Any:  # noqa: ANN401
    """Some dates, in order; empty when there are none."""
    return _list_of(Date())


def ids_column() -> Any:  # noqa: ANN401
    """Some opaque ids; empty when there are none."""
    return _list_of(BigInteger())


def _list_of(kind: TypeEngine[Any]) -> Any:  # noqa: ANN401
    empty = {"server_default": text("'{}'"), "nullable": False}
    return Field(default_factory=list, sa_type=ARRAY(kind), sa_column_kwargs=empty)
