"""The batched way of running: one DataLoader per edge and arguments, one statement per level of a document."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Generator, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select
from strawberry.dataloader import DataLoader

from resolvers.areas import is_tenant
from resolvers.asks import (
    Among,
    Ask,
    Count,
    Detail,
    Item,
    Items,
    Listing,
    Made,
    Named,
    Nodes,
    One,
    Parent,
    Place,
    Rows,
    Tally,
)
from resolvers.edges import Concept, Condition, Edge, Row
from resolvers.errors import TooLarge
from resolvers.given import Given
from resolvers.pages import Window, choice, cursor, default_order, terms_of
from resolvers.snapshots import Snapshot, Statement
from resolvers.statements import count_of, for_each_parent, lookup_statement, page_of, parent_key, tally_of

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


class Reading:
    """What a field asks for, read once it is awaited; when an operation fails elsewhere, it may never be."""

    def __init__(self, read: Callable[[Ask], Coroutine[Any, Any, Any]], ask: Ask) -> None:
        self._read, self._ask = read, ask

    def __await__(self) -> Generator[Any, None, Any]:
        return self._read(self._ask).__await__()


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

    def answer(self, value: Any) -> Any:
        """What a field's function asks for, read; anything else as it is. What is read has to be awaited."""
        if isinstance(value, list):
            return [self.answer(item) for item in value]
        return Reading(self._read, value) if isinstance(value, Ask) else value

    async def _read(self, ask: Ask) -> Any:
        match ask:
            case One():
                return await self._one(ask)
            case Nodes():
                return await self._nodes(ask.listing)
            case Items():
                rows, nodes = (await self.page(ask.listing)).rows, await self._nodes(ask.listing)
                return [Item(node, row["cursor"]) for row, node in zip(rows, nodes, strict=True)]
            case Place():
                return await self.page(ask.listing)
            case Count():
                return await self.count(ask)
            case Rows():
                return await self.rows(ask)
            case Named():
                return await self._named_one(ask)
            case Tally():
                return await self.tally(ask)
            case Among():
                return await self._among(ask)
            case Made():
                return await self._made(ask)
            case Detail():
                return None if all(ask.row[name] is None for name in ask.columns) else ask.row
        raise TypeError(f"nothing here answers {ask!r}")

    async def page(self, listing: Listing) -> Page:
        """One page of the rows at the other end of an edge."""
        edge, selection, window = listing.edge, listing.selection, listing.window

        async def load(keys: list[Key], _: Hashable) -> list[Page]:
            asked = Given(listing)

            def columns(child: FromClause) -> list[ColumnElement[Any]]:
                return [*edge.target.read_from(child), cursor(asked.part("window"), child).label("cursor")]

            def rows(parent: FromClause) -> Select[Any]:
                selected = asked.part("selection"), asked.part("window")
                return page_of(edge, *selected, parent, columns, window.limit + 1)

            grouped = await self._grouped(listing.shape, edge, rows, listing, keys, edge.target.row_class)
            return [_page(grouped.get(key, []), window) for key in keys]

        loader = self._loader(("page", edge, selection.identity, window), load)
        page: Page = await loader.load(key_of(edge.source, listing.parent))
        self._hand_out(len(page.rows))
        return page

    async def rows(self, ask: Rows) -> list[Row]:
        """All rows at the other end of an edge, of which there are never many."""
        edge = ask.edge
        window = Window(terms_of(edge.target, default_order(edge)), edge.limit)

        async def load(keys: list[Key], _: Hashable) -> list[list[Row]]:
            def rows(parent: FromClause) -> Select[Any]:
                return page_of(
                    edge, Given(ask).part("selection"), Given(window), parent, edge.target.read_from, edge.limit
                )

            grouped = await self._grouped(ask.shape, edge, rows, ask, keys, edge.target.row_class)
            return [grouped.get(key, []) for key in keys]

        loader = self._loader(("rows", edge, ask.selection.identity), load)
        found: list[Row] = await loader.load(key_of(edge.source, ask.parent))
        self._hand_out(len(found))
        if ask.expected is not None and ask.missing is not None:
            column, values = ask.expected
            unknown = sorted(set(values) - {row[column] for row in found})
            if unknown:
                raise ask.missing(unknown)
        return found

    async def _one(self, ask: One) -> Row | None:
        for edge in ask.edges:
            row = await self.row(edge, ask.parent)
            if row is not None:
                return row
        return None

    async def row(self, edge: Edge, parent: Parent) -> Row | None:
        """The one row at the other end of `edge`, if there is one."""
        if edge.pairs is None or parent is None:
            rows = await self.rows(Rows(edge, parent))
            return rows[0] if rows else None
        key = tuple(parent[name] for name in edge.pairs)
        return None if None in key else await self._named(edge.target, tuple(edge.pairs.values()), key, edge.given)

    async def _nodes(self, listing: Listing) -> list[Row]:
        rows = (await self.page(listing)).rows
        if not listing.through:
            return list(rows)
        return await asyncio.gather(*(self._led_to(listing.through, row) for row in rows))

    async def _led_to(self, through: tuple[Edge, ...], row: Row) -> Row:
        found = await self._one(One(through, row))
        if found is None:
            raise LookupError(f"{row!r} leads nowhere")
        return found

    async def _named_one(self, ask: Named) -> Row | None:
        edge = ask.edge

        async def load(keys: list[Key], _: Hashable) -> list[Row | None]:
            def chosen(child: FromClause) -> Sequence[Condition]:
                return choice(edge, Given(ask).part("selection"), child, child)

            statement = self.snapshot.statement(ask.shape, lambda: lookup_statement(edge.target, ask.columns, chosen))
            return await self._found(statement, edge.target, ask.columns, ask, keys)

        loader = self._loader(("named", edge, ask.columns, ask.selection.identity), load)
        row: Row | None = await loader.load(ask.key)
        if row is not None and ask.kind in (None, row.typename):
            return row
        if ask.missing is not None:
            raise ask.missing
        return None

    async def _named(
        self,
        target: Concept,
        columns: tuple[str, ...],
        key: Key,
        given: Callable[[FromClause], Condition] | None = None,
    ) -> Row | None:
        """The row of `target` that has the values `key` in `columns`; edges that look up alike share a statement."""

        async def load(keys: list[Key], name: Hashable) -> list[Row | None]:
            def chosen(child: FromClause) -> Sequence[Condition]:
                return [] if given is None else [given(child)]

            statement = self.snapshot.statement(name, lambda: lookup_statement(target, columns, chosen))
            return await self._found(statement, target, columns, None, keys)

        row: Row | None = await self._loader(("row", target, columns, given), load).load(key)
        return row

    async def _found(
        self, statement: Statement, target: Concept, columns: tuple[str, ...], asked: Any, keys: list[Key]
    ) -> list[Row | None]:
        rows = await self.snapshot.fetch(statement, target.row_class, asked, _columns(keys))
        found = {tuple(row[column] for column in columns): row for row in rows}
        return [found.get(key) for key in keys]

    async def count(self, ask: Count) -> int:
        """How many rows there are at the other end of an edge."""

        async def load(keys: list[Key], _: Hashable) -> list[int]:
            def counted(parent: FromClause) -> Select[Any]:
                return count_of(ask.edge, Given(ask).part("selection"), parent, ask.weight)

            grouped = await self._grouped(ask.shape, ask.edge, counted, ask, keys, Row)
            return [grouped[key][0]["count"] if key in grouped else 0 for key in keys]

        loader = self._loader(("count", ask.edge, ask.selection.identity, ask.weight), load)
        count: int = await loader.load(key_of(ask.edge.source, ask.parent))
        return count

    async def tally(self, ask: Tally) -> list[Row]:
        """How many rows of each group there are at the other end of an edge: the groups' columns and `count`."""

        async def load(keys: list[Key], _: Hashable) -> list[list[Row]]:
            def tallied(parent: FromClause) -> Select[Any]:
                return tally_of(ask.edge, Given(ask).part("selection"), ask.groups, ask.via, parent)

            grouped = await self._grouped(ask.shape, ask.edge, tallied, ask, keys, Row)
            return [grouped.get(key, []) for key in keys]

        loader = self._loader(("tally", ask.edge, ask.selection.identity, ask.groups, ask.via), load)
        rows: list[Row] = await loader.load(key_of(ask.edge.source, ask.parent))
        return rows

    async def _among(self, ask: Among) -> list[Row]:
        codes = ask.row[ask.column]
        found = await asyncio.gather(*(self._named(ask.edge.target, ("code",), (code,), is_tenant) for code in codes))
        return [row for row in found if row is not None]

    async def _made(self, ask: Made) -> Any:
        statement = self.snapshot.statement(ask.shape, lambda: ask.build(Given(ask).part("asked")))
        rows = await self.snapshot.fetch(statement, Row, ask, {})
        if ask.limit is None:
            return ask.wrap(ask.asked, rows[0])
        self._hand_out(len(rows))
        return [ask.wrap(ask.asked, row) for row in rows]

    async def _grouped(
        self,
        name: Hashable,
        edge: Edge,
        of_parent: Callable[[FromClause], Select[Any]],
        asked: Any,
        keys: list[Key],
        row_class: type[Row],
    ) -> dict[Key, list[Row]]:
        """What `of_parent` selects from each parent; the statement is kept as `name` and run with what is asked now."""
        statement = self.snapshot.statement(name, lambda: for_each_parent(edge.source, of_parent))
        given = {} if edge.source is None else _columns(keys)
        return self._by_parent(edge, await self.snapshot.fetch(statement, row_class, asked, given))

    def _by_parent(self, edge: Edge, rows: list[Row]) -> dict[Key, list[Row]]:
        # Rows of one parent come in the order of its page: a lateral join with a limit is run parent by parent.
        grouped: dict[Key, list[Row]] = defaultdict(list)
        for row in rows:
            grouped[_parent_of(edge, row)].append(row)
        return grouped


def key_of(source: Concept | None, parent: Parent) -> Key:
    """The primary key of a parent; the root's is empty."""
    return () if source is None or parent is None else tuple(parent[name] for name in source.key)


def _parent_of(edge: Edge, row: Row) -> Key:
    return () if edge.source is None else tuple(row[parent_key(i)] for i in range(len(edge.source.key)))


def _columns(keys: list[Key]) -> dict[str, Sequence[Any]]:
    return {f"keys_{position}": values for position, values in enumerate(zip(*keys, strict=True))}


def _page(rows: list[Row], window: Window) -> Page:
    has_more = len(rows) > window.limit
    shown = rows[: window.limit]
    if window.backwards:
        return Page(shown[::-1], has_next_page=window.before is not None, has_previous_page=has_more)
    return Page(shown, has_next_page=has_more, has_previous_page=window.after is not None)
