"""Series: posts that follow one another, with a page of their own."""
