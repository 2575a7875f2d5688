"""A simulated week of a site with batteries, read and measured by the integration without a network."""

from dataclasses import replace
from datetime import datetime
import json
import random
from typing import Final, cast
from zoneinfo import ZoneInfo

from custom_components.enphase_iq_gateway.client.endpoints import (
    ENSEMBLE_INVENTORY,
    ENSEMBLE_POWER,
    INFO,
    LIVE_DATA,
    METERS,
    READINGS,
    REPORT_DETAILED,
    Endpoint,
)
from custom_components.enphase_iq_gateway.client.gateway_clock import GatewayClock
from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.client.site.documents import Documents
from custom_components.enphase_iq_gateway.client.site.measure import measure
from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.client.site.snapshot import Snapshot
from custom_components.enphase_iq_gateway.client.site.sources import decide
from custom_components.enphase_iq_gateway.client.site.storage_documents import StorageDocuments
from custom_components.enphase_iq_gateway.client.site.storage_site import decide_storage
from custom_components.enphase_iq_gateway.counters.guard import Guard
from custom_components.enphase_iq_gateway.counters.state import GuardState
from custom_components.enphase_iq_gateway.polling.live_data import LiveDataFreshness
from simulator import PROFILES
from simulator.firmware import Firmware
from simulator.profiles import STORAGE
from simulator.routes import answer
from simulator.simulated_site import SimulatedSite
from simulator.world import World

ZONE: Final = ZoneInfo("Europe/Amsterdam")
START: Final = datetime(2026, 4, 6, tzinfo=ZONE).timestamp()
DAY_S: Final = 86_400
HOUR_S: Final = 3600
STREAM_S: Final = 900
"""How long the gateway's live stream stays on."""
EVENTS: Final = (
    (1 * DAY_S + 18 * HOUR_S, "fail"),
    (1 * DAY_S + 20 * HOUR_S, "return"),
    (3 * DAY_S + 21 * HOUR_S, "fail"),
    (4 * DAY_S + 15 * HOUR_S, "return"),
)
"""Two outages; the second one lasts until a generator has to start."""


