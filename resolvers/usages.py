"""Counting which fields of the graph each viewer asks for: in the process at first, and each minute in the database."""

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import asyncpg
from graphql import GraphQLSchema, TypeInfo, TypeInfoVisitor, Visitor, visit

from db import usages
from resolvers.errors import Unavailable
from resolvers.plans import Document
from resolvers.snapshots import LOST, acquired

# After how many seconds what was counted is written.
WRITTEN_AFTER = 60.0


class FieldUsage:
    """What a process has counted and not written yet. It holds names of fields, never documents, which may be large."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._fields: Counter[tuple[str, str]] = Counter()

    def count(self, viewer: str, document: Document) -> None:
        """Count one operation of a viewer."""
        if document.fields is None:
            document.fields = fields_of(self._schema, document)
        self._fields.update([(viewer, field) for field in document.fields])

    async def run(self, pool: asyncpg.Pool) -> None:
        """Write what was counted, minute by minute; ends when it is cancelled."""
        while True:
            await asyncio.sleep(WRITTEN_AFTER)
            await self.write(pool)

    async def write(self, pool: asyncpg.Pool) -> None:
        """Write what was counted so far; what cannot be written just now is kept for the next time."""
        counted, self._fields = self._fields, Counter()
        if not counted:
            return
        try:
            async with acquired(pool) as connection, connection.transaction():
                await usages.add(connection, datetime.now(UTC).date(), counted)
        except (*LOST, asyncpg.PostgresError, Unavailable):
            self._fields.update(counted)


def fields_of(schema: GraphQLSchema, document: Document) -> frozenset[str]:
    """The fields that a document names, as `Type.field`, those of its fragments included."""
    found: set[str] = set()
    types = TypeInfo(schema)

    class Finder(Visitor):
        def enter_field(self, node: Any, *_: Any) -> None:
            parent = types.get_parent_type()
            if parent is not None and not node.name.value.startswith("__"):
                found.add(f"{parent.name}.{node.name.value}")

    with suppress(RecursionError):
        visit(document.node, TypeInfoVisitor(types, Finder()))
    return frozenset(found)
