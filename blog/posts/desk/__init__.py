"""The writer's desk: the lists of posts and pages, and the editor."""
