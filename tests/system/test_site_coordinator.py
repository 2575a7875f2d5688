"""What changes at a gateway while it is set up: its firmware, its CTs, its inverters."""

from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.config_entries import ConfigEntryState
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest

from custom_components.enphase_iq_gateway import async_remove_config_entry_device
from custom_components.enphase_iq_gateway.client.endpoints import METERS, PRODUCTION_SUMMARY
from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.client.site.site import PollGroup, Quantity, Source
from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.diagnostics import async_get_config_entry_diagnostics
from custom_components.enphase_iq_gateway.flow.discovery import store_mac
from simulator.profiles import NET, PRODUCTION, STORAGE
from tests.conftest import StartHome
from tests.support.home import Home

HOUR = 3600.0
REPORTED_MAC = "00:00:5e:00:53:01"
"""The address in the simulator's `/home`."""


def issues(home: Home) -> set[tuple[str, str]]:
    """Return the active issues: kind and CT."""
    return {
        (str(issue.translation_key), str((issue.data or {}).get("ct", "")))
        for (domain, _), issue in ir.async_get(home.hass).issues.items()
        if domain == DOMAIN and issue.active
    }


def request_count(home: Home, path: str) -> int:
    """Return the number of requests for a path."""
    return sum(request.path == path for request in home.simulator.requests)


async def test_meters_are_read_hourly_and_info_every_four_hours(home: Home) -> None:
    before = request_count(home, "/ivp/meters"), request_count(home, "/info")

    await home.advance(8 * HOUR + 60, step=300)

    assert (request_count(home, "/ivp/meters") - before[0], request_count(home, "/info") - before[1]) == (8, 2)


async def test_a_ct_enabled_by_an_installer_brings_its_entities_within_the_hour(start_home: StartHome) -> None:
    home = await start_home("metered_net_split_phase")
    assert f"{home.entry.unique_id}_storage_ct_power" not in home.states()
    home.simulator.world.set_ct(STORAGE, enabled=True)

    await home.advance(HOUR + 60, step=300)

    assert f"{home.entry.unique_id}_storage_ct_power" in home.states()


async def test_a_ct_disabled_by_an_installer_is_noticed_within_the_hour(home: Home) -> None:
    home.simulator.world.set_ct(NET, enabled=False)

    await home.advance(HOUR + 60, step=300)

    assert f"{home.entry.unique_id}_grid_import_energy" not in home.states()
    assert float(home.state("production_power")) > 0


async def test_new_firmware_that_changes_nothing_does_not_reload(home: Home) -> None:
    runtime = home.entry.runtime_data
    home.simulator.set_firmware("8.2.4401")

    await home.advance(4 * HOUR + 60, step=300)

    device = dr.async_get(home.hass).async_get_device_by_identifier(
        (DOMAIN, str(home.entry.unique_id)), home.entry.entry_id
    )
    assert device is not None
    assert (home.entry.runtime_data is runtime, device.sw_version) == (True, "8.2.4401")


async def test_new_firmware_that_changes_the_site_reloads(start_home: StartHome) -> None:
    home = await start_home("metered_storage_split_phase")
    serial = next(iter(home.simulator.world.inverters))
    assert f"{serial}_energy_lifetime" not in home.states()
    home.simulator.set_firmware("8.2.4345")

    await home.advance(4 * HOUR + 60, step=300)

    assert float(home.state("energy_lifetime", serial)) > 0


async def test_firmware_that_still_boots_is_checked_again(start_home: StartHome) -> None:
    home = await start_home("metered_storage_split_phase")
    serial = next(iter(home.simulator.world.inverters))
    runtime = home.entry.runtime_data
    await home.advance(4 * HOUR - 60, step=300)
    home.simulator.set_firmware("8.2.4345")
    home.simulator.faults.add("status", path="/ivp/pdm/device_data", code=503)
    await home.advance(120, step=30)
    home.simulator.faults.clear()
    assert home.entry.runtime_data is runtime
    assert f"{serial}_energy_lifetime" not in home.states()

    await home.advance(330, step=30)

    assert float(home.state("energy_lifetime", serial)) > 0


async def production_source_after_restart(home: Home) -> Source:
    """Restart, and return where the lifetime counter of production is read from then."""
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    return home.entry.runtime_data.site.sources[Flow.PRODUCTION, Quantity.LIFETIME]


async def test_a_restart_while_the_gateway_boots_keeps_the_source_of_production(start_home: StartHome) -> None:
    home = await start_home("non_metered")
    home.simulator.faults.add("zeros")

    assert await production_source_after_restart(home) is Source.SUMMARY


async def test_an_endpoint_that_an_update_has_stopped_is_left_even_if_it_could_not_be_read_at_first(
    start_home: StartHome,
) -> None:
    home = await start_home("non_metered")
    home.simulator.set_firmware("5.1.0")
    home.simulator.faults.add("status", path=PRODUCTION_SUMMARY.path, code=503)
    first = await production_source_after_restart(home)
    home.simulator.faults.clear()
    home.simulator.faults.add("zero_v1", path=PRODUCTION_SUMMARY.path)

    second = await production_source_after_restart(home)

    assert (first, second) == (Source.SUMMARY, Source.REPORTED_INVERTERS)


