"""Every known write of storage (S§27), in each way that a gateway may handle it."""

import asyncio

import pytest

from tests.simulator.conftest import Start
from tests.simulator.gateway_client import Clock, GatewayClient, Json

RELAY = "/ivp/ensemble/relay"
CONTACTS = "/ivp/ensemble/dry_contacts"
CONTACT_SETTINGS = "/ivp/ss/dry_contact_settings"
TARIFF = "/admin/lib/tariff"
ACB_CONFIG = "/admin/lib/acb_config"
STREAM = "/ivp/livedata/stream"
OPEN = {"mains_admin_state": "open"}


async def reserve(client: GatewayClient) -> int:
    """Return the reserve in force."""
    found: int = (await client.json("/ivp/ensemble/secctrl"))["configured_backup_soc"]
    return found


async def write_tariff(client: GatewayClient, **settings: Json) -> tuple[int, Json]:
    """Write some storage settings, as a client does that sends the whole document back."""
    tariff = (await client.json(TARIFF))["tariff"]
    return await client.write(
        "PUT", TARIFF, {"tariff": tariff | {"storage_settings": tariff["storage_settings"] | settings}}
    )


async def test_the_relay_can_be_commanded(start: Start, clock: Clock) -> None:
    _, client = await start("storage")
    status, answer = await client.write("POST", RELAY, OPEN)
    assert (status, answer["mains_admin_state"], answer["mains_oper_state"]) == (200, "open", "closed")
    clock.advance(seconds=60)
    assert (await client.json(RELAY))["mains_oper_state"] == "open synchronized"
    await client.write("POST", RELAY, {"mains_admin_state": "closed"})
    clock.advance(seconds=15)
    assert (await client.json(RELAY))["mains_oper_state"] == "closed"


@pytest.mark.parametrize("profile", ["storage_single_phase", "collar"])
async def test_without_an_enpower_a_command_to_the_relay_does_nothing(start: Start, clock: Clock, profile: str) -> None:
    _, client = await start(profile)
    assert (await client.write("POST", RELAY, OPEN))[0] == 200
    clock.advance(seconds=60)
    assert (await client.json(RELAY))["mains_oper_state"] == "closed"


async def test_a_dry_contact_opens_after_some_seconds(start: Start, clock: Clock) -> None:
    """The body has one object (S§27); the load behind it consumes nothing then."""
    simulator, client = await start("storage")
    before = simulator.world.now.house.power_w
    assert (await client.write("POST", CONTACTS, {"dry_contacts": {"id": "NC1", "status": "open"}}))[0] == 200
    assert (await client.json(CONTACTS))["dry_contacts"][0]["status"] == "closed"
    clock.advance(seconds=4)
    assert (await client.json(CONTACTS))["dry_contacts"][0]["status"] == "open"
    assert simulator.world.now.house.power_w < before - 200
    assert (await client.write("POST", CONTACTS, {"dry_contacts": [{"id": "NC1", "status": "open"}]}))[0] == 400


async def test_the_settings_of_a_contact_are_written_as_a_whole(start: Start, clock: Clock) -> None:
    """Afterwards, normally closed contacts read open for a while although nothing moves (S§29)."""
    simulator, client = await start("storage")
    contact = (await client.json(CONTACT_SETTINGS))["dry_contacts"][0]
    before = simulator.world.now.house.power_w
    changed = contact | {"mode": "soc", "soc_low": 5.0}
    status, answer = await client.write("POST", CONTACT_SETTINGS, {"dry_contacts": changed})
    assert (status, answer["dry_contacts"][0]["mode"]) == (200, "manual")
    clock.advance(seconds=5)
    assert (await client.json(CONTACT_SETTINGS))["dry_contacts"][0] == changed
    assert (await client.json(CONTACTS))["dry_contacts"][0]["status"] == "open"
    assert simulator.world.now.house.power_w == pytest.approx(before, abs=10)
    clock.advance(seconds=60)
    assert (await client.json(CONTACTS))["dry_contacts"][0]["status"] == "closed"
    assert (await client.write("POST", CONTACT_SETTINGS, {"dry_contacts": {"id": "NC1", "mode": "soc"}}))[0] == 500
    assert (await client.write("POST", CONTACT_SETTINGS, {"dry_contacts": [contact]}))[0] == 400


async def test_a_contact_in_soc_mode_opens_below_its_level(start: Start, clock: Clock) -> None:
    _, client = await start("storage")
    contact = (await client.json(CONTACT_SETTINGS))["dry_contacts"][0] | {"mode": "soc", "soc_low": 99.0}
    await client.write("POST", CONTACT_SETTINGS, {"dry_contacts": contact})
    clock.advance(seconds=90)
    assert (await client.json(CONTACTS))["dry_contacts"][0]["status"] == "open"


async def test_old_firmware_follows_the_tariff(start: Start) -> None:
    """Up to 8.2.127 (S§28)."""
    simulator, client = await start("storage", firmware="8.2.127")
    status, answer = await write_tariff(client, reserved_soc=35.0, mode="economy", charge_from_grid=True)
    assert (status, answer["tariff"]["storage_settings"]["reserved_soc"]) == (200, 35.0)
    assert await reserve(client) == 35
    settings = simulator.world.plant.settings.at(simulator.clock())
    assert (settings.mode, settings.charge_from_grid) == ("economy", True)


