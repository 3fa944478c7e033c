"""Everything that was written here as files: texts with a head, and lists of JSON."""
