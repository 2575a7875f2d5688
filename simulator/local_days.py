"""Local midnights, at which the gateway's daily values start again."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

TIME_ZONE = "Europe/Amsterdam"


class LocalDays:
    """Epochs of local midnights, including days of 23 and 25 hours."""

    def __init__(self) -> None:
        self._zone = ZoneInfo(TIME_ZONE)
        self._start = self._end = 0

    def midnight(self, at: float) -> int:
        """Return the epoch of the midnight that starts the local day of `at`."""
        if not self._start <= at < self._end:
            day = datetime.fromtimestamp(at, UTC).astimezone(self._zone).replace(hour=0, minute=0, second=0)
            day = day.replace(microsecond=0, fold=0)
            self._start = int(day.timestamp())
            self._end = int((day + timedelta(days=1)).timestamp())
        return self._start

    def midnight_before(self, at: float, days: int) -> int:
        """Return the epoch of the local midnight `days` days before the day of `at`."""
        day = datetime.fromtimestamp(self.midnight(at), UTC).astimezone(self._zone)
        return int((day - timedelta(days=days)).timestamp())

    def hour(self, at: float) -> float:
        """Return the hours since local midnight."""
        return (at - self.midnight(at)) / 3600

    def local(self, at: float) -> datetime:
        """Return the local date and time."""
        return datetime.fromtimestamp(at, UTC).astimezone(self._zone)
