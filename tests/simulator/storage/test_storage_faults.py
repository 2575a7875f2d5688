"""Each fault of storage has its documented effect (S§34-S§36)."""

from tests.simulator.conftest import Start
from tests.simulator.gateway_client import Clock, GatewayClient, Json

INVENTORY, POWER = "/ivp/ensemble/inventory", "/ivp/ensemble/power"
LIVE_DATA, READINGS = "/ivp/livedata/status", "/ivp/meters/readings"
REPORT, TARIFF = "/production.json", "/admin/lib/tariff"


async def batteries(client: GatewayClient) -> list[Json]:
    """Return the IQ Batteries of the inventory."""
    return next(each["devices"] for each in await client.json(INVENTORY) if each["type"] == "ENCHARGE")


async def storage_ct(client: GatewayClient) -> Json:
    """Return the reading of the storage CT."""
    return next(each for each in await client.json(READINGS) if each["eid"] == 704_643_840)


async def test_battery_silent(start: Start, clock: Clock) -> None:
    """Every document has its last report, however long ago it was; the other battery goes on."""
    clock.advance(hours=-4)
    simulator, client = await start("storage")
    fault = simulator.faults.add("battery_silent")
    before = (await batteries(client))[0]
    power = (await client.json(POWER))["devices:"][0]
    clock.advance(hours=6)
    silent, other = await batteries(client)
    assert silent == before
    assert not silent["communicating"]
    assert silent["device_status"] != ["envoy.global.ok", "prop.done"]
    assert (await client.json(POWER))["devices:"][0] == power
    assert (other["communicating"], clock.now - other["last_rpt_date"] < 300) == (True, True)
    assert other["percentFull"] > silent["percentFull"]
    simulator.faults.active.remove(fault)
    assert (await batteries(client))[0]["communicating"]


async def test_battery_silent_can_be_any(start: Start) -> None:
    """An AC Battery too."""
    simulator, client = await start("acb")
    serial = simulator.world.plant.units[1].serial
    simulator.faults.add("battery_silent", serial=serial)
    groups = {each["type"]: each["devices"] for each in await client.json("/inventory.json?deleted=1")}
    assert [each["communicating"] for each in groups["ACB"]] == [False, True]


async def test_battery_silent_without_a_battery(start: Start) -> None:
    simulator, client = await start("metered_net_three_phase")
    simulator.faults.add("battery_silent")
    assert await client.json(INVENTORY) == []


async def test_live_data_frozen(start: Start, clock: Clock) -> None:
    simulator, client = await start("storage")
    simulator.world.plant.stream_until = clock.now + 600
    simulator.faults.add("live_data_frozen")
    first = (await client.json(LIVE_DATA))["meters"]
    clock.advance(seconds=300)
    later = (await client.json(LIVE_DATA))["meters"]
    assert later["last_update"] == first["last_update"] + 300
    assert later | {"last_update": 0} == first | {"last_update": 0}


async def test_live_data_stale(start: Start, clock: Clock) -> None:
    simulator, client = await start("storage")
    simulator.world.plant.stream_until = clock.now + 600
    simulator.faults.add("live_data_stale")
    first = await client.json(LIVE_DATA)
    clock.advance(seconds=300)
    later = await client.json(LIVE_DATA)
    assert (later["connection"]["sc_stream"], later["meters"]["pv"]) == ("enabled", first["meters"]["pv"])
    assert later["meters"]["last_update"] == first["meters"]["last_update"]


async def test_temperature_unknown(start: Start) -> None:
    simulator, client = await start("storage")
    simulator.faults.add("temperature_unknown")
    assert {each[key] for each in await batteries(client) for key in ("temperature", "maxCellTemp")} == {"unknown"}


async def test_battery_missing(start: Start) -> None:
    simulator, client = await start("storage")
    simulator.faults.add("battery_missing")
    listed = [each["serial_num"] for each in await batteries(client)]
    assert listed == [simulator.world.plant.units[1].serial]
    assert [each["serial_num"] for each in (await client.json(POWER))["devices:"]] == listed


