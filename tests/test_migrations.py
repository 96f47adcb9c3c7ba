"""Migrations lead to the tables the program declares, and back."""

import asyncio
import importlib
import pkgutil

import asyncpg
import pytest
from alembic import command
from alembic.script import ScriptDirectory

import db
from db import migrate as migrations
from db import revisions
from db.migrate import NotMigrated, Status, configuration, connect, migrate, status
from db.tables import metadata

pytestmark = pytest.mark.anyio

# All that declarations of tables can say: columns, constraints, indexes, enums and sequences with their definitions.
CATALOG = """
    SELECT 'column', c.relname, a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull,
        a.attgenerated, pg_get_expr(d.adbin, d.adrelid))
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL
    SELECT 'enum', typname, enumlabel, (rank() OVER (PARTITION BY typname ORDER BY enumsortorder))::text
    FROM pg_enum JOIN pg_type ON pg_type.oid = enumtypid
    UNION ALL
    SELECT 'sequence', sequencename, '', concat_ws(' ', start_value, increment_by, cycle)
    FROM pg_sequences WHERE schemaname = 'public'
"""


async def catalog(dsn: str) -> set[tuple[str, ...]]:
    return {tuple(row) for row in await fetch(dsn, CATALOG) if row[1] != "alembic_version"}


async def fetch(dsn: str, statement: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    rows: list[asyncpg.Record] = await connection.fetch(statement)
    await connection.close()
    return rows


def test_every_module_with_tables_is_known() -> None:
    modules = [importlib.import_module(f"db.{module.name}") for module in pkgutil.iter_modules(db.__path__)]
    declaring = {
        table.name for module in migrations.TABLE_MODULES for table in vars(module).values() if is_table(table)
    }
    assert {table.name for module in modules for table in vars(module).values() if is_table(table)} == declaring
    assert set(metadata.tables) == declaring


def is_table(value: object) -> bool:
    return any(value is table for table in metadata.tables.values())


async def test_migrations_make_the_declared_tables(empty_database: str, blank_database: str) -> None:
    async with connect(blank_database) as connection:
        await connection.exec_driver_sql("CREATE EXTENSION btree_gist")
        await connection.run_sync(metadata.create_all)
        await connection.commit()
    assert await catalog(empty_database) == await catalog(blank_database)


async def test_alembic_finds_nothing_to_generate(empty_database: str) -> None:
    async with connect(empty_database) as connection:
        # It raises an error that lists what it finds.
        await connection.run_sync(lambda given: command.check(configuration(given)))


async def test_migrations_can_be_undone_and_applied_again(blank_database: str) -> None:
    blank = await catalog(blank_database)
    first = await migrate(blank_database)
    full = await catalog(blank_database)
    assert await migrate(blank_database, "base") == Status(None, first.head, (*first.pending, *every_revision()))
    assert await catalog(blank_database) == blank
    assert await migrate(blank_database) == first
    assert await catalog(blank_database) == full


def every_revision() -> tuple[str, ...]:
    scripts = ScriptDirectory.from_config(configuration())
    return tuple(script.revision for script in scripts.walk_revisions())[::-1]


async def test_status_says_what_is_pending(blank_database: str) -> None:
    every = every_revision()
    before = await status(blank_database)
    assert (before, before.is_current) == (Status(None, every[-1], every), False)
    await migrate(blank_database)
    after = await status(blank_database)
    assert (after, after.is_current) == (Status(every[-1], every[-1], ()), True)


def test_the_revisions_before_the_needed_one_are_known_without_alembic() -> None:
    *before, last = every_revision()
    assert (set(revisions.earlier()), revisions.NEEDED) == (set(before), last)
    found = (None, *before, last, "later")
    assert [revisions.is_enough(each) for each in found] == [False] * (len(before) + 1) + [True, True]


async def test_a_database_ahead_of_the_program_has_nothing_pending(empty_database: str) -> None:
    await fetch(empty_database, "UPDATE alembic_version SET version_num = 'later'")
    found = await status(empty_database)
    assert (found, found.is_current) == (Status("later", every_revision()[-1], ()), False)


async def test_many_may_migrate_at_once(blank_database: str) -> None:
    statuses = await asyncio.gather(*(migrate(blank_database) for _ in range(4)))
    assert statuses == [Status(every_revision()[-1], every_revision()[-1], ())] * 4


async def test_sqlalchemys_spelling_of_a_dsn_is_understood(empty_database: str) -> None:
    spelled = empty_database.replace("postgresql://", "postgresql+asyncpg://")
    assert await status(spelled) == await status(empty_database)


async def test_an_old_server_is_refused(blank_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    major = (await fetch(blank_database, "SHOW server_version_num"))[0][0][:-4]
    monkeypatch.setattr(migrations, "OLDEST_MAJOR", int(major) + 1)
    with pytest.raises(
        NotMigrated, match=rf"^PostgreSQL {major}\.\d+ is too old: {int(major) + 1} or newer is needed\.$"
    ):
        await migrate(blank_database)
    assert await catalog(blank_database) == set()


async def test_an_account_without_rights_is_told_so(blank_database: str) -> None:
    role = f"reader_{blank_database.partition('yizhan_')[2][:16]}"
    await fetch(blank_database, f"CREATE ROLE {role} LOGIN PASSWORD 'sample'")
    try:
        with pytest.raises(NotMigrated) as refused:
            await migrate(as_role(blank_database, role))
        assert str(refused.value) == (
            "Nothing was migrated. permission denied for schema public. This account lacks a right that is needed: make"
            " it the owner of the database, or let the owner migrate."
        )
        assert await catalog(blank_database) == set()
    finally:
        await fetch(blank_database, f"DROP ROLE {role}")


def as_role(dsn: str, role: str) -> str:
    scheme, _, rest = dsn.partition("://")
    return f"{scheme}://{role}:sample@{rest.partition('@')[2]}"


async def test_a_table_in_use_stops_a_migration_soon(empty_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT", "100ms")
    before = await catalog(empty_database)
    reader = await asyncpg.connect(empty_database)
    async with reader.transaction():
        await reader.execute("LOCK TABLE platform IN ACCESS SHARE MODE")
        with pytest.raises(NotMigrated) as refused:
            await migrate(empty_database, "base")
    await reader.close()
    assert str(refused.value) == (
        "Nothing was migrated. canceling statement due to lock timeout."
        " A table is in use by a long transaction: migrate again when that has ended."
    )
    assert await catalog(empty_database) == before