async def test_a_failed_check_of_the_site_keeps_all_values(home: Home) -> None:
    home.simulator.faults.add("status", path="/ivp/meters", code=500)
    home.simulator.faults.add("html", path="/info")

    await home.advance(5 * HOUR, step=300)

    assert home.lost() == set()
    assert home.log() == []


async def test_a_list_of_cts_that_is_empty_for_hours_keeps_all_values(home: Home) -> None:
    sources, names = home.entry.runtime_data.site.sources, set(home.states())
    home.simulator.faults.add("no_readings", path=METERS.path)

    await home.advance(3 * HOUR, step=300)

    assert (home.entry.runtime_data.site.sources, set(home.states())) == (sources, names)
    assert home.lost() == set()


async def test_a_list_of_cts_that_is_empty_at_a_restart_keeps_the_sources(home: Home) -> None:
    sources, names = home.entry.runtime_data.site.sources, set(home.states())
    home.simulator.faults.add("no_readings", path=METERS.path)
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    home.simulator.faults.clear()

    await home.advance(60)

    assert (home.entry.runtime_data.site.sources, set(home.states())) == (sources, names)


async def test_a_list_of_cts_that_is_empty_at_the_first_set_up_is_read_within_the_hour(start_home: StartHome) -> None:
    home = await start_home(spoil=lambda faults: faults.add("no_readings", path=METERS.path))
    assert f"{home.entry.unique_id}_grid_import_energy" not in home.states()
    home.simulator.faults.clear()

    await home.advance(HOUR + 60, step=300)

    assert f"{home.entry.unique_id}_grid_import_energy" in home.states()


@pytest.mark.parametrize(
    ("kind", "flag", "issue"),
    [
        (NET, "", ("ct_check_wiring", "net_consumption")),
        (PRODUCTION, "negative-production", ("ct_negative_production", "production")),
        (PRODUCTION, "production-imbalance", ("ct_production_imbalance", "production")),
        (NET, "power-on-unused-phase", ("ct_unused_phase", "net_consumption")),
        (NET, "negative-total-consumption", ("ct_negative_consumption", "net_consumption")),
    ],
)
async def test_a_flag_of_the_gateway_is_an_issue_within_the_hour_until_it_is_gone(
    home: Home, kind: str, flag: str, issue: tuple[str, str]
) -> None:
    home.simulator.faults.add("meter_status", kind=kind, flag=flag)
    await home.advance(HOUR + 60, step=300)
    assert issues(home) == {issue}
    home.simulator.faults.clear()

    await home.advance(HOUR, step=300)

    assert issues(home) == set()


async def test_another_status_of_a_ct_does_not_probe_the_gateway_again(home: Home) -> None:
    home.simulator.faults.add("meter_status", kind=NET)
    before = request_count(home, "/ivp/meters")

    await home.advance(HOUR + 60, step=300)

    assert issues(home) == {("ct_check_wiring", "net_consumption")}
    assert request_count(home, "/ivp/meters") == before + 1


async def test_a_fitted_ct_that_is_not_enabled_is_an_issue_within_the_hour(start_home: StartHome) -> None:
    home = await start_home(
        "metered_production_only", spoil=lambda faults: faults.add("disabled_ct_measures", kind=NET)
    )

    await home.advance(HOUR + 60, step=300)

    assert issues(home) == {("ct_disabled", "net_consumption")}


async def test_a_ct_that_is_not_there_is_no_repair(start_home: StartHome) -> None:
    home = await start_home("metered_production_only")

    await home.advance(HOUR + 60, step=300)

    assert issues(home) == set()


async def test_the_repair_of_a_ct_asks_the_gateway_again(start_home: StartHome) -> None:
    home = await start_home("metered_net_single_phase", spoil=lambda faults: faults.add("meter_status"))
    await async_setup_component(home.hass, REPAIRS, {})
    await home.advance(HOUR + 60, step=300)
    (issue,) = [issue for domain, issue in ir.async_get(home.hass).issues if domain == DOMAIN]
    flows = home.hass.data[REPAIRS]["flow_manager"]
    flow = await flows.async_init(DOMAIN, data={"issue_id": issue})
    flow = await flows.async_configure(flow["flow_id"], {})
    assert flow["errors"] == {"base": "still_there"}
    home.simulator.faults.clear()

    flow = await flows.async_configure(flow["flow_id"], {})

    assert flow["type"] is FlowResultType.CREATE_ENTRY
    await home.advance(10)
    assert issues(home) == set()
    assert home.entry.state is ConfigEntryState.LOADED


async def test_a_new_inverter_comes_without_a_reload(home: Home) -> None:
    runtime = home.entry.runtime_data
    serial = home.simulator.world.add_inverter()

    await home.advance(1500, step=60)

    assert float(home.state("power", serial)) >= 0
    assert home.entry.runtime_data is runtime


