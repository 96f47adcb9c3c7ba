"""Rows that stand elsewhere in a statement, under an alias: the selection that reads them is made last.

What is written of the rows is made first. It says which of their columns are wanted, and only those are then read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    TableClause,
    func,
    literal_column,
    select,
)

from resolvers.given import Given
from resolvers.pages import Window, cursor


class Aliased(TableClause):
    """Rows like those of `like`, known by an alias; `wanted` are the names of the columns that were asked for."""

    inherit_cache = False

    def __init__(self, alias: str, like: FromClause) -> None:
        super().__init__(alias)
        self.wanted: dict[str, ColumnElement[Any]] = {}
        self._like = like

    @property
    def c(self) -> Any:
        """The columns. They name no table of their own to read from, so a selection inside another may use them."""
        return _Columns(self)

    def column(self, name: str) -> ColumnElement[Any]:
        """The column `name`, from now on a wanted one."""
        found = self.wanted.get(name)
        if found is None:
            like = self._like.c[name]
            found = self.wanted[name] = literal_column(f"{self.name}.{name}", like.type)
            found.nullable = not isinstance(like, Column) or like.nullable  # type: ignore[attr-defined]
        return found

    def wanted_of(self, rows: FromClause) -> list[ColumnElement[Any]]:
        """The wanted columns of `rows`, which are to be known by the alias."""
        return [rows.c[name] for name in self.wanted if name in rows.c] or [literal_column("1").label("nothing")]


class _Columns:
    def __init__(self, rows: Aliased) -> None:
        self._rows = rows

    def __getitem__(self, name: str) -> ColumnElement[Any]:
        return self._rows.column(name)

    def __getattr__(self, name: str) -> ColumnElement[Any]:
        return self._rows.column(name)


@dataclass(frozen=True, eq=False)
class PageInfo:
    """Where a page lies in its list, as expressions over its rows."""

    has_next_page: ColumnElement[bool]
    has_previous_page: ColumnElement[bool]
    start_cursor: ColumnElement[str]
    end_cursor: ColumnElement[str]


class Page:
    """The rows of a page while they are written.

    Where `is_placed`, there is one row more than are shown if more rows follow.
    """

    is_placed = False

    def __init__(self, window: Window, given: Given[Window], rows: Aliased) -> None:
        self.given = given
        self._window = window
        self._rows = rows
        self._limit: ColumnElement[int] = literal_column(str(window.limit))
        # The place of a row in the order of reading, and how many were read.
        self._number: ColumnElement[int] = literal_column(f"{rows.name}.row_number", Integer)
        self._total: ColumnElement[int] = literal_column(f"{rows.name}.row_count", Integer)

    @property
    def is_shown(self) -> ColumnElement[bool] | None:
        """Whether a row belongs to the page; None when all do."""
        return self._number <= self._limit if self.is_placed else None

    @property
    def order(self) -> Sequence[ColumnElement[Any]]:
        """How to sort the rows for the answer; not at all when they are read in its order."""
        return [self._number.desc()] if self._window.backwards else []

    @cached_property
    def cursor(self) -> ColumnElement[str]:
        """The cursor of a row."""
        return cursor(self.given, self._rows)

    @property
    def info(self) -> PageInfo:
        """Where the page lies."""
        has_more = func.count() > self._limit
        at_first = self._number == literal_column("1")
        at_last = self._number == func.least(self._total, self._limit)
        first, last = (func.max(self.cursor).filter(at) for at in (at_first, at_last))
        if self._window.backwards:
            return PageInfo(_flag(self._window.before is not None), has_more, last, first)
        return PageInfo(has_more, _flag(self._window.after is not None), first, last)

    def numbered(self, rows: Select[Any]) -> FromClause:
        """`rows` under their alias, with their numbers where these are needed."""
        if not self.is_placed and not self._window.backwards:
            return rows.subquery(self._rows.name)
        inner = rows.subquery()
        number = func.row_number().over().label("row_number")
        total = func.count().over().label("row_count")
        return select(*inner.c, number, total).subquery(self._rows.name)


def _flag(value: bool) -> ColumnElement[bool]:
    return literal_column("true" if value else "false", Boolean)
