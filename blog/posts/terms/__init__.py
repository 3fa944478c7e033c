"""Categories and tags, and the rooms where they are kept."""
