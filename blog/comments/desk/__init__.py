"""The moderator's desk: the queue, what is done there, who is blocked or forgotten."""
