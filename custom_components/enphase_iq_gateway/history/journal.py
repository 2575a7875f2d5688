"""The journal of repairs: what was removed from statistics, kept so that it can be put back."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import accumulate
import math
from typing import Any, Final, Self

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from ..const import DOMAIN, UNUSABLE_FILE
from .spikes import is_same

_KEY: Final = f"{DOMAIN}.statistics_repairs"
_VERSION: Final = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedHour:
    """A repaired hour; energy in the unit of its repair."""

    start: float
    """Epoch seconds."""
    before: float
    """Start of the row before it."""
    counted: float
    instead: float
    parts: list[tuple[float, float]]
    """The adjustments as (start, amount), in the order in which they are made."""

    def applied(self, counted: float, total: float) -> list[tuple[float, float]] | None:
        """Return the parts that are in the statistics, or None if the hour was changed by something else.

        A crash can leave only some of the parts applied.

        Args:
            counted: the energy that the hour counts now.
            total: its sum, whose rounding limits the comparison.
        """
        size = max(abs(amount) for _, amount in self.parts) + math.ulp(total) / 1e-7
        sums = list(accumulate((amount for _, amount in self.parts), initial=self.counted))
        # From the end, where a complete repair is found.
        for number in range(len(sums) - 1, -1, -1):
            if is_same(counted, sums[number], size):
                return self.parts[:number]
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Repair:
    """One repair of the statistics of one sensor."""

    statistic_id: str
    registry_id: str | None
    """Id of the sensor's entry in the entity registry, which stays when the sensor is renamed."""
    unit: str
    at: float
    """Epoch seconds of the repair."""
    hours: list[ChangedHour]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the repair with this JSON form, that of `as_json`.

        Raises:
            LookupError, TypeError, ValueError: the data is something else.
        """
        hours = [
            ChangedHour(**{**hour, "parts": [(float(start), float(amount)) for start, amount in hour["parts"]]})
            for hour in data["hours"]
        ]
        return cls(**{**data, "hours": hours})

    def as_json(self) -> dict[str, Any]:
        """Return the repair as a JSON document."""
        data = asdict(self)
        for hour in data["hours"]:
            hour["parts"] = [list(part) for part in hour["parts"]]
        return data


class Journal:
    """The repairs that can be undone, oldest first, on disk."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass

    async def async_read(self) -> list[Repair]:
        """Return all repairs.

        Raises:
            HomeAssistantError: there is a journal that cannot be read.
        """
        try:
            data = await self._store().async_load()
            return [] if data is None else [Repair.from_json(repair) for repair in data["repairs"]]
        except UNUSABLE_FILE as error:
            raise HomeAssistantError(translation_domain=DOMAIN, translation_key="journal_failed") from error

    async def async_write(self, repairs: list[Repair]) -> None:
        """Replace all repairs, and make sure that they are on disk.

        Raises:
            HomeAssistantError: they could not be written.
        """
        await self._store().async_save({"repairs": [repair.as_json() for repair in repairs]})
        # A store only logs that it failed to write.
        if await self.async_read() != repairs:
            raise HomeAssistantError(translation_domain=DOMAIN, translation_key="journal_failed")

    def _store(self) -> Store[dict[str, Any]]:
        """Return a store that reads the file anew."""
        return Store(self._hass, _VERSION, _KEY, atomic_writes=True)
