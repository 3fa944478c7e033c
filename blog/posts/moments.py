"""Between the instants that are stored and the clock on the writer's wall."""

from datetime import UTC, datetime, tzinfo

# Four digits, as addresses have them, with room for every zone's offset at both ends.
FIRST_YEAR, LAST_YEAR = 1000, 9000


class OutOfReach(ValueError):
    """A year that no address can hold."""


class Skipped(ValueError):
    """A time that the clocks jump over; ``instead`` is what they show when it comes."""

    def __init__(self, instead: datetime) -> None:
        super().__init__(f"the clocks show {instead:%H:%M} then")
        self.instead = instead


def on_the_wall(at: datetime, zone: tzinfo) -> datetime:
    """What a clock in ``zone`` shows at that instant, to the minute."""
    return at.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)


def instant(shown: datetime, zone: tzinfo) -> datetime:
    """When a clock in ``zone`` shows that time; the first time, if it does so twice.

    :raise Skipped: if it never does, for the clocks are put forward over it
    :raise OutOfReach: for a year before 1000 or after 9000
    """
    if not FIRST_YEAR <= shown.year <= LAST_YEAR:
        raise OutOfReach
    at = shown.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if on_the_wall(at, zone) != shown.replace(second=0, microsecond=0):
        raise Skipped(on_the_wall(at, zone))
    return at
