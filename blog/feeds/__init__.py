"""Feeds of posts and comments, the sitemap, and what robots are told."""
