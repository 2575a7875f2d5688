"""Reading a whole gateway through the client, with and without faults."""

import pytest

from custom_components.enphase_iq_gateway.client.auth.token import Token
from custom_components.enphase_iq_gateway.client.endpoints import INFO, METERS, READINGS
from custom_components.enphase_iq_gateway.client.exceptions import (
    GatewayConnectionError,
    GatewayError,
    GatewayResponseError,
    GatewayStatusError,
    GatewayTimeoutError,
)
from custom_components.enphase_iq_gateway.client.gateway import Gateway
from custom_components.enphase_iq_gateway.client.transport.address import Address
from simulator import Simulator


async def test_endpoints_become_models() -> None:
    """One handshake serves them all."""
    async with Simulator() as simulator:
        token = Token.parse(simulator.token())
        async with Gateway(Address.parse(simulator.address), credential=token) as gateway:
            assert (await gateway.read(INFO)).serial == simulator.serial
            meters = await gateway.read(METERS)
            readings = await gateway.read(READINGS)

            assert {meter.eid for meter in meters} == {reading.eid for reading in readings}
            certificate = gateway.certificate
        assert certificate is not None
        assert certificate.sha256 == simulator.fingerprint.replace(":", "").lower()
        assert simulator.connections == 1


@pytest.mark.parametrize(
    ("fault", "parameters", "timeout_s", "error"),
    [
        ("status", {"code": 503}, None, GatewayStatusError),
        ("status", {"code": 301}, None, GatewayStatusError),
        ("html", {}, None, GatewayResponseError),
        ("empty", {}, None, GatewayResponseError),
        ("wrong_shape", {}, None, GatewayResponseError),
        ("huge", {"size": 8 * 2**20}, None, GatewayResponseError),
        ("truncated", {}, None, GatewayConnectionError),
        ("reset", {}, None, GatewayConnectionError),
        ("slow_drip", {}, 0.2, GatewayTimeoutError),
        ("hang", {}, 0.2, GatewayTimeoutError),
    ],
)
async def test_a_fault_of_one_endpoint_has_its_error_and_passes(
    fault: str, parameters: dict[str, int], timeout_s: float | None, error: type[GatewayError]
) -> None:
    async with Simulator() as simulator:
        token = Token.parse(simulator.token())
        async with Gateway(Address.parse(simulator.address), credential=token) as gateway:
            await gateway.check_sign_in()
            simulator.faults.add(fault, path=METERS.path, **parameters)
            with pytest.raises(error, match=METERS.path) as caught:
                await gateway.read(METERS, timeout_s=timeout_s)
            assert type(caught.value) is error

            simulator.faults.clear()
            assert await gateway.read(METERS)
