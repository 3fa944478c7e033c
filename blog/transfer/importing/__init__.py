"""Moving in: what records become here, and what became of them."""
