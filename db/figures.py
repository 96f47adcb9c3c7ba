"""Indicators (shared) and observations: what was published, with its precision, period, population and quote."""

from sqlalchemy import CheckConstraint, Column, Float, Index, PrimaryKeyConstraint, Table, Text

from db.enums import Aggregation, Basis, Precision, Unit
from db.tables import enum_column, guarded, id_column, metadata, own, period, shared, sourced, tenant_table

indicator = Table(
    "indicator",
    metadata,
    id_column(),
    Column("key", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    enum_column("unit", Unit),
    enum_column("aggregation", Aggregation),
    Column("definition", Text, nullable=False),
    Column("formula", Text),
    Column("numerator", Text),
    Column("denominator", Text),
    shared("source", "source"),
    PrimaryKeyConstraint("id"),
)

observation = tenant_table(
    "observation",
    shared("indicator", "indicator", nullable=False),
    shared("area", "area"),
    *own("platform", "platform", ondelete="CASCADE"),
    *own("member", "member", ondelete="CASCADE"),
    *own("organization", "organization", ondelete="CASCADE"),
    *own("event", "event", ondelete="CASCADE"),
    *own("result", "result", ondelete="CASCADE"),
    Column("value", Float, nullable=False),
    Column("lower_bound", Float),
    Column("upper_bound", Float),
    enum_column("precision", Precision),
    enum_column("basis", Basis, default=Basis.REPORTED),
    enum_column("unit", Unit),
    *period("period_from", "period_to"),
    Column("period_label", Text),
    Column("population", Text),
    Column("quote", Text),
    Column("number", Text),
    *guarded("observation"),
    *sourced(),
    CheckConstraint(
        "num_nonnulls(area_id, platform_id, member_id, organization_id, event_id, result_id) = 1",
        name="about_one_thing",
    ),
    CheckConstraint("upper_bound >= lower_bound", name="bounds_in_order"),
    Index("observation_indicator_idx", "indicator_id", "district"),
    Index("observation_area_idx", "area_id"),
    Index("observation_platform_idx", "district", "platform_id"),
    Index("observation_member_idx", "district", "member_id"),
    Index("observation_organization_idx", "district", "organization_id"),
    Index("observation_event_idx", "district", "event_id"),
    Index("observation_result_idx", "district", "result_id"),
    key=True,
)