async def test_battery_odd(start: Start) -> None:
    simulator, client = await start("storage")
    simulator.faults.add("battery_odd")
    assert [(each["encharge_rev"], each["encharge_capacity"]) for each in await batteries(client)] == [(255, 4960)] * 2


async def test_battery_group_empty(start: Start) -> None:
    simulator, client = await start("storage")
    simulator.faults.add("battery_group_empty")
    assert await batteries(client) == []


async def test_soc_zero(start: Start) -> None:
    simulator, client = await start("storage")
    simulator.faults.add("soc_zero", path=POWER)
    assert [each["soc"] for each in (await client.json(POWER))["devices:"]] == [0, 0]
    assert all(each["percentFull"] > 0 for each in await batteries(client))
    simulator.faults.add("soc_zero", path=INVENTORY)
    assert [each["percentFull"] for each in await batteries(client)] == [0, 0]


async def test_power_without_colon(start: Start) -> None:
    simulator, client = await start("storage")
    simulator.faults.add("power_without_colon")
    assert len((await client.json(POWER))["devices"]) == 2


async def test_group_without_type(start: Start) -> None:
    simulator, client = await start("storage")
    simulator.faults.add("group_without_type")
    assert "type" not in (await client.json(INVENTORY))[-1]


async def test_contacts_read_open(start: Start) -> None:
    simulator, client = await start("storage")
    simulator.faults.add("contacts_read_open")
    contacts = (await client.json("/ivp/ensemble/dry_contacts"))["dry_contacts"]
    assert [each["status"] for each in contacts if each["id"].startswith("NC")] == ["open", "open"]


async def test_mode_null(start: Start) -> None:
    """Or another word that is not one of the three (S§36)."""
    simulator, client = await start("storage")
    simulator.faults.add("mode_null", mode="economy")
    assert (await client.json(TARIFF))["tariff"]["storage_settings"]["mode"] == "economy"
    simulator.faults.clear()
    simulator.faults.add("mode_null")
    assert (await client.json(TARIFF))["tariff"]["storage_settings"]["mode"] is None


async def test_storage_date_missing(start: Start) -> None:
    simulator, client = await start("storage")
    simulator.faults.add("storage_date_missing")
    assert "date" not in (await client.json(TARIFF))["tariff"]["storage_settings"]


async def test_reserve_raised(start: Start) -> None:
    simulator, client = await start("storage")
    simulator.faults.add("reserve_raised")
    secctrl = await client.json("/ivp/ensemble/secctrl")
    assert (secctrl["configured_backup_soc"], secctrl["adjusted_backup_soc"]) == (20, 80)


async def test_second_storage_channel_lost(start: Start) -> None:
    simulator, client = await start("storage_ct_split")
    before = await storage_ct(client)
    simulator.faults.add("storage_channel_lost", channel=1)
    after = await storage_ct(client)
    assert after["channels"][1]["actEnergyRcvd"] == 0
    assert after["actEnergyRcvd"] == after["channels"][0]["actEnergyRcvd"] < before["actEnergyRcvd"]


async def test_storage_ct_reversed(start: Start) -> None:
    simulator, client = await start("storage_ct_split")
    before = await storage_ct(client)
    simulator.faults.add("storage_ct_reversed")
    after = await storage_ct(client)
    assert (after["actEnergyDlvd"], after["activePower"]) == (before["actEnergyRcvd"], -before["activePower"])


async def test_acb_stale(start: Start, clock: Clock) -> None:
    simulator, client = await start("acb")
    simulator.faults.add("acb_stale")
    first = (await client.json(REPORT))["storage"]
    clock.advance(hours=41)
    assert (await client.json(REPORT))["storage"] == first


async def test_one_endpoint_can_fail_alone(start: Start) -> None:
    """The faults of the transport affect the endpoints of storage too."""
    simulator, client = await start("storage")
    simulator.faults.add("status", path="/ivp/ensemble/secctrl", code=503)
    assert (await client.get("/ivp/ensemble/secctrl"))[0].status == 503
    assert (await client.get(POWER))[0].status == 200
