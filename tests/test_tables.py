"""The tables can be distributed by district: keys, references and indexes start with it, and there is no trigger."""

import re
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import Constraint, Index, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from db.migrate import TABLE_MODULES
from db.tables import metadata

ROOT = Path(__file__).parents[1]

# These are the same for everybody, and a copy of them is on every machine.
SHARED = {
    "access_key",
    "area",
    "budget",
    "change_head",
    "indicator",
    "installation",
    "park_township",
    "sector",
    "source",
    "trusted_document",
    "field_usage",
    "webhook",
    "webhook_delivery",
}

# Indexes that serve what no single district answers, each with what it serves.
ACROSS_DISTRICTS = {
    "attendance_starts_idx": "all attendances by time",
    "change_at_idx": "the change log from a time on",
    "change_author_idx": "what an author wrote, wherever",
    "change_mutation_idx": "what a mutation did, wherever",
    "changed_row_row_idx": "the changes of one row, by its id, which is unique everywhere",
    "change_key_idx": "what an author was told under a key, wherever it wrote",
    "change_places_idx": "the change log of a subtree, whoever wrote",
    "change_position_idx": "the change log in its order",
    "citizen_contact_client_idx": "how often somebody wrote from one place, wherever to",
    "citizen_contact_receipt_idx": "a request by the receipt alone",
    "discussion_all_idx": "all discussions by time",
    "discussion_terms_idx": "search",
    "event_starts_idx": "all events by time",
    "event_terms_idx": "search",
    "member_sort_idx": "all members by name",
    "member_terms_idx": "search",
    "observation_area_idx": "from an area, which is shared, to its figures",
    "observation_indicator_idx": "from an indicator, which is shared, to its figures",
    "organization_terms_idx": "search",
    "platform_area_idx": "from an area, which is shared, to its platforms",
    "platform_host_idx": "from an area, which is shared, to the platforms on its premises",
    "platform_slug_idx": "a platform by its slug alone",
    "platform_sort_idx": "all platforms by name",
    "platform_terms_idx": "search",
    "result_raised_idx": "all results by time",
    "result_terms_idx": "search",
    **{
        f"{name}_hidden_idx": "what a line of the change log names, whoever owns it, if it is not public"
        for name in ("discussion", "document", "event", "member", "observation", "platform", "result")
    },
    # A participant is a district itself.
    "event_participant_participant_idx": "from a district to the events it takes part in, whoever owns them",
}

FORBIDDEN = {
    "a trigger": re.compile(r"\bCREATE\s+(OR\s+REPLACE\s+)?(CONSTRAINT\s+)?TRIGGER\b", re.IGNORECASE),
    "a recursive query": re.compile(r"\bWITH\s+RECURSIVE\b|\brecursive\s*=\s*True\b", re.IGNORECASE),
}


def tenants() -> Iterator[Table]:
    """The tables whose rows belong to a district."""
    assert TABLE_MODULES, "importing them declares the tables"
    return (table for table in metadata.sorted_tables if table.name not in SHARED)


def columns(item: Constraint | Index) -> list[str]:
    """The columns of a key or of an index in their order; expressions as they are written."""
    parts = item.expressions if isinstance(item, Index) else getattr(item, "columns", ())
    return [getattr(part, "name", str(part)) for part in parts]


def test_every_table_is_shared_or_has_a_district() -> None:
    assert {table.name for table in metadata.sorted_tables if "district" not in table.columns} == SHARED


def test_unique_keys_start_with_the_district() -> None:
    unique = (PrimaryKeyConstraint, UniqueConstraint, ExcludeConstraint)
    keys = {
        str(key.name): columns(key)
        for table in tenants()
        for key in [*(c for c in table.constraints if isinstance(c, unique)), *(i for i in table.indexes if i.unique)]
    }
    assert {name: key for name, key in keys.items() if key[0] != "district"} == {}


def test_references_to_rows_of_districts_start_with_the_district() -> None:
    references = [
        f"{table.name}: {[key.parent.name for key in reference.elements]}"
        for table in tenants()
        for reference in table.foreign_key_constraints
        if reference.referred_table.name not in SHARED
        and (reference.elements[0].parent.name, reference.elements[0].column.name) != ("district", "district")
    ]
    assert references == []


def test_shared_tables_refer_to_shared_tables_alone() -> None:
    referred = {key.column.table.name for name in SHARED for key in metadata.tables[name].foreign_keys}
    assert referred - SHARED == set()


def test_indexes_start_with_a_district_unless_they_serve_what_crosses_districts() -> None:
    others = {
        str(index.name)
        for table in tenants()
        for index in table.indexes
        if not re.fullmatch(r"district|\w+_district", columns(index)[0])
    }
    assert others == set(ACROSS_DISTRICTS)


def test_references_within_a_district_have_an_index() -> None:
    missing = [
        f"{table.name}: {wanted}"
        for table in tenants()
        for reference in table.foreign_key_constraints
        if reference.referred_table.name not in SHARED
        and (wanted := [key.parent.name for key in reference.elements][:2]) not in leading_columns(table)
    ]
    assert missing == []


def leading_columns(table: Table) -> list[list[str]]:
    """The first two columns of all that has an index."""
    keys = [c for c in table.constraints if isinstance(c, PrimaryKeyConstraint | UniqueConstraint)]
    return [columns(item)[:2] for item in (*table.indexes, *keys)]


@pytest.mark.anyio
async def test_the_database_has_no_trigger(empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    triggers = await connection.fetch("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
    await connection.close()
    assert triggers == []


def test_the_program_writes_no_trigger_and_no_recursive_query() -> None:
    paths = [path for layer in ("schema", "resolvers", "db") for path in (ROOT / layer).rglob("*.py")]
    found = [
        f"{path.relative_to(ROOT)} has {what}"
        for path in [*paths, *ROOT.glob("server.py")]
        for what, pattern in FORBIDDEN.items()
        if pattern.search(path.read_text())
    ]
    assert found == []
