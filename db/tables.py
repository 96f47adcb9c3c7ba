"""What all tables share: the metadata, the kinds of columns, and how one row refers to another.

A *tenant's* table has `district` first in its primary key, in its foreign keys and in the indexes that serve edges. A
*shared* table (areas, sectors, sources, indicators) is the same for everybody. A reference that may leave the district
names both sides and has no foreign key on its far side: distributed PostgreSQL could not hold one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.schema import SchemaItem
from sqlalchemy.sql import quoted_name

from db.enums import Labelled, Visibility

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)

# A row by the names of its columns, and where a row is: its district, where it has one, and its id.
Values = Mapping[str, Any]
Place = tuple[str | None, int]

FAR = "far"
"""Under this name a column tells which table it refers to where no foreign key does."""

# One sequence for every table, so that an id is unique in the whole installation.
entity_id = Sequence("entity_id", metadata=metadata)


def enum_column(
    name: str, kind: type[Labelled], *, nullable: bool = False, default: Labelled | None = None
) -> Column[Any]:
    """A column that holds one of `kind`, stored as a PostgreSQL enum named after it."""
    type_name = "".join(f"_{c.lower()}" if c.isupper() else c for c in kind.__name__).lstrip("_")
    server_default = None if default is None else text(f"'{default.value}'")
    # Quoted, for `precision` is a word of SQL.
    enum = Enum(kind, name=quoted_name(type_name, quote=True), metadata=metadata)
    return Column(name, enum, nullable=nullable, server_default=server_default)


def flag(name: str) -> Column[Any]:
    """A boolean that is false unless said otherwise."""
    return Column(name, Boolean, nullable=False, server_default=text("false"))


def id_column() -> Column[Any]:
    """The id every row has, from the one sequence."""
    return Column("id", BigInteger, entity_id, server_default=entity_id.next_value(), nullable=False)


def tenant_table(name: str, *items: SchemaItem, key: bool = False, **options: Any) -> Table:
    """A table whose rows belong to a district: `PRIMARY KEY (district, id)`.

    With `key`, a row may carry the stable name it has in the files it is loaded from; rows made otherwise have none.
    """
    keyed: list[SchemaItem] = [Column("key", Text), UniqueConstraint("district", "key")] if key else []
    return Table(
        name,
        metadata,
        Column("district", Text, nullable=False),
        id_column(),
        *keyed,
        *items,
        PrimaryKeyConstraint("district", "id"),
        CheckConstraint("district ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$'", name="district_is_a_code"),
        **options,
    )


def own(name: str, target: str, *, nullable: bool = True, ondelete: str | None = None) -> list[SchemaItem]:
    """A reference to a row of the same district: the column `<name>_id` and its foreign key."""
    return [
        Column(f"{name}_id", BigInteger, nullable=nullable),
        ForeignKeyConstraint(["district", f"{name}_id"], [f"{target}.district", f"{target}.id"], ondelete=ondelete),
    ]


def far(name: str, target: str, *, nullable: bool = True) -> list[SchemaItem]:
    """A reference to a row that may belong to another district: `<name>_district` and `<name>_id`, both or neither.

    There is no foreign key to say which table it leads to, so the column itself says it.
    """
    columns: list[SchemaItem] = [
        Column(f"{name}_district", Text, nullable=nullable),
        Column(f"{name}_id", BigInteger, nullable=nullable, info={FAR: target}),
    ]
    if nullable:
        whole = f"({name}_district IS NULL) = ({name}_id IS NULL)"
        columns.append(CheckConstraint(whole, name=f"{name}_is_whole"))
    return columns


def shared(name: str, target: str, *, nullable: bool = True) -> Column[Any]:
    """A reference to a row of a shared table."""
    return Column(f"{name}_id", BigInteger, ForeignKey(f"{target}.id"), nullable=nullable)


def tree(table: str, *, tenant: bool = True) -> list[SchemaItem]:
    """A place in a tree: `parent_id`, and `path`, the ids from the root to the row itself.

    `parent_path` repeats the parent's path and a foreign key keeps it equal, so a row's ancestors can be trusted. A row
    that would become its own ancestor would have to stand in its own `parent_path`, which a constraint refuses.
    """
    owner = ["district"] if tenant else []
    return [
        Column("parent_id", BigInteger),
        Column("parent_path", ARRAY(BigInteger), nullable=False, server_default=text("'{}'")),
        Column("path", ARRAY(BigInteger), Computed("parent_path || id", persisted=True), nullable=False),
        UniqueConstraint(*owner, "id", "path"),
        ForeignKeyConstraint(
            [*owner, "parent_id", "parent_path"],
            [f"{table}.{column}" for column in (*owner, "id", "path")],
            name=f"{table}_parent_fkey",
        ),
        CheckConstraint(
            "CASE WHEN parent_id IS NULL THEN parent_path = '{}'"
            " ELSE parent_path[cardinality(parent_path)] = parent_id END",
            name="path_is_the_parents",
        ),
        CheckConstraint("NOT (id = ANY (parent_path))", name="no_row_is_its_own_ancestor"),
        Index(f"{table}_parent_idx", *owner, "parent_id"),
        Index(f"{table}_path_idx", *owner, "path"),
    ]


def searchable(table: str) -> list[SchemaItem]:
    """What text search and alphabetical order need, written with the row by `db.search`.

    `terms` holds the single characters and pairs of the row's texts, codes and pinyin initials; `sort_key` its pinyin.
    """
    return [
        Column("sort_key", Text, nullable=False, server_default=text("''")),
        Column("terms", TSVECTOR, nullable=False, server_default=text("''::tsvector")),
        Index(f"{table}_terms_idx", "terms", postgresql_using="gin"),
    ]


def sourced() -> list[SchemaItem]:
    """Where a row is known from, and whether it is sample data rather than fact."""
    return [shared("source", "source"), flag("is_sample")]


def who_sees() -> list[Column[Any]]:
    """Who sees what a row says: `visibility` and, of what is shared, the districts it is shared with."""
    return [
        enum_column("visibility", Visibility, default=Visibility.PUBLIC),
        Column("shared_with", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    ]


def guarded(table: str) -> list[SchemaItem]:
    """Who sees a row: everybody, partners with whom it is shared, or its own district alone.

    A row that is shared with no district in particular is shared with all partners. The index has the few rows that are
    not public, for what hangs on them is not seen either.
    """
    return [
        *who_sees(),
        CheckConstraint("visibility = 'SHARED' OR shared_with = '{}'", name="only_what_is_shared_names_districts"),
        Index(f"{table}_hidden_idx", "id", "district", postgresql_where=text("visibility <> 'PUBLIC'")),
    ]


@dataclass(frozen=True)
class Reference:
    """Columns that name a row of another table: its district, where it has one, and its id."""

    district: str | None
    id: str
    target: Table

    def place(self, row: Values) -> Place | None:
        """The row that is named."""
        if row[self.id] is None:
            return None
        return None if self.district is None else row[self.district], row[self.id]


@cache
def references(table: Table) -> Mapping[str, Reference]:
    """What the columns of a table refer to, by what is referred to: `platform_id` is `platform`."""
    found = {}
    for column in table.columns:
        if column.name.endswith("_id"):
            name = column.name.removesuffix("_id")
            if FAR in column.info:
                found[name] = Reference(f"{name}_district", column.name, metadata.tables[column.info[FAR]])
                continue
            targets = {key.column.table for key in column.foreign_keys}
            for target in targets:
                found[name] = Reference("district" if "district" in target.c else None, column.name, target)
    return found


def period(start: str, end: str) -> list[SchemaItem]:
    """Two dates, both optional, the second not before the first."""
    return [Column(start, Date), Column(end, Date), CheckConstraint(f"{end} >= {start}", name=f"{end}_after_{start}")]
