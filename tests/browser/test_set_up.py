"""How a gateway comes into Home Assistant: typed by hand, or found on the network."""

from ipaddress import ip_address

import pytest
from zeroconf import ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from simulator import PROFILES, Simulator

from .conftest import noon
from .house import House


async def test_a_gateway_is_set_up_from_nothing(house: House) -> None:
    """Type "Enphase", the address, a wrong token, the right one; the Energy dashboard is next; the device is there."""
    await house.open("/config/integrations/dashboard")
    await house.press("Add integration")
    await house.page.get_by_placeholder("Search for a brand name").fill("Enphase")
    await house.sees("Enphase IQ Gateway")
    await house.picture("add-integration")
    await house.choose("Enphase IQ Gateway")
    await house.fill(house.simulator.address)
    await house.picture("address")
    await house.press("Submit", house.dialog)
    await house.sees("Paste a token")
    await house.picture("sign-in")
    await house.choose("Paste a token", house.dialog)
    await house.fill("not a token")
    await house.press("Submit", house.dialog)
    await house.sees("This isn't a token.")
    await house.picture("wrong-token")
    await house.fill(house.simulator.token())
    await house.press("Submit", house.dialog)
    await house.sees("Lifetime production, Production power", "Grid import, Grid export, Grid power")
    await house.picture("energy-step")
    await house.press("Submit", house.dialog)
    await house.press("Finish", house.dialog)
    await house.open(f"/config/devices/device/{await house.device(house.simulator.serial)}")
    await house.sees("Production power", "Grid power", "Grid import", "kWh")
    await house.picture("gateway")
    inverter = min(house.simulator.world.inverters)
    await house.open(f"/config/devices/device/{await house.device(inverter)}")
    await house.sees(f"Inverter {inverter}", "Last reported", "Power", "Energy today")
    await house.picture("inverter")


async def test_a_gateway_that_announces_itself_is_offered(house: House) -> None:
    """A real announcement on this machine's network; the card names the gateway, and leads to the sign-in.

    What is announced has no port, so the gateway has to listen where gateways do: on 443.
    """
    try:
        found = Simulator(profile=PROFILES["metered_net_three_phase"], inverters=2, clock=noon(), port=443)
        await found.start()
    except PermissionError:
        pytest.skip("port 443 is for root here, and gateways that are found have no other")
    announcement = ServiceInfo(
        "_enphase-envoy._tcp.local.",
        "envoy._enphase-envoy._tcp.local.",
        addresses=[ip_address("127.0.0.1").packed],
        port=80,
        properties={"serialnum": found.serial, "protovers": found.firmware},
        server="envoy.local.",
    )
    network = AsyncZeroconf()
    try:
        await (await network.async_register_service(announcement))
        await house.open("/config/integrations/dashboard")
        await house.sees("Discovered", f"{found.serial} at 127.0.0.1")
        await house.picture("discovered")
        ours = house.page.locator("ha-config-flow-card").filter(has_text="Enphase IQ Gateway")
        await house.press("Add", ours)
        await house.sees("Paste a token")
    finally:
        await network.async_close()
        await found.stop()
