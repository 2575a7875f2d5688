"""Answers spoiled at random, from bytes to what is shown: a model or a `GatewayError`, never anything else.

A short run is part of the tests. The long one: `IQ_GATEWAY_FUZZ_RUNS=100000 pytest tests/system/test_fuzz.py -s`.
"""

from contextlib import suppress
from dataclasses import replace
import os
from pathlib import Path
import random
import sys
import time
from zoneinfo import ZoneInfo

from custom_components.enphase_iq_gateway.client import GatewayError
from custom_components.enphase_iq_gateway.client.endpoints import (
    DEVICE_DATA,
    INFO,
    INVERTER_LIST,
    METERS,
    PRODUCTION_SUMMARY,
    READINGS,
    REPORT_DETAILED,
    Endpoint,
)
from custom_components.enphase_iq_gateway.client.site.documents import Documents
from custom_components.enphase_iq_gateway.client.site.measure import measure
from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.client.site.sources import decide
from custom_components.enphase_iq_gateway.client.site.storage import measure_storage
from custom_components.enphase_iq_gateway.client.site.storage_documents import StorageDocuments
from custom_components.enphase_iq_gateway.client.site.storage_site import decide_storage
from custom_components.enphase_iq_gateway.counters.guard import Guard
from custom_components.enphase_iq_gateway.polling.inverter_health import InverterHealth
from simulator import PROFILES, World, routes
from simulator.firmware import Firmware
from simulator.simulated_site import SimulatedSite
from tests.support.captures import CAPTURES, file_of, folders, needs
from tests.support.spoiling import spoil
from tests.support.storage_captures import STORAGE

RUNS = int(os.environ.get("IQ_GATEWAY_FUZZ_RUNS", "1500"))
ZONE = ZoneInfo("Europe/Amsterdam")
ENDPOINTS: tuple[Endpoint[object], ...] = (
    METERS,
    READINGS,
    REPORT_DETAILED,
    PRODUCTION_SUMMARY,
    INVERTER_LIST,
    DEVICE_DATA,
)
type Bodies = dict[Endpoint[object], bytes]


def simulated(name: str) -> Bodies:
    """Return the answers of a simulated gateway."""
    profile, now = PROFILES[name], 1_795_172_400.0
    world = World(profile, inverters=4, clock=lambda: now, seed=1, report_interval_s=900, lifetime_wh=1e6)
    site = SimulatedSite(profile, Firmware.parse(profile.firmware), "122300000001", world)
    return {
        endpoint: routes.answer(site, *endpoint.path.partition("?")[::2], now).body
        for endpoint in (INFO, *ENDPOINTS, *STORAGE)
    }


def recorded(folder: Path) -> Bodies:
    """Return the answers of a recorded gateway."""
    files = {endpoint: file_of(folder, endpoint) for endpoint in (INFO, *ENDPOINTS, *STORAGE)}
    return {endpoint: file.read_bytes() if file else b"" for endpoint, file in files.items()}


def show(bodies: Bodies) -> None:
    """Process answers up to the values that the entities would show.

    Raises:
        GatewayError: the answers are refused.
    """
    documents = Documents(info=INFO.parse(bodies[INFO]))
    for endpoint in ENDPOINTS:
        with suppress(GatewayError):
            documents = documents.with_answer(endpoint, endpoint.parse(bodies[endpoint]))
    site = decide(documents)
    guard = Guard(site=site)
    for coordinator in PollGroup:
        snapshot = InverterHealth().judge(measure(site, coordinator, documents, 1_795_172_400.0))
        guard.check(coordinator, snapshot, ZONE)
        guard.check(coordinator, replace(snapshot, at=snapshot.at + 30), ZONE)


def show_storage(bodies: Bodies) -> None:
    """Process answers about storage up to the values; one that is refused is missing."""
    at = 1_795_172_400.0
    documents = StorageDocuments(info=INFO.parse(bodies[INFO]))
    for endpoint in (*STORAGE, DEVICE_DATA, REPORT_DETAILED):
        with suppress(GatewayError):
            documents = documents.with_answer(endpoint, endpoint.parse(bodies[endpoint]), at)
    site = decide_storage(documents)
    snapshot = measure_storage(site, documents, at)
    measure_storage(site, documents, at + 10, previous=snapshot.grid_state, clock_ahead_s=-400_000_000.0)


def run(originals: list[Bodies], runs: int) -> tuple[int, int]:
    """Spoil one answer in each run; return how many gateways could be shown, and how many were refused."""
    chance = random.Random(1)  # noqa: S311 - the same answers each time, no secrets
    shown = refused = 0
    for number in range(runs):
        bodies = dict(originals[number % len(originals)])
        endpoint = chance.choice([endpoint for endpoint, body in bodies.items() if body])
        bodies[endpoint] = spoil(bodies[endpoint], chance)
        try:
            show_storage(bodies)
            show(bodies)
        except GatewayError:
            refused += 1
        else:
            shown += 1
    return shown, refused


def test_spoiled_simulated_answers_are_shown_or_refused() -> None:
    began = time.perf_counter()

    shown, refused = run([simulated(name) for name in PROFILES], RUNS)

    assert shown > refused > 0
    sys.stdout.write(f"\nsimulated: {shown} shown, {refused} refused in {time.perf_counter() - began:.0f} s\n")


@needs(CAPTURES)
def test_spoiled_recorded_answers_are_shown_or_refused() -> None:
    began = time.perf_counter()

    shown, refused = run([recorded(folder) for folder in folders(CAPTURES)], RUNS)

    assert shown > refused > 0
    sys.stdout.write(f"\nrecorded: {shown} shown, {refused} refused in {time.perf_counter() - began:.0f} s\n")
