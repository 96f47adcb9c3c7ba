"""Consultation platforms, who runs them, and their yearly star ratings."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

from db.enums import HostKind, PlatformKind, PlatformLevel, PlatformStatus
from db.tables import (
    enum_column,
    far,
    flag,
    guarded,
    metadata,
    period,
    searchable,
    shared,
    sourced,
    tenant_table,
    tree,
)

# Where it is (`area`), on whose premises (`host`), who runs it (`platform_sponsor`) and its place in the line of
# deliberation (`parent`) are four different things. `slug` is the platform's key in files and in URLs.
platform = tenant_table(
    "platform",
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("brand", Text),
    enum_column("kind", PlatformKind),
    enum_column("level", PlatformLevel),
    enum_column("status", PlatformStatus, default=PlatformStatus.ACTIVE),
    enum_column("host_kind", HostKind, nullable=True),
    flag("is_online"),
    shared("area", "area", nullable=False),
    shared("host", "area"),
    *period("established_on", "closed_on"),
    Column("note", Text),
    *tree("platform"),
    *searchable("platform"),
    *guarded("platform"),
    *sourced(),
    UniqueConstraint("district", "slug"),
    CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug_is_readable"),
    Index("platform_slug_idx", "slug"),
    # Areas are shared, so the edge from one to its platforms starts at the area, not at a district.
    Index("platform_area_idx", "area_id", "kind", "sort_key", "id"),
    Index("platform_host_idx", "host_id"),
    Index("platform_kind_idx", "district", "kind", "sort_key", "id"),
    Index("platform_sort_idx", "sort_key", "id"),
    Index("platform_parent_sort_idx", "district", "parent_id", "sort_key", "id"),
)

# A sponsor may belong elsewhere: the city's committee runs a studio in a district.
platform_sponsor = Table(
    "platform_sponsor",
    metadata,
    Column("district", Text, nullable=False),
    Column("platform_id", BigInteger, nullable=False),
    *far("sponsor", "organization", nullable=False),
    PrimaryKeyConstraint("district", "platform_id"),
    ForeignKeyConstraint(["district", "platform_id"], ["platform.district", "platform.id"], ondelete="CASCADE"),
    Index("platform_sponsor_sponsor_idx", "sponsor_district", "sponsor_id"),
)

star_rating = Table(
    "star_rating",
    metadata,
    Column("district", Text, nullable=False),
    Column("platform_id", BigInteger, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("stars", SmallInteger, nullable=False),
    flag("is_sample"),
    PrimaryKeyConstraint("district", "platform_id", "year"),
    ForeignKeyConstraint(["district", "platform_id"], ["platform.district", "platform.id"], ondelete="CASCADE"),
    CheckConstraint("stars BETWEEN 1 AND 5", name="one_to_five_stars"),
)
