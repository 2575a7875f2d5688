"""The installed devices: batteries, a system controller or collar, and a generator (S§32, S§33)."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class BatteryModel:
    """A model of IQ Battery."""

    part_number: str
    revision: int
    """`encharge_rev`."""
    capacity_wh: int
    rated_w: int
    link: Literal["CAN", "ZigBee"]
    phase: str = "ph-a"
    firmware: str = "3.0.7545_rel/31.33"
    inverters: int = 6
    """Number of microinverters within (S§14.1)."""

    @property
    def ready(self) -> tuple[int, str]:
        """Admin state while the battery works, as a number and a word."""
        return (63, "ENCMN_MDE_ENCHARGE_READY") if self.revision == 4 else (6, "ENCHG_STATE_READY")


IQ_BATTERY_3T = BatteryModel(
    part_number="830-01760-r42",
    revision=2,
    capacity_wh=3500,
    rated_w=1280,
    link="ZigBee",
    firmware="2.6.7854_rel/22.33",
    inverters=4,
)
IQ_BATTERY_5P = BatteryModel(part_number="836-01826-r76", revision=3, capacity_wh=5000, rated_w=3840, link="CAN")
IQ_BATTERY_5P_FLEXPHASE = BatteryModel(
    part_number="836-00500-r20", revision=3, capacity_wh=5000, rated_w=3840, link="CAN", phase="ph-all"
)
IQ_BATTERY_10C_MODULE = BatteryModel(
    part_number="836-01250-r00", revision=4, capacity_wh=5000, rated_w=3540, link="CAN", firmware="4.5.35", inverters=2
)

AC_BATTERY_WH, AC_BATTERY_W = 1240, 270  # S§31


@dataclass(frozen=True, kw_only=True, slots=True)
class GeneratorModel:
    """A generator at the system controller (S§8.2)."""

    rated_kw: float = 22.0
    warm_up_min: int = 5
    cool_down_min: int = 5
    start_soc: int = 30
    stop_soc: int = 70


@dataclass(frozen=True, kw_only=True, slots=True)
class Hardware:
    """Everything behind the gateway that stores, switches or generates, and its first settings."""

    batteries: tuple[BatteryModel, ...] = ()
    controller: Literal["enpower", "collar"] | None = None
    controller_part: str = "865-00378-r27"
    generator: GeneratorModel | None = None
    mode: str = "self-consumption"
    reserve: int = 20
    very_low: int = 10
    charge_from_grid: bool = False
    optimizer: bool = False
    """Whether the cloud optimizes the schedules, which then control the battery (S§26)."""
    loads: tuple[str, ...] = ()
    """Names of the loads at the first dry contacts."""
    export_limit: bool = False
    """Whether `/ivp/ss/pel_settings` has an active limit (S§9)."""

    @property
    def has_relay(self) -> bool:
        """Whether the site can be separated from the grid."""
        return self.controller is not None

    @property
    def wired(self) -> bool:
        """Whether the batteries communicate by CAN."""
        return all(each.link == "CAN" for each in self.batteries)


NOTHING = Hardware(reserve=0, very_low=5)