async def test_a_replaced_inverter_is_unavailable_and_its_device_can_be_deleted(home: Home) -> None:
    old = next(iter(home.simulator.world.inverters))
    home.simulator.world.retire_inverter(old)
    new = home.simulator.world.add_inverter()

    await home.advance(1500, step=60)

    assert home.state("power", old) == "unavailable"
    assert float(home.state("power", new)) >= 0
    device = dr.async_get(home.hass).async_get_device_by_identifier((DOMAIN, old), home.entry.entry_id)
    assert device is not None
    assert await async_remove_config_entry_device(home.hass, home.entry, device)


async def test_an_inverter_silent_by_day_is_not_counted_and_does_not_communicate(home: Home) -> None:
    serial = next(iter(home.simulator.world.inverters))
    home.simulator.world.inverters[serial].communicating = False

    await home.advance(2.5 * HOUR, step=300)

    assert home.state("communicating", serial) == "off"
    assert home.state("inverters_reporting") == "2"
    assert home.log() == [("INFO", f"inverter {serial} has stopped reporting while others report")]
    assert home.lost() == set()


async def test_an_hourly_report_interval_is_an_issue(start_home: StartHome) -> None:
    home = await start_home()
    for inverter in home.simulator.world.inverters.values():
        inverter.interval_s = 3600

    await home.advance(1.5 * HOUR, step=300)

    assert issues(home) == {("reports_hourly", "")}
    assert home.coordinator(PollGroup.INVERTERS).data.reports_hourly


def inverter_device(home: Home) -> dr.DeviceEntry:
    """Return the device of the first inverter."""
    serial = next(iter(home.simulator.world.inverters))
    device = dr.async_get(home.hass).async_get_device_by_identifier((DOMAIN, serial), home.entry.entry_id)
    assert device is not None
    return device


async def test_inverters_get_their_models_from_the_inventory(home: Home) -> None:
    assert inverter_device(home).model_id is None

    await home.advance(150, step=30)

    assert (inverter_device(home).model, inverter_device(home).model_id) == ("IQ8HC", "800-01391-r03")


def gateway_connections(home: Home) -> set[tuple[str, str]]:
    """Return the connections of the gateway's device."""
    serial = home.simulator.serial
    device = dr.async_get(home.hass).async_get_device_by_identifier((DOMAIN, serial), home.entry.entry_id)
    assert device is not None
    return device.connections


async def test_the_network_address_that_the_gateway_reports_is_on_its_device_only(home: Home) -> None:
    await home.advance(660, step=30)

    assert gateway_connections(home) == {(dr.CONNECTION_NETWORK_MAC, REPORTED_MAC)}
    document = await async_get_config_entry_diagnostics(home.hass, home.entry)
    assert document["health"]
    assert REPORTED_MAC not in str(document).lower()


async def test_the_network_address_of_a_lease_is_not_replaced_by_the_reported_one(home: Home) -> None:
    store_mac(home.hass, home.entry, "001dc0abcdef")

    await home.advance(660, step=30)

    assert gateway_connections(home) == {(dr.CONNECTION_NETWORK_MAC, "00:1d:c0:ab:cd:ef")}


async def test_the_network_address_that_a_gateway_without_a_certificate_reports_is_ignored(
    start_home: StartHome,
) -> None:
    home = await start_home("metered_digest")

    await home.advance(660, step=30)

    health = home.entry.runtime_data.site_coordinator.data.health
    assert health is not None
    assert health.mac == REPORTED_MAC
    assert gateway_connections(home) == set()


async def test_the_inventory_is_read_once_a_day(home: Home) -> None:
    await home.advance(26 * HOUR, step=300)

    assert request_count(home, "/inventory.json?deleted=1") == 2


async def test_the_health_is_read_once_a_day(home: Home) -> None:
    await home.advance(26 * HOUR, step=300)

    assert request_count(home, "/home") == 2
    health = home.entry.runtime_data.site_coordinator.data.health
    assert health is not None
    assert health.network == "ethernet"


async def test_a_gateway_that_never_ends_its_health_delays_the_others_by_a_minute_at_most(home: Home) -> None:
    """Values that wait their turn are not lost."""
    home.simulator.faults.add("hang", path="/home")
    await home.advance(590, step=30)

    await home.advance_hanging(150)
    await home.advance(60)

    assert request_count(home, "/home") == 1
    assert home.lost() == set()
    assert home.log() == []
    live = home.coordinator(PollGroup.LIVE)
    assert live.last_success is not None
    assert (dt_util.utcnow() - live.last_success).total_seconds() <= 30
    assert home.entry.runtime_data.site_coordinator.data.health is None


# A 401 is tried once more with a new session.
@pytest.mark.parametrize(("code", "requests"), [(401, 2), (404, 1), (500, 1)])
async def test_a_gateway_without_an_inventory_is_not_read_again_that_day(
    start_home: StartHome, code: int, requests: int
) -> None:
    home = await start_home(spoil=lambda faults: faults.add("status", path="/inventory.json*", code=code))

    await home.advance(12 * HOUR, step=300)

    assert request_count(home, "/inventory.json?deleted=1") == requests
    assert home.lost() == set()
    assert "WARNING" not in {level for level, _ in home.log()}
