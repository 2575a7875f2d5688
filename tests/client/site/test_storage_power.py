"""The power of storage without a CT, and total consumption that contains it (S§21, S§23)."""

from dataclasses import replace

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import ENSEMBLE_POWER, LIVE_DATA, Endpoint
from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.client.site.documents import Documents
from custom_components.enphase_iq_gateway.client.site.measure import measure
from custom_components.enphase_iq_gateway.client.site.site import PollGroup, Quantity, Site, Source
from custom_components.enphase_iq_gateway.client.site.snapshot import Snapshot
from custom_components.enphase_iq_gateway.client.site.sources import decide
from custom_components.enphase_iq_gateway.client.site.storage_site import StorageSite
from custom_components.enphase_iq_gateway.client.storage_models import BatteryPower, LiveData, LivePower
from tests.support.models import NOW, changed, metered, meters

BATTERIES = frozenset({"B1", "B2"})
IQ = StorageSite(batteries=BATTERIES)
TOTAL, NET, STORAGE = Flow.TOTAL_CONSUMPTION, Flow.NET_CONSUMPTION, Flow.STORAGE
LIVE = LiveData(storage=LivePower(total_w=-1500.0, phases_w=(-500.0, -1000.0)), last_update=NOW)
POWERS = {serial: BatteryPower(serial=serial, power_w=-700.0) for serial in BATTERIES}


def without(*endpoints: Endpoint[object], ac_batteries: bool = False) -> StorageSite:
    """Return a site with two batteries whose gateway lacks some endpoints."""
    return replace(IQ, missing=frozenset(endpoints), has_ac_batteries=ac_batteries)


def measured(documents: Documents, storage: StorageSite = IQ) -> Snapshot:
    """Return what the live group measures."""
    return measure(decide(documents, None, storage), PollGroup.LIVE, documents, NOW)


def source(site: Site) -> Source | None:
    """Return the source of the power of storage."""
    return site.sources.get((STORAGE, Quantity.POWER))


@pytest.mark.parametrize(
    ("storage", "expected"),
    [
        pytest.param(IQ, Source.LIVE_DATA, id="live data"),
        pytest.param(without(LIVE_DATA), Source.BATTERIES, id="no live data"),
        pytest.param(without(LIVE_DATA, ENSEMBLE_POWER), None, id="neither"),
        pytest.param(without(LIVE_DATA, ac_batteries=True), None, id="AC Batteries without live data"),
        pytest.param(StorageSite(system_controllers=frozenset({"E"})), None, id="a relay alone"),
    ],
)
def test_the_best_source_that_the_gateway_has_serves(storage: StorageSite, expected: Source | None) -> None:
    assert source(decide(metered(), None, storage)) is expected


def test_a_storage_ct_is_the_first_choice() -> None:
    site = decide(changed(metered(), meters=meters(Flow.PRODUCTION, NET, STORAGE)), None, IQ)
    assert source(site) is Source.READINGS
    assert not site.calculates_storage


@pytest.mark.parametrize(
    ("storage", "expected"),
    [(IQ, True), (StorageSite(collars=frozenset({"K"})), True), (without(LIVE_DATA), False), (StorageSite(), False)],
)
def test_live_data_are_read_with_storage_or_a_grid_relay(storage: StorageSite, *, expected: bool) -> None:
    assert (LIVE_DATA in decide(metered(), None, storage).reads(PollGroup.LIVE)) is expected


def test_what_the_live_group_reads_is_not_read_twice() -> None:
    site = decide(metered(), None, without(LIVE_DATA))
    assert ENSEMBLE_POWER in site.reads(PollGroup.LIVE)
    assert ENSEMBLE_POWER not in site.reads(PollGroup.STORAGE)


def test_the_report_does_not_serve_total_consumption_on_a_site_with_storage() -> None:
    """Its total leaves storage out, and with it today and the last 7 days."""
    locked = {(TOTAL, Quantity.LIFETIME): Source.REPORT}
    sources = decide(metered(), locked, IQ).sources
    assert {quantity: each for (flow, quantity), each in sources.items() if flow is TOTAL} == dict.fromkeys(
        (Quantity.POWER, Quantity.LIFETIME), Source.READINGS
    )


def test_total_consumption_is_production_net_and_storage() -> None:
    """The lifetime lacks storage, whose energies the guard adds."""
    snapshot = measured(metered().with_answer(LIVE_DATA, LIVE))
    assert snapshot.measurement(STORAGE).power_w == -1500
    assert snapshot.measurement(TOTAL).power_w == 3000 - 1000 - 1500
    assert snapshot.measurement(TOTAL).energy_lifetime_wh == 50_000 + 20_000 - 30_000
    assert snapshot.live_data == LIVE


def test_each_phase_has_its_own_storage() -> None:
    snapshot = measured(metered(phases=2).with_answer(LIVE_DATA, LIVE))
    assert [snapshot.measurement(STORAGE, phase).power_w for phase in range(4)] == [-1500, -500, -1000, None]


@pytest.mark.parametrize("live", [None, replace(LIVE, is_last_known=True)], ids=["missing", "outdated"])
def test_without_live_data_total_consumption_is_unknown(live: LiveData | None) -> None:
    snapshot = measured(metered().with_answer(LIVE_DATA, live))
    assert snapshot.measurement(STORAGE).power_w is None
    assert snapshot.measurement(TOTAL).power_w is None
    assert snapshot.measurement(NET).power_w == -1000


def test_the_batteries_own_power_is_summed() -> None:
    snapshot = measured(metered().with_answer(ENSEMBLE_POWER, POWERS), without(LIVE_DATA))
    assert snapshot.measurement(STORAGE).power_w == -1400
    assert snapshot.measurement(TOTAL).power_w == 600


def test_a_battery_that_is_missing_makes_the_sum_unknown() -> None:
    one = {"B1": POWERS["B1"]}
    assert measured(metered().with_answer(ENSEMBLE_POWER, one), without(LIVE_DATA)).measurement(STORAGE).power_w is None


def test_without_readings_the_report_and_live_data_make_the_total() -> None:
    documents = changed(metered(), meters=None, readings=None).with_answer(LIVE_DATA, LIVE)
    snapshot = measured(documents)
    assert snapshot.measurement(TOTAL).power_w == 3000 - 1000 - 1500
    assert snapshot.total_with_storage
    assert measured(documents.with_answer(LIVE_DATA, None)).measurement(TOTAL).power_w is None


def test_with_a_total_ct_nothing_changes() -> None:
    documents = changed(metered(), meters=meters(Flow.PRODUCTION, TOTAL))
    site = decide(documents, None, IQ)
    assert not site.total_includes_storage
    assert source(site) is Source.LIVE_DATA


def test_without_a_production_ct_storage_is_read_with_the_inverters() -> None:
    site = decide(changed(metered(), meters=meters(NET)), None, IQ)
    group = site.group(TOTAL, Quantity.POWER)
    assert group is not None
    assert LIVE_DATA in site.reads(group)
