"""What commenters do with their own comments, and what is forgotten of them."""
