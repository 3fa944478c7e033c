"""Akismet, the second opinion: asked by jobs, told when it was wrong."""
