"""Values of all phases together, without the stray values of unused channels."""

from dataclasses import replace

from custom_components.enphase_iq_gateway.client.models import Flow, Measurement
from custom_components.enphase_iq_gateway.client.site.sources import decide
from tests.support.measuring import measure_live
from tests.support.models import (
    changed,
    documents_of,
    info,
    metered,
    reading,
    report,
    reported,
)

PRODUCTION = Flow.PRODUCTION
STRAY = Measurement(power_w=-0.2, voltage_v=1.95, apparent_power_va=0.3, power_factor=-1.0)
ONE_PHASE = Measurement(power_w=500.0, voltage_v=244.3, apparent_power_va=625.0, power_factor=0.8)


def test_stray_values_of_unused_channels_are_not_in_voltage_and_power_factor() -> None:
    """On firmware 8.3.55xx the total of a CT is the sum of all channels."""
    summed = replace(ONE_PHASE, power_w=499.6, voltage_v=248.2, power_factor=-0.059)
    documents = changed(metered(), readings=(reading(PRODUCTION, summed, ONE_PHASE, STRAY, STRAY),))

    production = measure_live(documents).measurement(PRODUCTION)

    assert (production.voltage_v, production.power_factor) == (244.3, 0.8)


def test_a_phase_with_a_stray_voltage_is_not_in_the_mean() -> None:
    """A CT can be set up for three phases and connected to one."""
    phases = (ONE_PHASE, STRAY, STRAY)
    documents = changed(metered(phases=3), readings=(reading(PRODUCTION, ONE_PHASE, *phases),))

    assert measure_live(documents).measurement(PRODUCTION).voltage_v == 244.3


def test_stray_values_in_the_lines_of_a_report_are_no_phases() -> None:
    """Without a list of meters the number of phases follows from the lines."""
    summed = replace(ONE_PHASE, voltage_v=248.2, power_factor=0.0, energy_lifetime_wh=1000.0)
    flows = {PRODUCTION: reported(summed, replace(ONE_PHASE, energy_lifetime_wh=1000.0), STRAY, STRAY)}
    documents = documents_of(info=info("8.3.5528"), report=report(flows))

    snapshot = measure_live(documents)

    assert decide(documents).phase_counts[PRODUCTION] == 1
    assert (snapshot.measurement(PRODUCTION).voltage_v, snapshot.measurement(PRODUCTION).power_factor) == (244.3, 0.8)
    assert len(snapshot.flows[PRODUCTION]) == 1
