"""The statements that a write runs on single rows, made once of each table and the columns they name."""

from functools import cache
from typing import Literal

from sqlalchemy import Table, bindparam, delete, insert, literal_column, select, update

from resolvers.policy import Shape
from resolvers.snapshots import Statement, compiled

# Whether rows are locked until the end: against others' changes and locks, or with "share" against changes alone.
Lock = Literal[True, False, "share"]


def key_of(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key.columns)


def state_of(table: Table) -> str:
    return "status" if "status" in table.c else "state"


@cache
def selection(table: Table, given: tuple[tuple[str, bool], ...], lock: Lock, limit: int | None) -> Statement:
    conditions = [
        table.c[name].is_(None) if is_null else table.c[name] == bindparam(name, type_=table.c[name].type)
        for name, is_null in given
    ]
    statement = select(table).where(*conditions).order_by(*table.primary_key.columns).limit(limit)
    return compiled(statement.with_for_update(read=lock == "share") if lock else statement, None)


@cache
def looking(table: Table, shape: Shape) -> Statement:
    """Whether a row is among those that are seen."""
    seen = table.alias("looked_for")
    same = [seen.c[name] == bindparam(name, type_=seen.c[name].type) for name in key_of(table)]
    return compiled(select(literal_column("1")).select_from(seen).where(*same), shape)


@cache
def insertion(table: Table, names: tuple[str, ...]) -> Statement:
    values = {name: bindparam(name, type_=table.c[name].type) for name in names}
    return compiled(insert(table).values(values).returning(*table.c), None)  # type: ignore[arg-type]


@cache
def update_of(table: Table, names: tuple[str, ...]) -> Statement:
    values = {name: bindparam(name, type_=table.c[name].type) for name in names}
    same = [table.c[name] == bindparam(f"old_{name}", type_=table.c[name].type) for name in key_of(table)]
    return compiled(update(table).where(*same).values(values).returning(*table.c), None)  # type: ignore[arg-type]


@cache
def deletion(table: Table) -> Statement:
    same = [table.c[name] == bindparam(name, type_=table.c[name].type) for name in key_of(table)]
    return compiled(delete(table).where(*same), None)  # type: ignore[arg-type]
