"""What was saved before, and what was never saved."""
