"""Sign-ins to a simulated cloud by the client, without Home Assistant."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from aiohttp import ClientSession, DummyCookieJar, TCPConnector

from custom_components.enphase_iq_gateway.client.auth.cloud import Cloud, CloudUrls
from custom_components.enphase_iq_gateway.client.auth.cloud_sign_in import CloudSignIn
from custom_components.enphase_iq_gateway.client.auth.secret import Secret
from simulator import Simulator
from simulator.cloud import Cloud as SimulatedCloud

EMAIL = "user@example.com"
PASSWORD = "made-up-password"


def simulated() -> SimulatedCloud:
    """Return a cloud with one account."""
    return SimulatedCloud(Simulator(), {EMAIL: PASSWORD})


def shared(there: SimulatedCloud) -> Cloud:
    """Return the client's side of a simulated cloud."""
    return Cloud(urls=CloudUrls(enlighten=there.enlighten_url, entrez=there.entrez_url))


@asynccontextmanager
async def signing_in(access: Cloud, serial: str, password: str = PASSWORD) -> AsyncIterator[CloudSignIn]:
    """Open a sign-in."""
    async with TCPConnector() as connector:
        open_session = partial(ClientSession, connector=connector, cookie_jar=DummyCookieJar())
        sign_in = CloudSignIn(open_session, EMAIL, Secret(password), serial, cloud=access)
        yield sign_in
        sign_in.close()
