"""Local midnights: what the gateway's "today" starts from."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

TIME_ZONE = "Europe/Amsterdam"


class LocalDays:
    """Epochs of local midnights; days with 23 and 25 hours included."""

    def __init__(self) -> None:
        """Start without a day."""
        self._zone = ZoneInfo(TIME_ZONE)
        self._start = self._end = 0

    def midnight(self, at: float) -> int:
        """Give the epoch of the midnight the local day of `at` began with."""
        if not self._start <= at < self._end:
            day = datetime.fromtimestamp(at, UTC).astimezone(self._zone).replace(hour=0, minute=0, second=0)
            day = day.replace(microsecond=0, fold=0)
            self._start = int(day.timestamp())
            self._end = int((day + timedelta(days=1)).timestamp())
        return self._start

    def midnight_before(self, at: float, days: int) -> int:
        """Give the epoch of the local midnight `days` days before the day of `at`."""
        day = datetime.fromtimestamp(self.midnight(at), UTC).astimezone(self._zone)
        return int((day - timedelta(days=days)).timestamp())

    def hour(self, at: float) -> float:
        """Give the hours since local midnight."""
        return (at - self.midnight(at)) / 3600

    def local(self, at: float) -> datetime:
        """Give the local date and time."""
        return datetime.fromtimestamp(at, UTC).astimezone(self._zone)
