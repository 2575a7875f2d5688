"""The right values of gateways that were shown wrongly once: a table by folder of `CASES` and of `ANSWERS`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
import re
import shutil
from typing import Final

from .shown import Values

_INFO: Final = """<?xml version="1.0" encoding="UTF-8"?>
<envoy_info><time>{time}</time><device><sn>122300000001</sn><pn>800-00647-r11</pn><software>{firmware}</software>
<imeter>true</imeter></device><web-tokens>{tokens}</web-tokens></envoy_info>
"""
_TIME: Final = re.compile(rb'("(?:timestamp|readingTime|lastReportDate)"\s*:\s*|<time>)(\d{10})')


@dataclass(frozen=True, kw_only=True)
class Case:
    """The answers of one gateway, and some of the values that follow from them."""

    reason: str
    """What is special about the answers, and where they were reported."""
    values: Values = field(default_factory=dict[str, float | str | None])
    """Values by the key of `shown_values`; None for an entity that must not have one."""
    firmware: str = ""
    """The firmware for a made-up `/info` where none was recorded."""


_WITHOUT_CTS: Final = "production CT off and v1 all zero: the sum of the inverters counts"
_TYPELESS: Final = "the only consumption entry has no measurementType: it is the total"
_PHASES: Final[Values] = {
    "net_consumption_power": 1135,
    "net_consumption_power_l1": 550.543,
    "net_consumption_power_l2": 584.457,
    "production_power": 0,
    "production_energy_lifetime": 742_844.057,
    "grid_import_energy": 1_124_885.476,
    "grid_export_energy": 371_245.494,
    "storage_ct_energy_delivered": 626.383,
}

REPORTED: Final[Mapping[str, Case]] = {
    "1_info_leading_blank_line": Case(
        reason="white space before the declaration of /info; " + _WITHOUT_CTS,
        values={
            "production_power": 65,
            "production_energy_lifetime": 16_266,
            "inverter 12345678901 power": 10,
            "inverter 12345678902 power": 16,
        },
    ),
    "2_consumption_without_measurementType": Case(
        reason=_TYPELESS,
        values={
            "production_power": -1.707,
            "production_energy_lifetime": 12_605_195.311,
            "total_consumption_power": -1.707,
            "total_consumption_energy_lifetime": 12_604_234.122,
        },
    ),
    "2b_consumption_without_measurementType_2017": Case(
        reason=_TYPELESS,
        values={
            "production_power": 316.044,
            "production_energy_lifetime": 1_321_326.262,
            "total_consumption_power": 1337.481,
            "total_consumption_energy_lifetime": 1_756_854.567,
        },
    ),
    "3_phase_powers_do_not_add_up": Case(
        reason="activePower of the phases is of another moment; their instantaneousDemand adds up to the total",
        values={**_PHASES, "total_consumption_power_l1": 550.543, "total_consumption_power_l2": 584.457},
    ),
    "4_inverter_serial_equals_gateway": Case(
        reason="one inverter has the serial of the gateway, the other one its own; " + _WITHOUT_CTS,
        values={"production_power": 65, "production_energy_lifetime": 16_266, "inverter 12345678902 power": 16},
    ),
    "5_ct_enabled_measures_nothing": Case(
        reason="a production CT on the wrong conductor (evcc-io/evcc#16619)",
        values={"production_power": -1.648, "inverter 482300000000 power": 178, "inverters_reporting": 20},
    ),
    "7_production_endpoints_401_readings_fine": Case(
        reason="the report, v1 and device data have status 401, the readings serve",
        values=_PHASES,
    ),
    "8_phases_of_production_and_consumption_differ": Case(
        reason="production CT on one phase, consumption CT on three (vincentwolsink/home_assistant_enphase_envoy#116)",
        values={
            "production_power": 1500,
            "production_voltage": 234,
            "net_consumption_power_l1": -1000,
            "net_consumption_power_l2": 200,
            "net_consumption_power_l3": 800,
            "total_consumption_power": 1500,
            "total_consumption_power_l1": 500,
            "total_consumption_power_l2": 200,
            "total_consumption_power_l3": 800,
            "total_consumption_energy_lifetime": 4_800_000,
            "total_consumption_energy_lifetime_l1": 1_900_000,
            "total_consumption_energy_lifetime_l2": 1_400_000,
            "total_consumption_energy_lifetime_l3": 1_500_000,
            "total_consumption_voltage": 234,
            "total_consumption_voltage_l2": 235,
            "total_consumption_apparent_power": 1590,
        },
    ),
    "9_impossible_power": Case(
        reason="the production CT reports its lifetime energy as power (home-assistant/core#166183)",
        values={
            "production_power": None,
            "total_consumption_power": None,
            "production_energy_lifetime": 3_000_000,
            "net_consumption_power": 0,
            "net_consumption_power_l1": -1000,
            "inverter 482300000001 power": 213,
        },
    ),
}
"""For the folders of `CASES` with one gateway."""

FOUND: Final[Mapping[str, Case]] = {
    "acropia_7.6.114": Case(
        reason="white space before the declaration of /info, an inverter with the gateway's serial; " + _WITHOUT_CTS,
        values={"production_power": 65, "production_energy_lifetime": 16_266, "inverter 12345678902 power": 16},
    ),
    "dlmcpaul_D4.2.27": Case(
        reason=_TYPELESS,
        values={
            "production_energy_lifetime": 12_605_195.311,
            "total_consumption_power": -1.707,
            "total_consumption_energy_lifetime": 12_604_234.122,
        },
    ),
    "domoticz_2019": Case(
        reason="net consumption counts no lifetime energy although it is active",
        firmware="R4.10.35",
        values={
            "production_power": 624.315,
            "production_energy_lifetime": 1_455_843.527,
            "total_consumption_power": 1260.785,
            "total_consumption_energy_lifetime": 2_743_860.336,
            "net_consumption_power": 636.47,
            "net_consumption_energy_lifetime": None,
        },
    ),
    "enphase_brief_2023": Case(
        reason="the readings alone, with those of a storage CT that is not in the list of meters",
        firmware="D7.0.88",
        values={
            "production_power": 132.118,
            "production_energy_lifetime": 1_608_426.912,
            "net_consumption_power": 0,
            "grid_import_energy": 48_540.732,
            "grid_export_energy": 1_244_797.861,
            "grid_import_energy_l1": 24_176.961,
            "grid_import_energy_l3": None,
            "storage_ct_power": None,
        },
    ),
    "ghawken_2017_consumption": Case(
        reason=_TYPELESS,
        firmware="R4.0.22",
        values={"total_consumption_power": 1337.481, "total_consumption_energy_lifetime": 1_756_854.567},
    ),
    "ghawken_2017_metered": Case(
        reason="no measurementType, the consumption entry inactive",
        firmware="R4.0.22",
        values={
            "production_power": 1778.632,
            "production_energy_lifetime": 9_352_075.915,
            "production_energy_today": 51_894.915,
            "total_consumption_power": None,
        },
    ),
    "issue_evcc_17948": Case(
        reason="a report without any CT",
        firmware="D8.2.4264",
        values={"production_power": 442, "production_energy_lifetime": 6_788_138, "total_consumption_power": None},
    ),
    "matthew1471_docs": Case(
        reason="CTs on one of three phases, with stray values on the others",
        values={
            "production_power": 0.543,
            "production_energy_lifetime": 2_485_013.736,
            "production_voltage": 244.004,
            "net_consumption_power": 432.435,
            "net_consumption_power_l2": None,
            "grid_import_energy": 1_749_556.395,
            "grid_export_energy": 1_601_637.637,
            "total_consumption_power": 432.978,
        },
    ),
    "mpreissner_D8.3.6086": Case(
        reason="phases that do not add up, today equal to the lifetime, a gateway that has just restarted at night",
        firmware="D8.3.6086",
        values={
            **_PHASES,
            "production_energy_today": 0,
            "inverter 900000000004 energy_lifetime": 34_744.563,
            "battery_state_of_charge": 59,
            "battery_available_energy": 2950,
            "battery_reserve": 100,
            "charge_from_grid_allowed": "on",
            "grid_state": "on_grid",
            "inverter 900000000002 power": 23,
            "inverter 900000000003 temperature": 25,
            "inverters_reporting": 0,
        },
    ),
}
"""For the folders of `ANSWERS` that hold enough to set up a gateway."""

REFUSED: Final[Mapping[str, str]] = {
    "go_note_battery5p": "D8.3.5169",
    "hoffmann77_misc": "D7.6.175",
    "mpreissner_collar": "D8.3.1598",
    "vk2him_1": "D7.0.88",
}
"""The folders of `ANSWERS` without a production value of known kind, with the firmware for their `/info`."""


def cells(case: Case) -> list[str]:
    """Return the cells of `docs/sources.md` for a case: what is special, power and lifetime energy."""
    values = [case.values.get(key) for key in ("production_power", "total_consumption_power")]
    lifetime = case.values.get("production_energy_lifetime")
    powers = [f"{value:,.0f} W" if isinstance(value, (int, float)) else "" for value in values]
    energy = f"{lifetime / 1000:,.3f} kWh" if isinstance(lifetime, (int, float)) else ""
    return [case.reason, *powers, energy]


def newest_time(folder: Path) -> float:
    """Return the newest time in the answers of a folder in epoch seconds."""
    return max((int(at) for file in folder.iterdir() for _, at in _TIME.findall(file.read_bytes())), default=1.7e9)


def shift_times(folder: Path, seconds: int) -> None:
    """Move every time in the answers of a folder on, as if they were recorded later."""
    for file in folder.iterdir():
        body = file.read_bytes()
        file.write_bytes(_TIME.sub(lambda found: found[1] + str(int(found[2]) + seconds).encode(), body))


def copy_for_replay(answers: Path, folder: Path, firmware: str) -> Path:
    """Copy a folder of `ANSWERS` as the simulator replays it, with a made-up `/info` where it has none."""
    for file in answers.iterdir():
        name = file.name if file.name == "production.json" else file.name.removesuffix(".json").removesuffix(".xml")
        shutil.copyfile(file, folder / name)
    info = folder / "info"
    if not info.exists():
        tokens = "false" if firmware.startswith("R") else "true"
        info.write_text(_INFO.format(time=int(newest_time(folder)), firmware=firmware, tokens=tokens))
    return folder
