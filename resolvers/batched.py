"""The batched way of running: one DataLoader per edge and arguments, one statement per level of a document."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import FromClause, Select
from strawberry.dataloader import DataLoader

from resolvers.edges import Concept, Condition, Edge, Row
from resolvers.errors import TooLarge
from resolvers.pages import Selection, Window, default_order, terms_of
from resolvers.snapshots import Snapshot, compiled
from resolvers.statements import count_statement, lookup_statement, parent_key, rows_statement, tally_statement

Key = tuple[Any, ...]

# How many rows an operation may show, each place where one stands counted. A whole city's halls, stations and latest
# events are some 13,000.
MAX_ROWS = 50_000


@dataclass(frozen=True)
class Page:
    """The rows of a page, in the order of the list, and whether there are more on either side."""

    rows: Sequence[Row]
    has_next_page: bool
    has_previous_page: bool

    @property
    def start_cursor(self) -> str | None:
        """The first row's cursor."""
        return self.rows[0]["cursor"] if self.rows else None

    @property
    def end_cursor(self) -> str | None:
        """The last row's cursor."""
        return self.rows[-1]["cursor"] if self.rows else None


class Loaders:
    """The loaders of one operation, made when first asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._loaders: dict[Hashable, DataLoader[Key, Any]] = {}
        self._handed_out = 0

    def _hand_out(self, rows: int) -> None:
        # A row read once may be shown in many places, so what is shown is counted, not what is read.
        self._handed_out += rows
        if self._handed_out > MAX_ROWS:
            raise TooLarge(f"this operation has more than {MAX_ROWS:,} rows; ask for fewer levels or smaller pages")

    def _loader(
        self, name: Hashable, load: Callable[[list[Key], Hashable], Awaitable[list[Any]]]
    ) -> DataLoader[Key, Any]:
        # The name is that of the loader here and of the statement among those that are kept.
        found = self._loaders.get(name)
        if found is None:

            async def load_fn(keys: list[Key]) -> list[Any]:
                return await load(keys, name)

            found = self._loaders[name] = DataLoader(load_fn=load_fn)
        return found

    async def page(self, edge: Edge, parent: Row | None, selection: Selection, window: Window) -> Page:
        """One page of the rows at the other end of `edge`."""

        async def load(keys: list[Key], name: Hashable) -> list[Page]:
            def build() -> Select[Any]:
                return rows_statement(edge, selection, window, with_cursors=True)

            # A page after a cursor is seldom asked for twice, so its statement would only push others out.
            is_kept = window.after is None and window.before is None
            statement = self.snapshot.statements.get(name, build) if is_kept else compiled(build())
            grouped = self._by_parent(
                edge, await self.snapshot.fetch(statement, edge.target.row_class, _given(edge.source, keys))
            )
            return [_page(grouped.get(key, []), window) for key in keys]

        loader = self._loader(("page", edge, selection.identity, window), load)
        page: Page = await loader.load(key_of(edge.source, parent))
        self._hand_out(len(page.rows))
        return page

    async def rows(self, edge: Edge, parent: Row | None, selection: Selection) -> list[Row]:
        """All rows at the other end of `edge`, of which there are never many."""
        window = Window(terms_of(edge.target, default_order(edge)), edge.limit - 1)

        async def load(keys: list[Key], name: Hashable) -> list[list[Row]]:
            statement = self.snapshot.statements.get(
                name, lambda: rows_statement(edge, selection, window, with_cursors=False)
            )
            rows = await self.snapshot.fetch(statement, edge.target.row_class, _given(edge.source, keys))
            grouped = self._by_parent(edge, rows)
            return [grouped.get(key, []) for key in keys]

        loader = self._loader(("rows", edge, selection.identity), load)
        rows: list[Row] = await loader.load(key_of(edge.source, parent))
        self._hand_out(len(rows))
        return rows

    async def row(self, edge: Edge, parent: Row) -> Row | None:
        """The one row at the other end of `edge`, if there is one."""
        if edge.pairs is None:
            rows = await self.rows(edge, parent, Selection())
            return rows[0] if rows else None
        key = tuple(parent[name] for name in edge.pairs)
        return None if None in key else await self.named(edge.target, tuple(edge.pairs.values()), key, edge.given)

    async def named(
        self,
        target: Concept,
        columns: tuple[str, ...],
        key: Key,
        given: Callable[[FromClause], Condition] | None = None,
    ) -> Row | None:
        """The row of `target` that has the values `key` in `columns`; edges that look up alike share a statement."""

        async def load(keys: list[Key], name: Hashable) -> list[Row | None]:
            statement = self.snapshot.statements.get(name, lambda: lookup_statement(target, columns, given))
            rows = await self.snapshot.fetch(statement, target.row_class, _columns(keys))
            found = {tuple(row[column] for column in columns): row for row in rows}
            return [found.get(key) for key in keys]

        row: Row | None = await self._loader(("row", target, columns, given), load).load(key)
        return row

    async def count(self, edge: Edge, parent: Row | None, selection: Selection) -> int:
        """How many rows there are at the other end of `edge`."""

        async def load(keys: list[Key], name: Hashable) -> list[int]:
            statement = self.snapshot.statements.get(name, lambda: count_statement(edge, selection))
            rows = await self.snapshot.fetch(statement, Row, _given(edge.source, keys))
            counted = {_parent_of(edge, row): row["count"] for row in rows}
            return [counted.get(key, 0) for key in keys]

        loader = self._loader(("count", edge, selection.identity), load)
        count: int = await loader.load(key_of(edge.source, parent))
        return count

    async def tally(
        self, edge: Edge, parent: Row | None, selection: Selection, groups: tuple[str, ...], via: Edge | None = None
    ) -> list[Row]:
        """How many rows of each group there are at the other end of `edge`: the groups' columns and `count`."""

        async def load(keys: list[Key], name: Hashable) -> list[list[Row]]:
            statement = self.snapshot.statements.get(name, lambda: tally_statement(edge, selection, groups, via))
            grouped = self._by_parent(edge, await self.snapshot.fetch(statement, Row, _given(edge.source, keys)))
            return [grouped.get(key, []) for key in keys]

        loader = self._loader(("tally", edge, selection.identity, groups, via), load)
        rows: list[Row] = await loader.load(key_of(edge.source, parent))
        return rows

    def _by_parent(self, edge: Edge, rows: list[Row]) -> dict[Key, list[Row]]:
        # Rows of one parent come in the order of its page: a lateral join with a limit is run parent by parent.
        grouped: dict[Key, list[Row]] = defaultdict(list)
        for row in rows:
            grouped[_parent_of(edge, row)].append(row)
        return grouped


def key_of(source: Concept | None, parent: Row | None) -> Key:
    """The primary key of a parent; the root's is empty."""
    return () if source is None or parent is None else tuple(parent[name] for name in source.key)


def _parent_of(edge: Edge, row: Row) -> Key:
    return () if edge.source is None else tuple(row[parent_key(i)] for i in range(len(edge.source.key)))


def _given(source: Concept | None, keys: list[Key]) -> dict[str, Sequence[Any]]:
    return {} if source is None else _columns(keys)


def _columns(keys: list[Key]) -> dict[str, Sequence[Any]]:
    return {f"keys_{position}": values for position, values in enumerate(zip(*keys, strict=True))}


def _page(rows: list[Row], window: Window) -> Page:
    has_more = len(rows) > window.limit
    shown = rows[: window.limit]
    if window.backwards:
        return Page(shown[::-1], has_next_page=window.before is not None, has_previous_page=has_more)
    return Page(shown, has_next_page=has_more, has_previous_page=window.after is not None)
