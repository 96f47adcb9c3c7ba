"""Areas (shared): the administrative tree by code and vintage, industry parks beside the townships, and sources."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from db.enums import AreaLevel, DistrictKind
from db.tables import enum_column, flag, id_column, metadata, searchable, sourced, tree

source = Table(
    "source",
    metadata,
    id_column(),
    Column("key", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("publisher", Text),
    Column("published_on", Date),
    Column("locator", Text),
    Column("url", Text),
    PrimaryKeyConstraint("id"),
)

# A unit that was renamed or recoded is a row for each form it had. `vintage` is the last published list that has the
# row as it stands; the row holds in every list from `valid_from` (null: the first list known) until the day before
# `valid_to` (null: the newest list known).
area = Table(
    "area",
    metadata,
    id_column(),
    Column("code_system", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("vintage", Date, nullable=False),
    Column("name", Text, nullable=False),
    enum_column("level", AreaLevel),
    enum_column("district_kind", DistrictKind, nullable=True),
    flag("is_quasi"),
    Column("valid_from", Date),
    Column("valid_to", Date),
    # The code of the area's district; its own code for a district, a city and a province.
    Column("tenant", Text, nullable=False),
    Column("industries", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    *tree("area", tenant=False),
    *searchable("area"),
    *sourced(),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("code_system", "code", "vintage"),
    CheckConstraint("valid_to > valid_from", name="valid_to_after_valid_from"),
    CheckConstraint("(level = 'DISTRICT') = (district_kind IS NOT NULL)", name="only_districts_have_a_kind"),
    Index("area_code_idx", "code"),
    Index("area_level_code_idx", "level", "code"),
    Index("area_sort_idx", "sort_key", "id"),
)

park_township = Table(
    "park_township",
    metadata,
    Column("park_id", BigInteger, ForeignKey("area.id", ondelete="CASCADE"), nullable=False),
    Column("township_id", BigInteger, ForeignKey("area.id", ondelete="CASCADE"), nullable=False),
    PrimaryKeyConstraint("park_id", "township_id"),
    CheckConstraint("park_id <> township_id", name="a_park_is_no_township"),
    Index("park_township_township_idx", "township_id"),
)
