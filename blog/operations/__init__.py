"""What an operator does from the shell: start, upgrade, fill with a demo."""
