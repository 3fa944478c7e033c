"""What is to be done later: rows written together with what caused them."""
