"""From documents to values: each quirk of G§3 to §9 that is put right, and each value that is rather left out."""

from dataclasses import replace

import pytest

from custom_components.enphase_iq_gateway.client.models import DeviceData, Flow, Measurement, ProductionSummary, Report
from custom_components.enphase_iq_gateway.client.site.documents import Documents
from custom_components.enphase_iq_gateway.client.site.measure import measure
from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.client.site.snapshot import NOTHING, Snapshot
from custom_components.enphase_iq_gateway.client.site.sources import decide
from tests.support.models import (
    NET as NET_CT,
    NOW,
    PRODUCTION as PRODUCTION_CT,
    READINGS as BOTH_READINGS,
    ZEROS,
    changed,
    device_data,
    documents_of,
    house,
    info,
    inverter,
    lifetime,
    metered,
    meters,
    reading,
    report,
    reported,
    reported_inverters,
    summary,
)

PRODUCTION, TOTAL, NET = Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION, Flow.NET_CONSUMPTION


def live(documents: Documents) -> Snapshot:
    """Measure the live group of the site that the documents show."""
    return measure(decide(documents), PollGroup.LIVE, documents, NOW)


def report_group(documents: Documents) -> Snapshot:
    """Measure the report group."""
    return measure(decide(documents), PollGroup.REPORT, documents, NOW)


def with_report(documents: Documents, flows: dict[Flow, Measurement]) -> Documents:
    """Let the report say something else of some flows."""
    others = {flow: reported(total) for flow, total in flows.items()}
    return changed(documents, report=report({**house(), **others}))


def days(today: float | None, week: float | None, total: float | None = 100_000.0) -> Measurement:
    """Give what a report says of a flow's days."""
    return Measurement(power_w=1.0, energy_lifetime_wh=total, energy_today_wh=today, energy_last_7_days_wh=week)


def test_a_ct_counts_one_way_and_the_other() -> None:
    """G§9: production and import are delivered, export is received; net lifetime is import - export."""
    snapshot = live(metered())

    assert snapshot.at == NOW
    assert snapshot.measurement(PRODUCTION).energy_lifetime_wh == 50_000.0
    net = snapshot.measurement(NET)
    assert (net.energy_delivered_wh, net.energy_received_wh) == (20_000.0, 30_000.0)
    assert net.energy_lifetime_wh == -10_000.0


def test_counters_that_stand_are_not_taken_from_the_readings() -> None:
    """In live mode they are taken now and then only; power each time."""
    documents = metered()
    standing = {PRODUCTION: (Measurement(energy_lifetime_wh=49_000.0),)}

    snapshot = measure(decide(documents), PollGroup.LIVE, documents, NOW, standing=standing)

    assert snapshot.counted is standing
    assert snapshot.measurement(PRODUCTION).power_w == 3000.0


def test_total_consumption_is_production_and_net_of_one_reading() -> None:
    """G§6.4; its counter is the report's."""
    documents = metered()

    assert live(documents).measurement(TOTAL) == Measurement(power_w=2000.0)
    assert report_group(documents).measurement(TOTAL).energy_lifetime_wh == 40_000.0
    assert report_group(documents).measurement(TOTAL).power_w is None


def test_net_consumption_is_total_less_production_with_a_total_ct() -> None:
    """G§6.4."""
    total = Measurement(power_w=4000.0, energy_delivered_wh=70_000.0, energy_received_wh=5.0)
    documents = changed(
        metered(),
        meters=meters(PRODUCTION, TOTAL),
        readings=(reading(PRODUCTION, PRODUCTION_CT), reading(TOTAL, total)),
    )

    snapshot = live(documents)

    assert snapshot.measurement(NET) == Measurement(power_w=1000.0, energy_lifetime_wh=20_000.0)
    assert snapshot.measurement(TOTAL).energy_lifetime_wh == 70_000.0


def test_what_one_of_two_cts_does_not_measure_is_not_computed() -> None:
    """A missing value is no zero."""
    documents = changed(metered(), readings=(reading(PRODUCTION, Measurement()), reading(NET, NET_CT)))

    assert live(documents).measurement(TOTAL) == NOTHING


@pytest.mark.parametrize("there", [(PRODUCTION,), (NET,), ()])
def test_a_ct_without_a_reading_leaves_out_itself_and_what_follows_from_it(there: tuple[Flow, ...]) -> None:
    """G§9: a disabled meter may be missing in the readings, one that never measured has time 0."""
    documents = metered()
    readings = tuple(
        one if flow in there else replace(one, timestamp=0)
        for flow, one in zip((PRODUCTION, NET), BOTH_READINGS, strict=True)
    )

    snapshot = live(changed(documents, readings=readings))

    assert set(snapshot.flows) == set(there)
    assert set(live(changed(documents, readings=())).flows) == set()