async def test_new_firmware_stores_the_tariff_and_ignores_it(start: Start) -> None:
    """From 8.2.4225 on (S§28)."""
    _, client = await start("storage")
    await write_tariff(client, reserved_soc=35.0)
    assert (await client.json(TARIFF))["tariff"]["storage_settings"]["reserved_soc"] == 35.0
    assert await reserve(client) == 20
    assert (await client.write("PUT", TARIFF, {"schedule": {}}))[0] == 400


async def test_a_write_can_work_whatever_the_firmware(start: Start) -> None:
    simulator, client = await start("storage")
    simulator.faults.add("write_works", path=TARIFF)
    await write_tariff(client, reserved_soc=35.0, mode="backup")
    assert await reserve(client) == 100


async def test_a_write_can_work_late(start: Start, clock: Clock) -> None:
    simulator, client = await start("storage")
    simulator.faults.add("write_late", seconds=40)
    await write_tariff(client, reserved_soc=35.0)
    await client.write("POST", RELAY, OPEN)
    clock.advance(seconds=39)
    assert (await reserve(client), (await client.json(RELAY))["mains_admin_state"]) == (20, "closed")
    clock.advance(seconds=1)
    assert (await reserve(client), (await client.json(RELAY))["mains_admin_state"]) == (35, "open")


async def test_a_write_can_be_ignored(start: Start, clock: Clock) -> None:
    simulator, client = await start("storage_ct_split")
    simulator.faults.add("write_ignored")
    written = [
        ("POST", RELAY, OPEN),
        ("POST", CONTACTS, {"dry_contacts": {"id": "NC1", "status": "open"}}),
        ("POST", CONTACT_SETTINGS, {"dry_contacts": (await client.json(CONTACT_SETTINGS))["dry_contacts"][0]}),
        ("POST", STREAM, {"enable": 1}),
        ("POST", "/ivp/ss/gen_mode", {"gen_cmd": "on"}),
        ("POST", "/ivp/ss/gen_config", await client.json("/ivp/ss/gen_config")),
        ("POST", "/ivp/ss/gen_schedule", {"default_soc": {"start_soc": 1, "stop_soc": 2}}),
    ]
    before = [await client.json(path) for _, path, _ in written if path != STREAM]
    for method, path, body in written:
        assert (await client.write(method, path, body))[0] == 200
    clock.advance(seconds=30)
    assert [await client.json(path) for _, path, _ in written if path != STREAM] == before
    assert (await client.json("/ivp/livedata/status"))["connection"]["sc_stream"] == "disabled"


async def test_the_cloud_can_undo_a_write(start: Start, clock: Clock) -> None:
    """Other changes in the meantime stay (S§28)."""
    simulator, client = await start("storage_ct_split")
    simulator.faults.add("write_undone", seconds=90)
    await write_tariff(client, reserved_soc=35.0)
    await client.write("POST", RELAY, OPEN)
    await client.write("POST", "/ivp/ss/gen_mode", {"gen_cmd": "off"})
    clock.advance(seconds=60)
    simulator.faults.clear()
    await client.write("POST", CONTACTS, {"dry_contacts": {"id": "NC1", "status": "open"}})
    assert (await reserve(client), (await client.json(RELAY))["mains_admin_state"]) == (35, "open")
    assert (await client.json("/ivp/ss/gen_mode"))["gen_cmd"] == "off"
    clock.advance(seconds=31)
    assert (await reserve(client), (await client.json(RELAY))["mains_admin_state"]) == (20, "closed")
    assert (await client.json("/ivp/ss/gen_mode"))["gen_cmd"] == "auto"
    assert (await client.json(CONTACTS))["dry_contacts"][0]["status"] == "open"


@pytest.mark.parametrize("code", [400, 403, 503])
async def test_a_write_can_fail(start: Start, code: int) -> None:
    simulator, client = await start("storage")
    simulator.faults.add("write_fails", code=code)
    assert (await client.write("POST", RELAY, OPEN))[0] == code
    assert (await client.json(RELAY))["mains_admin_state"] == "closed"


async def test_a_write_can_time_out_after_it_has_worked(start: Start) -> None:
    simulator, client = await start("storage")
    simulator.faults.add("write_times_out")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await client.write("POST", RELAY, OPEN)
    assert (await client.json(RELAY))["mains_admin_state"] == "open"


