"""Values of the report, without what is odd or cannot be true (G§6)."""

from dataclasses import replace

import pytest

from custom_components.enphase_iq_gateway.client.models import Flow, Measurement
from custom_components.enphase_iq_gateway.client.site.documents import Documents
from custom_components.enphase_iq_gateway.client.site.measure import measure
from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.client.site.snapshot import NOTHING
from custom_components.enphase_iq_gateway.client.site.sources import decide
from tests.support.measuring import measure_live, measure_report
from tests.support.models import (
    NOW,
    changed,
    documents_of,
    house,
    info,
    lifetime,
    metered,
    report,
    reported,
)

PRODUCTION, TOTAL, NET = Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION, Flow.NET_CONSUMPTION


def with_report(documents: Documents, flows: dict[Flow, Measurement]) -> Documents:
    """Replace some flows of the report."""
    others = {flow: reported(total) for flow, total in flows.items()}
    return changed(documents, report=report({**house(), **others}))


def days(today: float | None, week: float | None, total: float | None = 100_000.0) -> Measurement:
    """Return a flow of a report with its energy of days."""
    return Measurement(power_w=1.0, energy_lifetime_wh=total, energy_today_wh=today, energy_last_7_days_wh=week)


def test_the_lines_of_a_report_are_its_phases() -> None:
    """On split phase the third is cut off; the apparent power is the sum of the lines (G§6.3)."""
    line = Measurement(power_w=750.0, voltage_v=120.0, apparent_power_va=1000.0, energy_lifetime_wh=20_000.0)
    whole = Measurement(power_w=1500.0, voltage_v=240.0, apparent_power_va=6000.0, energy_lifetime_wh=40_000.0)
    documents = documents_of(
        info=info("7.3.517"),
        report=report({**house(), PRODUCTION: reported(whole, line, line, replace(NOTHING, power_w=0.0))}),
    )

    snapshot = measure_live(documents)

    assert len(snapshot.flows[PRODUCTION]) == 3
    assert snapshot.measurement(PRODUCTION, 2).energy_lifetime_wh == 20_000.0
    production = snapshot.measurement(PRODUCTION)
    assert (production.voltage_v, production.apparent_power_va, production.power_factor) == (120.0, 2000.0, 0.75)


def test_an_entry_that_is_not_active_is_left_out() -> None:
    """`activeCount` flickers to 0 beside wrong values (G§6.7); no other source replaces it."""
    documents = documents_of(info=info("7.3.517"), report=report(house()))
    site = decide(documents)

    snapshot = measure(site, PollGroup.LIVE, changed(documents, report=report(house(active=False))), NOW)

    assert snapshot.flows == {}


def test_a_total_that_repeats_net_is_computed_from_it() -> None:
    """Total consumption is production + net (G§6.8)."""
    net = lifetime(5_649.0, 428.0)
    documents = documents_of(
        info=info("8.3.5433"), report=report({**house(), NET: reported(net), TOTAL: reported(net)})
    )

    snapshot = measure_live(documents)

    assert snapshot.measurement(TOTAL).energy_lifetime_wh == 55_649.0
    assert snapshot.measurement(TOTAL).power_w == 3428.0
    assert snapshot.measurement(NET).power_w == 428.0


def test_a_total_that_repeats_net_is_unknown_without_production() -> None:
    """It cannot be computed (G§6.8)."""
    net = lifetime(5_649.0, 428.0)
    flows = {**house(), NET: reported(net), TOTAL: reported(net)}
    site = decide(documents_of(info=info("8.3.5433"), report=report(flows)))
    flows[PRODUCTION] = reported(lifetime(50_000.0), active=False)

    snapshot = measure(site, PollGroup.LIVE, documents_of(info=info("8.3.5433"), report=report(flows)), NOW)

    assert set(snapshot.flows) == {NET}


@pytest.mark.parametrize(
    ("flow", "sent", "today", "week"),
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
def test_only_plausible_energies_of_days_are_used(
    flow: Flow, sent: Measurement, today: float | None, week: float | None
) -> None:
    """G§6.5 has the faults of these values."""
    measured = measure_report(with_report(metered(), {flow: sent})).measurement(flow)

    assert (measured.energy_today_wh, measured.energy_last_7_days_wh) == (today, week)


def test_a_report_of_the_total_alone_leaves_net_consumption_to_be_computed() -> None:
    """Firmware 4.0 to 4.2 without a list of meters has one entry of consumption, which is the total."""
    flows = {PRODUCTION: reported(lifetime(50_000.0, 300.0)), TOTAL: reported(lifetime(40_000.0, 1300.0))}
    documents = documents_of(info=info("4.2.27"), report=report(flows))

    snapshot = measure_live(documents)

    assert snapshot.measurement(TOTAL).power_w == 1300.0
    assert snapshot.measurement(NET).power_w == 1000.0
    assert snapshot.measurement(TOTAL).energy_lifetime_wh == 40_000.0
