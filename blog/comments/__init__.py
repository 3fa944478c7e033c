"""What readers answer: threads, moderation, the form."""
