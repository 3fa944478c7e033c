"""Text in, text out: Markdown, sanitising, slugs, folding and excerpts.

Nothing here knows of requests, rows or the time of day.
"""
