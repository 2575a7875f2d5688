"""Each fault of storage has its documented effect (S§34-S§36)."""

from tests.simulator.conftest import Start
from tests.simulator.documents import INVENTORY, batteries
from tests.simulator.gateway_client import Clock, GatewayClient, Json

POWER = "/ivp/ensemble/power"
LIVE_DATA, READINGS = "/ivp/livedata/status", "/ivp/meters/readings"
REPORT, TARIFF = "/production.json", "/admin/lib/tariff"


async def storage_ct(client: GatewayClient) -> Json:
    """Return the reading of the storage CT."""
    return next(each for each in await client.json(READINGS) if each["eid"] == 704_643_840)


async def test_a_silent_battery_keeps_its_last_report_in_every_document(start: Start, clock: Clock) -> None:
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


async def test_an_ac_battery_can_be_silent_too(start: Start) -> None:
    """An AC Battery too."""
    simulator, client = await start("acb")
    serial = simulator.world.plant.units[1].serial
    simulator.faults.add("battery_silent", serial=serial)
    groups = {each["type"]: each["devices"] for each in await client.json("/inventory.json?deleted=1")}
    assert [each["communicating"] for each in groups["ACB"]] == [False, True]


async def test_a_silent_battery_has_no_effect_without_batteries(start: Start) -> None:
    simulator, client = await start("metered_net_three_phase")
    simulator.faults.add("battery_silent")
    assert await client.json(INVENTORY) == []


async def test_frozen_live_data_keep_their_values_while_their_date_moves(start: Start, clock: Clock) -> None:
    simulator, client = await start("storage")
    simulator.world.plant.stream_until = clock.now + 600
    simulator.faults.add("live_data_frozen")
    first = (await client.json(LIVE_DATA))["meters"]
    clock.advance(seconds=300)
    later = (await client.json(LIVE_DATA))["meters"]
    assert later["last_update"] == first["last_update"] + 300
    assert later | {"last_update": 0} == first | {"last_update": 0}


async def test_stale_live_data_keep_their_values_and_their_date(start: Start, clock: Clock) -> None:
    simulator, client = await start("storage")
    simulator.world.plant.stream_until = clock.now + 600
    simulator.faults.add("live_data_stale")
    first = await client.json(LIVE_DATA)
    clock.advance(seconds=300)
    later = await client.json(LIVE_DATA)
    assert (later["connection"]["sc_stream"], later["meters"]["pv"]) == ("enabled", first["meters"]["pv"])
    assert later["meters"]["last_update"] == first["meters"]["last_update"]


async def test_unknown_temperatures_are_a_word(start: Start) -> None:
    simulator, client = await start("storage")
    simulator.faults.add("temperature_unknown")
    assert {each[key] for each in await batteries(client) for key in ("temperature", "maxCellTemp")} == {"unknown"}


async def test_a_missing_battery_is_in_no_document(start: Start) -> None:
    simulator, client = await start("storage")
    simulator.faults.add("battery_missing")
    listed = [each["serial_num"] for each in await batteries(client)]
    assert listed == [simulator.world.plant.units[1].serial]
    assert [each["serial_num"] for each in (await client.json(POWER))["devices:"]] == listed


async def test_odd_batteries_have_an_unknown_revision_and_capacity(start: Start) -> None:
    simulator, client = await start("storage")
    simulator.faults.add("battery_odd")
    assert [(each["encharge_rev"], each["encharge_capacity"]) for each in await batteries(client)] == [(255, 4960)] * 2


async def test_an_empty_group_lists_no_battery(start: Start) -> None:
    simulator, client = await start("storage")
    simulator.faults.add("battery_group_empty")
    assert await batteries(client) == []


async def test_a_state_of_charge_of_zero_is_sent_on_its_path_only(start: Start) -> None:
    simulator, client = await start("storage")
    simulator.faults.add("soc_zero", path=POWER)
    assert [each["soc"] for each in (await client.json(POWER))["devices:"]] == [0, 0]
    assert all(each["percentFull"] > 0 for each in await batteries(client))
    simulator.faults.add("soc_zero", path=INVENTORY)
    assert [each["percentFull"] for each in await batteries(client)] == [0, 0]


async def test_the_key_of_the_powers_can_lack_its_colon(start: Start) -> None:
    simulator, client = await start("storage")
    simulator.faults.add("power_without_colon")
    assert len((await client.json(POWER))["devices"]) == 2


async def test_a_group_of_the_inventory_can_lack_its_type(start: Start) -> None:
    simulator, client = await start("storage")
    simulator.faults.add("group_without_type")
    assert "type" not in (await client.json(INVENTORY))[-1]


async def test_normally_closed_contacts_can_read_open(start: Start) -> None:
    simulator, client = await start("storage")
    simulator.faults.add("contacts_read_open")
    contacts = (await client.json("/ivp/ensemble/dry_contacts"))["dry_contacts"]
    assert [each["status"] for each in contacts if each["id"].startswith("NC")] == ["open", "open"]


async def test_the_storage_mode_can_be_null_or_another_word(start: Start) -> None:
    """Or another word that is not one of the three (S§36)."""
    simulator, client = await start("storage")
    simulator.faults.add("mode_null", mode="economy")
    assert (await client.json(TARIFF))["tariff"]["storage_settings"]["mode"] == "economy"
    simulator.faults.clear()
    simulator.faults.add("mode_null")
    assert (await client.json(TARIFF))["tariff"]["storage_settings"]["mode"] is None


async def test_the_storage_settings_can_lack_their_date(start: Start) -> None:
    simulator, client = await start("storage")
    simulator.faults.add("storage_date_missing")
    assert "date" not in (await client.json(TARIFF))["tariff"]["storage_settings"]


async def test_the_adjusted_reserve_can_be_above_the_configured_one(start: Start) -> None:
    simulator, client = await start("storage")
    simulator.faults.add("reserve_raised")
    secctrl = await client.json("/ivp/ensemble/secctrl")
    assert (secctrl["configured_backup_soc"], secctrl["adjusted_backup_soc"]) == (20, 80)


async def test_the_second_channel_of_a_storage_ct_can_be_lost(start: Start) -> None:
    simulator, client = await start("storage_ct_split")
    before = await storage_ct(client)
    simulator.faults.add("storage_channel_lost", channel=1)
    after = await storage_ct(client)
    assert after["channels"][1]["actEnergyRcvd"] == 0
    assert after["actEnergyRcvd"] == after["channels"][0]["actEnergyRcvd"] < before["actEnergyRcvd"]


async def test_a_reversed_storage_ct_swaps_charge_and_discharge(start: Start) -> None:
    simulator, client = await start("storage_ct_split")
    before = await storage_ct(client)
    simulator.faults.add("storage_ct_reversed")
    after = await storage_ct(client)
    assert (after["actEnergyDlvd"], after["activePower"]) == (before["actEnergyRcvd"], -before["activePower"])


async def test_stale_ac_batteries_keep_their_values_for_days(start: Start, clock: Clock) -> None:
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
