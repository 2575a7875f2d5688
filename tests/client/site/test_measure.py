"""Values of the CTs, without what is odd or cannot be true (G§6, §9)."""

from dataclasses import replace

import pytest

from custom_components.enphase_iq_gateway.client.models import Flow, Measurement
from custom_components.enphase_iq_gateway.client.site.measure import measure
from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.client.site.snapshot import NOTHING
from custom_components.enphase_iq_gateway.client.site.sources import decide
from tests.support.measuring import measure_live, measure_report
from tests.support.models import (
    NET as NET_CT,
    NOW,
    PRODUCTION as PRODUCTION_CT,
    READINGS as BOTH_READINGS,
    changed,
    device_data,
    inverter,
    metered,
    meters,
    reading,
)

PRODUCTION, TOTAL, NET = Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION, Flow.NET_CONSUMPTION


def test_a_ct_has_a_counter_for_each_direction() -> None:
    """Production and import are delivered, export is received; net lifetime is import - export (G§9)."""
    snapshot = measure_live(metered())

    assert snapshot.at == NOW
    assert snapshot.measurement(PRODUCTION).energy_lifetime_wh == 50_000.0
    net = snapshot.measurement(NET)
    assert (net.energy_delivered_wh, net.energy_received_wh) == (20_000.0, 30_000.0)
    assert net.energy_lifetime_wh == -10_000.0


def test_counters_that_stand_are_not_taken_from_the_readings() -> None:
    """In live mode every reading has the power, but only some of them update the counters."""
    documents = metered()
    standing = {PRODUCTION: (Measurement(energy_lifetime_wh=49_000.0),)}

    snapshot = measure(decide(documents), PollGroup.LIVE, documents, NOW, standing=standing)

    assert snapshot.counted is standing
    assert snapshot.measurement(PRODUCTION).power_w == 3000.0


def test_total_consumption_is_production_and_net_of_one_reading() -> None:
    """The power is computed (G§6.4); the counter is the report's."""
    documents = metered()

    assert measure_live(documents).measurement(TOTAL) == Measurement(power_w=2000.0)
    assert measure_report(documents).measurement(TOTAL).energy_lifetime_wh == 40_000.0
    assert measure_report(documents).measurement(TOTAL).power_w is None


def test_net_consumption_is_total_less_production_with_a_total_ct() -> None:
    """Its counter is total consumption - production too (G§6.4)."""
    total = Measurement(power_w=4000.0, energy_delivered_wh=70_000.0, energy_received_wh=5.0)
    documents = changed(
        metered(),
        meters=meters(PRODUCTION, TOTAL),
        readings=(reading(PRODUCTION, PRODUCTION_CT), reading(TOTAL, total)),
    )

    snapshot = measure_live(documents)

    assert snapshot.measurement(NET) == Measurement(power_w=1000.0, energy_lifetime_wh=20_000.0)
    assert snapshot.measurement(TOTAL).energy_lifetime_wh == 70_000.0


def test_a_value_that_one_of_two_cts_lacks_is_not_computed() -> None:
    """A missing value is not zero."""
    documents = changed(metered(), readings=(reading(PRODUCTION, Measurement()), reading(NET, NET_CT)))

    assert measure_live(documents).measurement(TOTAL) == NOTHING


@pytest.mark.parametrize("there", [(PRODUCTION,), (NET,), ()])
def test_a_ct_without_a_reading_leaves_out_itself_and_what_follows_from_it(there: tuple[Flow, ...]) -> None:
    """A disabled meter may be missing in the readings, and one that has never measured has time 0 (G§9)."""
    documents = metered()
    readings = tuple(
        one if flow in there else replace(one, timestamp=0)
        for flow, one in zip((PRODUCTION, NET), BOTH_READINGS, strict=True)
    )

    snapshot = measure_live(changed(documents, readings=readings))

    assert set(snapshot.flows) == set(there)
    assert set(measure_live(changed(documents, readings=())).flows) == set()


def test_readings_join_by_element_id() -> None:
    """The order varies, an element may have no partner, and a disabled meter keeps its old values (G§9)."""
    documents = metered()
    stranger = replace(BOTH_READINGS[0], eid=1_023_410_688, total=Measurement(power_w=0.0))
    battery = reading(Flow.STORAGE, Measurement(power_w=77.0))

    snapshot = measure_live(
        changed(
            documents,
            meters=meters(PRODUCTION, NET, disabled=(Flow.STORAGE,)),
            readings=(stranger, battery, *reversed(BOTH_READINGS)),
        )
    )

    assert snapshot.measurement(PRODUCTION).power_w == 3000.0
    assert set(snapshot.flows) == {PRODUCTION, NET, TOTAL}


