"""One DataLoader for each relation and its arguments: rows by their key, pages of rows of many parents, and counts."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Column, ColumnElement, FromClause, Row, Select, and_, cast, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncEngine
from strawberry.dataloader import DataLoader

Key = tuple[Any, ...]
Loaded = DataLoader[Key, Any]


class Filter(Protocol):
    """What a list's rows must meet; filters that ask the same look the same."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same in SQL."""


@dataclass(frozen=True)
class Relation:
    """The rows of `source` whose `columns` are a parent's key; `keep` are the columns to read of them."""

    source: FromClause
    columns: Sequence[Column[Any]]
    keep: Sequence[Column[Any]]
    order: Sequence[ColumnElement[Any]] = ()


@dataclass
class Loaders:
    """The loaders of one request, made when a field first needs them."""

    engine: AsyncEngine
    made: dict[Hashable, Loaded] = field(default_factory=dict)

    async def rows(self, statement: Select[Any]) -> Sequence[Row[Any]]:
        """What a statement selects, on a connection of its own."""
        async with self.engine.connect() as connection:
            found: Sequence[Row[Any]] = (await connection.execute(statement)).all()
            return found

    def one(self, relation: Relation) -> Loaded:
        """The one row with a key, or null."""

        async def load(keys: list[Key]) -> list[Row[Any] | None]:
            parents = _parents(relation, keys)
            found = await self.rows(
                select(*parents.c, *relation.keep).select_from(
                    parents.join(relation.source, _linked(relation, parents))
                )
            )
            width = len(relation.columns)
            by_key = {tuple(row[:width]): row for row in found}
            return [by_key.get(key) for key in keys]

        return self._loader(("one", id(relation)), load)

    def many(self, relation: Relation, limit: int | None = None, where: Filter | None = None) -> Loaded:
        """The first `limit` rows that each parent has under `where`, in the relation's order."""

        async def load(keys: list[Key]) -> list[list[Row[Any]]]:
            parents = _parents(relation, keys)
            rows = (
                select(*relation.keep).select_from(relation.source).where(_linked(relation, parents), *_wanted(where))
            )
            own = rows.order_by(*relation.order).limit(limit).lateral("own")
            found = await self.rows(select(*parents.c, own).select_from(parents.join(own, true())))
            return _grouped(keys, found, len(relation.columns))

        return self._loader(("many", id(relation), limit, repr(where)), load)

    def count(self, relation: Relation, where: Filter | None = None) -> Loaded:
        """How many rows each parent has under `where`."""

        async def load(keys: list[Key]) -> list[int]:
            parents = _parents(relation, keys)
            counted = (
                select(*parents.c, func.count().label("count"))
                .select_from(parents.join(relation.source, _linked(relation, parents)))
                .where(*_wanted(where))
                .group_by(*parents.c)
            )
            by_key: dict[Key, int] = {tuple(row[:-1]): row[-1] for row in await self.rows(counted)}
            return [by_key.get(key, 0) for key in keys]

        return self._loader(("count", id(relation), repr(where)), load)

    def _loader(self, name: Hashable, load: Callable[[list[Key]], Any]) -> Loaded:
        found = self.made.get(name)
        if found is None:
            found = self.made[name] = DataLoader(load_fn=load)
        return found


def _parents(relation: Relation, keys: list[Key]) -> FromClause:
    """The keys as a table of their own, one array for each column."""
    columns = zip(relation.columns, zip(*keys, strict=True), strict=True)
    arrays = [cast(list(values), ARRAY(column.type)) for column, values in columns]
    names = [f"key_{position}" for position in range(len(arrays))]
    return func.unnest(*arrays).table_valued(*names).render_derived("parent")


def _linked(relation: Relation, parents: FromClause) -> ColumnElement[bool]:
    return and_(*(column == key for column, key in zip(relation.columns, parents.c, strict=True)))


def _wanted(where: Filter | None) -> list[ColumnElement[bool]]:
    return [] if where is None else where.conditions()


def _grouped(keys: list[Key], found: Sequence[Row[Any]], width: int) -> list[list[Row[Any]]]:
    groups: dict[Key, list[Row[Any]]] = {key: [] for key in keys}
    for row in found:
        groups[tuple(row[:width])].append(row)
    return [groups[key] for key in keys]
