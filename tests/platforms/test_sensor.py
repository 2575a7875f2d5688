"""The sensors of every kind of gateway at noon on midsummer's day; update snapshots with `pytest --snapshot-update`."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from homeassistant.helpers import entity_platform, entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.util import dt as dt_util
import pytest
from syrupy.assertion import SnapshotAssertion

from custom_components.enphase_iq_gateway.const import DOMAIN
from simulator import PROFILES
from tests.conftest import StartHome
from tests.support.entries import sensor_id
from tests.support.home import Home

MIDSUMMER: Final = datetime(2026, 6, 21, 10, 0, tzinfo=UTC)
at_noon = pytest.mark.parametrize("clock", [MIDSUMMER], indirect=True, ids=["noon"])


def entities(home: Home) -> list[Entity]:
    """Return the entities of all platforms in the order of their unique ids."""
    platforms = entity_platform.async_get_platforms(home.hass, DOMAIN)
    return sorted(
        (entity for platform in platforms for entity in platform.entities.values()),
        key=lambda entity: str(entity.unique_id),
    )


def described(home: Home) -> Iterator[str]:
    """Describe every entity in a line: unique id, state, name, and what decides how it is shown and counted."""
    for entity in entities(home):
        state = home.hass.states.get(entity.entity_id)
        registered = er.async_get(home.hass).async_get(entity.entity_id)
        assert state is not None
        assert registered is not None
        kinds = (
            registered.original_device_class,
            (registered.capabilities or {}).get("state_class"),
            registered.entity_category,
            None if entity.entity_description.entity_registry_enabled_default else "off by default",
        )
        unit = state.attributes.get("unit_of_measurement", "")
        shown = f"{state.state} {unit}".rstrip()
        yield f"{entity.unique_id} | {shown} | {registered.original_name} | {', '.join(kind for kind in kinds if kind)}"


def keys(home: Home, serial: str) -> set[str]:
    """Return the unique ids of one device's entities without its serial."""
    ids = (str(entity.unique_id).partition("_") for entity in entities(home))
    return {key for device, _, key in ids if device == serial}


@pytest.mark.slow
@at_noon
@pytest.mark.usefixtures("all_entities_enabled")
@pytest.mark.parametrize("profile", PROFILES)
async def test_every_kind_of_gateway_has_its_entities(
    start_home: StartHome, snapshot: SnapshotAssertion, profile: str
) -> None:
    home = await start_home(profile)

    assert "\n".join(described(home)) == snapshot


@at_noon
async def test_only_the_most_useful_entities_are_enabled_by_default(start_home: StartHome) -> None:
    home = await start_home("metered_net_three_phase")

    assert home.entry.unique_id is not None
    assert keys(home, home.entry.unique_id) == {
        *(f"{flow}_power" for flow in HOUSE),
        *(f"{flow}_energy_lifetime" for flow in MADE_AND_USED),
        *(f"{flow}_energy_today" for flow in MADE_AND_USED),
        "grid_import_energy",
        "grid_export_energy",
        "grid_import_energy_balanced",
        "grid_export_energy_balanced",
        "inverters_reporting",
    }
    (serial, *_) = home.simulator.world.inverters
    assert keys(home, serial) == {"power", "energy_lifetime"}
    registry = er.async_get(home.hass)
    hidden = [entity for entity in er.async_entries_for_config_entry(registry, home.entry.entry_id) if entity.hidden]
    assert {entity.unique_id.partition("_")[2] for entity in hidden} == {"energy_lifetime"}
    assert len(hidden) == len(home.simulator.world.inverters)


HOUSE = ("production", "total_consumption", "net_consumption")
MADE_AND_USED = ("production", "total_consumption")


@at_noon
async def test_other_cts_are_on_by_default_but_for_their_phases(start_home: StartHome) -> None:
    home = await start_home("metered_storage_split_phase")

    assert home.entry.unique_id is not None
    assert {key for key in keys(home, home.entry.unique_id) if key.startswith("storage")} == {
        "storage_ct_power",
        "storage_ct_energy_delivered",
        "storage_ct_energy_received",
    }


@at_noon
@pytest.mark.usefixtures("all_entities_enabled")
async def test_net_power_below_zero_is_export_power(start_home: StartHome) -> None:
    home = await start_home()

    net = float(home.state("net_consumption_power"))

    assert net < 0
    assert float(home.state("grid_export_power")) == -net
    assert float(home.state("grid_import_power")) == 0


@at_noon
@pytest.mark.usefixtures("all_entities_enabled")
async def test_rejected_readings_are_counted_by_reason(start_home: StartHome) -> None:
    home = await start_home()
    home.simulator.faults.add("zeros", path="/ivp/meters/readings")

    await home.advance(35)  # in which the readings are read once

    state = home.hass.states.get(sensor_id(home.hass, f"{home.entry.unique_id}_rejected_readings"))
    assert state is not None
    # Production, import and export, each of all phases together and of three single ones.
    assert (state.state, state.attributes["fall"]) == ("12", 12)


@pytest.mark.usefixtures("all_entities_enabled")
@pytest.mark.parametrize("clock", [datetime(2026, 6, 21, 23, 30, tzinfo=UTC)], indirect=True, ids=["night"])
async def test_no_inverter_reports_at_night(start_home: StartHome) -> None:
    home = await start_home()

    assert home.state("inverters_reporting") == "0"
    (serial, *_) = home.simulator.world.inverters
    assert home.state("power", serial) == "0"


