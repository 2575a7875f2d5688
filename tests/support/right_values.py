"""The right values of every recorded gateway, worked out from its answers by hand, and the source of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One flow: where power and lifetime energy come from, and their values in W and Wh."""

    source: str
    lifetime_source: str
    power: int
    lifetime: int

    def cells(self) -> list[str]:
        """Return the cells of `docs/sources.md`."""
        sources = dict.fromkeys((self.source.replace("_", " "), self.lifetime_source.replace("_", " ")))
        return [", ".join(sources), f"{self.power:,} W, {self.lifetime / 1000:,.3f} kWh"]


@dataclass(frozen=True, kw_only=True)
class Right:
    """The right values of one gateway."""

    production: Shown
    consumption: Shown | None = None
    grid_power: int | None = None
    """From the same source as the power of consumption."""

    def cells(self) -> list[str]:
        """Return the cells of `docs/sources.md`."""
        consumption = ["none", ""] if self.consumption is None else self.consumption.cells()
        grid = "" if self.grid_power is None else f"{self.grid_power:,} W"
        return [*self.production.cells(), *consumption, grid]


RIGHT: Final[Mapping[str, Right]] = {
    "3.8.10": Right(
        production=Shown(
            source="summary",
            lifetime_source="summary",
            power=4_324,
            lifetime=138_475_913,
        ),
    ),
    "3.9.36": Right(
        production=Shown(
            source="summary",
            lifetime_source="summary",
            power=1_271,
            lifetime=6_012_540,
        ),
    ),
    "4.2.27": Right(
        production=Shown(
            source="summary",
            lifetime_source="summary",
            power=5_894,
            lifetime=10_279_087,
        ),
    ),
    "4.10.35": Right(
        production=Shown(
            source="readings",
            lifetime_source="readings",
            power=166,
            lifetime=26_785_327,
        ),
        consumption=Shown(
            source="readings",
            lifetime_source="readings",
            power=733,
            lifetime=26_335_846,
        ),
        grid_power=567,
    ),
    "5.0.62": Right(
        production=Shown(
            source="summary",
            lifetime_source="summary",
            power=7_907,
            lifetime=133_798_553,
        ),
    ),
    "7.3.130_no_consumption": Right(
        production=Shown(
            source="readings",
            lifetime_source="readings",
            power=3_625,
            lifetime=4_545_930,
        ),
    ),
    "7.3.466_metered_disabled_cts": Right(
        production=Shown(
            source="reported_inverters",
            lifetime_source="reported_inverters",
            power=751,
            lifetime=702_919,
        ),
    ),
    "7.3.517": Right(
        production=Shown(
            source="report",
            lifetime_source="report",
            power=4_556,
            lifetime=19_230_313,
        ),
        consumption=Shown(
            source="report",
            lifetime_source="report",
            power=3_791,
            lifetime=27_666_732,
        ),
        grid_power=-765,
    ),
    "7.3.517_legacy_savings_mode": Right(
        production=Shown(
            source="report",
            lifetime_source="report",
            power=4_556,
            lifetime=19_230_313,
        ),
        consumption=Shown(
            source="report",
            lifetime_source="report",
            power=3_791,
            lifetime=27_666_732,
        ),
        grid_power=-765,
    ),
    "7.6.175": Right(
        production=Shown(
            source="reported_inverters",
            lifetime_source="summary",
            power=3_413,
            lifetime=8_717_473,
        ),
    ),
    "7.6.175_standard": Right(
        production=Shown(
            source="summary",
            lifetime_source="summary",
            power=5_740,
            lifetime=6_139_406,
        ),
    ),
    "7.6.175_total": Right(
        production=Shown(
            source="reported_inverters",
            lifetime_source="reported_inverters",
            power=1_322,
            lifetime=1_152_866,
        ),
    ),
    "7.6.175_with_cts_3phase": Right(
        production=Shown(
            source="readings",
            lifetime_source="readings",
            power=489,
            lifetime=3_183_794,
        ),
        consumption=Shown(
            source="readings",
            lifetime_source="report",
            power=453,
            lifetime=4_074_795,
        ),
        grid_power=-36,
    ),
    "8.2.127_with_generator_running": Right(
        production=Shown(
            source="readings",
            lifetime_source="readings",
            power=2_336,
            lifetime=15_097_305,
        ),
        consumption=Shown(
            source="readings",
            lifetime_source="readings",
            power=1_282,
            lifetime=22_394_014,
        ),
        grid_power=196,
    ),
    "8.2.127_with_3cts_and_battery_split": Right(
        production=Shown(
            source="readings",
            lifetime_source="readings",
            power=1_714,
            lifetime=3_165_834,
        ),
        consumption=Shown(
            source="readings",
            lifetime_source="readings",
            power=-736,
            lifetime=7_213_070,
        ),
        grid_power=129,
    ),
    "8.2.4286_with_3cts_and_battery_split": Right(
        production=Shown(
            source="readings",
            lifetime_source="readings",
            power=7_131,
            lifetime=13_431_337,
        ),
        consumption=Shown(
            source="readings",
            lifetime_source="readings",
            power=1_797,
            lifetime=13_777_877,
        ),
        grid_power=1_750,
    ),
    "8.2.4345_with_device_data": Right(
        production=Shown(
            source="readings",
            lifetime_source="readings",
            power=807,
            lifetime=1_243_812,
        ),
        consumption=Shown(
            source="readings",
            lifetime_source="report",
            power=1_007,
            lifetime=1_008_080,
        ),
        grid_power=199,
    ),
    "8.2.4382_ACB": Right(
        production=Shown(
            source="readings",
            lifetime_source="readings",
            power=308,
            lifetime=19_213_421,
        ),
        consumption=Shown(
            source="readings",
            lifetime_source="report",
            power=331,
            lifetime=26_700_501,
        ),
        grid_power=23,
    ),
    "8.3.5167_3rd-pv": Right(
        production=Shown(
            source="readings",
            lifetime_source="readings",
            power=5_236,
            lifetime=569_123,
        ),
        consumption=Shown(
            source="readings",
            lifetime_source="readings",
            power=355,
            lifetime=253_090,
        ),
        grid_power=-4_912,
    ),
    "8.3.1598_collar": Right(
        production=Shown(
            source="readings",
            lifetime_source="readings",
            power=0,
            lifetime=47_078,
        ),
        consumption=Shown(
            source="readings",
            lifetime_source="readings",
            power=2_463,
            lifetime=125_204,
        ),
        grid_power=3_761,
    ),
    "8.3.5169_ACB_inventory": Right(
        production=Shown(
            source="readings",
            lifetime_source="readings",
            power=-4,
            lifetime=1_692_971,
        ),
        consumption=Shown(
            source="readings",
            lifetime_source="report",
            power=1_412,
            lifetime=20_842_598,
        ),
        grid_power=1_416,
    ),
    "8.3.5169_with_generator": Right(
        production=Shown(
            source="readings",
            lifetime_source="readings",
            power=2_892,
            lifetime=11_567_966,
        ),
        consumption=Shown(
            source="readings",
            lifetime_source="report",
            power=3_052,
            lifetime=27_293_409,
        ),
        grid_power=160,
    ),
    "8.3.5289_modGone": Right(
        production=Shown(
            source="readings",
            lifetime_source="readings",
            power=1_635,
            lifetime=10_251_324,
        ),
    ),
    "8.3.5433_tot_is_net_cons": Right(
        production=Shown(
            source="readings",
            lifetime_source="readings",
            power=353,
            lifetime=14_405_466,
        ),
        consumption=Shown(
            source="readings",
            lifetime_source="readings",
            power=787,
            lifetime=20_055_053,
        ),
        grid_power=434,
    ),
}
"""All recordings but 3.7.0, which has no readable endpoint. 8.2.127 with three CTs has lost a channel of its storage CT
(G§9.5), so that its consumption is below zero."""
