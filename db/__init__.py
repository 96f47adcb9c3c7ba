"""The database: tables, migrations, connections, the embedded server, loading and generating data."""
