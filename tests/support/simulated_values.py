"""The values of every simulated gateway at noon on midsummer's day, as measured and as they really are."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from custom_components.enphase_iq_gateway.client import GatewayError
from custom_components.enphase_iq_gateway.client.endpoints import ENSEMBLE_INVENTORY, INFO, LIVE_DATA, Endpoint
from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.client.site.documents import Documents
from custom_components.enphase_iq_gateway.client.site.measure import measure
from custom_components.enphase_iq_gateway.client.site.site import PollGroup, Quantity
from custom_components.enphase_iq_gateway.client.site.sources import decide
from custom_components.enphase_iq_gateway.client.site.storage_documents import StorageDocuments
from custom_components.enphase_iq_gateway.client.site.storage_site import decide_storage
from simulator import PROFILES
from simulator.firmware import Firmware
from simulator.routes import answer
from simulator.simulated_site import SimulatedSite
from simulator.world import World

from .answered_documents import OTHER_THAN_STORAGE

NOON: Final = datetime(2026, 6, 21, 10, 0, tzinfo=UTC).timestamp()
_FLOWS: Final = (Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION, Flow.NET_CONSUMPTION, Flow.STORAGE)
OTHER_THAN_HOUSE: Final = frozenset(
    {
        "metered_net_only_three_phase",
        "metered_production_ct_measures_nothing",
        "metered_production_ct_lacks_a_phase",
        "metered_third_party_inverter",
        "metered_third_party_battery",
    }
)
"""Profiles on which no CT measures a part of what feeds the house, so consumption is not what it uses."""


@dataclass(frozen=True, kw_only=True)
class SimulatedValues:
    """The powers of one gateway in W, None where it does not have one."""

    production: float | None
    consumption: float | None
    grid: float | None
    battery: float | None
    """Positive when discharging."""

    def cells(self) -> list[str]:
        """Return the cells of `docs/sources.md`."""
        powers = (self.production, self.consumption, self.grid, self.battery)
        return ["" if power is None else f"{power:,.0f} W" for power in powers]


class SimulatedGateway:
    """A gateway with six inverters, read without a network."""

    def __init__(self, profile_name: str) -> None:
        self.profile = PROFILES[profile_name]
        self.world = World(
            self.profile, inverters=6, clock=lambda: NOON, seed=1, report_interval_s=900, lifetime_wh=3_600_000
        )
        self.world.plant.stream_until = NOON + 900
        self._site = SimulatedSite(self.profile, Firmware.parse(self.profile.firmware), "122300000001", self.world)

    @property
    def house_w(self) -> float:
        """Return what the house uses, in W."""
        return self.world.now.house.power_w

    def cells(self) -> list[str]:
        """Return the cells of `docs/sources.md`."""
        return [*self.shown().cells(), f"{self.house_w:,.0f} W"]

    def _read[T](self, endpoint: Endpoint[T]) -> T:
        path, _, query = endpoint.path.partition("?")
        answered = answer(self._site, path, query, NOON)
        return endpoint.parse(answered.body if answered.status == 200 else b"")

    def shown(self) -> SimulatedValues:
        """Return the powers that the integration measures."""
        info = self._read(INFO)
        documents, storage = Documents(info=info), StorageDocuments(info=info)
        for endpoint in OTHER_THAN_STORAGE:
            try:
                documents = documents.with_answer(endpoint, self._read(endpoint))
            except GatewayError:
                continue
        if self.profile.storage:
            storage = storage.with_answer(ENSEMBLE_INVENTORY, self._read(ENSEMBLE_INVENTORY), NOON)
        site = decide(documents, {}, decide_storage(storage))
        if LIVE_DATA in site.reads(PollGroup.LIVE):
            documents = documents.with_answer(LIVE_DATA, self._read(LIVE_DATA))
        powers: list[float | None] = []
        for flow in _FLOWS:
            group = site.group(flow, Quantity.POWER)
            powers.append(None if group is None else measure(site, group, documents, NOON).measurement(flow).power_w)
        production, consumption, grid, battery = powers
        return SimulatedValues(production=production, consumption=consumption, grid=grid, battery=battery)

    def right(self) -> SimulatedValues:
        """Return the powers that follow from the CTs and the reports of the inverters, as documented."""
        now, cts = self.world.now, self.profile.enabled_cts
        reports = [self.world.report(inverter, NOON) for inverter in self.world.inverters.values() if inverter.active]
        reported = float(sum(round(report.joules / report.duration) for report in reports if report))
        production = self._site.quantity(now, "production").power_w if "production" in cts else reported
        has_grid = bool(cts & {"net-consumption", "total-consumption"})
        battery = now.storage.power_w if self.profile.storage else None
        consumption = production + now.net_consumption.power_w + (battery or 0.0)
        return SimulatedValues(
            production=production,
            consumption=consumption if has_grid else None,
            grid=now.net_consumption.power_w if has_grid else None,
            battery=battery,
        )
