"""Posts and pages, their categories and tags, and the way from one to the next."""
