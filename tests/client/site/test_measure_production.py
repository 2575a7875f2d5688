"""Production of a gateway that does not measure it with a CT."""

from dataclasses import replace

import pytest

from custom_components.enphase_iq_gateway.client.models import DeviceData, Flow, Measurement, ProductionSummary, Report
from custom_components.enphase_iq_gateway.client.site.measure import measure
from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.client.site.sources import decide
from tests.support.measuring import measure_live
from tests.support.models import (
    NOW,
    ZEROS,
    changed,
    device_data,
    documents_of,
    info,
    inverter,
    lifetime,
    report,
    reported_inverters,
    summary,
)

PRODUCTION = Flow.PRODUCTION
NON_METERED = documents_of(info=info("7.6.175", has_meter=False), meters=(), summary=summary())


def test_the_summary_gives_all_of_production() -> None:
    """A gateway without CTs has no better source (G§3)."""
    assert measure_live(NON_METERED).measurement(PRODUCTION) == Measurement(
        power_w=2800.0, energy_lifetime_wh=60_500.0, energy_today_wh=5_000.0, energy_last_7_days_wh=30_000.0
    )


@pytest.mark.parametrize("sent", [ZEROS, replace(ZEROS, power_w=689.0), None])
def test_a_summary_of_zeros_is_no_answer(sent: ProductionSummary | None) -> None:
    """A gateway that is still starting sends it, with or without watts (G§3)."""
    snapshot = measure(decide(NON_METERED), PollGroup.LIVE, changed(NON_METERED, summary=sent), NOW)

    assert snapshot.flows == {}


def test_a_summary_of_a_lost_record_keeps_its_power() -> None:
    """Only the energy of days is wrong (G§6.5)."""
    odd = ProductionSummary(
        power_w=700.0, energy_today_wh=60_500.0, energy_last_7_days_wh=60_500.0, energy_lifetime_wh=60_500.0
    )

    assert measure_live(changed(NON_METERED, summary=odd)).measurement(PRODUCTION) == lifetime(60_500.0, 700.0)


WITHOUT_CT = documents_of(info=info(), report=report(), device_data=device_data(inverter("A"), inverter("B")))


def test_the_sum_of_the_inverters_is_production_where_no_ct_measures_it() -> None:
    """Power is in the report and energy in the device data, each read with its own group (G§5.5, §6.2)."""
    site = decide(WITHOUT_CT)

    assert measure(site, PollGroup.LIVE, WITHOUT_CT, NOW).measurement(PRODUCTION) == Measurement(power_w=2900.0)
    assert measure(site, PollGroup.INVERTERS, WITHOUT_CT, NOW).measurement(PRODUCTION) == Measurement(
        energy_lifetime_wh=40_000.0, energy_today_wh=2_000.0, energy_last_7_days_wh=18_000.0
    )


@pytest.mark.parametrize("sent", [None, Report(inverters=None, flows={})])
def test_a_report_without_its_inverters_gives_no_production(sent: Report | None) -> None:
    assert measure(decide(WITHOUT_CT), PollGroup.LIVE, changed(WITHOUT_CT, report=sent), NOW).flows == {}


@pytest.mark.parametrize("sent", [None, device_data(), device_data(inverter("A"), inverter("B"), truncated=True)])
def test_device_data_that_are_not_complete_make_no_sum(sent: DeviceData | None) -> None:
    """A sum of fewer inverters would look like a reset (G§5.5)."""
    assert measure(decide(WITHOUT_CT), PollGroup.INVERTERS, changed(WITHOUT_CT, device_data=sent), NOW).flows == {}


def test_the_sum_is_unknown_while_an_inverter_lacks_its_part() -> None:
    """After a reboot at night it has no values until sunrise (G§5.2)."""
    sent = device_data(inverter("A"), inverter("B", lifetime_wh=None))

    snapshot = measure(decide(WITHOUT_CT), PollGroup.INVERTERS, changed(WITHOUT_CT, device_data=sent), NOW)

    assert snapshot.measurement(PRODUCTION).energy_lifetime_wh is None
    assert snapshot.measurement(PRODUCTION).energy_today_wh == 2_000.0


def test_the_report_has_power_and_energy_where_nothing_better_exists() -> None:
    """It is the last choice of G§13.3."""
    documents = documents_of(info=info(), report=report(inverters=reported_inverters(60_000.0)))

    assert measure_live(documents).measurement(PRODUCTION) == Measurement(power_w=2900.0, energy_lifetime_wh=60_000.0)


def test_two_sources_of_one_group_are_combined() -> None:
    """The power is that of the report, the energy that of the summary."""
    documents = documents_of(info=info("7.6.175"), report=report(), summary=summary())

    production = measure_live(documents).measurement(PRODUCTION)

    assert (production.power_w, production.energy_lifetime_wh, production.energy_today_wh) == (
        2900.0,
        60_500.0,
        5_000.0,
    )
