"""What may happen to a server and its database, done to them on purpose while many read and write."""
