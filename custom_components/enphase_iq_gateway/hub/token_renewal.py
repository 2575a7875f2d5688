"""The end of a token: it is renewed in the background where the password is stored, else the user is warned in time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import SystemRandom
import time
from time import monotonic
from typing import Final

from homeassistant.const import CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later, async_track_time_interval
from homeassistant.helpers.update_coordinator import UpdateFailed
from homeassistant.util.hass_dict import HassKey

from ..client import Gateway, GatewayAuthenticationError, GatewayError, Token
from ..client.auth.cloud import CloudError
from ..const import DOMAIN, LOGGER
from ..coordinator import GatewayConfigEntry, PollGroupCoordinator
from ..errors import NEEDS_USER
from ..formatting import utc_minute
from ..issues.token import async_create_token_issue, async_delete_token_issue
from .cloud import async_fetch_token
from .refusal import async_end_reauth, async_failure, may_be_accepted

# A tenth of an installer's token, the shortest there is, is 72 minutes (G§2.4).
CHECK_EVERY: Final = timedelta(minutes=10)
WARN_BEFORE_S: Final = timedelta(days=30).total_seconds()
WARN_PART: Final = 0.05
"""Part of its life that a token has left at the warning, where it does not live long enough for 30 days."""
RETRY_FIRST_S: Final = 60.0
# The cloud's longer outages last hours; a token of one year has 36 days left by then.
RETRY_LAST_S: Final = timedelta(hours=6).total_seconds()
# Thousands of homes restart on the day of a release. A token of one year has 36 days left by then.
SPREAD_S: Final = timedelta(days=1).total_seconds()
OFTEN_S: Final = timedelta(days=1).total_seconds()
"""Renewals with less time between them are too frequent: the wait before the next one doubles."""


@dataclass(kw_only=True, slots=True)
class RenewalBackoff:
    """The failures to renew the token of one gateway, and when the next request is allowed."""

    error: CloudError | None = None
    """The last failure, None after a success."""
    failures: int = 0
    """Failures in a row."""
    given_up: bool = False
    """The gateway refuses a new token too, or the cloud refuses the account: no further request helps until the gateway
    accepts the token."""
    _until: float = 0.0
    _renewals: int = 0
    """Renewals in a row of which each was within a day of the one before."""
    _renewed_at: float = float("-inf")
    _hurried: bool = False
    """Whether the gateway has refused the token since the last success."""

    @property
    def left_s(self) -> float:
        """Return the seconds until the next request is allowed."""
        return max(self._until - monotonic(), 0.0)

    def failed(self, error: CloudError) -> None:
        """Double the wait; a longer one that the cloud requests counts."""
        wait_s = max(min(RETRY_FIRST_S * 2**self.failures, RETRY_LAST_S), error.retry_after_s)
        self.error = error
        self.failures += 1
        self._until = monotonic() + wait_s

    def succeeded(self) -> None:
        """Wait before the next renewal too: a gateway may refuse and accept tokens in turns."""
        now = monotonic()
        self._renewals = self._renewals + 1 if now - self._renewed_at < OFTEN_S else 0
        self._renewed_at = now
        self._until = now + min(RETRY_FIRST_S * 2**self._renewals, RETRY_LAST_S)
        self.error, self.failures, self._hurried = None, 0, False

    def hurry(self) -> None:
        """End the wait after failures at the first refusal of the token by the gateway since the last success."""
        if self.failures and not self._hurried:
            self.failures, self._until = 0, 0.0
        self._hurried = True


_BACKOFFS: HassKey[dict[str, RenewalBackoff]] = HassKey(f"{DOMAIN}_renewal_backoffs")
"""By entry id: Home Assistant repeats a set-up that fails every few minutes."""


class TokenRenewal:
    """Renews the token of one gateway; coordinators never wait for it."""

    def __init__(self, hass: HomeAssistant, entry: GatewayConfigEntry, gateway: Gateway) -> None:
        self._hass = hass
        self._entry = entry
        self._gateway = gateway
        self._coordinators: tuple[PollGroupCoordinator, ...] = ()
        self._refused = False
        """The gateway has refused the token."""
        self._refused_by_cloud = False
        self._backoff = hass.data.setdefault(_BACKOFFS, {}).setdefault(entry.entry_id, RenewalBackoff())
        self._busy = False
        self._cancel_retry: CALLBACK_TYPE | None = None

    @property
    def possible(self) -> bool:
        """Whether a new token can be requested without the user."""
        data = self._entry.data
        return CONF_TOKEN in data and CONF_USERNAME in data and CONF_PASSWORD in data

    async def async_replace_refused(self, refusal: GatewayAuthenticationError) -> None:
        """Replace a token that was refused during set-up, with at most one request.

        Raises:
            CloudError: The cloud issues no token, or issued none shortly before.
            GatewayAuthenticationError: The refused token is new.
        """
        if self._backoff.left_s or (self._backoff.given_up and may_be_accepted(self._entry)):
            raise self._backoff.error or refusal
        try:
            await self._async_replace()
        except CloudError as error:
            if error.problem in NEEDS_USER:
                self._backoff.error, self._backoff.given_up = error, True
            else:
                self._backoff.failed(error)
            raise
        self._backoff.given_up = True

    @callback
    def async_start(self, coordinators: Iterable[PollGroupCoordinator]) -> None:
        """Check the token every 10 minutes; coordinators prove that the gateway accepts it."""
        self._coordinators = tuple(coordinators)
        for coordinator in self._coordinators:
            self._entry.async_on_unload(coordinator.async_add_listener(partial(self._async_update, coordinator)))
        if CONF_TOKEN in self._entry.data:
            self._entry.async_on_unload(async_track_time_interval(self._hass, self._async_check, CHECK_EVERY))
            self._entry.async_on_unload(self._stop_retry)
            self._async_check()

    def translate(self, error: GatewayError) -> HomeAssistantError:
        """Return the exception for an error of a coordinator: a refused token is renewed once before a reauth."""
        if not isinstance(error, GatewayAuthenticationError) or not self.possible:
            return async_failure(self._hass, self._entry, error)
        if self._backoff.given_up or self._refused_by_cloud:
            return async_failure(self._hass, self._entry, error)
        if not self._refused:
            self._refused = True
            self._stop_retry()
            self._backoff.hurry()
        self._renew_within(self._backoff.left_s)
        return UpdateFailed(translation_domain=DOMAIN, translation_key="renewing")

    @callback
    def _async_check(self, _: datetime | None = None) -> None:
        """Renew the token when it is due, or raise an issue where the user has to."""
        token, now = Token.parse(self._entry.data[CONF_TOKEN]), time.time()
        renewable = self.possible and not self._refused_by_cloud
        if renewable and token.renewal_due(now):
            self._renew_within(max(self._backoff.left_s, _spread_s(token, now)))
        renewing = renewable and not self._backoff.failures
        if not renewing and token.expires_at - now < warn_before_s(token):
            async_create_token_issue(self._hass, self._entry, token)
        else:
            async_delete_token_issue(self._hass, self._entry)

    @callback
    def _renew(self) -> None:
        """Start to renew the token, unless that is in progress or scheduled."""
        if self._busy or self._cancel_retry is not None:
            return
        self._busy = True
        _ = self._entry.async_create_background_task(self._hass, self._async_renew(), f"{DOMAIN} token renewal")

    @callback
    def _renew_within(self, wait_s: float) -> None:
        """Schedule a renewal, unless one is in progress or scheduled."""
        if not wait_s:
            self._renew()
        elif not self._busy and self._cancel_retry is None:
            self._cancel_retry = async_call_later(self._hass, wait_s, self._async_retry)

    async def _async_renew(self) -> None:
        """Renew the token; the next polls prove it and show when it expires."""
        try:
            await self._async_replace()
        except CloudError as error:
            self._busy = False
            self._handle_failure(error)
            return
        self._busy = False
        self._backoff.given_up, self._refused = self._refused, False
        self._async_check()
        for coordinator in self._coordinators:
            await coordinator.async_request_refresh()

    async def _async_replace(self) -> None:
        """Request a new token with the stored password, use it from now on and store it.

        Raises:
            CloudError: The cloud issues no token.
        """
        data = self._entry.data
        token = await async_fetch_token(
            self._hass, data[CONF_USERNAME], data[CONF_PASSWORD], str(self._entry.unique_id)
        )
        self._backoff.succeeded()
        self._gateway.replace_token(token)
        self._hass.config_entries.async_update_entry(
            self._entry, data={**self._entry.data, CONF_TOKEN: token.text.reveal()}
        )
        LOGGER.info("The gateway's token was renewed, it is valid until %s", utc_minute(token.expires_at))

    def _handle_failure(self, error: CloudError) -> None:
        """Retry later where that may help; else start a reauth once the old token is refused."""
        LOGGER.warning("The gateway's token could not be renewed: %s", error)
        if error.problem in NEEDS_USER:
            self._refused_by_cloud = True
            if self._refused:
                self._entry.async_start_reauth(self._hass)
        else:
            self._backoff.failed(error)
            self._renew_within(self._backoff.left_s)
        self._async_check()

    @callback
    def _async_retry(self, _: datetime) -> None:
        self._cancel_retry = None
        self._renew()

    @callback
    def _stop_retry(self) -> None:
        if self._cancel_retry is not None:
            self._cancel_retry()
            self._cancel_retry = None

    @callback
    def _async_update(self, coordinator: PollGroupCoordinator) -> None:
        """Reset what a refusal has set: the gateway accepts the token."""
        if coordinator.error is None:
            if self._refused:
                self._stop_retry()
            self._backoff.given_up = self._refused = False
            async_end_reauth(self._hass, self._entry)


def warn_before_s(token: Token) -> float:
    """Return how long before its end the user is warned: 30 days, or a part of the life of a short token."""
    return WARN_BEFORE_S if token.lifetime_s > 2 * WARN_BEFORE_S else WARN_PART * token.lifetime_s


def _spread_s(token: Token, now: float) -> float:
    """Return a random wait before a renewal: within a day, or within half of what a short token has left."""
    return SystemRandom().uniform(0.0, max(min(SPREAD_S, (token.expires_at - now) / 2), 0.0))
