"""Total consumption where only a net CT is enabled: net consumption + what the inverters have reported."""

from dataclasses import replace

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import DEVICE_DATA, READINGS, REPORT_DETAILED
from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.client.site.documents import Documents
from custom_components.enphase_iq_gateway.client.site.measure import measure
from custom_components.enphase_iq_gateway.client.site.site import PollGroup, Quantity, Source
from custom_components.enphase_iq_gateway.client.site.sources import decide
from tests.support.measuring import measure_report
from tests.support.models import (
    NET as NET_CT,
    NOW,
    changed,
    device_data,
    inverter,
    metered,
    meters,
    reading,
    report,
)

PRODUCTION, TOTAL, NET = Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION, Flow.NET_CONSUMPTION
NET_ONLY = changed(
    metered(),
    meters=meters(NET, disabled=(PRODUCTION,)),
    report=report(),
    device_data=device_data(inverter("A"), inverter("B")),
)
POWER, LIFETIME = (TOTAL, Quantity.POWER), (TOTAL, Quantity.LIFETIME)


def test_total_consumption_is_calculated_in_the_group_that_reads_the_production() -> None:
    site = decide(NET_ONLY)

    assert (site.sources[POWER], site.sources[LIFETIME]) == (Source.INVERTERS_AND_NET, Source.INVERTERS_AND_NET)
    assert (site.group(*POWER), site.group(*LIFETIME)) == (PollGroup.REPORT, PollGroup.INVERTERS)
    assert site.reads(PollGroup.REPORT) == {READINGS, REPORT_DETAILED}
    assert site.reads(PollGroup.INVERTERS) == {DEVICE_DATA} | site.inverter_endpoints


def test_the_power_is_net_consumption_and_the_reported_power_of_the_inverters() -> None:
    assert measure_report(NET_ONLY).measurement(TOTAL).power_w == -1000.0 + 2900.0


def test_the_power_includes_storage() -> None:
    documents = changed(
        NET_ONLY,
        meters=meters(NET, Flow.STORAGE, disabled=(PRODUCTION,)),
        readings=(reading(NET, NET_CT), reading(Flow.STORAGE, replace(NET_CT, power_w=400.0))),
    )

    assert measure_report(documents).measurement(TOTAL).power_w == -1000.0 + 2900.0 + 400.0


@pytest.mark.parametrize(
    ("cts", "read"),
    [
        pytest.param((NET,), changed(NET_ONLY, readings=None), id="net consumption"),
        pytest.param((NET, Flow.STORAGE), changed(NET_ONLY, meters=meters(NET)), id="storage"),
        pytest.param((NET,), changed(NET_ONLY, report=None), id="inverters"),
    ],
)
def test_the_power_is_unknown_while_a_part_of_it_is(cts: tuple[Flow, ...], read: Documents) -> None:
    site = decide(changed(NET_ONLY, meters=meters(*cts, disabled=(PRODUCTION,))))

    assert measure(site, PollGroup.REPORT, read, NOW).measurement(TOTAL).power_w is None


def test_a_production_ct_ends_the_calculation_although_a_counter_had_that_source() -> None:
    locked = decide(NET_ONLY).sources

    site = decide(metered(), locked)

    assert site.sources[POWER] is Source.READINGS
    assert site.sources[LIFETIME] is Source.REPORT


def test_the_calculation_replaces_a_total_whose_production_ct_is_no_longer_enabled() -> None:
    site = decide(NET_ONLY, {LIFETIME: Source.REPORT})

    assert site.sources[LIFETIME] is Source.INVERTERS_AND_NET


def test_the_calculation_does_not_use_a_production_ct_that_is_no_longer_enabled() -> None:
    site = decide(NET_ONLY, {(PRODUCTION, Quantity.LIFETIME): Source.READINGS})

    assert site.sources[PRODUCTION, Quantity.LIFETIME] is Source.DEVICE_DATA
    assert site.sources[LIFETIME] is Source.INVERTERS_AND_NET


def test_a_total_ct_alone_gives_no_net_consumption() -> None:
    """Import and export of readings that are minutes apart would both be too high."""
    site = decide(changed(NET_ONLY, meters=meters(TOTAL, disabled=(PRODUCTION,))))

    assert {flow for flow, _ in site.sources} == {PRODUCTION, TOTAL}
