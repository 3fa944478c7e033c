"""Moving out: rows as files, for others and for ourselves."""
