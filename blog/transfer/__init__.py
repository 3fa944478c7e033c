"""Moving in and out: what came from where, and what became of it."""
