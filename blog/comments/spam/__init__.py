"""The spam filter that learns from this site's own decisions, in every script."""
