"""Mail: letters made from templates, sent by jobs, to who has not forbidden it."""
