"""A token's end: a new one got in the background where the password is remembered, else the person told in time."""

from datetime import UTC, datetime, timedelta
import time
from typing import Final

from homeassistant.const import CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_call_later, async_track_time_interval
from homeassistant.helpers.update_coordinator import UpdateFailed

from ..client import CloudError, Gateway, GatewayAuthenticationError, GatewayError, Token
from ..const import DOMAIN, LOGGER
from ..coordinator import GatewayConfigEntry, GatewayCoordinator
from ..errors import FOR_A_PERSON, translated
from ..issues.identity import issue_id
from .api import TOKEN_PAGE, async_fetch_token

TOKEN_ENDS: Final = "token_ends"  # noqa: S105 - the name of a repair

# A tenth of an installer's token, the shortest there is, is 72 minutes (G§2.4).
CHECK_EACH: Final = timedelta(minutes=10)
WARN_BEFORE_S: Final = timedelta(days=30).total_seconds()
WARN_PART: Final = 0.05
"""Of the life of a token that does not live long enough for a warning of 30 days."""
RETRY_FIRST_S: Final = 60.0
# The cloud's longer outages last hours; a year's token has 36 days left by then.
RETRY_LAST_S: Final = timedelta(hours=6).total_seconds()


def can_renew(entry: GatewayConfigEntry) -> bool:
    """Whether a new token can be got without asking the person."""
    return CONF_TOKEN in entry.data and CONF_USERNAME in entry.data and CONF_PASSWORD in entry.data


async def async_renew(hass: HomeAssistant, entry: GatewayConfigEntry, gateway: Gateway) -> None:
    """Get a new token with the remembered password, use it from now on, store it.

    Raises: CloudError.
    """
    data = entry.data
    token = await async_fetch_token(hass, data[CONF_USERNAME], data[CONF_PASSWORD], str(entry.unique_id))
    gateway.replace_token(token)
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_TOKEN: token.text.reveal()})
    LOGGER.info("The gateway's token was renewed, it is valid until %s", _moment(token.expires_at))


class TokenRenewal:
    """Watches over the token of a gateway that is set up; the coordinators never wait for it."""

    def __init__(self, hass: HomeAssistant, entry: GatewayConfigEntry, *, just_renewed: bool) -> None:
        """Take the entry; `just_renewed`: set-up has got the token in answer to a refusal of the one before."""
        self._hass = hass
        self._entry = entry
        self._unproven = just_renewed
        self._refused = False
        """By the gateway."""
        self._refused_by_cloud = False
        self._tries = 0
        self._busy = False
        self._cancel_retry: CALLBACK_TYPE | None = None

    def start(self) -> None:
        """Look at the token now and then, and be asked by the coordinators what to do about a refusal."""
        runtime = self._entry.runtime_data
        for coordinator in runtime.coordinators.values():
            coordinator.translate = self.translate
        runtime.observe(self._proved)
        if CONF_TOKEN in self._entry.data:
            self._entry.async_on_unload(async_track_time_interval(self._hass, self._look, CHECK_EACH))
            self._entry.async_on_unload(self._stop_retry)
            self._look()

    def translate(self, error: GatewayError) -> HomeAssistantError:
        """Say what a coordinator's error means: a refused token is renewed once before the person is asked."""
        if not isinstance(error, GatewayAuthenticationError) or not can_renew(self._entry):
            return translated(error)
        if self._unproven or self._refused_by_cloud:
            return translated(error)
        if not self._refused:
            self._refused = True
            self._stop_retry()
            self._tries = 0
        self._renew()
        return UpdateFailed(
            translation_domain=DOMAIN, translation_key="renewing", translation_placeholders={"detail": str(error)}
        )

    @callback
    def _look(self, _: datetime | None = None) -> None:
        """Renew when it is time to, or tell the person that he will have to."""
        token, now = Token.parse(self._entry.data[CONF_TOKEN]), time.time()
        renewable = can_renew(self._entry) and not self._refused_by_cloud
        if renewable and token.renewal_due(now):
            self._renew()
        hopeful = renewable and not self._tries
        if not hopeful and token.expires_at - now < warn_before_s(token):
            ir.async_create_issue(
                self._hass,
                DOMAIN,
                issue_id(TOKEN_ENDS, self._entry),
                data={"kind": TOKEN_ENDS, "entry_id": self._entry.entry_id},
                is_fixable=True,
                severity=ir.IssueSeverity.WARNING,
                translation_key=TOKEN_ENDS,
                translation_placeholders={
                    "serial": str(self._entry.unique_id),
                    "ends": _moment(token.expires_at),
                    "token_page": TOKEN_PAGE,
                },
            )
        else:
            ir.async_delete_issue(self._hass, DOMAIN, issue_id(TOKEN_ENDS, self._entry))

    @callback
    def _renew(self) -> None:
        """Begin to get a new token, unless that is going on or has its turn later."""
        if self._busy or self._cancel_retry is not None:
            return
        self._busy = True
        _ = self._entry.async_create_background_task(self._hass, self._get_token(), f"{DOMAIN} token renewal")

    async def _get_token(self) -> None:
        """Get a new token; where that fails, see what helps."""
        runtime = self._entry.runtime_data
        try:
            await async_renew(self._hass, self._entry, runtime.gateway)
        except CloudError as error:
            self._busy = False
            self._failed(error)
            return
        self._busy = False
        self._tries = 0
        self._unproven, self._refused = self._refused, False
        self._look()
        for coordinator in runtime.coordinators.values():
            if coordinator.last_update_success:
                coordinator.async_update_listeners()
            else:
                await coordinator.async_request_refresh()

    def _failed(self, error: CloudError) -> None:
        """Try again later where that may help; else the person is to sign in, at once when the old token is refused."""
        LOGGER.warning("The gateway's token could not be renewed: %s", error)
        if error.problem in FOR_A_PERSON:
            self._refused_by_cloud = True
            if self._refused:
                self._entry.async_start_reauth(self._hass)
        else:
            wait_s = min(RETRY_FIRST_S * 2**self._tries, RETRY_LAST_S)
            self._tries += 1
            self._cancel_retry = async_call_later(self._hass, wait_s, self._retry)
        self._look()

    @callback
    def _retry(self, _: datetime) -> None:
        self._cancel_retry = None
        self._renew()

    @callback
    def _stop_retry(self) -> None:
        if self._cancel_retry is not None:
            self._cancel_retry()
            self._cancel_retry = None

    @callback
    def _proved(self, _: GatewayCoordinator, error: GatewayError | None) -> None:
        """The gateway has taken the token."""
        if error is None:
            self._unproven = self._refused = False


def warn_before_s(token: Token) -> float:
    """How long before its end a person is told: 30 days, of short tokens a part of their life."""
    return WARN_BEFORE_S if token.lifetime_s > 2 * WARN_BEFORE_S else WARN_PART * token.lifetime_s


def _moment(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"
