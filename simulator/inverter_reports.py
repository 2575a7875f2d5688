"""Inverters: the energy each produces and the reports it sends to the gateway."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

# The inverters measure themselves 1.2 % higher than the production CT (G§3: 1-3 % apart).
SELF_MEASURED = 1.012

NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Report:
    """An inverter's last report, which is all the gateway has of it."""

    end: int
    """Epoch of the end of the interval."""
    midnight: int
    """Epoch of the midnight from which `today_wh` counts."""
    duration: int
    """Length of the interval in s."""
    joules: int
    """Energy produced in the interval."""
    lifetime_joules: int
    today_wh: int
    yesterday_wh: int
    week_wh: int
    """Energy of the seven days before today."""

    @property
    def watts(self) -> int:
        """Mean power over the interval (G§5.3)."""
        return round(self.joules / self.duration)


@dataclass(slots=True)
class Inverter:
    """One microinverter; its energy is proportional to the light on its module."""

    serial: str
    rated_w: float
    east_share: float
    """Share of its module that faces south-east, 0..1; the rest faces south-west."""
    phase: int
    interval_s: int
    offset_s: int
    """Offset within the interval: reports end at the epochs offset + n * interval."""
    start_wh: float
    """Lifetime energy at the light (start_east_h, start_west_h)."""
    start_east_h: float
    start_west_h: float
    added_at: int = 0
    retired_at: float = NEVER
    light_added: tuple[float, float] = (0.0, 0.0)
    light_retired: tuple[float, float] = (NEVER, NEVER)
    communicating: bool = True
    last_report: Report | None = field(default=None, repr=False)

    @property
    def active(self) -> bool:
        """Whether the inverter is in service."""
        return self.retired_at == NEVER

    def with_another_gateway(self, phase: int) -> Inverter:
        """Return the same inverter as another gateway lists it, which receives reports of its own in between."""
        offset_s = (self.offset_s + self.interval_s // 2) % self.interval_s
        return replace(
            self,
            phase=phase,
            offset_s=offset_s,
            added_at=0,
            retired_at=NEVER,
            light_added=(0.0, 0.0),
            light_retired=(NEVER, NEVER),
            communicating=True,
            last_report=None,
        )

    def power(self, east: float, west: float) -> float:
        """Return the power in W, as measured by the inverter."""
        if not self.active:
            return 0.0
        return SELF_MEASURED * self.rated_w * (self.east_share * east + (1.0 - self.east_share) * west)

    def lifetime(self, east_h: float, west_h: float) -> float:
        """Return the lifetime energy in Wh, as measured by the inverter, at the given light in hours of full sun."""
        east_h = min(max(east_h, self.light_added[0]), self.light_retired[0])
        west_h = min(max(west_h, self.light_added[1]), self.light_retired[1])
        hours = self.east_share * (east_h - self.start_east_h) + (1.0 - self.east_share) * (west_h - self.start_west_h)
        return self.start_wh + SELF_MEASURED * self.rated_w * hours


type Light = Callable[[float], tuple[float, float]]
"""Function that returns the light in hours of full sun (east, west) up to an epoch."""


@dataclass(slots=True)
class Daylight:
    """The last times the sun rose and set, at most one simulation step late."""

    dawn: float = 0.0
    dusk: float = 0.0
    """Last epoch with light; the present one during the day."""
    dusk_before: float = 0.0
    """Last epoch with light of the day before."""

    def update(self, at: float, *, light_before: bool) -> None:
        """Record light at an epoch; `light_before` is whether the step before it had light too."""
        if not light_before:
            self.dawn, self.dusk_before = at, self.dusk
        self.dusk = at


def _first_end_after(inverter: Inverter, at: float) -> int:
    """Return the end of the inverter's first interval that ends at or after `at`."""
    return int(at + (inverter.offset_s - at) % inverter.interval_s)


def last_report_end(inverter: Inverter, now: float, daylight: Daylight) -> int:
    """Return the epoch of the last report: at night, inverters sleep after a last report of 0 W (G§4)."""
    slot = int(now - (now - inverter.offset_s) % inverter.interval_s)
    slot = min(slot, int(inverter.retired_at)) if not inverter.active else slot
    if slot < daylight.dawn:
        return min(slot, _first_end_after(inverter, daylight.dusk_before + inverter.interval_s))
    return min(slot, _first_end_after(inverter, daylight.dusk + inverter.interval_s))


def make_report(inverter: Inverter, end: int, light: Light, midnights: list[int]) -> Report:
    """Return the report that ends at an epoch; `midnights` are today's, yesterday's and that of seven days ago."""

    def wh(at: float) -> float:
        return inverter.lifetime(*light(at))

    lifetime = wh(end)
    today, yesterday, week = (wh(midnight) for midnight in midnights)
    joules = round((lifetime - wh(end - inverter.interval_s)) * 3600)
    return Report(
        end=end,
        midnight=midnights[0],
        duration=inverter.interval_s,
        joules=joules,
        lifetime_joules=round(lifetime * 3600),
        today_wh=int(max(0.0, lifetime - today)),
        yesterday_wh=int(today - yesterday),
        week_wh=int(today - week),
    )
