"""What all coordinators share: they poll at their own interval, back off after failures and fail alone."""

from abc import abstractmethod
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from ..client import Gateway, GatewayCertificateError, GatewayError, GatewayWrongDeviceError
from ..const import LOGGER
from ..polling.backoff import Backoff
from ..polling.maintenance import in_maintenance

type Translate = Callable[[GatewayError], HomeAssistantError]
"""Return the exception of Home Assistant for an error of the client."""


class GatewayCoordinator[DataT](DataUpdateCoordinator[DataT]):
    """Base class of the coordinators.

    A failure that may pass keeps the last data for a moment (see `Backoff`). After that the entities are unavailable
    until the next success. Each of the two changes is logged once.
    """

    config_entry: ConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        *,
        name: str,
        gateway: Gateway,
        translate: Translate,
        interval: timedelta,
    ) -> None:
        super().__init__(hass, LOGGER, config_entry=entry, name=f"{entry.title} {name}", update_interval=interval)
        self.gateway = gateway
        self.translate = translate
        self.backoff = Backoff(base_s=interval.total_seconds())
        self.error: GatewayError | None = None
        """Error of the latest poll, None after a success."""
        self.last_success: datetime | None = None
        self.read_at = monotonic()
        """When the data were read, by the monotonic clock."""
        self.recovered = False
        """Whether the latest poll was the first success after failures."""
        self._answer_s = 0.0
        """Response time of the slowest endpoint in the latest poll."""
        self._warned = False

    @abstractmethod
    async def _async_poll(self) -> DataT:
        """Read the gateway.

        Raises:
            GatewayError: Nothing could be read, or the gateway as a whole refuses or is another one.
        """

    @override
    async def _async_update_data(self) -> DataT:
        """Read the gateway, or return the last data once more after a failure that may pass.

        Raises:
            UpdateFailed, ConfigEntryAuthFailed, ConfigEntryError: Translated from the client's errors.
        """
        try:
            data = await self._async_poll()
        except GatewayError as error:
            return self._handle_error(error)
        self._handle_success()
        return data

    @callback
    def refresh_soon(self) -> None:
        """Retry as after a first failure, because another coordinator has just reached the gateway again."""
        if self.backoff.failures and self._listeners:
            self.backoff = self.backoff.retried_soon()
            self.update_interval = self._next_interval(expected=False)
            self._schedule_refresh()

    def _handle_success(self) -> None:
        self.error = None
        self.last_success = dt_util.utcnow()
        self.read_at = monotonic()
        self.recovered = self.backoff.failures > 0
        self.backoff = self.backoff.succeeded(self._answer_s)
        self.update_interval = self._next_interval(expected=False)
        self._warned = False

    def _handle_error(self, error: GatewayError) -> DataT:
        """Return the last data as long as it may be shown.

        Raises:
            HomeAssistantError: The translated error, once the data is too old or belongs to another device.
        """
        expected = self._in_maintenance()
        self.error = error
        self.recovered = False
        self.backoff = self.backoff.failed(monotonic(), expected=expected)
        self.update_interval = self._next_interval(expected=expected)
        failure = self.translate(error)
        may_pass = isinstance(failure, UpdateFailed) and not isinstance(
            error, GatewayWrongDeviceError | GatewayCertificateError
        )
        if self.last_update_success and may_pass and not self._is_outdated(expected=expected):
            return self.data
        self._mark_failed(error, expected=expected)
        raise failure from error

    def _is_outdated(self, *, expected: bool) -> bool:
        """Return whether the last data is too old to be shown; `expected` is True during the nightly maintenance."""
        return self.backoff.is_outdated(monotonic(), expected=expected)

    def _in_maintenance(self) -> bool:
        """Return whether failures are expected, because gateways do their nightly maintenance now."""
        return in_maintenance(dt_util.now())

    def _next_interval(self, *, expected: bool) -> timedelta:
        """Return the time until the next poll."""
        return timedelta(seconds=self.backoff.interval_s(expected=expected))

    def _mark_failed(self, error: GatewayError, *, expected: bool) -> None:
        """Mark the data as unavailable and log it once.

        Home Assistant would log an error, every night too. It logs nothing once `last_update_success` is False.
        """
        if not expected and not self._warned:
            LOGGER.warning("Error fetching %s data: %s", self.name, error)
            self._warned = True
        elif self.last_update_success:
            LOGGER.info("No %s data during the nightly maintenance: %s", self.name, error)
        self.last_update_success = False

    @callback
    @override
    def _async_refresh_finished(self) -> None:
        """Notify the listeners after every failure; Home Assistant does so only after the first one.

        The error may have changed, and counters become unavailable once no coordinator can read the gateway.
        """
        if not self.last_update_success:
            self.async_update_listeners()
