"""Fixtures of the client: real sockets and no Home Assistant."""

from collections.abc import AsyncIterator

import pytest

from custom_components.enphase_iq_gateway.client.gateway import Gateway
from tests.support.device import Device, info as info_reply
from tests.support.full_gateway import ANSWERS, FullGateway


@pytest.fixture
async def full_gateway() -> AsyncIterator[FullGateway]:
    """Return a gateway that has every endpoint."""
    replies = {endpoint.path: answer for endpoint, answer in ANSWERS.items()}
    async with (
        Device({"/info": info_reply(firmware="R4.10.35"), **replies}) as device,
        Gateway(device.address) as gateway,
    ):
        yield FullGateway(device, gateway)