async def test_ac_batteries_can_be_put_to_sleep_and_woken(start: Start, clock: Clock) -> None:
    """The inventory shows it with their next report (S§31)."""
    simulator, client = await start("acb")
    serial = simulator.world.plant.units[1].serial
    order = {"serial_num": serial, "sleep_min_soc": 95, "sleep_max_soc": 100}
    assert await client.write("PUT", ACB_CONFIG, {"acb_sleep": [order]}) == (200, {"message": "success"})
    assert await client.json(ACB_CONFIG) == {"acb_sleep": [order]}

    async def device() -> Json:
        groups = {each["type"]: each["devices"] for each in await client.json("/inventory.json?deleted=1")}
        return groups["ACB"][0]

    assert not (await device())["sleep_enabled"]
    clock.advance(seconds=900)
    asleep = await device()
    assert (asleep["sleep_enabled"], asleep["sleep_min_soc"], asleep["sleep_max_soc"]) == (True, 95, 100)
    assert asleep["device_status"] == ["envoy.cond_flags.pcu_ctrl.sleep-mode"]
    assert await client.write("DELETE", ACB_CONFIG, {"acb_sleep": [{"serial_num": serial}]}) == (
        200,
        {"message": "success"},
    )
    clock.advance(seconds=900)
    assert not (await device())["sleep_enabled"]
    assert (await client.write("PUT", ACB_CONFIG, {"acb_sleep": [order | {"serial_num": "1"}]}))[0] == 400


async def test_orders_to_sleep_can_be_ignored(start: Start) -> None:
    simulator, client = await start("acb")
    simulator.faults.add("write_ignored")
    serial = simulator.world.plant.units[1].serial
    order = {"serial_num": serial, "sleep_min_soc": 95, "sleep_max_soc": 100}
    assert (await client.write("PUT", ACB_CONFIG, {"acb_sleep": [order]}))[0] == 200
    assert (await client.write("DELETE", ACB_CONFIG, {"acb_sleep": [order]}))[0] == 200
    assert await client.json(ACB_CONFIG) == {"acb_sleep": []}


async def test_the_generator_can_be_commanded_and_scheduled(start: Start, clock: Clock) -> None:
    """Its configuration is normalized without batteries only (S§27)."""
    _, client = await start("storage_ct_split")
    assert await client.write("POST", "/ivp/ss/gen_mode", {"gen_cmd": "on"}) == (200, {"gen_cmd": "on"})
    clock.advance(seconds=301)
    assert (await client.json("/ivp/ensemble/generator"))["oper_state"] == "close"
    schedule = await client.json("/ivp/ss/gen_schedule")
    levels = {"default_soc": {"start_soc": 15, "stop_soc": 55}}
    status, answer = await client.write("POST", "/ivp/ss/gen_schedule", schedule | levels)
    assert (status, answer) == (200, schedule | levels)
    shown = await client.json("/ivp/ensemble/generator")
    assert (shown["start_soc"], shown["stop_soc"]) == (15, 55)
    config = await client.json("/ivp/ss/gen_config") | {"charge_from_generator": False}
    assert await client.write("POST", "/ivp/ss/gen_config", config) == (200, config)
    assert (await client.write("POST", "/ivp/ss/gen_mode", {"gen_cmd": "idle"}))[0] == 400
    assert (await client.write("POST", "/ivp/ss/gen_config", {}))[0] == 400
    assert (await client.write("POST", "/ivp/ss/gen_schedule", {}))[0] == 400


@pytest.mark.parametrize(("firmware", "status"), [("7.6.175", 400), ("8.2.4345", 200)])
async def test_old_firmware_refuses_to_turn_the_stream_on_again(start: Start, firmware: str, status: int) -> None:
    """It is on nevertheless (S§14.2)."""
    _, client = await start("storage", firmware=firmware)
    assert (await client.write("POST", STREAM, {"enable": 1}))[0] == 200
    assert (await client.write("POST", STREAM, {"enable": 1}))[0] == status
    assert (await client.json("/ivp/livedata/status"))["connection"]["sc_stream"] == "enabled"
    assert await client.write("POST", STREAM, {"enable": 0}) == (200, {"sc_stream": "disabled"})
    assert (await client.json("/ivp/livedata/status"))["connection"]["sc_stream"] == "disabled"


@pytest.mark.parametrize("body", [b"{enable:1}", b"[]", b'{"enable": 7}'])
async def test_an_invalid_body_is_refused(start: Start, body: bytes) -> None:
    _, client = await start("storage")
    assert (await client.write("POST", STREAM, body))[0] == 400


@pytest.mark.parametrize(
    ("firmware", "method", "path", "status"),
    [
        ("8.3.6086", "POST", "/ivp/ensemble/secctrl", 405),
        ("8.3.6086", "PUT", "/ivp/nothing", 404),
        ("7.3.130", "POST", RELAY, 401),
    ],
)
async def test_a_write_to_another_endpoint_is_refused(
    start: Start, firmware: str, method: str, path: str, status: int
) -> None:
    _, client = await start("metered_net_three_phase", firmware=firmware)
    assert (await client.write(method, path, OPEN))[0] == status


async def test_before_7_there_is_no_stream(start: Start) -> None:
    _, client = await start("non_metered")
    assert (await client.write("POST", STREAM, {"enable": 1}))[0] == 404


async def test_a_write_needs_a_token(start: Start) -> None:
    _, client = await start("storage")
    client.headers = {}
    assert (await client.write("POST", RELAY, OPEN))[0] == 401