@at_noon
@pytest.mark.usefixtures("all_entities_enabled")
@pytest.mark.parametrize("ahead_s", [3500, -3500])
async def test_a_wrong_clock_of_the_gateway_does_not_affect_its_inverters(start_home: StartHome, ahead_s: int) -> None:
    home = await start_home(spoil=lambda faults: faults.add("clock_off", seconds=ahead_s))

    await home.advance(600, step=30)

    assert home.state("inverters_reporting") == "3"
    for serial in home.simulator.world.inverters:
        assert float(home.state("power", serial)) > 0
        age_s = home.clock.now() - dt_util.as_timestamp(home.state("last_reported", serial))
        assert 0 <= age_s <= 2 * 900


@pytest.mark.slow
@pytest.mark.parametrize("ahead_s", [3500, -3500])
async def test_a_later_change_of_the_gateway_clock_does_not_affect_its_inverters(home: Home, ahead_s: int) -> None:
    home.simulator.faults.add("clock_off", seconds=ahead_s)
    await home.advance(1800, step=30)
    assert home.state("inverters_reporting") == "3"
    home.simulator.faults.clear()

    await home.advance(600, step=30)

    assert home.state("inverters_reporting") == "3"


async def test_energy_of_an_inverter_is_shown_in_whole_wh(start_home: StartHome) -> None:
    home = await start_home()
    (serial, *_) = home.simulator.world.inverters

    assert Decimal(home.state("energy_lifetime", serial)) * 1000 % 1 == 0


@at_noon
@pytest.mark.usefixtures("all_entities_enabled")
async def test_inverters_that_are_not_known_yet_are_not_counted_as_silent(start_home: StartHome) -> None:
    lists = ("/ivp/pdm/device_data", "/api/v1/production/inverters")
    home = await start_home(spoil=lambda faults: [faults.add("status", path=path, code=503) for path in lists])

    assert f"{home.entry.unique_id}_inverters_reporting" not in home.states()


@at_noon
@pytest.mark.usefixtures("all_entities_enabled")
async def test_a_value_that_the_device_does_not_measure_has_no_entity(start_home: StartHome) -> None:
    home = await start_home("metered_digest")

    (serial, *_) = home.simulator.world.inverters

    assert keys(home, serial) == {"power", "max_power", "last_reported", "communicating"}


@at_noon
@pytest.mark.usefixtures("all_entities_enabled")
async def test_a_total_ct_has_import_and_export_of_the_house(start_home: StartHome) -> None:
    home = await start_home("metered_total_split_phase")

    assert home.entry.unique_id is not None
    energy = {key for key in keys(home, home.entry.unique_id) if key.startswith("grid") and "energy" in key}
    assert energy == {
        "grid_import_energy",
        "grid_export_energy",
        "grid_import_energy_balanced",
        "grid_export_energy_balanced",
    }


@at_noon
@pytest.mark.usefixtures("all_entities_enabled")
async def test_a_single_phase_site_has_no_balanced_counters(start_home: StartHome) -> None:
    home = await start_home("metered_net_single_phase")

    assert home.entry.unique_id is not None
    assert not {key for key in keys(home, home.entry.unique_id) if key.endswith("_balanced")}


@pytest.mark.slow
@at_noon
@pytest.mark.parametrize("profile", ["metered_net_three_phase", "metered_total_three_phase"])
async def test_balanced_counters_begin_at_zero_and_count_as_a_utility_meter_does(
    start_home: StartHome, profile: str
) -> None:
    home = await start_home(profile)
    before = home.simulator.world.now
    assert (home.state("grid_import_energy_balanced"), home.state("grid_export_energy_balanced")) == ("0.0", "0.0")

    await home.advance(3600, step=30)

    after = home.simulator.world.now
    assert after.balanced_export_wh - before.balanced_export_wh > 300
    shown = float(home.state("grid_import_energy_balanced")), float(home.state("grid_export_energy_balanced"))
    assert shown == pytest.approx(
        (
            (after.balanced_import_wh - before.balanced_import_wh) / 1000,
            (after.balanced_export_wh - before.balanced_export_wh) / 1000,
        ),
        abs=0.02,
    )


@pytest.mark.slow
@pytest.mark.parametrize("clock", [MIDSUMMER - timedelta(hours=12)], indirect=True, ids=["midnight"])
async def test_consumption_is_calculated_where_only_a_net_ct_is_enabled(start_home: StartHome) -> None:
    """The inverters report up to a quarter of an hour late, which is over by the end of the day."""
    home = await start_home("metered_net_only_three_phase")
    before = float(home.state("total_consumption_energy_lifetime")), home.simulator.world.now.house.delivered_wh

    await home.advance(12 * 3600, step=300)
    power = float(home.state("net_consumption_power")) + float(home.state("production_power"))
    assert float(home.state("total_consumption_power")) == pytest.approx(power, abs=100)
    await home.advance(12 * 3600, step=300)

    gain = float(home.state("total_consumption_energy_lifetime")) - before[0]
    assert gain == pytest.approx((home.simulator.world.now.house.delivered_wh - before[1]) / 1000, rel=0.02)
    marked = {
        entity.unique_id
        for entity in entities(home)
        if (state := home.hass.states.get(entity.entity_id)) is not None
        and state.attributes.get("calculated_from") == "grid_and_inverters"
    }
    assert marked == {
        f"{home.entry.unique_id}_total_consumption_{name}" for name in ("power", "energy_lifetime", "energy_today")
    }
