"""Sites without storage answer as real ones do (S§1, S§41)."""

import pytest

from simulator import PROFILES, Simulator
from tests.simulator.conftest import Start
from tests.simulator.gateway_client import Clock, GatewayClient

ENSEMBLE = [
    "/ivp/ensemble/power",
    "/ivp/ensemble/secctrl",
    "/ivp/ensemble/status",
    "/ivp/ensemble/relay",
    "/ivp/ensemble/dry_contacts",
    "/ivp/ensemble/generator",
    "/ivp/ss/dry_contact_settings",
    "/ivp/ss/gen_config",
    "/ivp/ss/gen_schedule",
    "/ivp/ss/pel_settings",
    "/ivp/sc/pvlimit",
]


@pytest.mark.parametrize("profile", ["non_metered_token", "metered_net_three_phase", "metered_production_only"])
async def test_without_storage_everything_is_empty_or_zero(start: Start, profile: str) -> None:
    _, client = await start(profile)
    assert await client.json("/ivp/ensemble/inventory") == []
    assert await client.json("/ivp/ensemble/power") == {"devices:": []}
    secctrl = await client.json("/ivp/ensemble/secctrl")
    assert {secctrl[key] for key in ("agg_soc", "Max_energy", "ENC_agg_soc", "ACB_agg_energy")} == {0}
    assert (await client.json("/ivp/ensemble/status"))["inventory"] == {"serial_nums": {}}
    relay = await client.json("/ivp/ensemble/relay")
    assert (relay["mains_admin_state"], relay["mains_oper_state"]) == ("closed", "closed")
    contacts = (await client.json("/ivp/ensemble/dry_contacts"))["dry_contacts"]
    assert [each["status"] for each in contacts] == ["open"] * 4
    assert await client.json("/ivp/ss/gen_config") == {}
    assert await client.json("/ivp/ss/gen_mode") == {}
    assert await client.json("/ivp/ss/pel_settings") == {"PEL": False}
    assert await client.json("/admin/lib/acb_config") == {"acb_sleep": []}
    assert await client.json("/ivp/ensemble/sleep") == {"encharge_sleep": []}
    assert "storage_settings" in (await client.json("/admin/lib/tariff"))["tariff"]


async def test_without_metering_the_live_data_are_zero(start: Start) -> None:
    _, client = await start("non_metered_token")
    meters = (await client.json("/ivp/livedata/status"))["meters"]
    assert {value for part in ("pv", "grid", "load", "storage") for value in meters[part].values()} == {0}


@pytest.mark.parametrize(("firmware", "present"), [("7.6.175", 1), ("8.2.4345", 0)])
async def test_old_firmware_claims_a_generator(start: Start, firmware: str, present: int) -> None:
    """Its configuration is empty all the same (S§8.1)."""
    _, client = await start("metered_net_three_phase", firmware=firmware)
    assert (await client.json("/ivp/ensemble/generator"))["present"] == present


async def test_early_7_3_refuses_all_but_the_inventory(start: Start) -> None:
    """The token is valid nevertheless (S§1: 7.3.130_no_consumption)."""
    _, client = await start("metered_net_three_phase", firmware="7.3.130")
    assert await client.json("/ivp/ensemble/inventory") == []
    for path in ENSEMBLE:
        response, body = await client.get(path)
        assert response.status == 401
        assert body.startswith(b"<html>")
    assert "storage_settings" in (await client.json("/admin/lib/tariff"))["tariff"]


async def test_old_firmware_has_no_storage(start: Start) -> None:
    """It has two forms of 404 (S§1: 5.0.62)."""
    _, client = await start("non_metered")
    for path in ["/ivp/ensemble/inventory", *ENSEMBLE, "/ivp/livedata/status"]:
        response, body = await client.get(path)
        assert response.status == 404
        expected = b'"err"' if path.startswith(("/ivp/ss/", "/ivp/sc/")) else b'"error"'
        assert expected in body
    assert "storage_settings" not in (await client.json("/admin/lib/tariff"))["tariff"]


async def test_an_envoy_r_has_a_page_in_place_of_a_tariff() -> None:
    async with Simulator(PROFILES["legacy"], clock=Clock()) as simulator, GatewayClient(simulator) as client:
        response, body = await client.get("/admin/lib/tariff")
    assert (response.status, response.headers["Content-Type"]) == (200, "text/html")
    assert body.startswith(b"<!DOCTYPE html")
