"""Create the client's gateway from what a config entry stores."""

import time

from aiohttp.abc import AbstractResolver
from aiohttp_asyncmdnsresolver.api import AsyncDualMDNSResolver
from homeassistant.components import zeroconf
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, EVENT_HOMEASSISTANT_CLOSE
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers.singleton import singleton
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.network import is_ip_address

from ..client import (
    Account,
    Address,
    Certificate,
    CertificateCheck,
    Gateway,
    GatewayConnectionError,
    Token,
)
from ..const import DOMAIN
from .entry_data import certificate_check_of, certificate_of, credential_of

_RESOLVER: HassKey[AbstractResolver] = HassKey(f"{DOMAIN}_resolver")


async def async_create_gateway(hass: HomeAssistant, entry: ConfigEntry) -> Gateway:
    """Create the gateway of an entry with its stored serial, certificate and credentials.

    Raises:
        GatewayConnectionError: The address is a name and there is no network to find it in.
        TokenError: The stored token is not a token.
    """
    return await async_open_gateway(
        hass,
        Address.parse(entry.data[CONF_HOST]),
        serial=entry.unique_id,
        credential=credential_of(entry.data),
        pinned=certificate_of(entry),
        certificate_check=certificate_check_of(entry),
    )


async def async_open_gateway(
    hass: HomeAssistant,
    address: Address,
    *,
    serial: str | None = None,
    credential: Token | Account | None = None,
    pinned: Certificate | None = None,
    certificate_check: CertificateCheck = CertificateCheck.RENEWALS,
) -> Gateway:
    """Create a gateway; its address may be a name that only multicast DNS resolves.

    Raises:
        GatewayConnectionError: The address is a name and there is no network to find it in.
    """
    try:
        resolver = None if is_ip_address(address.host) else await _async_local_resolver(hass)
    except Exception as error:  # zeroconf and the resolver have errors of their own where there is no network
        raise GatewayConnectionError(f"no network to find a name in: {type(error).__name__}") from error
    return Gateway(
        address,
        expected_serial=serial,
        credential=credential,
        pinned=pinned,
        certificate_check=certificate_check,
        resolver=resolver,
        clock=time.time,
    )


@singleton(_RESOLVER, async_=True)
async def _async_local_resolver(hass: HomeAssistant) -> AbstractResolver:
    """Return the resolver of names such as `envoy.local`, shared by all gateways, as Home Assistant's sessions do."""
    resolver = AsyncDualMDNSResolver(async_zeroconf=await zeroconf.async_get_async_instance(hass))

    async def close(_: Event) -> None:
        await resolver.close()

    hass.bus.async_listen_once(EVENT_HOMEASSISTANT_CLOSE, close)
    return resolver