def test_readings_join_by_element_id() -> None:
    """G§9: the order is not fixed, an element may have no partner, a disabled meter keeps its old values."""
    documents = metered()
    stranger = replace(BOTH_READINGS[0], eid=1_023_410_688, total=Measurement(power_w=0.0))
    battery = reading(Flow.STORAGE, Measurement(power_w=77.0))

    snapshot = live(
        changed(
            documents,
            meters=meters(PRODUCTION, NET, disabled=(Flow.STORAGE,)),
            readings=(stranger, battery, *reversed(BOTH_READINGS)),
        )
    )

    assert snapshot.measurement(PRODUCTION).power_w == 3000.0
    assert set(snapshot.flows) == {PRODUCTION, NET, TOTAL}


def test_voltage_is_the_mean_and_the_power_factor_that_of_the_power() -> None:
    """G§6.3: the gateway sends the sum of the voltages, and on some firmware of the factors."""
    documents = changed(metered(phases=3), readings=(reading(PRODUCTION, replace(PRODUCTION_CT, power_factor=None)),))

    production = live(documents).measurement(PRODUCTION)

    assert production.voltage_v == 230.0
    assert production.power_factor == 0.75


@pytest.mark.parametrize(("power", "apparent"), [(None, 4000.0), (5000.0, 4000.0), (3000.0, 0.0), (3000.0, None)])
def test_the_gateways_power_factor_stays_where_the_powers_make_none(
    power: float | None, apparent: float | None
) -> None:
    """A factor beyond 1 is none, and nothing is divided by zero."""
    odd = replace(PRODUCTION_CT, power_w=power, apparent_power_va=apparent, voltage_v=None)

    production = live(changed(metered(phases=3), readings=(reading(PRODUCTION, odd),))).measurement(PRODUCTION)

    assert (production.power_factor, production.voltage_v) == (0.9, None)


def test_channels_beyond_the_phases_in_use_are_cut_off() -> None:
    """G§9: they carry stray values or those of another CT."""
    phases = [replace(PRODUCTION_CT, power_w=power, voltage_v=230.0) for power in (1000.0, 2000.0, -464.966)]
    documents = changed(metered(phases=2), readings=(reading(PRODUCTION, PRODUCTION_CT, *phases),))

    snapshot = live(documents)

    assert len(snapshot.flows[PRODUCTION]) == 3
    assert [snapshot.measurement(PRODUCTION, phase).power_w for phase in (0, 1, 2)] == [3000.0, 1000.0, 2000.0]
    assert snapshot.measurement(PRODUCTION, 1).voltage_v == 230.0
    assert snapshot.measurement(PRODUCTION, 3) == NOTHING


def test_phases_without_lines_come_from_the_readings() -> None:
    """G§6.3, §7: total consumption by phase is production and net of that phase."""

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

    snapshot = live(documents)

    assert [snapshot.measurement(TOTAL, phase).power_w for phase in (0, 1, 2)] == [2000.0, 1000.0, 1000.0]
    assert [snapshot.measurement(TOTAL, phase).energy_lifetime_wh for phase in (0, 1, 2)] == [
        40_000.0,
        20_000.0,
        20_000.0,
    ]
    assert len(snapshot.flows[TOTAL]) == 3


def test_the_lines_of_a_report_are_its_phases() -> None:
    """G§6.3: the third is cut off on split phase, the apparent power is the lines' sum."""
    line = Measurement(power_w=750.0, voltage_v=120.0, apparent_power_va=1000.0, energy_lifetime_wh=20_000.0)
    whole = Measurement(power_w=1500.0, voltage_v=240.0, apparent_power_va=6000.0, energy_lifetime_wh=40_000.0)
    documents = documents_of(
        info=info("7.3.517"),
        report=report({**house(), PRODUCTION: reported(whole, line, line, replace(NOTHING, power_w=0.0))}),
    )

    snapshot = live(documents)

    assert len(snapshot.flows[PRODUCTION]) == 3
    assert snapshot.measurement(PRODUCTION, 2).energy_lifetime_wh == 20_000.0
    production = snapshot.measurement(PRODUCTION)
    assert (production.voltage_v, production.apparent_power_va, production.power_factor) == (120.0, 2000.0, 0.75)


