"""From a config entry to the client's gateway, and back when the gateway has something new to be remembered."""

from collections.abc import Mapping
from ipaddress import ip_address
import time
from typing import Final

from aiohttp.abc import AbstractResolver
from aiohttp_asyncmdnsresolver.api import AsyncDualMDNSResolver
from homeassistant.components import zeroconf
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME, EVENT_HOMEASSISTANT_CLOSE
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.helpers.singleton import singleton
from homeassistant.util.hass_dict import HassKey

from ..client import Account, Address, Certificate, CertificateCheck, CloudUrls, Gateway, Secret, Token, fetch_token
from ..const import CONF_CERTIFICATE, CONF_CERTIFICATE_CHECK, DOMAIN

CLOUD_URLS: CloudUrls = CloudUrls()
TOKEN_PAGE: Final = "https://entrez.enphaseenergy.com"  # noqa: S105 - an address
"""Where a person makes a token himself (G§2.3e)."""
_RESOLVER: HassKey[AbstractResolver] = HassKey(f"{DOMAIN}_resolver")


async def async_create_gateway(hass: HomeAssistant, entry: ConfigEntry) -> Gateway:
    """Make the gateway of an entry: its serial, its certificate and its credential are known.

    Raises: TokenError when what is stored is none.
    """
    return await async_open_gateway(
        hass,
        Address.parse(entry.data[CONF_HOST]),
        serial=entry.unique_id,
        credential=credential_of(entry.data),
        pinned=certificate_of(entry),
        certificate_check=CertificateCheck(entry.options.get(CONF_CERTIFICATE_CHECK, CertificateCheck.RENEWALS)),
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
    """Make a gateway whose address may also be a name that only the local network knows."""
    return Gateway(
        address,
        expected_serial=serial,
        credential=credential,
        pinned=pinned,
        certificate_check=certificate_check,
        resolver=None if _is_number(address) else await _async_local_resolver(hass),
        clock=time.time,
    )


def _is_number(address: Address) -> bool:
    try:
        ip_address(address.host)
    except ValueError:
        return False
    return True


@singleton(_RESOLVER, async_=True)
async def _async_local_resolver(hass: HomeAssistant) -> AbstractResolver:
    """Resolve `envoy.local` by multicast, as Home Assistant's own sessions do: one resolver until it stops."""
    resolver = AsyncDualMDNSResolver(async_zeroconf=await zeroconf.async_get_async_instance(hass))

    async def close(_: Event) -> None:
        await resolver.close()

    hass.bus.async_listen_once(EVENT_HOMEASSISTANT_CLOSE, close)
    return resolver


async def async_fetch_token(hass: HomeAssistant, username: str, password: str, serial: str) -> Token:
    """Get a token for a gateway from the maker's cloud, with a session of its own: its cookies are the person's.

    Raises: CloudError.
    """
    session = async_create_clientsession(hass, auto_cleanup=False)
    try:
        return await fetch_token(session, username, Secret(password), serial, urls=CLOUD_URLS)
    finally:
        session.detach()


def credential_of(data: Mapping[str, str]) -> Token | Account:
    """Take the credential out of an entry's data.

    Raises: TokenError when what is stored is none.
    """
    if CONF_TOKEN in data:
        return Token.parse(data[CONF_TOKEN])
    return Account(username=data[CONF_USERNAME], password=Secret(data.get(CONF_PASSWORD, "")))


def certificate_of(entry: ConfigEntry) -> Certificate | None:
    """Take the pinned certificate out of an entry; there is none below firmware 7."""
    stored = entry.data.get(CONF_CERTIFICATE)
    return None if stored is None else Certificate(**stored)


def certificate_data(certificate: Certificate) -> dict[str, str | int]:
    """Give what an entry stores of a certificate."""
    return {
        "sha256": certificate.sha256,
        "not_before": certificate.not_before,
        "not_after": certificate.not_after,
    }
