"""Files of other programs, each read as records: ``records.Source``."""
