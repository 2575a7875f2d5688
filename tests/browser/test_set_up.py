"""Set-up of a gateway by its address, and after discovery."""

from ipaddress import ip_address

import pytest
from zeroconf import ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from simulator import PROFILES, Simulator

from .frontend import Frontend
from .running import noon


async def test_a_gateway_is_set_up_from_nothing(frontend: Frontend) -> None:
    """With a wrong token first, and the Energy dashboard afterwards."""
    await frontend.open("/config/integrations/dashboard")
    await frontend.press("Add integration")
    await frontend.page.get_by_placeholder("Search for a brand name").fill("Enphase")
    await frontend.expect_text("Enphase IQ Gateway")
    await frontend.screenshot("add-integration")
    await frontend.choose("Enphase IQ Gateway")
    await frontend.fill(frontend.simulator.address)
    await frontend.screenshot("address")
    await frontend.press("Submit", frontend.dialog)
    await frontend.expect_text("Paste a token")
    await frontend.screenshot("sign-in")
    await frontend.choose("Paste a token", frontend.dialog)
    await frontend.fill("not a token")
    await frontend.press("Submit", frontend.dialog)
    await frontend.expect_text("This isn't a token.")
    await frontend.screenshot("wrong-token")
    await frontend.fill(frontend.simulator.token())
    await frontend.press("Submit", frontend.dialog)
    await frontend.expect_text(
        "Lifetime production, Production power",
        "Grid import balanced, Grid export balanced, Grid power",
        "Balanced: like most utility meters",
    )
    await frontend.screenshot("energy-step")
    await frontend.press("Submit", frontend.dialog)
    await frontend.press("Finish", frontend.dialog)
    await frontend.open(f"/config/devices/device/{await frontend.device(frontend.simulator.serial)}")
    await frontend.expect_text("Production power", "Grid power", "Grid import", "kWh")
    await frontend.screenshot("gateway")
    inverter = min(frontend.simulator.world.inverters)
    await frontend.open(f"/config/devices/device/{await frontend.device(inverter)}")
    await frontend.expect_text(f"Inverter {inverter}", "disabled entities")
    await frontend.screenshot("inverter")


async def test_a_gateway_that_announces_itself_is_offered(frontend: Frontend) -> None:
    """By a real announcement on the network of this machine.

    The announcement has no port, so the simulated gateway has to listen on 443 as real ones do.
    """
    try:
        found = Simulator(profile=PROFILES["metered_net_three_phase"], inverters=2, clock=noon(), port=443)
        await found.start()
    except PermissionError:
        pytest.skip("only root may listen on port 443, and a discovered gateway has no other")
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
        await frontend.open("/config/integrations/dashboard")
        await frontend.expect_text("Discovered", f"{found.serial} at 127.0.0.1")
        await frontend.screenshot("discovered")
        ours = frontend.page.locator("ha-config-flow-card").filter(has_text="Enphase IQ Gateway")
        await frontend.press("Add", ours)
        await frontend.expect_text("Paste a token")
    finally:
        await network.async_close()
        await found.stop()