def test_voltage_is_the_mean_and_the_power_factor_that_of_the_power() -> None:
    """The gateway sends the sum of the voltages, and on some firmware of the factors (G§6.3)."""
    documents = changed(metered(phases=3), readings=(reading(PRODUCTION, replace(PRODUCTION_CT, power_factor=None)),))

    production = measure_live(documents).measurement(PRODUCTION)

    assert production.voltage_v == 230.0
    assert production.power_factor == 0.75


@pytest.mark.parametrize(("power", "apparent"), [(None, 4000.0), (5000.0, 4000.0), (3000.0, 0.0), (3000.0, None)])
def test_the_gateways_power_factor_stays_where_the_powers_make_none(
    power: float | None, apparent: float | None
) -> None:
    """A factor beyond 1 is impossible, and nothing is divided by zero."""
    odd = replace(PRODUCTION_CT, power_w=power, apparent_power_va=apparent, voltage_v=None)

    production = measure_live(changed(metered(phases=3), readings=(reading(PRODUCTION, odd),))).measurement(PRODUCTION)

    assert (production.power_factor, production.voltage_v) == (0.9, None)


def test_channels_beyond_the_phases_in_use_are_cut_off() -> None:
    """They have stray values or those of another CT (G§9)."""
    phases = [replace(PRODUCTION_CT, power_w=power, voltage_v=230.0) for power in (1000.0, 2000.0, -464.966)]
    documents = changed(metered(phases=2), readings=(reading(PRODUCTION, PRODUCTION_CT, *phases),))

    snapshot = measure_live(documents)

    assert len(snapshot.flows[PRODUCTION]) == 3
    assert [snapshot.measurement(PRODUCTION, phase).power_w for phase in (0, 1, 2)] == [3000.0, 1000.0, 2000.0]
    assert snapshot.measurement(PRODUCTION, 1).voltage_v == 230.0
    assert snapshot.measurement(PRODUCTION, 3) == NOTHING


def test_phases_without_lines_come_from_the_readings() -> None:
    """Total consumption of a phase is its production + net (G§6.3, §7)."""

    def phased(flow: Flow, total: Measurement) -> tuple[Measurement, ...]:
        half = Measurement(
            power_w=(total.power_w or 0) / 2,
            energy_delivered_wh=(total.energy_delivered_wh or 0) / 2,
            energy_received_wh=(total.energy_received_wh or 0) / 2,
        )
        return (half, half, replace(half, power_w=9.0 if flow is NET else 0.0))

    documents = changed(
        metered(phases=2),
        readings=tuple(
            reading(flow, ct, *phased(flow, ct)) for flow, ct in ((PRODUCTION, PRODUCTION_CT), (NET, NET_CT))
        ),
    )

    snapshot = measure_live(documents)

    assert [snapshot.measurement(TOTAL, phase).power_w for phase in (0, 1, 2)] == [2000.0, 1000.0, 1000.0]
    assert [snapshot.measurement(TOTAL, phase).energy_lifetime_wh for phase in (0, 1, 2)] == [
        40_000.0,
        20_000.0,
        20_000.0,
    ]
    assert len(snapshot.flows[TOTAL]) == 3


@pytest.mark.parametrize("missing", ["report", "readings"])
def test_a_source_that_was_not_read_has_no_values(missing: str) -> None:
    documents = metered()
    site = decide(documents)
    without = {"report": changed(documents, report=None), "readings": changed(documents, readings=None)}[missing]
    group = {"report": PollGroup.REPORT, "readings": PollGroup.LIVE}[missing]

    assert measure(site, group, without, NOW).flows == {}


def test_meters_are_in_the_live_group_and_inverters_in_their_own() -> None:
    documents = changed(metered(), device_data=device_data(inverter("A")))
    site = decide(documents)

    assert set(measure(site, PollGroup.LIVE, documents, NOW).meters) == {PRODUCTION, NET}
    assert set(measure(site, PollGroup.INVERTERS, documents, NOW).inverters) == {"A"}
    assert measure(site, PollGroup.REPORT, documents, NOW).meters == {}
    assert measure(site, PollGroup.REPORT, documents, NOW).inverters == {}
