"""The documents of storage have the shape of recorded ones of the same firmware: the same keys and types."""

from dataclasses import replace

import orjson
import pytest

from simulator import PROFILES, Simulator
from simulator.profiles import Profile
from simulator.storage.hardware import (
    IQ_BATTERY_3T,
    IQ_BATTERY_5P,
    IQ_BATTERY_5P_FLEXPHASE,
    IQ_BATTERY_10C_MODULE,
    GeneratorModel,
    Hardware,
)
from tests.simulator.documents import places
from tests.simulator.gateway_client import Clock, GatewayClient, Json
from tests.support.captures import CAPTURES, needs

FILES = {
    "ivp_ensemble_inventory": "/ivp/ensemble/inventory",
    "ivp_ensemble_power": "/ivp/ensemble/power",
    "ivp_ensemble_secctrl": "/ivp/ensemble/secctrl",
    "ivp_ensemble_status": "/ivp/ensemble/status",
    "ivp_ensemble_relay": "/ivp/ensemble/relay",
    "ivp_ensemble_dry_contacts": "/ivp/ensemble/dry_contacts",
    "ivp_ensemble_generator": "/ivp/ensemble/generator",
    "ivp_ss_dry_contact_settings": "/ivp/ss/dry_contact_settings",
    "ivp_ss_gen_config": "/ivp/ss/gen_config",
    "ivp_ss_gen_schedule": "/ivp/ss/gen_schedule",
    "ivp_ss_gen_mode": "/ivp/ss/gen_mode",
    "ivp_ss_pel_settings": "/ivp/ss/pel_settings",
    "ivp_sc_pvlimit": "/ivp/sc/pvlimit",
    "admin_lib_tariff": "/admin/lib/tariff",
    "admin_lib_acb_config": "/admin/lib/acb_config",
    "inventory.json_deleted_1": "/inventory.json?deleted=1",
    "home": "/home",
}
SITES = {
    "7.3.517": Hardware(batteries=(IQ_BATTERY_3T,), controller="enpower", loads=("1", "2", "3", "4"), mode="backup"),
    "7.6.175_total": Hardware(),
    "8.2.127_with_generator_running": Hardware(
        batteries=(IQ_BATTERY_3T,), controller="enpower", generator=GeneratorModel()
    ),
    "8.2.4286_with_3cts_and_battery_split": Hardware(batteries=(IQ_BATTERY_5P,), controller="enpower", optimizer=True),
    "8.2.4382_ACB": Hardware(batteries=(IQ_BATTERY_3T,), optimizer=True, export_limit=True),
    "8.3.1598_collar": Hardware(batteries=(IQ_BATTERY_10C_MODULE,), controller="collar"),
    "8.3.5167_3rd-pv": Hardware(batteries=(IQ_BATTERY_5P_FLEXPHASE,), controller="enpower", optimizer=True),
    "8.3.5169_ACB_inventory": Hardware(charge_from_grid=True),
    "8.3.5169_with_generator": Hardware(controller="enpower", generator=GeneratorModel()),
    "8.3.5289_modGone": Hardware(optimizer=True),
    "8.3.5433_tot_is_net_cons": Hardware(optimizer=True),
}
# Places that depend on the site rather than on the firmware.
FREE = (
    "/inventory/serial_nums",  # submodules and the communications kit
    "/counters",
    "/tariff/seasons",
    "/tariff/seasons_sell",
    "/network",
    "/wireless_connection",
    "/schedule/schedule/tariff/*",
)


def profile_of(folder: str) -> Profile:
    """Return a profile with the firmware and the hardware of a recorded gateway."""
    acbs = 2 if "ACB" in folder else 0
    base = PROFILES["storage"]
    return replace(base, firmware=f"D{folder.partition('_')[0]}", storage=SITES[folder], ac_batteries=acbs)


def shape(document: Json) -> set[tuple[str, str]]:
    """Return the places in a document with their types, without those that depend on the site."""
    return {(place, kind) for place, kind in places(document) if not place.startswith(FREE)}


def pairs() -> list[tuple[str, str]]:
    return [(folder, file) for folder in SITES for file in FILES if (CAPTURES / folder / file).is_file()]


@needs(CAPTURES)
@pytest.mark.parametrize(("folder", "file"), pairs())
async def test_a_document_of_storage_has_the_shape_of_the_recorded_one(folder: str, file: str) -> None:
    recorded = orjson.loads((CAPTURES / folder / file).read_bytes())
    async with Simulator(profile_of(folder), inverters=2, clock=Clock()) as simulator, GatewayClient(simulator) as it:
        assert shape(await it.json(FILES[file])) == shape(recorded)


def devices(status: Json) -> dict[int, set[str]]:
    """Return the keys of each kind of device in the status document, but for those of the radio."""
    found = status["inventory"]["serial_nums"].values()
    return {each["device_type"]: each.keys() - {"zb_fw_version", "zb_bootloader_vers", "installed"} for each in found}


@needs(CAPTURES)
@pytest.mark.parametrize("folder", [folder for folder, file in pairs() if file == "ivp_ensemble_status"])
async def test_the_devices_of_the_status_have_the_keys_of_recorded_ones(folder: str) -> None:
    """Communications kits and the gateway of a combiner are left out."""
    recorded = devices(orjson.loads((CAPTURES / folder / "ivp_ensemble_status").read_bytes()))
    async with Simulator(profile_of(folder), inverters=2, clock=Clock()) as simulator, GatewayClient(simulator) as it:
        simulated = devices(await it.json("/ivp/ensemble/status"))
    assert simulated == {kind: keys for kind, keys in recorded.items() if kind not in (22, 30)}
