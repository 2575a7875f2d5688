"""Inverters: the energy each produces and the reports it sends to the gateway."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from .panels import HEALTHY, Condition, Plane, made_of
from .sunlight import DARK, Light

# The inverters measure themselves 1.2 % higher than the production CT (G§3: 1-3 % apart).
SELF_MEASURED = 1.012

NEVER = float("inf")
_ALL_LIGHT: Light = (NEVER, NEVER, NEVER, NEVER)


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
    """One microinverter; its energy is proportional to the light on its panel."""

    serial: str
    rated_w: float
    plane: Plane
    phase: int
    interval_s: int
    offset_s: int
    """Offset within the interval: reports end at the epochs offset + n * interval."""
    start_wh: float = 0.0
    """Lifetime energy at the light `start_h`."""
    start_h: Light = DARK
    added_at: int = 0
    retired_at: float = NEVER
    light_added: Light = DARK
    light_retired: Light = _ALL_LIGHT
    communicating: bool = True
    condition: Condition = HEALTHY
    earlier: list[tuple[Light, Condition]] = field(default_factory=list[tuple[Light, Condition]])
    """Earlier conditions, each with the light up to its end."""
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
            light_added=DARK,
            light_retired=_ALL_LIGHT,
            communicating=True,
            earlier=[],
            last_report=None,
        )

    @property
    def shares(self) -> Light:
        """What of each light it turns into power."""
        return self.condition.shares(self.plane.east_share)

    def power(self, light: Light) -> float:
        """Return the power in W, as measured by the inverter."""
        return SELF_MEASURED * self.rated_w * made_of(light, self.shares) if self.active else 0.0

    def change(self, condition: Condition, light_h: Light) -> None:
        """Change the condition at a light in hours of full sun."""
        self.earlier.append((light_h, self.condition))
        self.condition = condition

    def lifetime(self, light_h: Light) -> float:
        """Return the lifetime energy in Wh, as measured by the inverter, at the given light in hours of full sun."""
        light_h = _lower(_higher(light_h, self.light_added), self.light_retired)
        since_h, hours = self.start_h, 0.0
        for end_h, condition in (*self.earlier, (_ALL_LIGHT, self.condition)):
            until_h = _lower(light_h, end_h)
            if since_h is not self.start_h:
                until_h = _higher(until_h, since_h)
            hours += made_of(_difference(until_h, since_h), condition.shares(self.plane.east_share))
            since_h = end_h
        return self.start_wh + SELF_MEASURED * self.rated_w * hours


def _lower(one: Light, other: Light) -> Light:
    return min(one[0], other[0]), min(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def _higher(one: Light, other: Light) -> Light:
    return max(one[0], other[0]), max(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _difference(one: Light, other: Light) -> Light:
    return one[0] - other[0], one[1] - other[1], one[2] - other[2], one[3] - other[3]


type LightAt = Callable[[float], Light]
"""Function that returns the light in hours of full sun up to an epoch."""


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


def make_report(inverter: Inverter, end: int, light_at: LightAt, midnights: list[int]) -> Report:
    """Return the report that ends at an epoch; `midnights` are today's, yesterday's and that of seven days ago."""

    def wh(at: float) -> float:
        return inverter.lifetime(light_at(at))

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
