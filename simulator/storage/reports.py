"""The last report of each battery, which is some minutes old (S§2.1, S§31)."""

from dataclasses import dataclass

from simulator.simulated_site import SimulatedSite

from .hardware import BatteryModel
from .units import Unit

_YOUNGEST_S, _IQ_INTERVAL_S = 8, 290  # S§2.1: reports are 8 to 298 s old
ACB_INTERVAL_S = 900  # S§31
_OWN_FIGURE, _UNSEEN_W = 0.93, 10.0  # S§3: batteries report 7 to 17 % less than a CT measures
_TEMPERATURE, _PER_KW = 19.0, 4.0


@dataclass(frozen=True, slots=True)
class IqReport:
    """The last report of an IQ Battery."""

    unit: Unit
    model: BatteryModel
    at: int
    """Epoch of the report."""
    communicating: bool
    percent: int
    power_w: int
    """Power as the battery reports it, positive when discharging."""
    temperature: int
    max_cell_temperature: int


def iq_reports(site: SimulatedSite, now: float) -> list[IqReport]:
    """Return the IQ Batteries in order."""
    kept, reports = site.world.plant.last_reports, []
    for number, model in enumerate(site.hardware.batteries):
        serial = site.world.plant.units[number].serial
        key = serial, site.silent.get(serial, now)
        report: IqReport = kept.get(key) or _iq_report(site, number, model, now)
        if not report.communicating:
            kept[key] = report
        reports.append(report)
    return reports


def _iq_report(site: SimulatedSite, number: int, model: BatteryModel, now: float) -> IqReport:
    unit = site.world.plant.units[number]
    communicating = unit.serial not in site.silent
    last_contact = now if communicating else site.silent[unit.serial]
    at = int(last_contact - _YOUNGEST_S - (last_contact - 83 * number) % _IQ_INTERVAL_S)
    reported = site.world.at(at)
    percent = round(100.0 * reported.energies.stored[number] / unit.capacity_wh)
    mean = _TEMPERATURE + _PER_KW * abs(reported.powers.units[number]) / 1000
    return IqReport(
        unit=unit,
        model=model,
        at=at,
        communicating=communicating,
        percent=percent,
        power_w=own_figure(site.world.at(last_contact).powers.units[number]),
        temperature=round(mean),
        max_cell_temperature=round(mean + 0.6),
    )


def own_figure(power_w: float) -> int:
    """Return the AC power as a battery reports it, in whole watts (S§3)."""
    size = max(0.0, _OWN_FIGURE * abs(power_w) - _UNSEEN_W)
    return round(size if power_w > 0 else -size)


@dataclass(frozen=True, slots=True)
class AcbReport:
    """The last report of an AC Battery, one every quarter of an hour (S§31)."""

    unit: Unit
    at: int
    duration: int
    percent: int
    stored_wh: float
    joules_out: int
    joules_in: int
    lifetime_out: int
    lifetime_in: int
    max_cell_temperature: int

    @property
    def power_w(self) -> int:
        """Mean power of the interval, positive when discharging."""
        return round((self.joules_out - self.joules_in) / self.duration)

    @property
    def state(self) -> str:
        """Word of its state."""
        return "discharging" if self.power_w > 5 else "charging" if self.power_w < -5 else "idle"


def acb_reports(site: SimulatedSite, now: float) -> list[AcbReport]:
    """Return the AC Batteries in order."""
    plant = site.world.plant
    first = len(plant.hardware.batteries)
    return [_acb_report(site, first + number, now) for number in range(site.profile.ac_batteries)]


def _acb_report(site: SimulatedSite, index: int, now: float) -> AcbReport:
    unit = site.world.plant.units[index]
    last_contact = min(now, site.silent.get(unit.serial, now))
    at = int(last_contact - (last_contact - 211 * index) % ACB_INTERVAL_S)
    end, start = site.world.at(at).energies, site.world.at(at - ACB_INTERVAL_S).energies

    def joules(wh: float) -> int:
        return round(3600 * wh)

    return AcbReport(
        unit=unit,
        at=at,
        duration=ACB_INTERVAL_S,
        percent=round(100.0 * end.stored[index] / unit.capacity_wh),
        stored_wh=end.stored[index],
        joules_out=joules(end.units_discharged[index] - start.units_discharged[index]),
        joules_in=joules(end.units_charged[index] - start.units_charged[index]),
        lifetime_out=joules(end.units_discharged[index]),
        lifetime_in=joules(end.units_charged[index]),
        max_cell_temperature=22,
    )
