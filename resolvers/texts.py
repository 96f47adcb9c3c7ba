"""The program's own words in statements."""

from sqlalchemy import ColumnElement, Text, literal_column


def quoted(value: str) -> ColumnElement[str]:
    """`value` as it stands in a statement; never for what a caller sent, which goes beside it as a parameter."""
    return literal_column("'" + value.replace("'", "''") + "'", Text)
