"""The only reader of the clock. Domain code takes ``now``; adapters ask here."""

from datetime import UTC, datetime


def utcnow() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)