def test_an_entry_that_is_not_active_is_left_out() -> None:
    """G§6.7: activeCount flickers to 0 with rubbish beside it; nothing else steps in."""
    documents = documents_of(info=info("7.3.517"), report=report(house()))
    site = decide(documents)

    snapshot = measure(site, PollGroup.LIVE, changed(documents, report=report(house(active=False))), NOW)

    assert snapshot.flows == {}


@pytest.mark.parametrize("missing", ["report", "readings"])
def test_a_source_that_was_not_read_gives_nothing(missing: str) -> None:
    documents = metered()
    site = decide(documents)
    without = {"report": changed(documents, report=None), "readings": changed(documents, readings=None)}[missing]
    group = {"report": PollGroup.REPORT, "readings": PollGroup.LIVE}[missing]

    assert measure(site, group, without, NOW).flows == {}


def test_a_total_that_repeats_net_is_computed_from_it() -> None:
    """G§6.8: total is production + net."""
    net = lifetime(5_649.0, 428.0)
    documents = documents_of(
        info=info("8.3.5433"), report=report({**house(), NET: reported(net), TOTAL: reported(net)})
    )

    snapshot = live(documents)

    assert snapshot.measurement(TOTAL).energy_lifetime_wh == 55_649.0
    assert snapshot.measurement(TOTAL).power_w == 3428.0
    assert snapshot.measurement(NET).power_w == 428.0


def test_a_total_that_repeats_net_is_unknown_without_production() -> None:
    """G§6.8: what is not to be computed is not told."""
    net = lifetime(5_649.0, 428.0)
    flows = {**house(), NET: reported(net), TOTAL: reported(net)}
    site = decide(documents_of(info=info("8.3.5433"), report=report(flows)))
    flows[PRODUCTION] = reported(lifetime(50_000.0), active=False)

    snapshot = measure(site, PollGroup.LIVE, documents_of(info=info("8.3.5433"), report=report(flows)), NOW)

    assert set(snapshot.flows) == {NET}


@pytest.mark.parametrize(
    ("flow", "told", "today", "week"),
    [
        pytest.param(PRODUCTION, days(5_000, 30_000), 5_000, 30_000, id="plausible"),
        pytest.param(PRODUCTION, days(5_000, 700), 5_000, 700, id="a week of snow before a bright day"),
        pytest.param(PRODUCTION, days(0, 0, 0), 0, None, id="a new site before its first sun"),
        pytest.param(PRODUCTION, days(100_000, 100_000), None, None, id="today is the lifetime"),
        pytest.param(PRODUCTION, days(100_001, 5), None, None, id="today is beyond the lifetime"),
        pytest.param(PRODUCTION, days(-1, 30_000), None, None, id="today is negative"),
        pytest.param(PRODUCTION, days(None, 30_000), None, None, id="today is missing"),
        pytest.param(PRODUCTION, days(5_000, 30_000, None), None, None, id="the lifetime is missing"),
        pytest.param(PRODUCTION, days(5_000, None), 5_000, None, id="the week is missing"),
        pytest.param(PRODUCTION, days(5_000, -4), 5_000, None, id="the week is negative"),
        pytest.param(PRODUCTION, days(5_000, 95_000), 5_000, None, id="the week with today is the lifetime"),
        pytest.param(TOTAL, days(5_000, 30_000), 5_000, 30_000, id="consumption, plausible"),
        pytest.param(TOTAL, days(5_000, 4.6), 5_000, None, id="consumption of a quarter of an hour"),
    ],
)
def test_only_days_that_can_be_true_are_taken(
    flow: Flow, told: Measurement, today: float | None, week: float | None
) -> None:
    """G§6.5."""
    measured = report_group(with_report(metered(), {flow: told})).measurement(flow)

    assert (measured.energy_today_wh, measured.energy_last_7_days_wh) == (today, week)


NON_METERED = documents_of(info=info("7.6.175", has_meter=False), meters=(), summary=summary())


def test_the_summary_gives_all_of_production() -> None:
    """G§3."""
    assert live(NON_METERED).measurement(PRODUCTION) == Measurement(
        power_w=2800.0, energy_lifetime_wh=60_500.0, energy_today_wh=5_000.0, energy_last_7_days_wh=30_000.0
    )


@pytest.mark.parametrize("told", [ZEROS, replace(ZEROS, power_w=689.0), None])
def test_a_summary_of_zeros_is_no_answer(told: ProductionSummary | None) -> None:
    """G§3: a gateway that is still starting, with or without watts."""
    snapshot = measure(decide(NON_METERED), PollGroup.LIVE, changed(NON_METERED, summary=told), NOW)

    assert snapshot.flows == {}


