"""What Alembic runs: on the connection `db.migrate` hands over or, from the command line, on that of DATABASE_URL."""

import asyncio
import os

import alembic_postgresql_enum  # noqa: F401  (importing it lets Alembic see changes of enums)
from alembic import context
from sqlalchemy import Connection

from db.migrate import connect, locked
from db.tables import metadata


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()


async def run_from_command_line() -> None:
    async with connect(os.environ["DATABASE_URL"]) as connection:
        await connection.run_sync(lambda given: locked(given, lambda: run(given)))


if context.config.attributes.get("connection") is None:
    asyncio.run(run_from_command_line())
else:
    run(context.config.attributes["connection"])
