"""Who is told of comments by mail, and what the links in those letters lead to."""
