"""What happens to a post among those who make it, before readers see it."""
