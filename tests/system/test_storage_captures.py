"""What is made of the recorded answers about storage, compared with the raw documents and with S§26, S§31 and S§41."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import (
    ENSEMBLE_INVENTORY,
    ENSEMBLE_POWER,
    ENSEMBLE_STATUS,
    LIVE_DATA,
    SECONDARY_CONTROL,
    TARIFF,
)
from tests.support.captures import ANSWERS, CAPTURES, file_of, folders, needs
from tests.support.storage_captures import raw, recorded_storage, shown

MPREISSNER = ANSWERS / "mpreissner_D8.3.6086"
WITH_LIVE_DATA = {"acropia_7.6.114", "enphase_brief_2023", "matthew1471_docs", "vk2him_1", MPREISSNER.name}

pytestmark = [needs(CAPTURES), needs(ANSWERS)]


@dataclass(frozen=True)
class Has:
    """What a recorded site has, by S§41."""

    batteries: int = 0
    ac_batteries: int = 0
    controllers: int = 0
    collars: int = 0
    combiners: int = 0
    generator: bool = False
    unlisted_ac_batteries: bool = False


SITES = {
    "7.3.517": Has(batteries=3, controllers=1),
    "7.3.517_legacy_savings_mode": Has(batteries=3, controllers=1),
    "8.2.127_with_3cts_and_battery_split": Has(batteries=5, controllers=1),
    "8.2.127_with_generator_running": Has(batteries=1, controllers=1, generator=True),
    "8.2.4286_with_3cts_and_battery_split": Has(batteries=5, controllers=1),
    "8.2.4345_with_device_data": Has(controllers=1),
    "8.2.4382_ACB": Has(batteries=1, unlisted_ac_batteries=True),
    "8.3.1598_collar": Has(batteries=2, collars=1, combiners=1),
    "8.3.5167_3rd-pv": Has(batteries=2, controllers=1),
    "8.3.5169_ACB_inventory": Has(ac_batteries=2),
    "8.3.5169_with_generator": Has(controllers=1, generator=True),
}
"""All others have none."""


@pytest.mark.parametrize("folder", folders(CAPTURES), ids=lambda folder: folder.name)
def test_each_site_has_what_the_reference_lists(folder: Path) -> None:
    """Nothing for a gateway that only answers as if (S§34)."""
    site, snapshot = shown(folder)
    expected = SITES.get(folder.name, Has())

    assert expected == Has(
        batteries=len(site.batteries),
        ac_batteries=len(site.ac_batteries),
        controllers=len(site.system_controllers),
        collars=len(site.collars),
        combiners=len(site.combiners),
        generator=site.has_generator,
        unlisted_ac_batteries=site.has_ac_batteries and not site.ac_batteries,
    )
    assert set(snapshot.batteries) == site.batteries
    assert set(snapshot.ac_batteries) == site.ac_batteries
    assert site.is_empty is (folder.name not in SITES)


def dicts(document: object) -> list[dict[str, Any]]:
    """Return the objects in an array of raw JSON."""
    return [one for one in document if isinstance(one, dict)] if isinstance(document, list) else []


def aggregate_values(folder: Path) -> dict[str, Any]:
    """Return the raw aggregate values of the batteries."""
    sent = raw(folder, SECONDARY_CONTROL)
    assert isinstance(sent, dict)
    return sent


def raw_devices(folder: Path, kind: str) -> Mapping[str, dict[str, Any]]:
    """Return the raw devices of one group of the inventory by serial."""
    groups = [group for group in dicts(raw(folder, ENSEMBLE_INVENTORY)) if group.get("type") == kind]
    return {device["serial_num"]: device for group in groups for device in group["devices"]}


def of_sites(has: Callable[[Has], object]) -> pytest.MarkDecorator:
    """Return the mark that runs a test for each recorded site that has something."""
    sites = [*(CAPTURES / name for name, site in SITES.items() if has(site)), MPREISSNER]
    return pytest.mark.parametrize("folder", sites, ids=lambda folder: folder.name)


@of_sites(lambda site: site.batteries)
def test_values_of_batteries_are_those_of_the_raw_documents(folder: Path) -> None:
    _, snapshot = shown(folder)
    sent = raw_devices(folder, "ENCHARGE")
    document = raw(folder, ENSEMBLE_POWER)
    power = {row["serial_num"]: row for row in dicts(document["devices:"])} if isinstance(document, dict) else {}

    assert sent
    assert set(snapshot.batteries) == set(sent)
    for serial, battery in snapshot.batteries.items():
        device = sent[serial]
        assert battery.power_w == power[serial]["real_power_mw"] / 1000
        assert battery.state_of_charge_percent == power[serial]["soc"]
        assert battery.device.temperature_c == device["temperature"]
        assert battery.device.max_cell_temperature_c == device["maxCellTemp"]
        assert battery.device.capacity_wh == device["encharge_capacity"]
        assert battery.device.last_reported == device["last_rpt_date"]
        assert battery.device.communicating is device["communicating"]
        assert battery.device.dc_switch_on is not device["dc_switch_off"]
        assert battery.device.status_words == ("envoy.global.ok", "prop.done")


@of_sites(lambda site: site.controllers)
def test_values_of_system_controllers_are_those_of_the_raw_documents(folder: Path) -> None:
    """S§24: °F become °C."""
    _, snapshot = shown(folder)
    sent = raw_devices(folder, "ENPOWER")

    assert sent
    assert set(snapshot.system_controllers) == set(sent)
    for serial, controller in snapshot.system_controllers.items():
        assert controller.temperature_c == pytest.approx((sent[serial]["temperature"] - 32) / 1.8, abs=0.05)
        assert controller.admin_state == sent[serial]["admin_state_str"]
        assert controller.relay_position == sent[serial]["mains_oper_state"]
        assert controller.last_reported == sent[serial]["last_rpt_date"]


@of_sites(lambda site: site.batteries or site.ac_batteries)
def test_aggregate_values_are_those_of_the_raw_document(folder: Path) -> None:
    _, snapshot = shown(folder)
    sent = aggregate_values(folder)

    assert snapshot.state_of_charge_percent == sent["agg_soc"]
    assert snapshot.capacity_wh == sent["Max_energy"]
    assert snapshot.available_energy_wh == sent["ENC_agg_avail_energy"] + sent["ACB_agg_energy"]


@of_sites(lambda site: site.batteries)
def test_aggregate_values_of_iq_batteries_are_those_of_the_raw_document(folder: Path) -> None:
    _, snapshot = shown(folder)
    sent = aggregate_values(folder)

    assert snapshot.battery_state_of_charge_percent == sent["ENC_agg_soc"]
    assert snapshot.reserve_percent == sent["adjusted_backup_soc"]
    assert snapshot.reserve_set_percent == sent["configured_backup_soc"]
    assert snapshot.health_percent == sent.get("ENC_agg_soh")


@pytest.mark.parametrize("name", ["8.2.4345_with_device_data", "8.3.5169_with_generator"])
def test_without_batteries_there_are_no_aggregate_values(name: str) -> None:
    _, snapshot = shown(CAPTURES / name)

    assert snapshot.state_of_charge_percent is None
    assert (snapshot.capacity_wh, snapshot.available_energy_wh, snapshot.reserve_percent) == (None, None, None)


@pytest.mark.parametrize(
    ("name", "stored", "in_force", "optimized"),
    [
        ("8.2.4286_with_3cts_and_battery_split", 20, 100, True),
        ("8.3.5167_3rd-pv", 30, 20, True),
        ("8.3.5289_modGone", 30, None, True),
        ("8.3.5433_tot_is_net_cons", 0, None, True),
        ("8.2.4382_ACB", 0, 0, True),
        ("7.3.517", 100, 100, False),
        ("8.2.127_with_generator_running", 50, 50, False),
        ("8.2.4345_with_device_data", 43, None, False),
    ],
)
def test_the_reserve_in_force_is_never_the_stored_one(
    name: str, stored: float, in_force: float | None, *, optimized: bool
) -> None:
    """S§26; a site without a battery has no reserve, whatever its gateway sends."""
    documents = recorded_storage(CAPTURES / name)
    tariff = documents.get(TARIFF)
    _, snapshot = shown(CAPTURES / name)

    assert tariff is not None
    settings = tariff.raw["storage_settings"]
    assert isinstance(settings, dict)
    assert (settings["reserved_soc"], tariff.optimized) == (stored, optimized)
    assert snapshot.reserve_percent == in_force


@pytest.mark.parametrize("name", ["8.3.5289_modGone", "8.3.5433_tot_is_net_cons"])
def test_the_raw_reserve_of_a_gateway_without_a_battery_is_ten(name: str) -> None:
    """S§26: the values of the reference, which are not shown."""
    control = recorded_storage(CAPTURES / name).get(SECONDARY_CONTROL)

    assert control is not None
    assert (control.reserve_set_percent, control.shutdown_level_percent, control.capacity_wh) == (10.0, 10.0, 0.0)


@pytest.mark.parametrize(
    ("name", "profile", "charge_from_grid", "level"),
    [
        ("7.3.517", "backup", True, 10.0),
        ("7.3.517_legacy_savings_mode", "savings", True, 10.0),
        ("8.2.127_with_3cts_and_battery_split", "self_consumption", False, 10.0),
        ("8.2.4286_with_3cts_and_battery_split", None, None, 10.0),
        ("8.2.4382_ACB", None, None, 5.0),
        ("8.3.5169_ACB_inventory", None, None, None),
    ],
)
def test_settings_in_force_are_unknown_where_the_tariff_is_not_followed(
    name: str, profile: str | None, level: float | None, *, charge_from_grid: bool | None
) -> None:
    """S§26: from 8.2.42xx on the tariff is a stale copy, and no recording has live data or the scheduler."""
    _, snapshot = shown(CAPTURES / name)

    assert snapshot.profile == profile
    assert snapshot.charge_from_grid_allowed is charge_from_grid
    assert snapshot.shutdown_level_percent == level


@pytest.mark.parametrize(
    ("name", "power_w", "state"),
    [
        ("7.3.517", 0.0, "idle"),
        ("8.2.127_with_generator_running", -1250.0, "charging"),
        ("8.2.4286_with_3cts_and_battery_split", -6592.0, "charging"),
        ("8.3.1598_collar", -1084.0, "charging"),
        ("8.3.5167_3rd-pv", 32.0, "idle"),
        ("8.3.5169_ACB_inventory", -2.0, "idle"),
    ],
)
def test_the_batteries_together_have_a_power_and_a_state(name: str, power_w: float, state: str) -> None:
    """S§3, S§13."""
    _, snapshot = shown(CAPTURES / name)

    assert (snapshot.power_w, snapshot.state) == (power_w, state)


@pytest.mark.parametrize(
    ("name", "grid", "generator"),
    [
        ("7.3.517", "on_grid", None),
        ("8.2.127_with_generator_running", "generator", "running"),
        ("8.2.4345_with_device_data", "on_grid", None),
        ("8.2.4382_ACB", None, None),
        ("8.3.1598_collar", "on_grid", None),
        ("8.3.5169_with_generator", "on_grid", "stopped"),
        ("8.3.5433_tot_is_net_cons", None, None),
    ],
)
def test_the_state_of_the_grid_and_of_the_generator(name: str, grid: str | None, generator: str | None) -> None:
    """S§25: a gateway without a grid relay has no state, though its relay reads `closed`."""
    _, snapshot = shown(CAPTURES / name)

    assert snapshot.grid_state == grid
    assert (snapshot.generator.state if snapshot.generator else None) == generator


def test_rated_powers_come_from_the_status() -> None:
    """S§32."""
    rated = {
        name: {battery.rated_power_w for battery in shown(CAPTURES / name)[1].batteries.values()}
        for name in ("7.3.517", "8.2.4286_with_3cts_and_battery_split", "8.3.1598_collar", "8.3.5167_3rd-pv")
    }

    assert rated == {
        "7.3.517": {1280.0},
        "8.2.4286_with_3cts_and_battery_split": {3840.0},
        "8.3.1598_collar": {3540.0},
        "8.3.5167_3rd-pv": {None},
    }


def test_iq_batteries_and_ac_batteries_on_one_gateway() -> None:
    """S§31: 54 % of 3500 Wh and 25 % of 3720 Wh are 39 %; the report is 41 hours old, so there is no power."""
    _, snapshot = shown(CAPTURES / "8.2.4382_ACB")

    assert (snapshot.state_of_charge_percent, snapshot.battery_state_of_charge_percent) == (39.0, 54.0)
    assert (snapshot.ac_battery_state_of_charge_percent, snapshot.capacity_wh) == (25.0, 7220.0)
    assert snapshot.power_w is None
    (battery,) = snapshot.batteries.values()
    assert (battery.state_of_charge_percent, battery.device.state_of_charge_percent) == (54.0, 10.0)


def test_each_ac_battery_has_its_own_counters() -> None:
    """S§13: 58.9 of 71.6 kWh, and 145.8 of 178.0 kWh."""
    _, snapshot = shown(CAPTURES / "8.3.5169_ACB_inventory")
    energies = [
        (round((one.energy_discharged_wh or 0) / 1000, 1), round((one.energy_charged_wh or 0) / 1000, 1))
        for one in snapshot.ac_batteries.values()
    ]
    first, second = snapshot.ac_batteries.values()

    assert energies == [(58.9, 71.6), (145.8, 178.0)]
    assert (first.state_of_charge_percent, second.state_of_charge_percent) == (2.0, 0.0)
    assert [first.power_w, second.power_w] == pytest.approx([-1.0, -1.0], abs=0.01)
    assert (first.sleep_state, first.part_number) == ("awake", "800-00930-r03")


def test_third_party_pv_on_a_contact() -> None:
    _, snapshot = shown(CAPTURES / "8.3.5167_3rd-pv")
    contacts = snapshot.dry_contacts

    assert {name: one.contact.status for name, one in contacts.items()} == {
        "NC1": "closed",
        "NC2": "open",
        "NO1": "open",
        "NO2": "open",
    }
    assert contacts["NC1"].settings is not None
    assert contacts["NC1"].settings.contact_type == "3RD-PV"


def test_live_data_and_the_scheduler_have_the_settings_in_force() -> None:
    """The only recording with both; its tariff would be stale (S§28)."""
    _, snapshot = shown(MPREISSNER)

    assert (snapshot.profile, snapshot.charge_from_grid_allowed, snapshot.scheduler_mode) == (
        "backup",
        True,
        "CP - Charge From PV",
    )
    assert (snapshot.power_w, snapshot.grid_state) == (0.0, "on_grid")


def test_an_inventory_alone_gives_the_devices_and_the_state_of_the_grid() -> None:
    site, snapshot = shown(ANSWERS / "mpreissner_collar")

    assert (len(site.batteries), len(site.collars), len(site.combiners)) == (2, 1, 1)
    assert [battery.state_of_charge_percent for battery in snapshot.batteries.values()] == [92.0, 86.0]
    assert [collar.temperature_c for collar in snapshot.collars.values()] == [42.0]
    assert (snapshot.capacity_wh, snapshot.grid_state) == (10_000.0, "on_grid")


def test_devices_without_a_serial_are_no_devices() -> None:
    """Those of `matthew1471_docs` are masked as `xxx`."""
    site, _ = shown(ANSWERS / "matthew1471_docs")

    assert site.is_empty


def test_powers_and_rated_powers_of_other_projects_are_in_watts() -> None:
    powers = recorded_storage(ANSWERS / "hoffmann77_misc").get(ENSEMBLE_POWER)
    rated = recorded_storage(ANSWERS / "go_note_battery5p").get(ENSEMBLE_STATUS)

    assert powers is not None
    assert [battery.power_w for battery in powers.values()] == [-3.0, -1.0]
    assert rated == {"996055348227": 3840.0, "985412870910": 3840.0}


def test_five_answers_are_live_data() -> None:
    assert {folder.name for folder in folders(ANSWERS) if file_of(folder, LIVE_DATA)} == WITH_LIVE_DATA


@pytest.mark.parametrize("name", sorted(WITH_LIVE_DATA))
def test_the_load_of_live_data_is_grid_and_production_and_storage(name: str) -> None:
    """S§14.1: to the mW in every sample."""
    file = file_of(ANSWERS / name, LIVE_DATA)
    assert file is not None
    live = LIVE_DATA.parse(file.read_bytes())
    parts = [flow.total_w or 0 for flow in (live.production, live.storage, live.grid)]

    assert live.load.total_w == pytest.approx(sum(parts), abs=0.002)
    assert {len(flow.phases_w) for flow in (live.production, live.grid, live.load)} <= {0, live.phase_count}