def test_a_summary_of_a_lost_record_keeps_its_power() -> None:
    """G§6.5: the days are left out, the rest is told."""
    odd = ProductionSummary(
        power_w=700.0, energy_today_wh=60_500.0, energy_last_7_days_wh=60_500.0, energy_lifetime_wh=60_500.0
    )

    assert live(changed(NON_METERED, summary=odd)).measurement(PRODUCTION) == lifetime(60_500.0, 700.0)


WITHOUT_CT = documents_of(info=info(), report=report(), device_data=device_data(inverter("A"), inverter("B")))


def test_the_sum_of_the_inverters_is_production_where_no_ct_measures_it() -> None:
    """G§5.5, §6.2: power from the report, energy from the device data, each on its group."""
    site = decide(WITHOUT_CT)

    assert measure(site, PollGroup.LIVE, WITHOUT_CT, NOW).measurement(PRODUCTION) == Measurement(power_w=2900.0)
    assert measure(site, PollGroup.INVERTERS, WITHOUT_CT, NOW).measurement(PRODUCTION) == Measurement(
        energy_lifetime_wh=40_000.0, energy_today_wh=2_000.0, energy_last_7_days_wh=18_000.0
    )


@pytest.mark.parametrize("told", [None, Report(inverters=None, flows={})])
def test_a_report_without_its_inverters_gives_no_production(told: Report | None) -> None:
    """Unknown until the next one."""
    assert measure(decide(WITHOUT_CT), PollGroup.LIVE, changed(WITHOUT_CT, report=told), NOW).flows == {}


@pytest.mark.parametrize("told", [None, device_data(), device_data(inverter("A"), inverter("B"), truncated=True)])
def test_device_data_that_are_not_complete_make_no_sum(told: DeviceData | None) -> None:
    """G§5.5: a sum over fewer inverters would look like a reset."""
    assert measure(decide(WITHOUT_CT), PollGroup.INVERTERS, changed(WITHOUT_CT, device_data=told), NOW).flows == {}


def test_an_inverter_without_its_part_leaves_the_sum_unknown() -> None:
    """G§5.2: after a reboot at night it says nothing until sunrise."""
    told = device_data(inverter("A"), inverter("B", lifetime_wh=None))

    snapshot = measure(decide(WITHOUT_CT), PollGroup.INVERTERS, changed(WITHOUT_CT, device_data=told), NOW)

    assert snapshot.measurement(PRODUCTION).energy_lifetime_wh is None
    assert snapshot.measurement(PRODUCTION).energy_today_wh == 2_000.0


def test_the_report_may_give_both_where_nothing_better_is_there() -> None:
    """G§13.3: the last choice."""
    documents = documents_of(info=info(), report=report(inverters=reported_inverters(60_000.0)))

    assert live(documents).measurement(PRODUCTION) == Measurement(power_w=2900.0, energy_lifetime_wh=60_000.0)


def test_two_sources_of_one_group_are_put_together() -> None:
    """Power of the report beside energy of the summary."""
    documents = documents_of(info=info("7.6.175"), report=report(), summary=summary())

    production = live(documents).measurement(PRODUCTION)

    assert (production.power_w, production.energy_lifetime_wh, production.energy_today_wh) == (
        2900.0,
        60_500.0,
        5_000.0,
    )


def test_a_group_holds_what_is_its_own() -> None:
    """The meters with the live group, the inverters with theirs."""
    documents = changed(metered(), device_data=device_data(inverter("A")))
    site = decide(documents)

    assert set(measure(site, PollGroup.LIVE, documents, NOW).meters) == {PRODUCTION, NET}
    assert set(measure(site, PollGroup.INVERTERS, documents, NOW).inverters) == {"A"}
    assert measure(site, PollGroup.REPORT, documents, NOW).meters == {}
    assert measure(site, PollGroup.REPORT, documents, NOW).inverters == {}


def test_a_report_of_the_total_alone_leaves_net_consumption_to_be_computed() -> None:
    """Firmware 4.0 to 4.2 without a list of meters: one entry of consumption, which is the total."""
    flows = {PRODUCTION: reported(lifetime(50_000.0, 300.0)), TOTAL: reported(lifetime(40_000.0, 1300.0))}
    documents = documents_of(info=info("4.2.27"), report=report(flows))

    snapshot = live(documents)

    assert snapshot.measurement(TOTAL).power_w == 1300.0
    assert snapshot.measurement(NET).power_w == 1000.0
    assert snapshot.measurement(TOTAL).energy_lifetime_wh == 40_000.0