class StorageWeek:
    """One gateway whose live coordinator is read at an interval; some of its answers are lost."""

    def __init__(
        self,
        profile_name: str = "storage_ct_split",
        *,
        interval_s: int = 30,
        with_ct: bool = True,
        missing: frozenset[Endpoint[object]] = frozenset(),
        failing: float = 0.05,
        restarts_at: tuple[float, ...] = (2 * DAY_S + 40_000, 5 * DAY_S + 70_000),
        off_s: float = 120,
    ) -> None:
        profile = PROFILES[profile_name]
        if not with_ct:
            profile = replace(profile, enabled_cts=profile.enabled_cts - {STORAGE})
        self._with_ct = with_ct
        self.at = START
        self.interval_s, self._failing, self._missing = interval_s, failing, missing
        self._restarts_at, self._off_s = restarts_at, off_s
        self.world = World(
            profile, inverters=16, clock=lambda: self.at, seed=3, report_interval_s=900, lifetime_wh=9_000_000
        )
        self._site = SimulatedSite(profile, Firmware.parse(profile.firmware), "122300000001", self.world)
        self._chance = random.Random(1)  # noqa: S311 - which answers are lost is no secret
        self._last: dict[Endpoint[object], object] = {}
        self._freshness = LiveDataFreshness()
        self._stream_at = 0.0
        self.fell_wh = 0.0
        """The largest fall of a counter from one reading to the next."""
        self.guard = self._set_up(GuardState())
        self.snapshot = self._poll()
        while self.snapshot.counters(Flow.TOTAL_CONSUMPTION).energy_lifetime_wh is None:
            self.at += interval_s
            self.snapshot = self._poll()

    def _set_up(self, state: GuardState) -> Guard:
        """Decide the sources with the stored state, as every start does."""
        info = self._read(INFO)
        documents, storage = Documents(info=info), StorageDocuments(info=info)
        probed: tuple[Endpoint[object], ...] = (METERS, READINGS, REPORT_DETAILED)
        for endpoint in probed:
            documents = documents.with_answer(endpoint, self._read(endpoint))
        storage = storage.with_answer(ENSEMBLE_INVENTORY, self._read(ENSEMBLE_INVENTORY), self.at)
        for endpoint in self._missing:
            storage = storage.with_failure(endpoint, self.at, missing=True)
        self._meters = documents.get(METERS)
        site = decide(documents, state.locked_sources(), decide_storage(storage))
        return Guard(site=site, state=GuardState.from_json(json.loads(json.dumps(state.as_json()))))

    def _read[T](self, endpoint: Endpoint[T]) -> T:
        """Read an endpoint reliably."""
        path, _, query = endpoint.path.partition("?")
        return endpoint.parse(answer(self._site, path, query, self.at).body)

    def _try[T](self, endpoint: Endpoint[T]) -> T | None:
        """Read an endpoint, some of whose answers are lost; the last answer is used once more."""
        if self._chance.random() >= self._failing:
            document = self._read(endpoint)
            self._last[endpoint] = document
            return document
        return cast("T | None", self._last.pop(endpoint, None))

    def _poll(self) -> Snapshot:
        """Read what the live coordinator reads, and check the counters."""
        site = self.guard.site
        documents = Documents(info=site.info).with_answer(METERS, self._meters)
        for endpoint in site.reads(PollGroup.LIVE):
            documents = documents.with_answer(endpoint, self._try(endpoint))
        live, fresh = self._freshness.judge(raw := documents.get(LIVE_DATA), GatewayClock(at=self.at, ahead_s=0.0))
        if raw is not None and not raw.stream_enabled and self.at - self._stream_at >= 60:
            self._stream_at, self.world.plant.stream_until = self.at, self.at + STREAM_S
        snapshot = measure(site, PollGroup.LIVE, documents.with_answer(LIVE_DATA, live), self.at)
        if LIVE_DATA in site.reads(PollGroup.LIVE) and not fresh and ENSEMBLE_POWER not in site.reads(PollGroup.LIVE):
            snapshot = replace(snapshot, storage_kept=True)
        return self.guard.check(PollGroup.LIVE, snapshot, ZONE)

    def run(self, days: float = 7) -> dict[str, tuple[float, float]]:
        """Run the week, and return what was counted and the truth of each counter in Wh."""
        before, true_before = self.counted(), self.true()
        events, restarts = list(EVENTS), list(self._restarts_at)
        end = START + days * DAY_S
        while self.at < end:
            self.at += self.interval_s
            while events and self.at >= START + events[0][0]:
                _, event = events.pop(0)
                self.world.fail_grid() if event == "fail" else self.world.restore_grid()
            if restarts and self.at >= START + restarts[0]:
                restarts.pop(0)
                self.at += self._off_s
                self._freshness = LiveDataFreshness()
                self.guard = self._set_up(self.guard.state)
            last = self.counted()
            self.snapshot = self._poll()
            self.fell_wh = max(self.fell_wh, *(last[name] - now for name, now in self.counted().items()))
        counted, true = self.counted(), self.true()
        return {name: (counted[name] - before[name], true[name] - true_before[name]) for name in true}

    def counted(self) -> dict[str, float]:
        """Return the published counters."""
        storage, total = self.snapshot.counters(Flow.STORAGE), self.snapshot.counters(Flow.TOTAL_CONSUMPTION)
        return {
            "charged": storage.energy_received_wh or 0.0,
            "discharged": storage.energy_delivered_wh or 0.0,
            "consumption": total.energy_lifetime_wh or 0.0,
        }

    def true(self) -> dict[str, float]:
        """Return the true energies: a CT counts each phase by itself, live data are those of all phases together.

        The net CT measures a generator too. The counter of production leaves out what the inverters use at night, so
        it is consumption.
        """
        now = self.world.now
        by_phase = (now.storage.received_wh, now.storage.delivered_wh)
        charged, discharged = by_phase if self._with_ct else (now.battery_charged_wh, now.battery_discharged_wh)
        return {
            "charged": charged,
            "discharged": discharged,
            "consumption": now.house.delivered_wh + now.production.received_wh,
        }
