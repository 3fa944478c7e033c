"""The people who write: users, roles, sessions, login."""
