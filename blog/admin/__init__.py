"""The rooms behind the login: one blueprint, one guard."""
