"""Sectors (shared), the bodies of the CPPCC, of the Party and of government, and the platforms that host them."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from db.enums import OrganizationKind, PlatformLevel, SectorFamily
from db.tables import (
    enum_column,
    flag,
    id_column,
    metadata,
    own,
    period,
    searchable,
    shared,
    sourced,
    tenant_table,
    tree,
)

sector = Table(
    "sector",
    metadata,
    id_column(),
    Column("code", Text, nullable=False, unique=True),
    enum_column("sector_group", SectorFamily),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("short_name", Text),
    Column("note", Text),
    shared("source", "source"),
    PrimaryKeyConstraint("id"),
)

organization = tenant_table(
    "organization",
    Column("name", Text, nullable=False),
    Column("short_name", Text),
    enum_column("kind", OrganizationKind),
    enum_column("level", PlatformLevel),
    shared("sector", "sector"),
    shared("area", "area"),
    *period("founded_on", "dissolved_on"),
    Column("note", Text),
    *tree("organization"),
    *searchable("organization"),
    *sourced(),
    UniqueConstraint("district", "kind", "name"),
    Index("organization_sort_idx", "district", "sort_key", "id"),
    key=True,
)

# A body's place of activity at a platform of its district: many to many, dated.
hosting = tenant_table(
    "hosting",
    *own("organization", "organization", nullable=False, ondelete="CASCADE"),
    *own("platform", "platform", nullable=False, ondelete="CASCADE"),
    *period("starts_on", "ends_on"),
    # The source states the relation as a whole; which body belongs to which platform was assigned when it was loaded.
    flag("is_inferred"),
    *sourced(),
    UniqueConstraint("district", "organization_id", "platform_id", "starts_on", postgresql_nulls_not_distinct=True),
    Index("hosting_platform_idx", "district", "platform_id"),
)
