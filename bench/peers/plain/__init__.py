"""Strawberry as its documentation teaches it: a type and its fields, a DataLoader for each relation, SQLAlchemy."""
