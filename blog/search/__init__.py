"""Finding words in posts and comments."""
