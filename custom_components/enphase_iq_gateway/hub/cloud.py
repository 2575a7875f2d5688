"""Enphase's cloud, shared by all gateways, so that every sign-in respects the wait that the cloud has requested."""

from aiohttp import ClientSession, DummyCookieJar
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.helpers.singleton import singleton
from homeassistant.util.hass_dict import HassKey

from ..client import Token
from ..client.auth.cloud import Cloud, CloudUrls
from ..client.auth.cloud_sign_in import CloudSignIn
from ..client.auth.secret import Secret
from ..const import DOMAIN

CLOUD_URLS: CloudUrls = CloudUrls()
_CLOUD: HassKey[Cloud] = HassKey(f"{DOMAIN}_cloud")


@callback
def async_sign_in_to_cloud(hass: HomeAssistant, username: str, password: str, serial: str) -> CloudSignIn:
    """Return a sign-in for a token of a gateway; it must be closed.

    It has a session of its own, because the cookies are the user's and the cloud rejects Home Assistant's user agent.
    """

    def open_session() -> ClientSession:
        return async_create_clientsession(hass, auto_cleanup=False, cookie_jar=DummyCookieJar())

    return CloudSignIn(open_session, username, Secret(password), serial, cloud=_cloud(hass))


async def async_fetch_token(hass: HomeAssistant, username: str, password: str, serial: str) -> Token:
    """Get a token for a gateway from Enphase with the password alone.

    Raises:
        CloudError: the cloud provides no token.
    """
    sign_in = async_sign_in_to_cloud(hass, username, password, serial)
    try:
        return await sign_in.fetch_token()
    finally:
        sign_in.close()


@callback
@singleton(_CLOUD)
def _cloud(_hass: HomeAssistant) -> Cloud:
    return Cloud(urls=CLOUD_URLS)
